"""Who works on a dataset: memberships, changed by its owners, each change audited."""

from django.db import transaction

from archive import access
from archive.errors import FieldProblem, Invalid, NotFound, WrongState
from archive.metadata import FieldType
from archive.metadata.shaped import canonical, has_shape
from archive.models import Dataset, Invitation, Membership, User
from archive.services import auditing, inviting
from archive.states import DatasetRole


@transaction.atomic
def share_dataset(*, dataset: Dataset, actor: User, email: str, role: DatasetRole) -> Membership | Invitation:
    """Give the person with this address or ORCID iD a role in the dataset, or change the one they have.

    Who has no account is invited by mail.
    """
    access.require_role(actor, dataset, (DatasetRole.OWNER,))
    person = _person(email)
    if person is None:
        return inviting.invite(dataset=dataset, actor=actor, email=email, role=role)
    role = DatasetRole(role)
    before = Membership.objects.filter(dataset=dataset, user=person).first()
    if before is not None and before.role == role:
        return before
    if before is not None and before.role == DatasetRole.OWNER:
        _require_other_owner(dataset, person)
    membership, _ = Membership.objects.update_or_create(dataset=dataset, user=person, defaults={"role": role})
    _record(dataset, actor, person, before.role if before else "", role)
    return membership


def _person(said: str) -> User | None:
    """Who has this address; or this ORCID iD, as orcid.org itself said when they signed in with it."""
    people = User.objects.filter(is_active=True)
    orcid = canonical(FieldType.ORCID, said)
    if not has_shape(FieldType.ORCID, orcid):
        return people.filter(email__iexact=said.strip()).first()
    person = people.filter(socialaccount__provider="orcid", socialaccount__uid=orcid).first()
    if person is None:
        sentence = "Nobody here has signed in with this ORCID iD. Invite the person by e-mail."
        raise Invalid(sentence, [FieldProblem("/email", sentence)])
    return person


@transaction.atomic
def unshare_dataset(*, dataset: Dataset, actor: User, user_id: int) -> None:
    """Take a person's role away. Owners do it; everybody may leave by themselves."""
    if actor.pk != user_id:
        access.require_role(actor, dataset, (DatasetRole.OWNER,))
    membership = Membership.objects.select_related("user").filter(dataset=dataset, user_id=user_id).first()
    if membership is None:
        raise NotFound("This person has no role in the dataset. Reload the page.")
    if membership.role == DatasetRole.OWNER:
        _require_other_owner(dataset, membership.user)
    membership.delete()
    _record(dataset, actor, membership.user, membership.role, "")


def _require_other_owner(dataset: Dataset, person: User) -> None:
    others = Membership.objects.filter(dataset=dataset, role=DatasetRole.OWNER).exclude(user=person)
    if not others.exists():
        raise WrongState(f"{dataset.accession} needs an owner. Make somebody else its owner first.")


def _record(dataset: Dataset, actor: User, person: User, before: str, after: str) -> None:
    auditing.record(
        dataset=dataset,
        action="dataset.share",
        actor=actor,
        subject=f"user {person.pk}",
        from_state=before,
        to_state=after,
    )
