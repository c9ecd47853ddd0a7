"""Who works on a dataset, and a person's tokens."""

from django.db.models import QuerySet
from django.utils import timezone

from archive import access
from archive.models import ApiToken, Dataset, Invitation, Membership, User
from archive.states import DatasetRole


def members_of(dataset: Dataset, user: User) -> QuerySet[Membership]:
    """For the dataset's own people and administrators; raises NotAllowed for others."""
    access.require_role(user, dataset, DatasetRole)
    return Membership.objects.filter(dataset=dataset).select_related("user").order_by("pk")


def open_invitations(dataset: Dataset, user: User) -> QuerySet[Invitation]:
    """Those that nobody has accepted yet, the newest first; for owners, as they name addresses."""
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    return Invitation.objects.filter(dataset=dataset, expires_at__gt=timezone.now())


def tokens_of_person(user: User) -> QuerySet[ApiToken]:
    """The newest first, revoked and expired ones too."""
    return ApiToken.objects.filter(user=user).order_by("-pk")
