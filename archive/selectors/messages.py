"""The conversation about a dataset, and what waits for the curators' answer."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from archive import access
from archive.access import Reader
from archive.errors import NotFound
from archive.models import Dataset, Message
from archive.referees import Referee
from archive.states import EDITING_ROLES, MessageKind


@dataclass(frozen=True)
class Thread:
    dataset: Dataset
    messages: tuple[Message, ...]
    may_write: bool
    # Curators see their notes, and no depositor does.
    sees_notes: bool
    # Whether the reader may open the dataset itself: curators read the letters about a draft, not the draft.
    sees_dataset: bool


def thread_of(accession: str, user: Reader) -> Thread:
    """Oldest first. For the dataset's people and for curators; raises NotFound for everybody else."""
    dataset = Dataset.objects.filter(accession=accession).first()
    is_curator = access.is_curator(user)
    role = access.role_of(user, dataset) if dataset and not isinstance(user, Referee) else None
    if dataset is None or not (role or is_curator):
        raise NotFound("There is no conversation here that you may see. Check the address, or sign in.")
    rows = Message.objects.filter(dataset=dataset).select_related("author").order_by("pk")
    is_member = dataset.memberships.filter(user=user).exists()
    sees_notes = is_curator and not is_member
    if not sees_notes:
        rows = rows.exclude(kind=MessageKind.NOTE)
    sees_dataset = role is not None or dataset.latest_version is not None
    return Thread(dataset, tuple(rows), role in EDITING_ROLES or is_curator, sees_notes, sees_dataset)


def waiting_threads(user: Reader) -> QuerySet[Message]:
    """The last letter of each conversation that depositors wrote last, the longest waiting first."""
    access.require_curator(user)
    letters = Message.objects.exclude(kind=MessageKind.NOTE)
    newer = letters.filter(dataset=OuterRef("dataset"), pk__gt=OuterRef("pk"))
    return letters.filter(~Exists(newer), kind=MessageKind.DEPOSITOR).select_related("dataset", "author").order_by("pk")


def answered_threads(user: Reader) -> QuerySet[Message]:
    """Those that a curator wrote last, the latest first."""
    access.require_curator(user)
    letters = Message.objects.exclude(kind=MessageKind.NOTE)
    newer = letters.filter(dataset=OuterRef("dataset"), pk__gt=OuterRef("pk"))
    return letters.filter(~Exists(newer), kind=MessageKind.CURATOR).select_related("dataset", "author").order_by("-pk")
