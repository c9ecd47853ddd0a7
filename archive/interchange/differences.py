"""PURE: what is different between two versions of a dataset, in fields and in files, in words.

Files come as the lines of manifests (services/manifests.py): half a million of each are compared with flat memory.
"""

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from itertools import islice, zip_longest
from typing import Any

from archive.metadata.model import (
    LIST_TYPES,
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    TERM_TYPES,
    Document,
    Field,
    FieldType,
    Section,
    Template,
    is_blank,
)

# Names of files that are kept of each kind of change; of the rest only their number.
MOST_NAMES = 100
_MOST_LETTERS = 120
_RUN = 20_000
# Seen by the people of the dataset alone, or of no meaning for readers.
_UNSAID = frozenset({FieldType.EMAIL})
_UNSAID_FIELDS = frozenset({("study", "human_material")})
# By which of its parts a record of a list is known again.
_KNOWN_BY = ("orcid", "curie", "number", "value", "url", "doi", "name", "title", "label")


# ---- fields ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldChange:
    """`pointer` is a JSON pointer into the document."""

    pointer: str
    sentence: str


def field_changes(template: Template, before: Document, after: Document) -> list[FieldChange]:
    """In the order of the later version's template."""
    return [
        change
        for section in template.sections
        for change in _of_section(section, before.get(section.name), after.get(section.name))
    ]


def _of_section(section: Section, before: Any, after: Any) -> Iterator[FieldChange]:
    if not section.repeat:
        yield from _of_fields(section, f"/{section.name}", "", before, after)
        return
    word = (section.item_label or section.label).lower()
    old, new = (value if isinstance(value, list) else [] for value in (before, after))
    for number, (was, now) in enumerate(zip_longest(old, new), start=1):
        place, name = f"/{section.name}/{number - 1}", f"{word} {number}"
        if was is None or now is None:
            said = str((now or was or {}).get("name", "")) if isinstance(now or was, Mapping) else ""
            called = f" ({_quoted(said)})" if said else ""
            yield FieldChange(place, f"{name.capitalize()}{called} was {'added' if was is None else 'removed'}.")
        else:
            yield from _of_fields(section, place, f" of {name}", was, now)


def _of_fields(section: Section, place: str, owner: str, before: Any, after: Any) -> Iterator[FieldChange]:
    old, new = (value if isinstance(value, Mapping) else {} for value in (before, after))
    for one in section.fields:
        if one.type in _UNSAID or (section.name, one.name) in _UNSAID_FIELDS:
            continue
        for sentence in _of_value(one, f"{one.label.lower()}{owner}", old.get(one.name), new.get(one.name)):
            yield FieldChange(f"{place}/{one.name}", sentence)


def _of_value(one: Field, name: str, before: Any, after: Any) -> Iterator[str]:
    if before == after or (is_blank(before) and is_blank(after)):
        return
    if one.type in LIST_TYPES and one.type not in RECORD_LIST_TYPES:
        yield from _of_list(name, before or [], after or [])
    elif one.type in RECORD_LIST_TYPES:
        yield from _of_records(one, name, before or [], after or [])
    elif one.type in RECORD_TYPES and isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_parts(one, name, before, after)
    else:
        yield _of_plain(one, name, before, after)


def _of_plain(one: Field, name: str, before: Any, after: Any) -> str:
    if is_blank(before):
        return f"The {name} was added: {_said(one, after)}."
    if is_blank(after):
        return f"The {name} was removed; it was {_said(one, before)}."
    if one.type is FieldType.LONGTEXT:
        return f"The {name} was rewritten: {_words(before)} before, {_words(after)} now."
    return f"The {name} changed from {_said(one, before)} to {_said(one, after)}."


