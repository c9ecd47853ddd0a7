"""`compress_originals`: keep deposited bytes compressed without loss, or as they were sent again (`--undo`)."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from archive.models import Blob
from archive.services import compacting
from archive.templatetags.quantities import size


class Command(BaseCommand):
    help = "Keep what was deposited compressed. Readers get the original bytes; each is compared before it is swapped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=0, help="at most so many files; all by default")
        parser.add_argument("--undo", action="store_true", help="unpack what is compressed")
        parser.add_argument("--again", action="store_true", help="try those once more that did not shrink enough")

    def handle(self, *, limit: int, undo: bool, again: bool, **options) -> None:
        if again:
            compacting.forget_sizes()
        rows = Blob.objects.exclude(codec="").order_by("pk") if undo else compacting.candidates()
        change = compacting.expand_blob if undo else compacting.compact_blob
        changed = sum(change(blob) for blob in (rows[:limit] if limit else rows).iterator(chunk_size=200))
        room = compacting.room()
        self.stdout.write(f"{changed} files changed. Originals: {size(room.originals)} sent, {size(room.stored)} kept.")
        self.stdout.write(
            f"Pictures {size(room.pictures)}, OME-Zarr {size(room.renditions)}; saved {_signed(room.saved)}."
        )


def _signed(count: int) -> str:
    return f"−{size(-count)}" if count < 0 else size(count)
