"""PURE: the query language ↔ SearchQuery ↔ URL. The one parser, for pages and API alike.

    human "nuclear envelope" organism:mouse pixel_size:<0.2 -fixed (golgi OR er) mito*

Words may stand in any order and must all match, whatever their ending; "…" is a phrase; `field:value` asks one field;
`field:<5`, `field:>=5`, `field:1..5` ask a number; NOT or - excludes; OR and parentheses combine; * completes a word.
Input is capped, and an error says what to write instead.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode

from search import words
from search.facets import BadValue, FacetDeclaration, FacetRegistry, Kind, did_you_mean, number, registry

LONGEST_QUERY = 1000
DEEPEST_QUERY = 10
MOST_WORDS = 50
MOST_VALUES = 100
SIZES = {Kind.DATASET: 25, Kind.IMAGE: 50}
LARGEST_SIZE = 200
# Fields of the query language that are no facets: what they are called, and which indexed field they ask.
TEXT_FIELDS = {"title": "title", "description": "description", "author": "author", "accession": "identifier",
               "identifier": "identifier", "doi": "identifier", "file": "file", "keyword": "keyword",
               "sample": "sample", "dataset": "dataset"}  # fmt: skip


class QueryError(ValueError):
    """A query that we cannot run. `problems` are sentences with the name of the parameter that each is about."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(" ".join(sentence for _, sentence in problems))
        self.problems = problems


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "date"
    OLDEST = "-date"
    TITLE = "title"
    LARGEST = "size"
    ACCESSION = "accession"


SORT_LABELS = {
    Sort.RELEVANCE: "relevance",
    Sort.NEWEST: "date, newest first",
    Sort.OLDEST: "date, oldest first",
    Sort.LARGEST: "size, largest first",
    Sort.TITLE: "name",
    Sort.ACCESSION: "accession",
}


@dataclass(frozen=True)
class Word:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Phrase:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Prefix:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Range:
    """Bounds of a number; None is open. The language's < and > leave the bound itself out."""

    field: str
    low: float | None = None
    high: float | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True)
class Not:
    node: "Node"


@dataclass(frozen=True)
class And:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Or:
    nodes: "tuple[Node, ...]"


Node = Word | Phrase | Prefix | Range | Not | And | Or


@dataclass(frozen=True)
class SearchQuery:
    """A search, whole: what was written, what it means, what is chosen, in which order, and from where on."""

    kind: Kind
    text: str = ""
    node: Node | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    cursor: str = ""
    size: int = 25
    # Which facets to count: None for all of the kind, () for none.
    facets: tuple[str, ...] | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters or self.ranges)

    def without(self, name: str, value: str | None = None) -> "SearchQuery":
        """The same search with one filter (or one of its values) taken off, from the first page."""
        left = tuple(kept for kept in self.filters.get(name, ()) if value is not None and kept != value)
        filters = {key: values for key, values in self.filters.items() if key != name}
        if left:
            filters[name] = left
        ranges = {key: bounds for key, bounds in self.ranges.items() if key != name}
        return replace(self, filters=filters, ranges=ranges, cursor="")


# ---- the language ----------------------------------------------------------------------------------------------