def _of_list(name: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    old, new = [_label(value) for value in before], [_label(value) for value in after]
    parts = [f"{_quoted(value)} was added" for value in new if value not in old]
    parts += [f"{_quoted(value)} was removed" for value in old if value not in new]
    yield (
        f"{name.capitalize()}: {'; '.join(parts)}." if parts else f"{name.capitalize()}: the order or a detail changed."
    )


def _of_records(one: Field, name: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    old, new = _by_identity(before), _by_identity(after)
    said = False
    for key, record in new.items():
        if key not in old:
            yield f"{name.capitalize()}: {_quoted(_title(record))} was added."
            said = True
        else:
            changes = list(_of_parts(one, f"of {_quoted(_title(record))}", old[key], record, within=name))
            said = said or bool(changes)
            yield from changes
    for key, record in old.items():
        if key not in new:
            yield f"{name.capitalize()}: {_quoted(_title(record))} was removed."
            said = True
    if not said and list(old) != list(new):
        yield f"{name.capitalize()}: the order changed."


def _of_parts(
    one: Field, name: str, before: Mapping[str, Any], after: Mapping[str, Any], within: str = ""
) -> Iterator[str]:
    for part in one.parts:
        if part.type in _UNSAID or before.get(part.name) == after.get(part.name):
            continue
        label = part.label if part.label.isupper() or part.label.startswith("ORCID") else part.label.lower()
        owner = f"{label} {name}" if within else f"{label} of the {name}"
        for sentence in _of_value(part, owner, before.get(part.name), after.get(part.name)):
            yield f"{within.capitalize()}: {sentence[0].lower()}{sentence[1:]}" if within else sentence


def _by_identity(records: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for record in records:
        if isinstance(record, Mapping):
            key = next((f"{name}:{record[name]}" for name in _KNOWN_BY if record.get(name)), json.dumps(record))
            found.setdefault(key, record)
    return found


def _title(record: Mapping[str, Any]) -> str:
    named = ("name", "title", "funder", "label", "value", "url", "description")
    words = [str(record[name]) for name in named if record.get(name)][:1]
    words += [str(record["number"])] if record.get("funder") and record.get("number") else []
    return " ".join(words) or "a record"


def _label(value: Any) -> str:
    return str(value.get("label") or value.get("curie", "")) if isinstance(value, Mapping) else str(value)


def _said(one: Field, value: Any) -> str:
    if one.type in TERM_TYPES:
        return _quoted(_label(value))
    if one.type is FieldType.QUANTITY and isinstance(value, Mapping):
        return f"{value.get('value')} {value.get('unit', '')}".strip()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _quoted(_title(value))
    text = next((choice.label for choice in one.choices if choice.value == value), str(value))
    return _quoted(text)


def _quoted(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1].rstrip() + '…'}”"


def _words(text: Any) -> str:
    count = len(str(text).split())
    return "1 word" if count == 1 else f"{count:,} words"


# ---- files -----------------------------------------------------------------------------------------------------


@dataclass
class Files:
    """How many, how large together, and the first of their paths."""

    count: int = 0
    bytes: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, entry: Mapping[str, Any]) -> None:
        self.count += 1
        self.bytes += int(entry["size"])
        if len(self.names) < MOST_NAMES:
            self.names.append(str(entry["path"]))


@dataclass
class FileChanges:
    added: Files = field(default_factory=Files)
    replaced: Files = field(default_factory=Files)
    removed: Files = field(default_factory=Files)
    unchanged: int = 0


def file_changes(before: Iterable[bytes], after: Iterable[bytes]) -> FileChanges:
    """Of two manifests, in whatever order their lines are."""
    found = FileChanges()
    old, new = _in_order(before), _in_order(after)
    was, now = next(old, None), next(new, None)
    while was or now:
        if was is None or (now and now["path"] < was["path"]):
            found.added.add(now or {})
            now = next(new, None)
        elif now is None or was["path"] < now["path"]:
            found.removed.add(was)
            was = next(old, None)
        else:
            if was["sha256"] == now["sha256"]:
                found.unchanged += 1
            else:
                found.replaced.add(now)
            was, now = next(old, None), next(new, None)
    return found


def _in_order(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """By the letters of paths: a database may have ordered them by the rules of a language."""
    waiting = iter(lines)
    with ExitStack() as runs:
        sorted_runs = []
        while run := list(islice(waiting, _RUN)):
            kept = runs.enter_context(tempfile.TemporaryFile())
            ordered: list[bytes] = sorted(run, key=lambda line: _path(json.loads(line)))
            kept.writelines(ordered)
            kept.seek(0)
            sorted_runs.append(_entries(kept))
        yield from heapq.merge(*sorted_runs, key=_path)


def _entries(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in lines)


def _path(entry: Mapping[str, Any]) -> str:
    return str(entry["path"])


# ---- both ------------------------------------------------------------------------------------------------------


def as_json(fields: Sequence[FieldChange], files: FileChanges) -> dict[str, Any]:
    """As it is kept with the version, and told by the API."""
    return {"fields": [asdict(change) for change in fields], "files": asdict(files)}
