"""Keys and values of a source, taken one by one, so that whatever nobody took is reported and not lost.

Wrong types never raise: they end up in the ledger, with their place.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from .model import Unplaced, shorten

_BLANK = frozenset({"", "none", "null", "nan", "n/a"})


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """Keys with the same letters and digits are the same key: “E-mail”, “Email”."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


def text_of(value: Any) -> str:
    """A scalar as tidy text; nothing for what says nothing or is no scalar."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):  # JSON-LD
        return text_of(value["@value"]) if isinstance(value.get("@value"), str | int | float) else ""
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\u00a0", " ").strip()
    return "" if text.lower() in _BLANK else text


def items(value: Any) -> list[Any]:
    """A list of any depth, flat; a single value as a list of one."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [inner for item in value for inner in items(item)]
    return [value]


class Ledger:
    """What found no home, in the order in which it was met."""

    def __init__(self) -> None:
        self._rows: dict[Unplaced, None] = {}

    def keep(self, place: str, key: str, value: Any) -> None:
        """Plain, and without a field: kept as an attribute."""
        self._rows[Unplaced(place, key, shorten(value))] = None

    def doubt(self, place: str, key: str, value: Any, why: str) -> None:
        """Not understood; `why` is a sentence."""
        self._rows[Unplaced(place, key, shorten(value), False, why)] = None

    @property
    def rows(self) -> tuple[Unplaced, ...]:
        return tuple(self._rows)


@dataclass(frozen=True, slots=True)
class Entry:
    """`qualifiers` say more of the value: the ontology of a term, the address of a licence, a language."""

    key: str
    value: Any
    place: str
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    reference: bool = False


class Fields:
    """The entries of one part of a source. Each is taken once; `leave` reports the rest."""

    def __init__(self, entries: Iterable[Entry], ledger: Ledger) -> None:
        self._entries = list(entries)
        self._keys = [fold(entry.key) for entry in self._entries]
        self._taken: set[int] = set()
        self.ledger = ledger

    def entries(self, *names: str) -> list[Entry]:
        """Those of these names, in order, the names' order first; now taken. Blank ones are left out."""
        found = []
        for name in map(fold, names):
            for number, key in enumerate(self._keys):
                if key == name and number not in self._taken:
                    self._taken.add(number)
                    found.append(self._entries[number])
        return [entry for entry in found if not is_nothing(entry.value)]

    def texts(self, *names: str) -> list[str]:
        """All values as texts; lists are opened; what is no text is doubted."""
        return [text for entry in self.entries(*names) for text in self._texts(entry)]

    def text(self, *names: str) -> str:
        """One text: the English one where languages are told, the first otherwise; others that differ are kept."""
        ranked = self.entries(*names)
        english = [entry for entry in ranked if _language(entry).startswith("en")]
        pairs = [(entry, text) for entry in [*english, *ranked] for text in self._texts(entry, english=True)]
        if not pairs:
            return ""
        chosen = pairs[0][1]
        for entry, text in pairs[1:]:
            if text != chosen:
                self.ledger.keep(entry.place, entry.key, text)
        return chosen

    def leave(self) -> None:
        """Report what was not taken."""
        for number, entry in enumerate(self._entries):
            if number in self._taken or is_nothing(entry.value):
                continue
            values = items(entry.value)
            if all(text_of(value) or is_nothing(value) for value in values):
                self.ledger.keep(entry.place, entry.key, "; ".join(text_of(value) for value in values))
            else:
                self.ledger.doubt(entry.place, entry.key, entry.value, "It is no text that could be kept.")
        self._taken = set(range(len(self._entries)))

    def _texts(self, entry: Entry, *, english: bool = False) -> list[str]:
        values = items(entry.value)
        if english and len(values) > 1:
            values = sorted(values, key=lambda value: not _is_english(value))
        texts = []
        for value in values:
            text = text_of(value)
            if text:
                texts.append(text)
            elif not is_nothing(value):
                self.ledger.doubt(entry.place, entry.key, value, "A text was expected here.")
        return texts


def is_nothing(value: Any) -> bool:
    """Whether a value says nothing."""
    if isinstance(value, Mapping):
        return all(is_nothing(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(is_nothing(item) for item in value)
    return value is None or (isinstance(value, str) and not text_of(value))


def _is_english(value: Any) -> bool:
    return isinstance(value, Mapping) and str(value.get("@language", "")).lower().startswith("en")


def _language(entry: Entry) -> str:
    return next((text.lower() for name, text in entry.qualifiers.items() if fold(name) in ("language", "lang")), "")
