"""Seals: what the audit chains were on a day, kept outside the database under a key that it does not hold.

A seal is one object in storage, JSON lines: a header (number, time, the root before), one line for each chain that grew
since the seal before, and the root: an HMAC with the portal's secret key over all that. Seals are written once and
follow each other, so that together they know every chain's length and last hash at every sealing.
"""

import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db.models import Max, Q
from django.utils import timezone

from archive.models import AuditEntry
from archive.storage import originals

logger = logging.getLogger(__name__)

FOLDER = "audit-seals"
_SALT = "archive.audit.seal"
# Seals are made daily; entries that are older than this and in no seal mean that sealing stopped or seals were removed.
_UNSEALED_FOR_LONG = timedelta(hours=49)

# A dataset's id, or None for the portal; the length of its chain; the last hash.
Chain = tuple[int | None, int, str]
# A dataset's id, or None for the portal; the entry; what is wrong, in a sentence.
Broken = tuple[int | None, int, str]
_BATCH = 200


@dataclass(frozen=True)
class Seal:
    number: int
    sealed_at: str
    previous_root: str
    chains: tuple[Chain, ...]
    root: str = ""


def _storage() -> Storage:
    return originals()


def _name(number: int) -> str:
    return f"{FOLDER}/{number:08d}.jsonl"


def seal_chains() -> Seal | None:
    """Seal what grew since the last seal; None if nothing did."""
    seals = list(_read_seals())
    known = {dataset_id: length for seal in seals for dataset_id, length, _ in seal.chains}
    chains = tuple(_grown(known))
    if not chains:
        return None
    previous = seals[-1] if seals else None
    number = previous.number + 1 if previous else 1
    body = _body(Seal(number, timezone.now().isoformat(), previous.root if previous else "", chains))
    root = _root(body, settings.SECRET_KEY)
    text = f"{body}{json.dumps({'root': root})}\n"
    _storage().save(_name(number), ContentFile(text.encode()))
    # The log is one more place, out of reach of whoever can write to the storage.
    logger.info("Audit seal %s has the root %s over %s chains.", number, root, len(chains))
    return _parse(text)


def _grown(known: dict[int | None, int]) -> Iterator[Chain]:
    """The length and last hash of every chain that is longer than what is known of it."""
    lengths = AuditEntry.objects.order_by().values_list("dataset_id").annotate(length=Max("sequence"))
    grown = [(pk, length) for pk, length in lengths if length > known.get(pk, 0)]
    for start in range(0, len(grown), _BATCH):
        part = grown[start : start + _BATCH]
        hashes = _hashes(part)
        yield from ((pk, length, hashes[pk, length]) for pk, length in part)


def _body(seal: Seal) -> str:
    """The lines that the root covers."""
    header = {"number": seal.number, "sealed_at": seal.sealed_at, "previous_root": seal.previous_root}
    lines = [header, *({"dataset": pk, "length": length, "hash": last} for pk, length, last in seal.chains)]
    return "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)


def _root(body: str, key: str) -> str:
    return hmac.new(f"{_SALT}:{key}".encode(), body.encode(), "sha256").hexdigest()


def _parse(text: str) -> Seal:
    header, *chains, root = [json.loads(line) for line in text.splitlines()]
    return Seal(
        number=header["number"],
        sealed_at=header["sealed_at"],
        previous_root=header["previous_root"],
        chains=tuple((chain["dataset"], chain["length"], chain["hash"]) for chain in chains),
        root=root["root"],
    )


def _read_seals() -> Iterator[Seal]:
    """All seals in their order; one that cannot be read comes without a root, so that it is told as changed."""
    storage = _storage()
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return  # a local folder is made with its first file
    for name in sorted(name for name in names if name.endswith(".jsonl")):
        with storage.open(f"{FOLDER}/{name}") as file:
            content = file.read()
        try:
            yield _parse(content.decode())
        except (ValueError, KeyError, TypeError):
            yield Seal(int(name.partition(".")[0]), "", "", ())


def broken_seals() -> list[Broken]:
    """Where the seals and the database disagree, and where the seals themselves were touched."""
    broken: list[Broken] = []
    previous_root, expected = "", 1
    sealed: dict[int | None, int] = {}
    for seal in _read_seals():
        broken += [(None, 0, sentence) for sentence in _faults_of(seal, expected, previous_root)]
        broken += _disagreements(seal)
        sealed.update({dataset_id: length for dataset_id, length, _ in seal.chains})
        previous_root, expected = seal.root, seal.number + 1
    return broken + _long_unsealed(sealed)


def _faults_of(seal: Seal, expected: int, previous_root: str) -> Iterator[str]:
    if seal.number != expected:
        yield f"Seal {expected} is missing before seal {seal.number}."
    if seal.previous_root != previous_root:
        yield f"Seal {seal.number} does not follow the seal before it."
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(hmac.compare_digest(_root(_body(seal), key), seal.root) for key in keys):
        yield f"Seal {seal.number} was changed, or was made under another secret key."


def _disagreements(seal: Seal) -> Iterator[Broken]:
    """Entries that the seal knew and that are not in the database as they were."""
    day = seal.sealed_at[:10]
    for start in range(0, len(seal.chains), _BATCH):
        part = seal.chains[start : start + _BATCH]
        found = _hashes([(dataset_id, length) for dataset_id, length, _ in part])
        for dataset_id, length, last in part:
            present = found.get((dataset_id, length))
            if present is None:
                yield dataset_id, length, f"It was sealed on {day} and is gone: the chain was cut."
            elif present != last:
                yield (
                    dataset_id,
                    length,
                    f"It is not what was sealed on {day}: the chain was rewritten.",
                )


def _hashes(ends: list[tuple[int | None, int]]) -> dict[tuple[int | None, int], str]:
    """The hashes of these entries, each named by its dataset and its sequence."""
    entries = AuditEntry.objects.filter(sequence__in={length for _, length in ends})
    ids = {dataset_id for dataset_id, _ in ends}
    wanted = Q(dataset_id__in=ids - {None}) | (Q(dataset_id__isnull=True) if None in ids else Q())
    rows = entries.filter(wanted).order_by().values_list("dataset_id", "sequence", "hash")
    return {(dataset_id, sequence): digest for dataset_id, sequence, digest in rows}


def _long_unsealed(sealed: dict[int | None, int]) -> list[Broken]:
    limit = timezone.now() - _UNSEALED_FOR_LONG
    newest = AuditEntry.objects.filter(at__lt=limit).order_by().values_list("dataset_id")
    return [
        (dataset_id, length, "It is older than two days and in no seal: sealing stopped, or seals were removed.")
        for dataset_id, length in newest.annotate(length=Max("sequence"))
        if length > sealed.get(dataset_id, 0)
    ]
