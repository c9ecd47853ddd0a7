"""What an upload asks of the database before it may begin: its dataset, its room, and the paths that are taken."""

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from archive.access import require_role
from archive.errors import Gone, NotFound, WrongState
from archive.models import Dataset, Deposition, File, Upload, User
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, FileKind, UploadState
from archive.uploads import paths

# Sums over all files of a dataset are remembered so long; what is added meanwhile is counted on top.
_REMEMBERED_SECONDS = 10
EXPIRED = "This upload was dropped after {days} days of silence. Start it again."
UNFINISHED_UPLOADS = (UploadState.OPEN, UploadState.COMPLETE)


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
    """Raise Gone for an upload that was cancelled, failed, or has expired, swept away or not."""
    if upload.state == UploadState.FAILED:
        raise Gone(upload.reason or "This upload was ended. Start it again.")
    if has_expired(upload):
        raise Gone(EXPIRED.format(days=settings.PORTAL_UPLOAD_EXPIRY_DAYS))


def has_expired(upload: Upload) -> bool:
    return upload.state == UploadState.OPEN and upload.expires_at < timezone.now()


def file_count(dataset: Dataset, *, fresh: bool = False) -> int:
    """Files that are stored or on their way. Some seconds old unless `fresh`; `add_to_file_count` keeps it from falling
    behind."""
    count = None if fresh else cache.get(_count_key(dataset))
    if count is None:
        count = _count_files(dataset)
        cache.set(_count_key(dataset), count, _REMEMBERED_SECONDS)
    return count


def add_to_file_count(dataset: Dataset) -> None:
    known = cache.get(_count_key(dataset))
    if known is not None:
        cache.set(_count_key(dataset), known + 1, _REMEMBERED_SECONDS)


def _count_key(dataset: Dataset) -> str:
    return f"file-count:{dataset.pk}"


def _count_files(dataset: Dataset) -> int:
    files = dataset.files.filter(until_version__isnull=True).aggregate(
        files=Count("pk", filter=Q(kind=FileKind.FILE)), members=Sum("member_count")
    )
    arriving = Upload.objects.filter(dataset=dataset, state__in=UNFINISHED_UPLOADS).count()
    return files["files"] + (files["members"] or 0) + arriving


def bytes_of(user: User) -> int:
    """What this person's files hold, and what their uploads have announced."""
    stored = File.objects.filter(uploaded_by=user).aggregate(sum=Sum("size"))["sum"] or 0
    arriving = Upload.objects.filter(user=user, state__in=UNFINISHED_UPLOADS).aggregate(sum=Sum("size"))["sum"] or 0
    return stored + arriving


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
