"""What an upload asks of the database before it may begin: its dataset, its room, and the paths that are taken."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from archive.access import require_role
from archive.errors import Gone, NotFound, WrongState
from archive.models import Dataset, Deposition, File, Upload, User
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, FileKind, UploadState
from archive.uploads import paths

# Sums over all files of a dataset are remembered so long; what is added meanwhile is counted on top.
_REMEMBERED_SECONDS = 10
UNFINISHED_UPLOADS = (UploadState.OPEN, UploadState.COMPLETE)


@dataclass(frozen=True)
class Usage:
    """What is stored or on its way: files of one dataset, bytes of one person."""

    files: int
    bytes: int


def editable_dataset(user: User, accession: str) -> Dataset:
    """The dataset, if this person may add files to it now; raises NotFound, NotAllowed, WrongState."""
    dataset = Dataset.objects.filter(accession=accession).first()
    if dataset is None:
        raise NotFound("There is nothing here that you may see. Check the address.")
    require_role(user, dataset, EDITING_ROLES)
    editable_deposition(dataset)
    return dataset


def editable_deposition(dataset: Dataset) -> Deposition:
    """The draft that takes files; raises WrongState when there is none."""
    deposition = dataset.depositions.filter(state__in=EDITABLE_DEPOSITIONS).first()
    if deposition is None:
        raise WrongState(
            f"{dataset.accession} takes no files in its present state. "
            "Begin a new version, or wait until the portal has checked what you submitted."
        )
    return deposition


def upload_for(user: User, upload_id: str) -> Upload:
    """An upload that this person may go on with; raises NotFound or NotAllowed."""
    upload = Upload.objects.select_related("dataset").filter(pk=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload. It may have been finished or removed; start it again.")
    require_role(user, upload.dataset, EDITING_ROLES)
    return upload


def require_known(upload: Upload) -> None:
    """Raise Gone for an upload that was cancelled, expired or failed."""
    if upload.state == UploadState.FAILED:
        raise Gone(upload.reason or "This upload was ended. Start it again.")


def usage(dataset: Dataset, user: User, *, fresh: bool = False) -> Usage:
    """May be some seconds old unless `fresh`; `add_to_usage` keeps a remembered sum from falling behind."""
    key = _usage_key(dataset, user)
    remembered = None if fresh else cache.get(key)
    if remembered is None:
        remembered = _count_usage(dataset, user)
        cache.set(key, remembered, _REMEMBERED_SECONDS)
    return remembered


def add_to_usage(dataset: Dataset, user: User, size: int) -> None:
    known = cache.get(_usage_key(dataset, user))
    if known is not None:
        cache.set(_usage_key(dataset, user), Usage(known.files + 1, known.bytes + size), _REMEMBERED_SECONDS)


def _usage_key(dataset: Dataset, user: User) -> str:
    return f"upload-usage:{dataset.pk}:{user.pk}"


def _count_usage(dataset: Dataset, user: User) -> Usage:
    arriving = Upload.objects.filter(state__in=UNFINISHED_UPLOADS)
    files = dataset.files.filter(until_version__isnull=True).aggregate(
        files=Count("pk", filter=Q(kind=FileKind.FILE)), members=Sum("member_count")
    )
    count = files["files"] + (files["members"] or 0) + arriving.filter(dataset=dataset).count()
    stored = File.objects.filter(uploaded_by=user).aggregate(sum=Sum("size"))["sum"] or 0
    coming = arriving.filter(user=user).aggregate(sum=Sum("size"))["sum"] or 0
    return Usage(count, stored + coming)


def unfinished_upload(dataset: Dataset, path: str) -> Upload | None:
    return Upload.objects.filter(dataset=dataset, path=path, state__in=UNFINISHED_UPLOADS).first()


def file_at(dataset: Dataset, path: str) -> File | None:
    """The file that this path names in the current draft."""
    return dataset.files.filter(path=path, until_version__isnull=True).first()


def has_member(dataset: Dataset, path: str) -> bool:
    """Whether this path was uploaded as a member of a bundle that still stands."""
    bundle = paths.bundle_of(path)
    taken = Upload.objects.filter(dataset=dataset, path=path, state=UploadState.TAKEN)
    return file_at(dataset, bundle) is not None and taken.exists()


def crossing_file(dataset: Dataset, path: str, bundle: str) -> str:
    """A file in the way: one that this path would need as a folder, or one that needs this path as a folder."""
    valid = dataset.files.filter(until_version__isnull=True)
    names = path.split("/")
    above = ["/".join(names[:depth]) for depth in range(1, len(names))]
    blocking = valid.filter(path__in=above).exclude(path=bundle, kind=FileKind.BUNDLE).first()
    if blocking is None and not bundle:
        blocking = valid.filter(path__startswith=f"{path}/").first()
    return blocking.path if blocking else ""
