"""Who works on a row: a claim that is counted, kept alive by a heartbeat, and free again when its worker dies.

`tries` counts starts since the state last moved; `moved_at` is the heartbeat. A worker that is killed leaves a row
whose heart stopped: the sweep sends it on, and after MAX_TRIES starts the row is given up with a reason.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.models import F, Q
from django.utils import timezone

from archive.errors import StorageFull
from archive.imaging.errors import Overloaded, PoolUnavailable
from archive.models import File, FileTable, FolderImport, Image, NameScan, Rendition

logger = logging.getLogger(__name__)

MAX_TRIES = 3
# Not the row's fault: it stays as it is, the start is not counted, and the sweep sends it again.
# An object that is missing is a FileNotFoundError, and no outage.
OUTAGES = (PoolUnavailable, Overloaded, StorageFull, BotoCoreError, ClientError, OperationalError)

Row = File | FileTable | FolderImport | Image | NameScan | Rendition


def stale_before() -> datetime:
    """Rows whose heart beat last before this moment are at nobody's hands."""
    return timezone.now() - timedelta(seconds=settings.PORTAL_STALE_SECONDS)


@contextmanager
def claimed(model: type[Row], pk: int, states: Iterable[str]) -> Iterator[Row | None]:
    """The row, if it is in one of these states and nobody works on it; None otherwise. An outage gives it back."""
    now = timezone.now()
    free = Q(tries=0) | Q(moved_at__lt=stale_before())
    rows = model.objects.filter(free, pk=pk, state__in=list(states))
    if not rows.update(tries=F("tries") + 1, moved_at=now):
        yield None
        return
    row = model.objects.select_related("dataset").get(pk=pk)
    try:
        with _heartbeat(model, pk):
            yield row
    except OUTAGES as outage:
        logger.warning("%s %s waits: %s", model.__name__, pk, outage)
        model.objects.filter(pk=pk, tries__gt=0).update(tries=F("tries") - 1, moved_at=timezone.now())


@contextmanager
def _heartbeat(model: type[Row], pk: int) -> Iterator[None]:
    done = threading.Event()
    beat = threading.Thread(target=_beat, args=(model, pk, done), name=f"heartbeat-{pk}", daemon=True)
    beat.start()
    try:
        yield
    finally:
        done.set()
        beat.join()


def _beat(model: type[Row], pk: int, done: threading.Event) -> None:
    used = False
    while not done.wait(settings.PORTAL_STALE_SECONDS / 4):
        used = True
        try:
            model.objects.filter(pk=pk, tries__gt=0).update(moved_at=timezone.now())
        except DatabaseError:
            logger.warning("The heartbeat of %s %s could not be written.", model.__name__, pk)
    if used:
        connection.close()
