"""Who works on a dataset: memberships, changed by its owners, each change audited."""

from django.db import transaction

from archive import access
from archive.errors import FieldProblem, Invalid, NotFound, WrongState
from archive.models import Dataset, Membership, User
from archive.services import auditing
from archive.states import DatasetRole


@transaction.atomic
def share_dataset(*, dataset: Dataset, actor: User, email: str, role: DatasetRole) -> Membership:
    """Give the person with this address a role in the dataset, or change the one they have."""
    access.require_role(actor, dataset, (DatasetRole.OWNER,))
    person = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if person is None:
        sentence = "Nobody has an account with this address. Ask the person to sign up first, and check the spelling."
        raise Invalid(sentence, [FieldProblem("/email", sentence)])
    role = DatasetRole(role)
    before = Membership.objects.filter(dataset=dataset, user=person).first()
    if before is not None and before.role == role:
        return before
    if before is not None and before.role == DatasetRole.OWNER:
        _require_other_owner(dataset, person)
    membership, _ = Membership.objects.update_or_create(dataset=dataset, user=person, defaults={"role": role})
    _record(dataset, actor, person, before.role if before else "", role)
    return membership


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
