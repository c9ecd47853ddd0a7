"""Originals kept compressed, without loss: only where it saves, and only once they were unpacked and compared.

What a reader gets, sees and verifies is the original: its bytes, size and digest. Files inside of bundles stay as they
are, since chunks of Zarr are compressed already.
"""

import hashlib
import logging
import tempfile
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import File as Content
from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from archive import compression
from archive.models import Blob, Image, Rendition
from archive.services import filing
from archive.storage import chunks_of, new_key, originals

logger = logging.getLogger(__name__)

CODEC = "zstd"
# Smaller objects take a block of the disk either way.
LEAST_BYTES = 64 << 10
# What it must save, as a share of the original.
LEAST_SAVED = 0.05


@dataclass(frozen=True)
class Room:
    """Bytes: of the originals as they were sent, of the originals as they lie in storage, and of what is derived."""

    originals: int
    stored: int
    pictures: int
    renditions: int

    @property
    def saved(self) -> int:
        """Negative where pictures and renditions take more than compression saves."""
        return self.originals - self.stored - self.pictures - self.renditions


def room() -> Room:
    size = Blob.objects.aggregate(
        sent=Coalesce(Sum("size"), 0), stored=Coalesce(Sum(Coalesce("stored_size", "size")), 0)
    )
    pictures = Image.objects.aggregate(sum=Coalesce(Sum("picture_bytes"), 0))["sum"]
    renditions = Rendition.objects.aggregate(sum=Coalesce(Sum("size"), 0))["sum"]
    return Room(size["sent"], size["stored"], pictures, renditions)


def candidates() -> QuerySet[Blob]:
    """Verified, large enough, and not looked at yet."""
    return Blob.objects.filter(size__gte=LEAST_BYTES, stored_size=None).exclude(sha256="").order_by("pk")


def compressed_count() -> int:
    return Blob.objects.exclude(codec="").count()


def compact_blob(blob: Blob) -> bool:
    """Keep it compressed if that saves enough; returns whether it does now. May be interrupted and called again."""
    settings.PORTAL_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.PORTAL_SCRATCH_DIR) as draft:
        try:
            compression.compress(chunks_of(originals(), blob.key), draft)
        except FileNotFoundError:
            return False  # swapped by somebody else meanwhile; whether bytes are missing is the audit's to tell
        size = draft.tell()
        if size > blob.size * (1 - LEAST_SAVED) or not _is_the_same(draft, blob):
            Blob.objects.filter(pk=blob.pk, key=blob.key).update(stored_size=blob.size)
            return False
        draft.seek(0)
        key = originals().save(new_key("blobs", compression.ENDING), Content(draft))
    return _swap(blob, key, codec=CODEC, stored_size=size)


def expand_blob(blob: Blob) -> bool:
    """Keep it as it was sent again; the digest is compared on the way."""
    settings.PORTAL_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.PORTAL_SCRATCH_DIR) as draft:
        digest = hashlib.sha256()
        for chunk in chunks_of(originals(), blob.key):
            digest.update(chunk)
            draft.write(chunk)
        if digest.hexdigest() != blob.sha256:
            return False
        draft.seek(0)
        key = originals().save(new_key("blobs"), Content(draft))
    return _swap(blob, key, codec="", stored_size=blob.size)


def _is_the_same(draft: BinaryIO, blob: Blob) -> bool:
    draft.seek(0)
    digest = hashlib.sha256()
    for chunk in compression.read(draft):
        digest.update(chunk)
    is_same = digest.hexdigest() == blob.sha256
    if not is_same:
        logger.error("The bytes of %s do not have their SHA-256 any more. They stay as they are; check them.", blob.key)
    return is_same


def _swap(blob: Blob, key: str, **fields: object) -> bool:
    """Whoever reads the old object at this moment reads it to the end on a folder, and asks again of S3."""
    with transaction.atomic():
        done = Blob.objects.filter(pk=blob.pk, key=blob.key).update(key=key, **fields)
        filing.discard(originals(), [blob.key if done else key])
    if done:
        blob.refresh_from_db()
    return bool(done)


def compact_some(most: int) -> int:
    """A part of what waits; returns how many objects became smaller."""
    return sum(compact_blob(blob) for blob in candidates()[:most])


def forget_sizes() -> None:
    """Look again at what did not shrink enough, say after another version of the library."""
    Blob.objects.filter(codec="", stored_size=F("size")).update(stored_size=None)
