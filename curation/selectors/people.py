"""Who a person is to the curation: roles, and what binds them to a dataset."""

from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef, Q

from archive.access import Reader
from archive.models import Dataset, Membership, User, Version
from archive.states import PortalRole
from curation.models import Candidate, Review
from curation.models.review import Conflict
from curation.workflow import Role

_PORTAL_ROLES = {
    Role.CURATOR: PortalRole.CURATOR,
    Role.REVIEWER: PortalRole.REVIEWER,
    Role.EDITOR: PortalRole.EDITOR,
}
TEAM = frozenset({Role.CURATOR, Role.EDITOR})
# Words of an affiliation that say nothing of the house.
_EMPTY_WORDS = frozenset(
    ["of", "the", "for", "and", "in", "at", "de", "der", "und", "la", "le", "institute", "university", "department"]
)


def roles_of(user: Reader) -> frozenset[Role]:
    """The workflow's roles of a person."""
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    return frozenset({Role.READER, *(role for role, name in _PORTAL_ROLES.items() if user.has_role(name))})


def is_team(user: Reader) -> bool:
    """Curators and editors see every candidate."""
    return bool(roles_of(user) & TEAM)


def is_member(user: Reader, dataset: Dataset) -> bool:
    """One of the dataset's own people, whatever their role in it."""
    return bool(user.is_authenticated) and Membership.objects.filter(user=user, dataset=dataset).exists()


def people_with(*roles: PortalRole) -> list[User]:
    """Active people who have one of these roles, by name."""
    return list(User.objects.filter(is_active=True, groups__name__in=roles).distinct().order_by("name", "email"))


def reviewers_for(candidate: Candidate) -> list[User]:
    """Who may be invited: reviewers who are not of the dataset, not invited in this round, and without a conflict.

    Each carries `open_reviews`, so that work is shared out.
    """
    taken = Review.objects.filter(candidate=candidate, reviewer=OuterRef("pk")).filter(
        Q(round=candidate.round) | Q(conflict=Conflict.DECLARED)
    )
    member = Membership.objects.filter(dataset=candidate.dataset_id, user=OuterRef("pk"))
    pending = Q(reviews__submitted_at__isnull=True) & ~Q(reviews__conflict=Conflict.DECLARED)
    return list(
        User.objects.filter(is_active=True, groups__name=PortalRole.REVIEWER)
        .filter(~Exists(taken), ~Exists(member))
        .annotate(open_reviews=Count("reviews", filter=pending, distinct=True))
        .order_by("name", "email")
    )


def interest_warnings(user: User, dataset: Dataset) -> list[str]:
    """What the portal notices of a person's closeness to a dataset, in sentences; whether it matters, a person says."""
    authors = _authors(dataset)
    found = []
    for author in authors:
        if _same_person(user, author):
            found.append(f"You are named as an author of {dataset.accession}. Authors have a conflict of interest.")
            break
    house = next((author for author in authors if _same_house(user.affiliation, author.get("affiliation", ""))), None)
    if house:
        found.append(
            f"You and the author {house.get('name', '')} both give “{user.affiliation}” as affiliation. "
            "Working together would exclude you; sharing a house does not."
        )
    if shared := _joint_datasets(user, dataset):
        found.append(
            f"You have deposited together with a depositor of this dataset ({', '.join(shared)}). "
            "If you still work together, declare a conflict."
        )
    if Candidate.objects.filter(dataset=dataset, nominated_by=user).exists():
        found.append("You nominated this dataset yourself. Score it as if somebody else had.")
    return found


def _authors(dataset: Dataset) -> list[dict[str, str]]:
    metadata = (
        Version.objects.filter(dataset=dataset, number=dataset.latest_version)
        .values_list("metadata", flat=True)
        .first()
    )
    authors = ((metadata or {}).get("study") or {}).get("authors") or []
    return [author for author in authors if isinstance(author, dict)]


def _same_person(user: User, author: dict[str, str]) -> bool:
    if user.orcid and author.get("orcid"):
        return user.orcid == author["orcid"]
    return bool(user.name) and _words(user.name) == _words(author.get("name", ""))


def _same_house(own: str, other: str) -> bool:
    """Every telling word of the shorter affiliation stands in the longer one."""
    mine, theirs = _words(own) - _EMPTY_WORDS, _words(other) - _EMPTY_WORDS
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _words(text: str) -> frozenset[str]:
    return frozenset("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _joint_datasets(user: User, dataset: Dataset) -> Sequence[str]:
    colleagues = Membership.objects.filter(dataset=dataset).exclude(user=user).values("user")
    return list(
        Dataset.objects.filter(memberships__user=user)
        .filter(Exists(Membership.objects.filter(dataset=OuterRef("pk"), user__in=colleagues)))
        .exclude(pk=dataset.pk)
        .order_by("accession")
        .values_list("accession", flat=True)
        .distinct()[:3]
    )
