"""From a SearchQuery to Tantivy's query objects."""

from collections.abc import Mapping, Sequence

import tantivy
from tantivy import Occur, Query

from search import words
from search.backends.base import EVERYTHING, TITLE_BOOST, WHOLE_BOOST, Access
from search.backends.document import is_of_values
from search.query import And, Node, Not, Or, Phrase, Prefix, Range, SearchQuery, Word


def any_of(schema: tantivy.Schema, field: str, values: Sequence[str]) -> Query:
    return Query.term_set_query(schema, field, list(values))


def all_of(queries: Sequence[Query]) -> Query:
    if not queries:
        return Query.all_query()
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def some_of(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def unscored(query: Query) -> Query:
    """Filters decide what is found, never in which order."""
    return Query.const_score_query(query, 0.0)


def readable(schema: tantivy.Schema, access: Access) -> list[Query]:
    """What a reader with these tokens may find."""
    return [] if EVERYTHING in access else [unscored(any_of(schema, "access", sorted(access)))]


def whole(
    schema: tantivy.Schema,
    query: SearchQuery,
    access: Access,
    filters: Mapping[str, Sequence[str]],
    ranges: Mapping[str, Range],
) -> Query:
    """The words asked for, restricted to the filters given and to what the reader may see."""
    parts = readable(schema, access)
    if query.node is not None:
        parts.append(of_node(schema, query.node))
    parts += [unscored(any_of(schema, name, values)) for name, values in filters.items()]
    parts += [unscored(of_range(schema, bounds)) for bounds in ranges.values()]
    return all_of(parts)


def of_node(schema: tantivy.Schema, node: Node) -> Query:
    if isinstance(node, And):
        return all_of([of_node(schema, part) for part in node.nodes])
    if isinstance(node, Or):
        return some_of([of_node(schema, part) for part in node.nodes])
    if isinstance(node, Not):
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, of_node(schema, node.node))])
    if isinstance(node, Range):
        return unscored(of_range(schema, node))
    return _of_words(schema, node)


def _of_words(schema: tantivy.Schema, node: Word | Phrase | Prefix) -> Query:
    if node.field:
        return _in_field(schema, node, node.field)
    title = Query.boost_query(_in_field(schema, node, "title"), TITLE_BOOST)
    return some_of([title, _in_field(schema, node, "body")])


def _in_field(schema: tantivy.Schema, node: Word | Phrase | Prefix, field: str) -> Query:
    if isinstance(node, Prefix):
        # Only body and title keep unstemmed words; a prefix in another field is asked of its stems.
        exact = {"body": "exact", "title": "title_exact"}.get(field, field)
        begins = Query.regex_query(schema, exact, f"{node.text}.*")
        if not is_of_values(field):
            return begins
        return some_of([begins, Query.regex_query(schema, field, f"{words.WHOLE}{node.text}.*")])
    found = words.stems(node.text)
    if len(found) == 1:
        among = Query.term_query(schema, field, found[0])
    else:
        among = Query.phrase_query(schema, field, list(found))
    if not is_of_values(field):
        return among
    return some_of([Query.boost_query(Query.term_query(schema, field, words.whole(node.text)), WHOLE_BOOST), among])


def of_range(schema: tantivy.Schema, bounds: Range) -> Query:
    return Query.range_query(
        schema,
        bounds.field,
        tantivy.FieldType.Float,
        lower_bound=bounds.low,
        upper_bound=bounds.high,
        include_lower=bounds.include_low,
        include_upper=bounds.include_high,
    )
