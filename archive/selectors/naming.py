"""Which names a dataset has room for: a path is one file on every system, and never a folder and a file at once."""

from django.db.models import Q, QuerySet

from archive.models import Dataset, File, Upload
from archive.states import FileKind, UploadState
from archive.uploads import paths

_UNFINISHED = (UploadState.OPEN, UploadState.COMPLETE)


def obstacle(dataset: Dataset, path: str) -> str:
    """Why nothing may be sent to this path, in a sentence; empty when nothing stored or arriving is in the way."""
    found = _files(dataset, path).first() or _uploads(dataset, path).first()
    return _sentence(path, found.path) if found else ""


def stored_obstacle(dataset: Dataset, path: str) -> str:
    """The same for what has arrived and is to be stored: only files count, for of two that cross one may stay."""
    found = _files(dataset, path).first()
    return _sentence(path, found.path) if found else ""


def _files(dataset: Dataset, path: str) -> QuerySet[File]:
    valid = dataset.files.filter(until_version__isnull=True)
    return valid.filter(_crossing(path)).exclude(path=paths.bundle_of(path), kind=FileKind.BUNDLE)


def _uploads(dataset: Dataset, path: str) -> QuerySet[Upload]:
    """Uploads on their way, and members of the same bundle that it has taken."""
    bundle, states = paths.bundle_of(path), Q(state__in=_UNFINISHED)
    if bundle and dataset.files.filter(path=bundle, kind=FileKind.BUNDLE, until_version__isnull=True).exists():
        states |= Q(state=UploadState.TAKEN, bundle=bundle)
    return Upload.objects.filter(states, _crossing(path), dataset=dataset)


def _crossing(path: str) -> Q:
    """Files that this path needs as folders, files whose names differ in letters' case only, and what lies below."""
    key = paths.key(path)
    crossing = Q(path_key__in=paths.above(key)) | Q(path_key=key) & ~Q(path=path)
    # No member of a bundle is asked what lies below it: a bundle may have hundreds of thousands of them.
    return crossing if paths.bundle_of(path) else crossing | Q(path_key__startswith=f"{key}/")


def _sentence(path: str, other: str) -> str:
    if paths.key(path) == paths.key(other):
        return (
            f"“{path}” and “{other}” differ only in capital letters, and many systems take them for one file. "
            f"Rename one of them; this one could be “{_another(path)}”."
        )
    return (
        f"“{path}” cannot be stored beside “{other}”: one would be a folder and a file at once. "
        f"Rename one of them; this one could be “{_another(path)}”."
    )


def _another(path: str) -> str:
    """A name beside it: cell-2.ome.tif for cell.ome.tif."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.partition(".")
    return f"{folder}{slash}{stem}-2{dot}{ending}"