_LEXEME = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\)) |
        (?P<minus>-(?=[\w"(])) |
        (?:(?P<field>[A-Za-z][\w-]*):(?=\S))?
        (?: "(?P<phrase>[^"]*)"?(?P<rest>) | (?P<word>[^\s()"]+) )
    )""",
    re.VERBOSE,
)
_RANGE = re.compile(r"^(?P<sign><=|>=|<|>|=)(?P<bound>.+)$")
_BETWEEN = re.compile(r"^(?P<low>[^.]*(?:\.\d+)?[^.]*)\.\.(?P<high>.*)$")


class _Parser:
    """Recursive descent over the lexemes of one query; no input makes it recurse deeper than DEEPEST_QUERY."""

    def __init__(self, text: str, kind: Kind, facets: FacetRegistry) -> None:
        self.lexemes = [match for match in _LEXEME.finditer(text) if match.group().strip()]
        self.at = 0
        self.kind = kind
        self.facets = facets

    def parse(self) -> Node | None:
        nodes: list[Node] = []
        while self.at < len(self.lexemes):
            node = self._either(0)
            if node is not None:
                nodes.append(node)
            elif self._peek("close"):
                self.at += 1  # a closing parenthesis without an opening one means nothing
        return _all(nodes)

    def _peek(self, group: str) -> bool:
        return self.at < len(self.lexemes) and self.lexemes[self.at].group(group) is not None

    def _is_keyword(self, *keywords: str) -> bool:
        if not self._peek("word") or self.lexemes[self.at].group("field"):
            return False
        return self.lexemes[self.at].group("word") in keywords

    def _either(self, depth: int) -> Node | None:
        """Sequences joined by OR."""
        if depth > DEEPEST_QUERY:
            raise QueryError(("q", f"The query has more than {DEEPEST_QUERY} levels of parentheses. Take some away."))
        options = [self._sequence(depth)]
        while self._is_keyword("OR", "||"):
            self.at += 1
            options.append(self._sequence(depth))
        found = [option for option in options if option is not None]
        return found[0] if len(found) == 1 else Or(tuple(found)) if found else None

    def _sequence(self, depth: int) -> Node | None:
        """What stands side by side must all match."""
        nodes: list[Node] = []
        while self.at < len(self.lexemes) and not self._peek("close") and not self._is_keyword("OR", "||"):
            if self._is_keyword("AND", "&&"):
                self.at += 1
                continue
            node = self._one(depth)
            if node is not None:
                nodes.append(node)
        return _all(nodes)

    def _one(self, depth: int) -> Node | None:
        negated = False
        while self._peek("minus") or self._is_keyword("NOT"):
            self.at += 1
            negated = not negated
        if self.at >= len(self.lexemes) or self._peek("close"):
            return None
        if self._peek("open"):
            self.at += 1
            node = self._either(depth + 1)
            self.at += 1 if self._peek("close") else 0
        else:
            node = self._leaf(self.lexemes[self.at])
            self.at += 1
        return Not(node) if negated and node is not None else node

    def _leaf(self, lexeme: re.Match[str]) -> Node | None:
        written, name = lexeme.group("word"), lexeme.group("field")
        if name is None:
            return _text_node(written, lexeme.group("phrase"), "")
        facet = self.facets.find(self.kind, name)
        if facet is not None and not facet.is_terms:
            return _range_node(facet, written or lexeme.group("phrase") or "")
        if facet is not None:
            return _text_node(written, lexeme.group("phrase"), facet.words_field)
        if name.lower() in TEXT_FIELDS:
            return _text_node(written, lexeme.group("phrase"), TEXT_FIELDS[name.lower()])
        raise QueryError(("q", self._unknown(name)))

    def _unknown(self, name: str) -> str:
        known = [*self.facets.names(self.kind), *TEXT_FIELDS]
        hint = did_you_mean(name, known) or f" Known fields: {', '.join(sorted(known))}."
        return f'Unknown field "{name}".{hint} To search the words themselves, put them in quotation marks.'


def _all(nodes: Sequence[Node]) -> Node | None:
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else And(tuple(nodes))


def _text_node(word: str | None, phrase: str | None, field_name: str) -> Node | None:
    """A word that our tokeniser splits (light-sheet, MG-D1042) is a phrase of its parts."""
    if phrase is not None:
        found = words.stems(phrase)
        return Phrase(phrase, field_name) if len(found) > 1 else Word(phrase, field_name) if found else None
    text = word or ""
    found = words.folded(text)
    if not found:
        return None
    if text.endswith("*") and len(found) == 1:
        if len(found[0]) < 2:
            raise QueryError(("q", f'"{text}" would match nearly everything. Write at least two letters before *.'))
        return Prefix(found[0], field_name)
    return Word(text, field_name) if len(found) == 1 else Phrase(text, field_name)


def _range_node(facet: FacetDeclaration, written: str) -> Range:
    try:
        if between := _BETWEEN.match(written):
            low, high = between.group("low"), between.group("high")
            return Range(facet.name, number(facet, low) if low else None, number(facet, high) if high else None)
        match = _RANGE.match(written)
        sign, bound = (match.group("sign"), match.group("bound")) if match else ("=", written)
        value = number(facet, bound)
    except BadValue as error:
        raise QueryError(("q", str(error))) from error
    return {
        "<": Range(facet.name, high=value, include_high=False),
        "<=": Range(facet.name, high=value),
        ">": Range(facet.name, low=value, include_low=False),
        ">=": Range(facet.name, low=value),
        "=": Range(facet.name, low=value, high=value),
    }[sign]


def parse(text: str, kind: Kind, facets: FacetRegistry = registry) -> Node | None:
    """The meaning of a query, or None when it asks nothing; raises QueryError."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(("q", f"The query has {len(text)} characters; shorten it to {LONGEST_QUERY}."))
    parser = _Parser(text, kind, facets)
    if len(parser.lexemes) > MOST_WORDS:
        raise QueryError(("q", f"The query has {len(parser.lexemes)} words; shorten it to {MOST_WORDS}."))
    return parser.parse()


def wanted(node: Node | None) -> list[Word | Phrase | Prefix]:
    """The words, phrases and prefixes that a hit may have matched: those that are not excluded."""
    if isinstance(node, Word | Phrase | Prefix):
        return [node]
    if isinstance(node, And | Or):
        return [leaf for part in node.nodes for leaf in wanted(part)]
    return []


# ---- the URL ---------------------------------------------------------------------------------------------------


