"""PURE: the rows of a table, one after the other: values as they will be kept, and what is wrong with them."""

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..spreadsheets import Cell, Kind, Odd
from ..spreadsheets.writing import unguarded
from . import damage
from .columns import Column, Use
from .findings import Finding, Level
from .staging import StagedLine

LONGEST_VALUE = 1000


@dataclass(frozen=True)
class Known:
    """What a table is compared with: the names that associations may have, whose genes they are, obsolete terms.

    `species` is human, mouse or nothing. `obsolete` maps folded labels and CURIEs to a sentence with what to use.
    """

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    species: str = ""
    obsolete: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """A row as it will be kept. An empty value takes what was there away."""

    row: int
    path: str
    values: dict[str, str]
    associations: dict[str, str]
    findings: list[Finding]

    @property
    def is_wrong(self) -> bool:
        return any(finding.level is Level.ERROR for finding in self.findings)


class Wrong(Exception):
    """A value that cannot be kept: the sentence."""


@dataclass
class _Seen:
    """One cell on its way: what is found may be a hint (here) or an error (raised)."""

    column: Column
    cell: Cell
    hints: list[str] = field(default_factory=list)


class Checker:
    """Checks row by row; `notes` says afterwards what was put right in many of them."""

    def __init__(self, columns: tuple[Column, ...], known: Known) -> None:
        self._path, *self._others = columns
        self._known = known
        self._mended: Counter[tuple[str, str]] = Counter()
        self._by_use: dict[Use, Callable[[_Seen, str], str]] = {
            Use.ASSOCIATION: self._association,
            Use.GENE: self._gene,
            Use.WELL: self._well,
            Use.NUMBER: self._number,
            Use.DATE: self._date,
            Use.IDENTIFIER: self._identifier,
            Use.TEXT: self._text,
        }

    def check(self, line: StagedLine) -> Checked:
        checked = Checked(line.row, line.path, {}, {}, [])
        if not line.path:
            sentence = (
                "This row has no path, so that nobody knows which file it is about. Fill it in, or delete the row."
            )
            checked.findings.append(Finding(line.row, self._path.name, "", sentence))
        elif "\\" in str(line.cells[self._path.at]):
            self._mended[self._path.name, "backslashes"] += 1
        for column in self._others:
            cell = line.cells[column.at] if column.at < len(line.cells) else ""
            self._check_cell(checked, column, cell)
        return checked

    def _check_cell(self, checked: Checked, column: Column, cell: Cell) -> None:
        seen = _Seen(column, cell)
        try:
            text = self._cleaned(column, cell)
            value = self._by_use[column.use](seen, text) if text else ""
        except Wrong as wrong:
            checked.findings.append(Finding(checked.row, column.name, str(cell)[:200], str(wrong)))
            return
        checked.findings.extend(Finding(checked.row, column.name, text[:200], hint, Level.HINT) for hint in seen.hints)
        if column.use is Use.ASSOCIATION:
            checked.associations[column.key] = value
        else:
            checked.values[column.name] = value

    def _cleaned(self, column: Column, cell: Cell) -> str:
        if isinstance(cell, Odd):
            _require_value(cell)
            return cell.text
        text = unguarded(damage.clean(cell))
        if text != cell and cell.strip():
            self._mended[column.name, "spaces"] += text != unguarded(cell)
        if damage.ERROR_TEXT.fullmatch(text):
            raise Wrong(f"{text} is an error that a formula left. Write the value itself.")
        if len(text) > LONGEST_VALUE:
            raise Wrong(f"The value has {len(text)} characters; at most {LONGEST_VALUE} are kept. Shorten it.")
        return text

    # --- by what a column is for

    def _association(self, seen: _Seen, text: str) -> str:
        names = self._known.names.get(seen.column.key, ())
        found = next((name for name in names if name.casefold() == text.casefold()), "")
        if found:
            return found
        if not names:
            raise Wrong(
                f"The deposit has no {seen.column.key} with a name. Add it to the description, or leave this empty."
            )
        parts = [part for part in damage.SEVERAL.split(text) if part]
        if len(parts) > 1 and any(part.casefold() in {name.casefold() for name in names} for part in parts):
            raise Wrong(f"A file belongs to one {seen.column.key}; “{text[:80]}” names {len(parts)}. Keep one.")
        raise Wrong(f"The deposit has no {seen.column.key} “{text[:80]}”. {_proposal(text, names)}")

    def _gene(self, seen: _Seen, text: str) -> str:
        if gene := damage.gene_of_date(text):
            raise Wrong(f"“{text}” is a gene’s name that a spreadsheet made a date. Write {gene}, in a column of text.")
        if damage.is_floated(text):
            raise Wrong(
                f"“{text}” is a name, such as 2310009E13, that a spreadsheet made a number. Write it out, in a column "
                "of text."
            )
        if other := damage.other_species(text, self._known.species):
            seen.hints.append(
                f"“{text}” is written as genes of {_GENES_OF[other]} are, and the sample is {self._known.species}. "
                f"Should it be {text.upper() if other == 'mouse' else text.capitalize()}?"
            )
        return self._text(seen, text)

    def _well(self, seen: _Seen, text: str) -> str:
        name = damage.well_of(text)
        if not name:
            raise Wrong(f"“{text[:40]}” is no well. Write a letter and a number, such as B03; one well in a row.")
        if name != text:
            self._mended[seen.column.name, "wells"] += 1
        return name

    def _number(self, seen: _Seen, text: str) -> str:
        if damage.is_number(text):
            return text
        if damage.NOTHING.fullmatch(text):
            self._mended[seen.column.name, "nothing"] += 1
            return ""
        if match := damage.UNIT_NUMBER.fullmatch(text):
            number = match[1].replace(",", ".")
            raise Wrong(
                f"“{text}” has its unit in the cell. Write {number}, and the unit in the column’s name: "
                f"“{seen.column.name} ({match[2]})”."
            )
        if number := damage.without_comma(text):
            raise Wrong(f"“{text}” has a decimal comma; the others of this column are numbers. Write {number}.")
        if len([part for part in damage.SEVERAL.split(text) if part]) > 1:
            raise Wrong(f"“{text[:80]}” holds several values. One row stands for one file: keep one, or add a column.")
        seen.hints.append(f"“{text[:40]}” is no number, and the others of this column are. Is it meant?")
        return text

    def _date(self, seen: _Seen, text: str) -> str:
        return text

    def _identifier(self, seen: _Seen, text: str) -> str:
        is_cell_number = isinstance(seen.cell, Odd) and seen.cell.kind is Kind.NUMBER
        if lost := damage.lost_digits(text, is_cell_number=is_cell_number):
            raise Wrong(f"“{text}” {lost}. Write all its digits, in a column that is formatted as text.")
        return self._text(seen, text)

    def _text(self, seen: _Seen, text: str) -> str:
        is_date = isinstance(seen.cell, Odd) and seen.cell.kind is Kind.DATE
        if is_date and seen.column.use is Use.TEXT:
            seen.hints.append(f"“{text}” is a date in a column of other values. Did a spreadsheet make it one?")
        parts = [part for part in damage.SEVERAL.split(text) if part]
        if len(parts) > 1 and (";" in text or "|" in text or "\n" in text):
            seen.hints.append(
                f"“{text[:60]}” holds {len(parts)} values, kept as one text. A column for each tells them apart."
            )
        if sentence := self._known.obsolete.get(text.casefold()):
            seen.hints.append(sentence)
        return text

    def notes(self) -> list[str]:
        """What was put right without asking, with how often."""
        return [
            _MENDED[what].format(count=_times(count), column=name)
            for (name, what), count in self._mended.items()
            if count
        ]


