"""PURE: what the columns of a table are for, by their names and by what they hold."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from ..spreadsheets import Cell, Kind, Odd, Unreadable
from ..well_tables import WELL_NAMES
from .damage import DATE_WORD, GENE, UNIT_NUMBER, is_number, well_of

MOST_COLUMNS = 100
LONGEST_NAME = 100
_PATH = {"path", "file", "files", "filename", "filepath", "imagefile", "imagename"}
# What a file may belong to, by name, as the study's description has it.
ASSOCIATIONS = ("component", "biosample", "specimen")
_ASSOCIATION_WORDS = {
    "component": "component",
    "studycomponent": "component",
    "biosample": "biosample",
    "specimen": "specimen",
}
_GENE_WORD = re.compile(r"\b(genes?|symbol|target|protein|marker|construct|orf|[gs]?sg?rna|sirna|shrna|grna)\b")
_DATE_WORD = re.compile(r"\b(date|day|time|when|acquired|age|stage)\b")
_ID_WORD = re.compile(r"\b(ids?|identifier|barcode|accession|catalogue?|lot|ean|number|no|code|serial)\b")
_MOSTLY = 0.8
_HALF = 0.5


class Use(StrEnum):
    PATH = "path"
    ASSOCIATION = "association"
    GENE = "gene"
    WELL = "well"
    NUMBER = "number"
    DATE = "date"
    IDENTIFIER = "identifier"
    TEXT = "text"


@dataclass
class Tally:
    """What a column holds, counted while the table passes."""

    filled: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)

    def add(self, cell: Cell, text: str) -> None:
        """`text` is the cell's, cleaned; empty ones are not counted."""
        self.filled += 1
        if isinstance(cell, Odd):
            self.kinds[cell.kind] += 1
            if cell.kind is not Kind.NUMBER:
                return
        kinds, unit = _looks_like(text)
        for kind in kinds:
            self.kinds[kind] += 1
        if unit and (len(self.units) < 10 or unit in self.units):
            self.units[unit] += 1

    def share(self, *kinds: str) -> float:
        return sum(self.kinds[kind] for kind in kinds) / self.filled if self.filled else 0.0


# Columns repeat themselves.
@lru_cache(maxsize=20_000)
def _looks_like(text: str) -> tuple[tuple[str, ...], str]:
    """What a value counts as, and its unit if it has one."""
    if is_number(text):
        digits = text.lstrip("-")
        return (("numeric", "long") if len(digits) >= 12 and digits.isdecimal() else ("numeric",)), ""
    if DATE_WORD.fullmatch(text):
        return ("dateish",), ""
    if well_of(text):
        return ("wells",), ""
    if GENE.fullmatch(text):
        return ("genes",), ""
    match = UNIT_NUMBER.fullmatch(text)
    return (("with_unit",), match[2]) if match else ((), "")


@dataclass(frozen=True)
class Column:
    """`at` is its place in a row, `key` the association it names, if it names one."""

    at: int
    name: str
    use: Use
    key: str = ""
    filled: int = 0
    sentences: tuple[str, ...] = ()


def plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def path_at(head: Sequence[str]) -> int | None:
    return next((at for at, name in enumerate(head) if plain(name) in _PATH), None)


def understood(head: Sequence[str], tallies: Sequence[Tally]) -> tuple[Column, ...]:
    """Every column that has a name, the path first. Raises Unreadable with what is wrong with the head."""
    path = path_at(head)
    if path is None:
        shown = ", ".join(f"“{name}”" for name in head[:6] if name)
        raise Unreadable(
            f"No column is called “path”, so that nobody knows which file a row is about. The first row has {shown}. "
            "Download the table pre-filled, and fill in that."
        )
    _require_good_names(head, tallies)
    columns = [_column(at, name, tallies[at]) for at, name in enumerate(head) if name and at != path]
    return (Column(path, head[path], Use.PATH, filled=tallies[path].filled), *columns)


def _require_good_names(head: Sequence[str], tallies: Sequence[Tally]) -> None:
    if len(head) > MOST_COLUMNS:
        raise Unreadable(f"The table has {len(head)} columns; at most {MOST_COLUMNS} are kept. Leave some out.")
    for at, tally in enumerate(tallies):
        name = head[at] if at < len(head) else ""
        if tally.filled and not name:
            raise Unreadable(f"Column {at + 1} holds values and has no name. Name it in the first row, or empty it.")
        if len(name) > LONGEST_NAME:
            raise Unreadable(
                f"The column “{name[:40]}…” has a name of more than {LONGEST_NAME} characters. Shorten it."
            )
    twice = [name for name, count in Counter(name.casefold() for name in head if name).items() if count > 1]
    if twice:
        raise Unreadable(f"Two columns are called “{twice[0]}”. Give each a name of its own.")


def _column(at: int, name: str, tally: Tally) -> Column:
    association = _ASSOCIATION_WORDS.get(plain(name))
    if association:
        return Column(at, name, Use.ASSOCIATION, association, tally.filled)
    use = _use(name, tally)
    return Column(at, name, use, "", tally.filled, tuple(_sentences(name, tally)))


def _use(name: str, tally: Tally) -> Use:
    words = re.sub(r"[_\-./]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).lower()
    if plain(name) in WELL_NAMES:
        return Use.WELL
    if _GENE_WORD.search(words):
        return Use.GENE
    if tally.share(Kind.DATE, "dateish") >= _HALF or _DATE_WORD.search(words):
        return Use.DATE
    if tally.share("genes") >= _HALF and tally.kinds["genes"] > 2:
        return Use.GENE
    if _ID_WORD.search(words) or tally.share("long") >= _HALF:
        return Use.IDENTIFIER
    if tally.kinds["numeric"] > 2 and tally.share("numeric") >= _MOSTLY:
        return Use.NUMBER
    return Use.TEXT


def _sentences(name: str, tally: Tally) -> list[str]:
    if tally.share("with_unit") >= _MOSTLY and len(tally.units) == 1 and tally.filled > 2:
        (unit,) = tally.units
        return [f"All values end in {unit}. Call the column “{name} ({unit})” and leave the bare numbers."]
    return []
