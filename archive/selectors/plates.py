"""What stands beside the wells of a plate: the dataset's tables."""

from functools import reduce
from operator import or_

from django.db.models import Q

from archive.access import Reader
from archive.metadata.well_tables import ENDINGS, MOST_BYTES
from archive.models import File, Plate
from archive.selectors.versions import files_of_version
from archive.states import FileKind, FileState

MOST_TABLES = 20


def table_files(plate: Plate, user: Reader) -> list[File]:
    """Files of the plate's version that may be tables of wells, by path: one query. `plate.file` should be loaded."""
    number = (plate.file.until_version or 0) - 1 if plate.file.until_version else plate.dataset.latest_version
    rows = files_of_version(plate.dataset, number or plate.file.from_version, user)
    is_table = reduce(or_, (Q(path__iendswith=ending) for ending in ENDINGS))
    rows = rows.filter(is_table, kind=FileKind.FILE, size__gt=0, size__lte=MOST_BYTES)
    return list(rows.exclude(state__in=(FileState.DAMAGED, FileState.STORED))[:MOST_TABLES])
