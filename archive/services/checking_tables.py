"""The check of an uploaded table of files, before anything is applied: what would change, and what is wrong.

Two passes over the table (archive/metadata/file_tables), each a batch of rows at a time: memory does not grow with it.
What would change and what is wrong are objects in storage, compressed JSON lines; the row of the table holds counts.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File as Content
from django.db import transaction
from django.utils import timezone

from archive import compression
from archive.metadata.file_tables import Checked, Checker, Column, Finding, Known, Staged, Use, stage
from archive.metadata.spreadsheets import Sheet, Unreadable, open_workbook, text_rows
from archive.models import Deposition, File, FileTable
from archive.selectors import attributes, quality
from archive.selectors.attributes import Said
from archive.selectors.components import component_at
from archive.selectors.depositions import open_deposition
from archive.selectors.file_tables import named_folders
from archive.selectors.path_proposals import proposals_for
from archive.selectors.table_terms import obsolete_terms
from archive.services import filing
from archive.services.claims import MAX_TRIES, claimed
from archive.states import FileTableState
from archive.storage import chunks_of, new_key, originals

BATCH = 500
SHOWN_PROBLEMS = 200
# For so many unknown paths a proposal is looked for.
_MOST_PROPOSALS = 2000
_INTERRUPTED = "The portal was interrupted each time it read this table. Upload it again, or save it as CSV first."
_SPECIES = {"NCBITaxon:9606": "human", "NCBITaxon:10090": "mouse"}


def check_table(*, table_id: int) -> None:
    """Read the table and say what it would do. May be called again; nothing when somebody else works on it."""
    with claimed(FileTable, table_id, (FileTableState.CHECKING,)) as table:
        if table is None:
            return
        deposition = open_deposition(table.dataset_id)
        if table.tries > MAX_TRIES:
            _refuse(table, _INTERRUPTED)
        elif deposition is None or deposition.number != table.number:
            _refuse(
                table, "The draft that this table was for has been released or given up. Begin a new version for it."
            )
        else:
            _check(table, deposition)


def _refuse(table: FileTable, sentence: str) -> None:
    rows = FileTable.objects.filter(pk=table.pk, state=FileTableState.CHECKING)
    with transaction.atomic():
        if rows.update(state=FileTableState.REFUSED, sentence=sentence, tries=0, moved_at=timezone.now()):
            filing.discard(originals(), [table.key])


def _check(table: FileTable, deposition: Deposition) -> None:
    settings.PORTAL_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.PORTAL_SCRATCH_DIR) as scratch:
        folder = Path(scratch)
        try:
            sha256 = _fetch(table.key, folder / "table")
            with (folder / "table").open("rb") as file:
                sheet = _opened(file)
                staged = stage(sheet.rows, folder, settings.PORTAL_MAX_FILES)
        except Unreadable as error:
            _refuse(table, str(error))
            return
        with staged:
            _Check(table, deposition, staged, sha256, sheet.notes).run(folder)


def _fetch(key: str, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for chunk in chunks_of(originals(), key):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _opened(file: Any) -> Sheet:
    is_workbook = file.read(4) == b"PK\3\4"
    file.seek(0)
    return (
        open_workbook(file) if is_workbook else Sheet((at, list(cells)) for at, cells in enumerate(text_rows(file), 1))
    )


@dataclass
class _Check:
    """One table on its way through."""

    table: FileTable
    deposition: Deposition
    staged: Staged
    sha256: str
    notes: list[str]
    changed: int = 0
    unchanged: int = 0
    unknown: int = 0
    strangers: int = 0
    asked: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.order = attributes.order_of(self.deposition.dataset_id, self.deposition.number)
        spelt = {name.casefold(): name for name in self.order}
        self.columns = tuple(
            replace(column, name=spelt.get(column.name.casefold(), column.name)) for column in self.staged.columns
        )
        self.folders = named_folders(self.deposition)
        self.obsolete: dict[str, str] = {}
        document = self.deposition.metadata
        known = Known(attributes.part_names(document), _species_of(document), self.obsolete)
        self.checker = Checker(self.columns, known)

    def run(self, folder: Path) -> None:
        self.staged.find_repeats()
        changes = _compressed(folder / "changes", self._changes())
        self._name_unknown()
        self._keep(changes, _compressed(folder / "problems", map(_problem_line, self.staged.findings())))

    def _changes(self) -> Iterator[bytes]:
        """A line for each row that is right and changes something."""
        for batch in self.staged.batches(BATCH):
            self.obsolete.clear()
            self.obsolete.update(obsolete_terms(_texts(self.columns, batch)))
            checked = [self.checker.check(line) for line in batch]
            self.staged.add(finding for one in checked for finding in one.findings)
            wrong = self.staged.wrong_rows([one.row for one in checked])
            files = _files(self.deposition, [one.path for one in checked])
            rows = attributes.current_rows(files.values())
            for one in checked:
                if one.path and one.path not in files:
                    self._note_unknown(one)
                elif one.row not in wrong and (line := self._change(one, Said.of(rows.get(files[one.path])))):
                    yield line

    def _change(self, one: Checked, before: Said) -> bytes:
        """Nothing for a row that says what is known."""
        parts = {kind: name for kind, name in one.associations.items() if before.associations.get(kind, "") != name}
        if "component" not in before.associations and parts.get("component") == component_at(one.path, self.folders):
            parts.pop("component", None)
        values = {name: text for name, text in one.values.items() if before.values.get(name, "") != text}
        if not parts and not values:
            self.unchanged += 1
            return b""
        self.changed += 1
        entry = {"path": one.path, "values": values, "associations": parts}
        return json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"

    def _note_unknown(self, one: Checked) -> None:
        self.unknown += 1
        self.strangers += one.path not in self.asked
        if len(self.asked) < _MOST_PROPOSALS or one.path in self.asked:
            self.asked.setdefault(one.path, []).append(one.row)
        else:
            self.staged.add([self._unknown(one.row, one.path, "")])

    def _name_unknown(self) -> None:
        found = proposals_for(self.asked, self.deposition)
        for path, rows in self.asked.items():
            self.staged.add(self._unknown(row, path, found.get(path, "")) for row in rows)

    def _unknown(self, row: int, path: str, proposal: str) -> Finding:
        advice = proposal or "Correct it, upload the file first, or delete the row."
        return Finding(row, self.columns[0].name, path[:200], f"No file of the deposit has this path. {advice}")

    def _keep(self, changes: Path, problems: Path) -> None:
        shown = [_problem(finding) for finding, _ in zip(self.staged.findings(), range(SHOWN_PROBLEMS), strict=False)]
        found = {"problems_key": _stored(problems), "changes_key": _stored(changes)}
        rows = FileTable.objects.filter(pk=self.table.pk, state=FileTableState.CHECKING)
        kept = rows.update(
            state=FileTableState.CHECKED,
            sha256=self.sha256,
            counts=self._counts(),
            columns=[self._described(column) for column in self.columns],
            sentence=" ".join([*self.notes, *self.checker.notes()]),
            problems=shown,
            order=[*self.order, *self._new_names()],
            tries=0,
            moved_at=timezone.now(),
            **found,
        )
        if not kept:
            filing.delete_objects(originals(), found.values())

    def _counts(self) -> dict[str, int]:
        found = self.staged.finding_counts()
        named = self.staged.path_count() - self.strangers
        in_deposit = quality.current_files(self.deposition).count()
        return {
            "rows": self.staged.rows,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "unknown": self.unknown,
            "left_out": max(in_deposit - named, 0),
            **found,
        }

    def _new_names(self) -> list[str]:
        there = set(self.order)
        return [
            one.name for one in self.columns if one.use not in (Use.PATH, Use.ASSOCIATION) and one.name not in there
        ]

    def _described(self, column: Column) -> dict[str, Any]:
        is_new = column.name in self._new_names()
        return {
            "name": column.name,
            "use": str(column.use),
            "is_new": is_new,
            "filled": column.filled,
            "sentences": list(column.sentences),
        }


def _files(deposition: Deposition, paths: list[str]) -> dict[str, int]:
    rows = File.objects.filter(dataset=deposition.dataset_id, until_version__isnull=True, path__in=paths)
    return dict(rows.values_list("path", "pk"))


def _texts(columns: Iterable[Column], batch: Iterable[Any]) -> set[str]:
    places = [column.at for column in columns if column.use is Use.TEXT]
    return {str(line.cells[at]).strip() for line in batch for at in places if at < len(line.cells)}


def _species_of(document: Any) -> str:
    samples = document.get("biosample")
    items = samples if isinstance(samples, list) else [samples]
    terms = [term for item in items if isinstance(item, dict) for term in item.get("organism") or []]
    found = {_SPECIES.get(str(term.get("curie")), "") for term in terms if isinstance(term, dict)}
    return found.pop() if len(found) == 1 else ""


# --- objects


def _problem(finding: Finding) -> dict[str, Any]:
    return asdict(finding) | {"level": str(finding.level)}


def _problem_line(finding: Finding) -> bytes:
    return json.dumps(_problem(finding), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _compressed(target: Path, lines: Iterable[bytes]) -> Path:
    with target.open("wb") as file:
        compression.compress(lines, file)
    return target


def _stored(path: Path) -> str:
    with path.open("rb") as file:
        return originals().save(new_key("file-tables", f".jsonl{compression.ENDING}"), Content(file))


def lines_of(key: str) -> Iterator[dict[str, Any]]:
    """What one of these objects says, an entry at a time."""
    rest = b""
    for chunk in chunks_of(originals(), key):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, whole)