_GENES_OF = {"mouse": "mice", "human": "humans"}
_MENDED = {
    "spaces": "“{column}”: spaces that were hidden, doubled or at the end were taken out of {count}.",
    "wells": "“{column}”: {count} became a letter and two digits, as A01.",
    "nothing": "“{column}”: {count} said “n/a” or the like, and count as empty.",
    "backslashes": "“{column}”: backslashes of {count} were read as “/”.",
}


def _times(count: int) -> str:
    return "one value" if count == 1 else f"{count:,} values"


def _require_value(cell: Odd) -> None:
    if cell.kind is Kind.FORMULA:
        raise Wrong("The cell holds a formula without a value. Write the value, or open and save the table once more.")
    if cell.kind is Kind.ERROR:
        raise Wrong(f"{cell.text} is an error that a formula left. Write the value itself.")
    if cell.kind is Kind.MERGED:
        raise Wrong("The cell is part of a merged one. Unmerge it, and write the value into each row.")


def _proposal(text: str, names: Sequence[str]) -> str:
    near = difflib.get_close_matches(text.casefold(), [name.casefold() for name in names], 1, 0.6)
    if near:
        return f"Did you mean “{next(name for name in names if name.casefold() == near[0])}”?"
    return f"Its names are {', '.join(f'“{name}”' for name in names[:5])}{' and more' if len(names) > 5 else ''}."