def from_params(kind: Kind, params: Mapping[str, Sequence[str]], facets: FacetRegistry = registry) -> SearchQuery:
    """The search that URL parameters ask for; raises QueryError with every problem at once.

    Parameters that are no facet are left to the caller: a page may carry others (a view, a tracking mark).
    """
    problems: list[tuple[str, str]] = []
    text = " ".join(_last(params, "q").split())
    node = None
    try:
        node = parse(text, kind, facets)
    except QueryError as error:
        problems += error.problems
    filters = {facet.name: chosen for facet in facets.terms(kind) if (chosen := _chosen(params, facet))}
    ranges = {facet.name: bounds for facet in facets.ranges(kind) if (bounds := _bounds(params, facet, problems))}
    sort = _sort(_last(params, "sort"), problems)
    size = _page_size(_last(params, "size"), kind, problems)
    if problems:
        raise QueryError(*problems)
    return SearchQuery(kind, text, node, filters, ranges, sort, _last(params, "cursor"), size)


def _last(params: Mapping[str, Sequence[str]], name: str) -> str:
    values = params.get(name) or [""]
    return str(values[-1]).strip()


def _chosen(params: Mapping[str, Sequence[str]], facet: FacetDeclaration) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in params.get(facet.name, ()) if value))[:MOST_VALUES]


def _bounds(params: Mapping[str, Sequence[str]], facet: FacetDeclaration, problems: list) -> Range | None:
    unit = _last(params, f"{facet.name}.unit")
    found: dict[str, float | None] = {}
    for end in ("min", "max"):
        written = _last(params, f"{facet.name}.{end}")
        bare = bool(written) and (written[-1].isdigit() or written[-1] == ".")
        try:
            found[end] = number(facet, f"{written} {unit}" if unit and bare else written) if written else None
        except BadValue as error:
            problems.append((f"{facet.name}.{end}", str(error)))
            return None
    if found["min"] is None and found["max"] is None:
        return None
    if found["min"] is not None and found["max"] is not None and found["min"] > found["max"]:
        problems.append((f"{facet.name}.min", f"{facet.label}: the smallest value is above the largest. Swap them."))
        return None
    return Range(facet.name, found["min"], found["max"])


def _sort(written: str, problems: list) -> Sort:
    try:
        return Sort(written or Sort.RELEVANCE)
    except ValueError:
        hint = did_you_mean(written, list(Sort)) or f" Known: {', '.join(Sort)}."
        problems.append(("sort", f'Unknown order "{written[:40]}".{hint}'))
        return Sort.RELEVANCE


def _page_size(written: str, kind: Kind, problems: list) -> int:
    if not written:
        return SIZES[kind]
    if not written.isascii() or not written.isdigit() or not 1 <= int(written[:9]) <= LARGEST_SIZE:
        problems.append(("size", f"The page size must be a whole number from 1 to {LARGEST_SIZE}."))
        return SIZES[kind]
    return int(written)


def to_params(query: SearchQuery) -> list[tuple[str, str]]:
    """The URL parameters of a search, without what is as always; `from_params` reads them back."""
    found = [("q", query.text)] if query.text else []
    found += [(name, value) for name, values in sorted(query.filters.items()) for value in values]
    for name, bounds in sorted(query.ranges.items()):
        ends = (("min", bounds.low), ("max", bounds.high))
        found += [(f"{name}.{end}", as_written(name, value)) for end, value in ends if value is not None]
    if query.sort is not Sort.RELEVANCE:
        found.append(("sort", query.sort.value))
    if query.size != SIZES[query.kind]:
        found.append(("size", str(query.size)))
    if query.cursor:
        found.append(("cursor", query.cursor))
    return found


def as_written(name: str, value: float, facets: FacetRegistry = registry) -> str:
    """A bound as a person writes it: a day as a day, a whole number without a point."""
    facet = next((facet for facet in facets.all() if facet.name == name), None)
    if facet is not None and facet.type == "date":
        return date.fromordinal(int(value)).isoformat()
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)


def to_url(query: SearchQuery) -> str:
    return urlencode(to_params(query))


# ---- the cursor ------------------------------------------------------------------------------------------------


def encode_cursor(query: SearchQuery, after: Sequence[str | int | float]) -> str:
    """Where a page ended. It holds for the order that it was made with."""
    packed = json.dumps([query.sort.value, *after], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(query: SearchQuery) -> list[str | int | float]:
    """What `encode_cursor` was given, or an empty list on the first page; raises QueryError."""
    if not query.cursor:
        return []
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        sort, *after = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if sort != query.sort.value or not after or not all(isinstance(part, str | int | float) for part in after):
            raise ValueError(sort)
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        raise QueryError(
            ("cursor", "This page mark does not belong to this search. Start at its first page.")
        ) from error
    return after
