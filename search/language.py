"""PURE: the query language. The one parser, for pages and API alike.

    human "nuclear envelope" organism:mouse pixel_size:<0.2 -fixed (golgi OR er) mito*

Words may stand in any order and must all match, whatever their ending; "…" is a phrase; `field:value` asks one field;
`field:<5`, `field:>=5`, `field:1..5` ask a number; `PDB:1ABC` is what belongs to a record elsewhere; NOT or - excludes;
OR and parentheses combine; * completes a word.
Input is capped, and an error says what to write instead.
"""

import re
from collections.abc import Sequence

from archive.metadata.registries import advice, identify, is_archive
from search import words
from search.facets import BadValue, FacetDeclaration, FacetRegistry, Kind, did_you_mean, number, registry
from search.query import TEXT_FIELDS, And, Node, Not, Or, Phrase, Prefix, QueryError, Range, Word

LONGEST_QUERY = 1000
DEEPEST_QUERY = 10
MOST_WORDS = 50
# What many programs write for a search that asks nothing.
EVERYTHING = "*"
_EXAMPLE = "organism:mouse"
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
            self._check_value(written or "")
            return _text_node(written, lexeme.group("phrase"), "")
        facet = self.facets.find(self.kind, name)
        if facet is not None and not facet.is_terms:
            return _range_node(facet, written or lexeme.group("phrase") or "")
        if facet is not None:
            return _text_node(written, lexeme.group("phrase"), facet.words_field)
        if name.lower() in TEXT_FIELDS:
            return _text_node(written, lexeme.group("phrase"), TEXT_FIELDS[name.lower()])
        if is_archive(name):
            return _identifier_node(f"{name}:{written or lexeme.group('phrase') or ''}")
        raise QueryError(("q", self._unknown(name)))

    def _check_value(self, written: str) -> None:
        """`organism:` and `organism: mouse` ask a field for nothing."""
        name = written.removesuffix(":")
        if name == written or not (self.facets.find(self.kind, name) or name.lower() in TEXT_FIELDS):
            return
        raise QueryError(("q", f'"{written}" needs a value right after the colon. Write for example {_EXAMPLE}.'))

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


def _identifier_node(text: str) -> Node | None:
    """`PDB:1ABC`: what belongs to that record of another archive."""
    found = identify(text)
    if found is None:
        raise QueryError(("q", advice(text)))
    return _text_node(found.value, None, TEXT_FIELDS["identifier"])


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
    _check_quotes(text)
    node = parser.parse()
    if node is None and text.strip() not in ("", EVERYTHING):
        raise QueryError(
            (
                "q",
                f'"{text.strip()[:40]}" holds no word to search for. Write a word, such as mitochondria; AND, OR, NOT '
                "and parentheses only join words.",
            )
        )
    return node


def _check_quotes(text: str) -> None:
    before, mark, after = text.rpartition('"')
    if before.count('"') % 2 or not mark:
        return
    phrase = " ".join(after.split())[:40]
    advice = f'Write "{phrase}" for these words side by side, or leave the mark out.' if phrase else "Leave it out."
    raise QueryError(("q", f"There is a quotation mark without its second one. {advice}"))
