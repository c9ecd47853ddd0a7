"""Giving up the draft of a later version: the files are again those of the latest released one."""

from django.db.models import Q

from archive.models import Deposition, File, Grouping, Image, Upload, Version
from archive.services import attributes, filing, uploading
from archive.services.components import assign_components
from archive.states import FileState, GroupingState, UploadState

_CHUNK = 500
_REASON = "The draft that it was for has been discarded. Begin a new version for it."


def drop_changes(deposition: Deposition) -> None:
    """Undo what draft `deposition` did to the files; runs in the transaction in which it is given up."""
    dataset, number = deposition.dataset, deposition.number
    filing.lock_names(dataset.pk)
    _end_uploads(deposition)
    attributes.drop_draft(dataset.pk, number)
    for file in File.objects.filter(dataset=dataset, from_version=number).order_by("pk"):
        filing.end_file(file, number)
    _drop_groups(deposition)
    filing.withdraw_images(Image.objects.filter(dataset=dataset, from_version=number), number)
    ended = list(Grouping.objects.filter(dataset=dataset, until_version=number).values_list("pk", flat=True))
    # Nothing holds their names any more.
    for rows in (File.objects, Image.objects, Grouping.objects):
        rows.filter(dataset=dataset, until_version=number).update(until_version=None)
    for grouping in Grouping.objects.filter(pk__in=ended):
        _rejoin(grouping)
    # What missed a file that is back is read again.
    filing.reread(File.objects.filter(dataset=dataset, state=FileState.KEPT).exclude(missing=[]))
    latest = Version.objects.get(dataset=dataset, number=dataset.latest_version)
    assign_components(dataset=dataset, document=latest.metadata)


def _drop_groups(deposition: Deposition) -> None:
    """What was answered in this draft, and what was never answered."""
    rows = Grouping.objects.filter(dataset=deposition.dataset, until_version=None)
    for grouping in rows.filter(from_version=deposition.number, state=GroupingState.CONFIRMED):
        filing.part_group(grouping, deposition.number)
    rows.filter(Q(from_version=deposition.number) | ~Q(state=GroupingState.CONFIRMED)).delete()


def _rejoin(grouping: Grouping) -> None:
    """Files that the draft had taken apart are one image again; reading the first one takes the others along."""
    paths = grouping.paths
    files = File.objects.filter(dataset=grouping.dataset_id, until_version=None)
    for at in range(0, len(paths), _CHUNK):
        files.filter(path__in=paths[at : at + _CHUNK]).update(grouping=grouping)
    filing.reread(files.filter(path=paths[0]))


def _end_uploads(deposition: Deposition) -> None:
    """Those on their way come to their end; those that are members of a drafted bundle are forgotten with it."""
    uploads = Upload.objects.filter(dataset=deposition.dataset)
    for upload in uploads.filter(state=UploadState.OPEN):
        uploading.cancel_upload(upload=upload, reason=_REASON)
    drafted = File.objects.filter(dataset=deposition.dataset, from_version=deposition.number).values("path")
    since = Q(created_at__gte=deposition.created_at)
    uploads.filter(since, state=UploadState.TAKEN, bundle__in=drafted).delete()
