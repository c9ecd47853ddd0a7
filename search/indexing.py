"""Keeps the index as the database is. Every change is recorded in the outbox first, and leaves it only when the index
has it: an engine that is down delays what is found, and loses nothing.

Safe in any order and by any number of workers: documents carry the moment before their rows were read, and whoever
finds that another one finished the same dataset meanwhile has it done again.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from search import documents
from search.backends.base import SearchBackend
from search.backends.document import SearchDocument
from search.errors import IndexOutdated, SearchUnavailable
from search.facets import Kind
from search.models import PendingChange
from search.selectors.backend import backend
from search.selectors.indexed import indexed_datasets, indexed_images

logger = logging.getLogger(__name__)
CHANGES_AT_ONCE = 100
DOCUMENTS_AT_ONCE = 2_000


def record_change(dataset_id: int) -> None:
    """Note that a dataset changed, in the transaction that changes it."""
    change = PendingChange(dataset_id=dataset_id, mark=uuid.uuid4(), changed_at=timezone.now())
    PendingChange.objects.bulk_create(
        [change], update_conflicts=True, unique_fields=["dataset_id"], update_fields=["mark", "changed_at", "tries"]
    )


def drain_outbox() -> int:
    """Bring every changed dataset into the index; returns how many. What the engine does not take stays for later."""
    done = 0
    try:
        _make_current(backend())
        while taken := _take():
            index_datasets([change.dataset_id for change in taken])
            done += len(taken)
            _finish(taken)
    except SearchUnavailable as error:
        logger.warning("The search index could not be written; changes wait in the outbox. %s", error.reason or error)
    return done


def _take() -> list[PendingChange]:
    taken = list(PendingChange.objects.order_by("tries", "changed_at")[:CHANGES_AT_ONCE])
    PendingChange.objects.filter(pk__in=[change.pk for change in taken]).update(tries=F("tries") + 1)
    return taken


def _finish(taken: Sequence[PendingChange]) -> None:
    for change in taken:
        with transaction.atomic():
            deleted, _ = PendingChange.objects.filter(pk=change.pk, mark=change.mark).delete()
            if not deleted and not PendingChange.objects.filter(pk=change.pk).exists():
                # Another worker finished it in between, and may have taken out what we then put in.
                record_change(change.pk)


def _make_current(engine: SearchBackend) -> None:
    """An index that was made for other facets is made anew; it would take no document otherwise."""
    try:
        for kind in Kind:
            engine.ensure(kind)
        engine.ping()
    except IndexOutdated:
        rebuild()


def index_datasets(dataset_ids: Sequence[int]) -> None:
    """Write these datasets and their images as they are now, and take out what is no longer there."""
    engine = backend()
    written: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for batch in _batches(documents.of_datasets(dataset_ids)):
        engine.index(batch)
        for document in batch:
            written[document.kind].add(document.id)
    tokens = frozenset(f"dataset:{pk}" for pk in dataset_ids)
    for kind, ids in written.items():
        engine.refresh(kind)
        gone = set(engine.ids(kind, tokens)) - ids
        if gone:
            engine.delete(kind, sorted(gone))
            engine.refresh(kind)  # what is retracted must not be found a moment longer


def index_dataset(dataset_id: int) -> None:
    """Write one dataset and its images as they are now; it leaves the index if it is retracted or withdrawn."""
    index_datasets([dataset_id])


def _batches(stream: Iterable[SearchDocument]) -> Iterable[list[SearchDocument]]:
    remaining = iter(stream)
    while batch := list(islice(remaining, DOCUMENTS_AT_ONCE)):
        yield batch


def rebuild() -> dict[Kind, int]:
    """Both indexes from the database, under new names that take the place of the old ones at once."""
    return {kind: backend().rebuild(kind, documents.of_everything(kind)) for kind in Kind}


@dataclass(frozen=True)
class Difference:
    """What the index lacks, and what it has though it should not."""

    kind: Kind
    missing: frozenset[str]
    surplus: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.surplus)


def differences() -> list[Difference]:
    """The ids of the index against those of the database."""
    wanted = {Kind.DATASET: indexed_datasets(), Kind.IMAGE: indexed_images()}
    found = []
    for kind, rows in wanted.items():
        backend().refresh(kind)
        there = frozenset(backend().ids(kind))
        should = frozenset(rows.values_list("accession", flat=True).iterator(chunk_size=10_000))
        found.append(Difference(kind, should - there, there - should))
    return found


def catch_up() -> int:
    """Record a change for every dataset of which the index lacks a document; takes surplus documents out at once."""
    changed: set[int] = set()
    for difference in differences():
        backend().delete(difference.kind, sorted(difference.surplus))
        changed |= _datasets_of(difference.kind, sorted(difference.missing))
    for dataset_id in sorted(changed):
        record_change(dataset_id)
    return len(changed)


def _datasets_of(kind: Kind, accessions: Sequence[str]) -> set[int]:
    rows, column = (indexed_datasets(), "pk") if kind is Kind.DATASET else (indexed_images(), "dataset_id")
    found: set[int] = set()
    for at in range(0, len(accessions), DOCUMENTS_AT_ONCE):
        part = rows.filter(accession__in=accessions[at : at + DOCUMENTS_AT_ONCE])
        found |= set(part.values_list(column, flat=True))
    return found
