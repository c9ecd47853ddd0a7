import java.io.Reader;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.path.PathHierarchyTokenizer;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.metadata.IndexNameExpressionResolver;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.settings.ClusterSettings;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.settings.SettingsFilter;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * The published server has the analysis machinery but few parts. This module names Lucene's own parts as Elasticsearch's
 * documentation does, as far as a portal's mappings use them, and answers {@code GET /}, which clients ask first.
 */
public final class PortalAnalysis extends Plugin implements AnalysisPlugin, ActionPlugin {

    private static final Map<String, UnaryOperator<TokenStream>> STEMMERS = Map.of(
        "english", PorterStemFilter::new,
        "porter", PorterStemFilter::new,
        "light_english", KStemFilter::new,
        "minimal_english", EnglishMinimalStemFilter::new,
        "possessive_english", EnglishPossessiveFilter::new);

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of(
            "english", (index, environment, name, settings) -> analyzer(name, settings, new EnglishAnalyzer()),
            "whitespace", (index, environment, name, settings) -> analyzer(name, settings, new WhitespaceAnalyzer()));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "asciifolding", (index, environment, name, settings) -> normalizing(name, folding(settings)),
            "trim", (index, environment, name, settings) -> normalizing(name, TrimFilter::new),
            "remove_duplicates", (index, environment, name, settings) -> filter(name, RemoveDuplicatesTokenFilter::new),
            "stemmer", (index, environment, name, settings) -> filter(name, stemmer(settings)),
            "edge_ngram", (index, environment, name, settings) -> filter(name, edges(settings)),
            "ngram", (index, environment, name, settings) -> filter(name, grams(settings)));
    }

    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        return List.of(
            PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new),
            PreConfiguredTokenFilter.singleton("trim", true, TrimFilter::new),
            PreConfiguredTokenFilter.singleton("porter_stem", false, PorterStemFilter::new),
            PreConfiguredTokenFilter.singleton("kstem", false, KStemFilter::new),
            PreConfiguredTokenFilter.singleton("remove_duplicates", false, RemoveDuplicatesTokenFilter::new));
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "whitespace", (index, environment, name, settings) -> TokenizerFactory.newFactory(name, WhitespaceTokenizer::new),
            "path_hierarchy", (index, environment, name, settings) -> TokenizerFactory.newFactory(
                name, () -> new PathHierarchyTokenizer(settings.get("delimiter", "/").charAt(0), '/')),
            "pattern", (index, environment, name, settings) -> {
                Pattern pattern = Pattern.compile(settings.get("pattern", "\\W+"));
                return TokenizerFactory.newFactory(name, () -> new PatternTokenizer(pattern, settings.getAsInt("group", -1)));
            });
    }

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of("pattern_replace", AnalysisPlugin.requiresAnalysisSettings(
            (index, environment, name, settings) -> new Replacement(
                name, Pattern.compile(settings.get("pattern")), settings.get("replacement", ""))));
    }

    @Override
    public Collection<RestHandler> getRestHandlers(
            Settings settings, NamedWriteableRegistry registry, RestController controller, ClusterSettings cluster,
            IndexScopedSettings index, SettingsFilter filter, IndexNameExpressionResolver resolver,
            Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
        return List.of(new Greeting());
    }

    private static UnaryOperator<TokenStream> folding(Settings settings) {
        boolean keep = settings.getAsBoolean("preserve_original", false);
        return tokens -> new ASCIIFoldingFilter(tokens, keep);
    }

    private static UnaryOperator<TokenStream> stemmer(Settings settings) {
        String language = settings.get("language", settings.get("name", "porter"));
        UnaryOperator<TokenStream> found = STEMMERS.get(language);
        if (found == null) {
            throw new IllegalArgumentException("There is no stemmer [" + language + "] on this node; it has " + STEMMERS.keySet());
        }
        return found;
    }

    private static UnaryOperator<TokenStream> edges(Settings settings) {
        return tokens -> new EdgeNGramTokenFilter(
            tokens, settings.getAsInt("min_gram", 1), settings.getAsInt("max_gram", 2), settings.getAsBoolean("preserve_original", false));
    }

    private static UnaryOperator<TokenStream> grams(Settings settings) {
        return tokens -> new NGramTokenFilter(
            tokens, settings.getAsInt("min_gram", 1), settings.getAsInt("max_gram", 2), settings.getAsBoolean("preserve_original", false));
    }

    private static AnalyzerProvider<Analyzer> analyzer(String name, Settings settings, Analyzer analyzer) {
        return new AbstractIndexAnalyzerProvider<>(name, settings) {
            @Override
            public Analyzer get() {
                return analyzer;
            }
        };
    }

    private static TokenFilterFactory filter(String name, UnaryOperator<TokenStream> step) {
        return new Step(name, step);
    }

    private static TokenFilterFactory normalizing(String name, UnaryOperator<TokenStream> step) {
        return new NormalizingStep(name, step);
    }

    /** A token filter for analyzers. */
    private record Step(String name, UnaryOperator<TokenStream> step) implements TokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return step.apply(tokens);
        }
    }

    /** A token filter that normalizers of keyword fields may use too. */
    private record NormalizingStep(String name, UnaryOperator<TokenStream> step) implements NormalizingTokenFilterFactory {
        @Override
        public TokenStream create(TokenStream tokens) {
            return step.apply(tokens);
        }
    }

    private record Replacement(String name, Pattern pattern, String by) implements NormalizingCharFilterFactory {
        @Override
        public Reader create(Reader reader) {
            return new PatternReplaceCharFilter(pattern, by, reader);
        }
    }

    private static final class Greeting extends BaseRestHandler {
        @Override
        public String getName() {
            return "greeting";
        }

        @Override
        public List<Route> routes() {
            return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
        }

        @Override
        protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
            return channel -> {
                try (var body = channel.newBuilder()) {
                    body.startObject().field("cluster_name", "micrographia");
                    body.startObject("version");
                    body.field("number", Build.current().version()).field("build_flavor", "default").endObject();
                    body.field("tagline", "You Know, for Search").endObject();
                    channel.sendResponse(new RestResponse(RestStatus.OK, body));
                }
            };
        }
    }
}
