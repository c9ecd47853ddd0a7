"""The audit trail: an entry for every change, in the transaction of the change, chained by hash per dataset.

The portal's own changes (roles, tokens, people) form one chain more. A chain alone shows an edited entry; whoever
edits and hashes again, or cuts off the tail, is shown by the seals: files outside the database (archive/services/
sealing.py) with each chain's length and last hash, under a key that the database does not hold.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.errors import WrongState
from archive.models import AuditEntry, Dataset, User
from archive.services import sealing

# Two writers at once: the second meets the unique constraint, reads the new end and tries again.
_TRIES = 20
PORTAL = "portal"

seal_chains = sealing.seal_chains


@dataclass(frozen=True)
class Fault:
    """Something wrong with a chain: whose, at which entry, and what."""

    chain: str
    sequence: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.chain}, entry {self.sequence}: {self.sentence}"


def record(
    *,
    dataset: Dataset | None,
    action: str,
    actor: User | None = None,
    subject: str = "",
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add the entry in the caller's transaction, to the portal's chain without a dataset. `data` names people by id."""
    entry = AuditEntry(
        dataset=dataset,
        at=timezone.now(),
        actor=actor if actor is not None and actor.is_authenticated else None,
        action=action,
        subject=subject[:120],
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        data=dict(data or {}),
    )
    for _ in range(_TRIES):
        _append(entry)
        try:
            with transaction.atomic():
                entry.save(force_insert=True)
        except IntegrityError:
            if not _exists(entry):
                raise
            continue
        return entry
    raise WrongState("Too many people change this dataset at the same moment. Nothing was changed; try again.")


def _append(entry: AuditEntry) -> None:
    """Place the entry behind the last one of its chain."""
    last = chain_of(entry.dataset_id).order_by("-sequence").values_list("sequence", "hash").first()
    entry.sequence, entry.previous_hash = (last[0] + 1, last[1]) if last else (1, "")
    entry.hash = hash_of(entry)


def _exists(entry: AuditEntry) -> bool:
    return chain_of(entry.dataset_id).filter(sequence=entry.sequence).exists()


def chain_of(dataset_id: int | None):
    """The entries of a dataset's chain, or of the portal's."""
    return AuditEntry.objects.filter(dataset_id=dataset_id)


def hash_of(entry: AuditEntry) -> str:
    """SHA-256 over the entry as canonical JSON, the previous hash included."""
    content = {
        "dataset": entry.dataset_id,
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject": entry.subject,
        "from": entry.from_state,
        "to": entry.to_state,
        "reason": entry.reason,
        "data": entry.data,
        "previous": entry.previous_hash,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def verify_chain(dataset: Dataset | None) -> list[Fault]:
    """What is wrong with one chain by itself: gaps, entries that do not fit their hash or the one before."""
    name = dataset.accession if dataset else PORTAL
    return list(_faults(name, dataset.pk if dataset else None))


def _faults(name: str, dataset_id: int | None) -> Iterator[Fault]:
    previous, expected = "", 1
    for entry in chain_of(dataset_id).order_by("sequence").iterator(chunk_size=1000):
        if entry.sequence != expected:
            yield Fault(name, entry.sequence, f"Entry {expected} is missing before it.")
        if entry.previous_hash != previous:
            yield Fault(name, entry.sequence, "It does not follow the entry before it.")
        if hash_of(entry) != entry.hash:
            yield Fault(name, entry.sequence, "Its content is not what was written: the hash differs.")
        previous, expected = entry.hash, entry.sequence + 1


def verify_everything() -> list[Fault]:
    """Every chain by itself, and all of them against the seals."""
    faults = verify_chain(None)
    names = {None: PORTAL}
    for dataset in Dataset.objects.only("pk", "accession").order_by("pk").iterator():
        names[dataset.pk] = dataset.accession
        faults += verify_chain(dataset)
    for dataset_id, sequence, sentence in sealing.broken_seals():
        faults.append(Fault(names.get(dataset_id, f"dataset {dataset_id}"), sequence, sentence))
    return faults
