import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One Elasticsearch node on loopback, until it is told to stop. Arguments: its folder, the HTTP port, the transport port. */
public final class SingleNode {
    private SingleNode() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]).toAbsolutePath();
        startLogging();
        Node node = new Node(environment(folder, arguments[1], arguments[2]), modules(folder));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        Thread.currentThread().join();
    }

    private static void startLogging() {
        LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "WARN").build());
        LogConfigurator.configureESLogging();
    }

    private static Environment environment(Path folder, String httpPort, String transportPort) throws Exception {
        Settings settings = Settings.builder()
            .put("cluster.name", "micrographia")
            .put("node.name", "only")
            .put("discovery.type", "single-node")
            .put("path.home", folder.toString())
            .put("network.host", "127.0.0.1")
            .put("http.port", httpPort)
            .put("transport.port", transportPort)
            // A developer's disk is often nearly full; the node must not refuse to write for that.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        return new Environment(settings, Files.createDirectories(folder.resolve("config")));
    }

    private static PluginsLoader modules(Path folder) {
        return PluginsLoader.createPluginsLoader(PluginsLoader.loadModulesBundles(folder.resolve("modules")), Set.of(), Map.of());
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception failure) {
            failure.printStackTrace();
        }
    }
}
