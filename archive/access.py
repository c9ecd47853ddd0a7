"""The one visibility rule, for pages, API, pictures, downloads, exports, suggestions, counts, index and feeds.

A record is visible to whoever holds one of its tokens: `public`, or `dataset:<id>` for the people of that dataset and
its referees. Administrators hold EVERYTHING. The index stores `tokens_of`; a reader's `tokens_for` are expanded when
they ask, so that sharing never re-indexes.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet

from archive.anonymity import hide
from archive.errors import NotAllowed, NotFound
from archive.models import Dataset, Deposition, File, Image, Membership, NameScan, Plate, User, Version
from archive.referees import Referee
from archive.states import EDITING_ROLES, Access, DatasetRole, NameScanState, PortalRole, Standing

Reader = User | AnonymousUser
Record = TypeVar("Record", bound=Model)

_CURATORS = (PortalRole.CURATOR, PortalRole.ADMINISTRATOR)
PUBLIC = "public"
EVERYTHING = "*"


def tokens_for(user: Reader) -> frozenset[str]:
    """What a reader holds. The index has people in it, so that anonymised reading holds nothing more of it."""
    if isinstance(user, Referee):
        return frozenset({PUBLIC} if user.is_anonymised else {PUBLIC, f"dataset:{user.dataset_id}"})
    if not user.is_authenticated:
        return frozenset({PUBLIC})
    if user.has_role(PortalRole.ADMINISTRATOR):
        return frozenset({PUBLIC, EVERYTHING})
    own = Membership.objects.filter(user=user).values_list("dataset_id", flat=True)
    return frozenset({PUBLIC, *(f"dataset:{pk}" for pk in own)})


def tokens_of(record: Dataset | Image) -> tuple[str, ...]:
    """What a dataset or image asks for, as the index stores it. `record.dataset` should be loaded."""
    dataset = record if isinstance(record, Dataset) else record.dataset
    if dataset.is_public and (isinstance(record, Dataset) or _is_released(record, dataset)):
        return (PUBLIC, f"dataset:{dataset.pk}")
    return (f"dataset:{dataset.pk}",)


def _is_released(image: Image, dataset: Dataset) -> bool:
    """Part of a released version, not only of a draft. What a later version left out stays in the earlier one."""
    return image.from_version <= (dataset.latest_version or 0)


# How each kind of record reaches its dataset, and whether it has a life in versions of its own.
_PATHS: dict[type[Model], tuple[str, bool]] = {
    Image: ("dataset__", True),
    File: ("dataset__", True),
    Plate: ("dataset__", False),
    Version: ("dataset__", False),
}


def visible_to(queryset: QuerySet[Record], user: Reader) -> QuerySet[Record]:
    """The records that this reader may see. A retracted dataset stays visible as its tombstone, its contents do not."""
    if user.is_authenticated and user.has_role(PortalRole.ADMINISTRATOR):
        return queryset
    if queryset.model is Dataset:
        return queryset.filter(Q(latest_version__isnull=False) | _mine("pk", user))
    if queryset.model is Deposition:
        return queryset.none() if isinstance(user, Referee) else queryset.filter(_mine("dataset_id", user))
    path, is_versioned = _PATHS[queryset.model]
    public = Q(
        **{
            f"{path}latest_version__isnull": False,
            f"{path}standing": Standing.CURRENT,
            f"{path}access": Access.OPEN,
        }
    )
    if is_versioned:
        public &= Q(from_version__lte=F(f"{path}latest_version"))
    if queryset.model is Plate:
        public &= Q(file__from_version__lte=F(f"{path}latest_version"))
    if queryset.model is Image and is_anonymised(user):
        # The scanner's pictures of a slide's label have words in their pixels.
        queryset = queryset.filter(role="")
    return queryset.filter(public | _mine("dataset_id", user))


def _mine(reference: str, user: Reader) -> Q:
    if isinstance(user, Referee):
        return Q(**{reference: user.dataset_id})
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(Exists(Membership.objects.filter(user=user, dataset_id=OuterRef(reference))))


def get_visible(queryset: QuerySet[Record], user: Reader, **lookup: object) -> Record:
    """The one record that this reader may see; raises NotFound, which does not tell whether it exists."""
    record = visible_to(queryset, user).filter(**lookup).first()
    if record is None:
        raise NotFound(
            "There is nothing here that you may see. Check the address, or sign in with the account that it was shared "
            "with."
        )
    return as_seen(record, user)


def is_anonymised(user: Reader) -> bool:
    """Whether this reader is not to know whose the dataset is."""
    return isinstance(user, Referee) and user.is_anonymised


def as_seen(record: Record, user: Reader) -> Record:
    """The row as this reader may see it: to an anonymised referee without names."""
    if isinstance(user, Referee) and user.is_anonymised:
        hide(record, user.names)
    return record


def takeable(files: Iterable[File], user: Reader) -> set[int]:
    """Of files that the reader may see, those whose deposited bytes are for them too, by one query at most.

    To an anonymised referee: those that were searched as they are, and hold no name.
    """
    known = {file.pk: file.tree_digest or (file.blob.sha256 if file.blob else "") for file in files}
    if not (isinstance(user, Referee) and user.is_anonymised):
        return set(known)
    clear = NameScan.objects.filter(file__in=known, names_digest=user.names.digest, state=NameScanState.CLEAR)
    return {pk for pk, digest in clear.values_list("file", "bytes_digest") if known[pk] == digest}


def require_taking(file: File, user: Reader) -> File:
    """The file, if its bytes are for this reader; raises NotFound."""
    if file.pk not in takeable([file], user):
        raise NotFound(
            "This file is not offered: a name stands in it, or it was not searched for names. What the portal made of "
            "it is."
        )
    return file


def role_of(user: Reader, dataset: Dataset) -> DatasetRole | None:
    """A person's role in a dataset; administrators act as owners."""
    if not user.is_authenticated:
        return None
    if user.has_role(PortalRole.ADMINISTRATOR):
        return DatasetRole.OWNER
    role = Membership.objects.filter(user=user, dataset=dataset).values_list("role", flat=True).first()
    return DatasetRole(role) if role else None


def may_edit(user: Reader, dataset: Dataset) -> bool:
    return role_of(user, dataset) in EDITING_ROLES


def require_role(user: Reader, dataset: Dataset, roles: Iterable[DatasetRole]) -> None:
    """Raise NotAllowed unless the person has one of these roles; NotFound if they may not know of the dataset."""
    role = role_of(user, dataset)
    if role in tuple(roles):
        return
    if role is None and dataset.latest_version is None:
        raise NotFound("There is nothing here that you may see. Check the address.")
    raise NotAllowed(f"Only {' or '.join(sorted(roles))}s of {dataset.accession} may do this. Ask its owner.")


def require_administrator(user: Reader) -> None:
    """Raise NotAllowed for everybody else."""
    if not (user.is_authenticated and user.has_role(PortalRole.ADMINISTRATOR)):
        raise NotAllowed("Only administrators see this page. Ask one for the figures.")


def is_curator(user: Reader) -> bool:
    """Administrators may do what curators do."""
    return user.is_authenticated and user.has_role(*_CURATORS)


def curators() -> QuerySet[User]:
    """The people of that role itself: administrators are not told of every letter."""
    return User.objects.filter(is_active=True, groups__name=PortalRole.CURATOR)


def require_curator(user: Reader) -> None:
    """Raise NotAllowed for everybody else."""
    if not is_curator(user):
        raise NotAllowed("Only curators see this page. Ask an administrator for the role if you are one.")
