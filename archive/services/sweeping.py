"""The safety net: rows that should have moved and did not are sent on. A lost message costs a minute, not an image."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from archive.events import Event, emit
from archive.models import Deposition, File, FileTable, FolderImport, Image, Invitation, Message, Rendition, Upload
from archive.services import brokering, dois, file_tables, seeking_names, steps, uploading, workspace
from archive.services.claims import stale_before
from archive.services.ingesting import UNFINISHED_IMAGES, settle
from archive.states import (
    EDITABLE_DEPOSITIONS,
    DepositionState,
    FileState,
    FolderImportState,
    MessageKind,
    RenditionState,
    UploadState,
)

# What one sweep sends at most, of each kind: a flood never fills the queues twice.
MOST = 500
# Behind others that are being worked on, a row waits so many times longer before it counts as forgotten.
_PATIENCE = 15


def sweep() -> None:
    _complete_uploads()
    _send(_stale_uploads(), Event.UPLOAD_COMPLETE, "upload_id", "updated_at")
    files = File.objects.filter(until_version__isnull=True)
    _send(_stale(files.filter(state=FileState.STORED)), Event.FILE_STORED, "file_id")
    _send(_stale(files.filter(state=FileState.VERIFIED)), Event.FILE_VERIFIED, "file_id")
    _send(_stale(Image.objects.filter(state__in=UNFINISHED_IMAGES)), Event.IMAGE_FOUND, "image_id")
    _send(_stale(FileTable.objects.filter(state__in=file_tables.AT_WORK)), Event.FILE_TABLE_DUE, "table_id")
    imports = FolderImport.objects.filter(state=FolderImportState.WANTED)
    _send(_stale(imports), Event.FOLDER_IMPORT_DUE, "import_id")
    _send(_stale(Rendition.objects.filter(state=RenditionState.WANTED)), Event.RENDITION_WANTED, "rendition_id")
    _mail_invitations()
    _mail_messages()
    _call_back()
    _settle_depositions()
    _propose_groupings()
    _register_dois()
    _seek_names()
    steps.fold_steps()
    workspace.trim()


def send_waiting(*, dataset_id: int) -> None:
    """Files of one dataset that nobody has begun to read. Sending one twice does no harm."""
    files = File.objects.filter(
        dataset=dataset_id, until_version__isnull=True, state=FileState.VERIFIED, tries=0
    ).order_by("pk")
    waiting = list(files.values_list("pk", flat=True))
    for at in range(0, len(waiting), MOST):
        with transaction.atomic():
            for pk in waiting[at : at + MOST]:
                emit(Event.FILE_VERIFIED, file_id=pk)


def _complete_uploads() -> None:
    """All bytes were durable when the web process was killed, and nobody said so."""
    whole = Upload.objects.filter(state=UploadState.OPEN, offset=F("size"), updated_at__lt=stale_before())
    for upload in whole[:MOST]:
        uploading.complete(upload)


def _mail_invitations() -> None:
    """Whose mail a killed worker, or a mail server that was down, did not take."""
    Invitation.objects.filter(expires_at__lt=timezone.now()).delete()
    rows = Invitation.objects.filter(mailed_at__isnull=True, moved_at__lt=stale_before()).order_by("moved_at")
    _send(rows, Event.INVITATION_DUE, "invitation_id", "moved_at")


def _mail_messages() -> None:
    rows = Message.objects.filter(mailed_at__isnull=True, moved_at__lt=stale_before()).exclude(kind=MessageKind.NOTE)
    _send(rows.order_by("moved_at"), Event.MESSAGE_DUE, "message_id", "moved_at")


def _call_back() -> None:
    brokering.drop_expired()
    for callback_id in brokering.due():
        with transaction.atomic():
            emit(Event.CALLBACK_DUE, callback_id=callback_id)


def _stale_uploads() -> QuerySet[Upload]:
    return Upload.objects.filter(state=UploadState.COMPLETE, updated_at__lt=stale_before()).order_by("updated_at")


def _stale(rows: QuerySet) -> QuerySet:
    """Rows whose worker died; and those that nobody began, unless they wait behind others that are worked on."""
    began = Q(tries__gt=0)
    if rows.filter(began, moved_at__gte=stale_before()).exists():
        forgotten = timezone.now() - timedelta(seconds=_PATIENCE * settings.PORTAL_STALE_SECONDS)
        rows = rows.filter(began | Q(moved_at__lt=forgotten))
    return rows.filter(moved_at__lt=stale_before()).order_by("moved_at")


def _send(rows: QuerySet, event: Event, argument: str, clock: str = "") -> None:
    """Send in one go after the commit. The clock of what nobody works on starts anew, so that it is not sent twice."""
    ids = list(rows.values_list("pk", flat=True)[:MOST])
    if not ids:
        return
    with transaction.atomic():
        if clock:
            rows.model.objects.filter(pk__in=ids).update(**{clock: timezone.now()})
        for pk in ids:
            emit(event, **{argument: str(pk) if argument == "upload_id" else pk})


def _propose_groupings() -> None:
    """Drafts whose files came to rest, and nobody has looked since whether some are one image."""
    newer = File.objects.filter(
        dataset=OuterRef("dataset"), until_version__isnull=True, state=FileState.READ, moved_at__lt=stale_before()
    )
    since = newer.filter(moved_at__gt=OuterRef("grouped_at"))
    unlooked = Q(Exists(newer)) & Q(grouped_at=None) | Q(Exists(since))
    drafts = Deposition.objects.filter(unlooked, state__in=EDITABLE_DEPOSITIONS)
    for dataset_id in drafts.values_list("dataset_id", flat=True)[:MOST]:
        with transaction.atomic():
            emit(Event.FILES_AT_REST, dataset_id=dataset_id)


def _register_dois() -> None:
    """What DataCite did not take, or was not told, comes again when its pause is over."""
    for dataset_id in dois.waiting()[:MOST]:
        with transaction.atomic():
            emit(Event.DOIS_DUE, dataset_id=dataset_id)


def _seek_names() -> None:
    """Files came, names changed, or a worker died since an anonymised link was made."""
    for dataset_id in seeking_names.waiting()[:MOST]:
        with transaction.atomic():
            emit(Event.NAMES_SOUGHT, dataset_id=dataset_id)


def _settle_depositions() -> None:
    """Handed in, everything read and drawn, and the last message lost."""
    handed_in = Deposition.objects.filter(
        state__in=(DepositionState.SUBMITTED, DepositionState.PROCESSING), updated_at__lt=stale_before()
    )
    for dataset_id in handed_in.values_list("dataset_id", flat=True)[:MOST]:
        with transaction.atomic():
            settle(dataset_id)
