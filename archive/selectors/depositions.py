"""Depositions as their people see them: the list, one of them, and the status that is derived from its row."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from archive import access
from archive.access import Reader
from archive.errors import NotFound
from archive.models import Deposition, File, Membership, User
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, OPEN_DEPOSITIONS, DepositionState, Standing

# Drafts of a later version that were given up: the dataset is then as its latest version is.
DISCARDED = Q(state=DepositionState.WITHDRAWN, number__gt=1)
# Drafts that were put aside because nobody touched them for long.
ARCHIVED = Q(archived_at__isnull=False, state__in=EDITABLE_DEPOSITIONS)


class Status(StrEnum):
    """What people see; derived from state, answer about human material, date and standing."""

    DRAFT = "draft"
    CHECKING = "checking"
    NEEDS_CHANGES = "needs-changes"
    HELD = "held"  # ready, but of human material: private until the portal can record consent
    PLANNED = "planned"  # ready, and waits for its day
    READY = "ready"
    RELEASED = "released"
    RETRACTED = "retracted"
    WITHDRAWN = "withdrawn"


class Holder(StrEnum):
    """Who has it now."""

    DEPOSITORS = "the depositors"
    PORTAL = "the portal"
    NOBODY = "nobody"


@dataclass(frozen=True)
class StatusView:
    """`kind` is the colour of the label (busy, ok, warn or nothing); `next_step` says what happens next."""

    status: Status
    words: str
    kind: str
    holder: Holder
    next_step: str


_VIEWS = {
    view.status: view
    for view in (
        StatusView(
            Status.DRAFT,
            "Draft",
            "",
            Holder.DEPOSITORS,
            "Describe the study, add the files, then submit it. It is private, and saved as you go.",
        ),
        StatusView(
            Status.CHECKING,
            "Being checked",
            "busy",
            Holder.PORTAL,
            "Every file is verified, read and drawn. You get a mail when it is done; the page may be closed.",
        ),
        StatusView(
            Status.NEEDS_CHANGES,
            "Needs changes",
            "warn",
            Holder.DEPOSITORS,
            "Mend what is listed, or say that a file is kept as it is, then submit it again.",
        ),
        StatusView(
            Status.HELD,
            "Held: human material",
            "warn",
            Holder.PORTAL,
            "It is complete and stays private: this portal cannot yet record consent and ethics approval.",
        ),
        StatusView(Status.PLANNED, "Waits for its date", "ok", Holder.PORTAL, "It is released by itself on its day."),
        StatusView(
            Status.READY, "Ready for release", "ok", Holder.DEPOSITORS, "Look at it once more, then release it."
        ),
        StatusView(
            Status.RELEASED,
            "Released",
            "ok",
            Holder.NOBODY,
            "It is public and does not change. Corrections and additions make a new version.",
        ),
        StatusView(
            Status.RETRACTED, "Retracted", "warn", Holder.NOBODY, "Its page tells why; files and images are withheld."
        ),
        StatusView(
            Status.WITHDRAWN, "Withdrawn", "", Holder.NOBODY, "Nothing more happens; its accession is not given again."
        ),
    )
}
_OF_STATE = {
    DepositionState.DRAFT: Status.DRAFT,
    DepositionState.SUBMITTED: Status.CHECKING,
    DepositionState.PROCESSING: Status.CHECKING,
    DepositionState.NEEDS_CHANGES: Status.NEEDS_CHANGES,
    DepositionState.WITHDRAWN: Status.WITHDRAWN,
}


def status_of(deposition: Deposition) -> StatusView:
    """`deposition.dataset` should be loaded."""
    return _VIEWS[_status(deposition)]


def all_statuses() -> tuple[StatusView, ...]:
    """Every status that there is, in the order of a deposition's life."""
    return tuple(_VIEWS.values())


def _status(deposition: Deposition) -> Status:
    if deposition.state == DepositionState.RELEASED:
        return Status.RETRACTED if deposition.dataset.is_retracted else Status.RELEASED
    if deposition.state == DepositionState.READY:
        if deposition.is_human_material:
            return Status.HELD
        return Status.PLANNED if deposition.release_on else Status.READY
    return _OF_STATE[DepositionState(deposition.state)]


def with_status(rows: QuerySet[Deposition], status: Status) -> QuerySet[Deposition]:
    """The depositions of which `status_of` says this."""
    if status in (Status.RELEASED, Status.RETRACTED):
        standing = Standing.RETRACTED if status == Status.RETRACTED else Standing.CURRENT
        return rows.filter(state=DepositionState.RELEASED, dataset__standing=standing)
    if status in (Status.HELD, Status.PLANNED, Status.READY):
        ready = rows.filter(state=DepositionState.READY)
        # As a list of rows, because a negated comparison leaves out rows that lack the key.
        plain = Deposition.objects.filter(metadata__study__human_material="no").values("pk")
        if status == Status.HELD:
            return ready.exclude(pk__in=plain)
        return ready.filter(pk__in=plain, release_on__isnull=status == Status.READY)
    return rows.filter(state__in=[state for state, of in _OF_STATE.items() if of == status])


def my_depositions(user: User) -> QuerySet[Deposition]:
    """Those of the datasets a person works on: open ones first, the last touched on top. Each has `file_count`."""
    is_open = Case(When(state__in=OPEN_DEPOSITIONS, then=Value(0)), default=Value(1), output_field=IntegerField())
    mine = Membership.objects.filter(user=user).values("dataset")
    rows = Deposition.objects.filter(dataset__in=mine).exclude(DISCARDED).select_related("dataset")
    return rows.annotate(file_count=_file_count(), is_closed=is_open).order_by("is_closed", "-updated_at", "-pk")


def edited_by(user: User, limit: int) -> QuerySet[Deposition]:
    """The last draft or version of each dataset that a person may edit, the last touched first; those with a title."""
    roles = Membership.objects.filter(user=user, role__in=EDITING_ROLES).values("dataset")
    newer = Deposition.objects.filter(dataset=OuterRef("dataset"), number__gt=OuterRef("number")).exclude(DISCARDED)
    rows = Deposition.objects.filter(dataset__in=roles).exclude(DISCARDED).exclude(Exists(newer))
    return rows.exclude(dataset__title="").select_related("dataset").order_by("-updated_at", "-pk")[:limit]


def _file_count() -> Coalesce:
    files = File.objects.filter(dataset=OuterRef("dataset"), until_version__isnull=True).order_by()
    counted = files.values("dataset").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def get_deposition(accession: str, user: Reader) -> Deposition:
    """The open deposition of a dataset, or else its last one; raises NotFound."""
    rows = access.visible_to(Deposition.objects.filter(dataset__accession=accession).exclude(DISCARDED), user)
    deposition = rows.select_related("dataset").order_by("-number", "-pk").first()
    if deposition is None:
        raise NotFound(
            "There is no deposition here that you may see. Check the address, or sign in with the account that it was "
            "shared with."
        )
    return deposition


def open_deposition(dataset_id: int) -> Deposition | None:
    """The draft of the next version, if somebody works on one."""
    return Deposition.objects.filter(dataset=dataset_id, state__in=OPEN_DEPOSITIONS).first()
