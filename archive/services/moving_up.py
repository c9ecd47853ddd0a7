"""A draft to the newest version of its template, because somebody who saw what differs wanted it."""

from django.db import transaction
from django.utils import timezone

from archive import access
from archive.errors import WrongState
from archive.models import Deposition, User
from archive.selectors.templates import newest_of, template_of
from archive.selectors.terms import resolve_terms
from archive.services import auditing
from archive.services.depositing import clean, require_revision
from archive.services.moving import wrong_state
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES


@transaction.atomic
def move_up(*, deposition: Deposition, user: User, revision: int) -> Deposition:
    """What it says comes along: texts become terms where terms are asked now, and nothing is left out.

    `revision` is the one that was read. Raises EditConflict when somebody saved since, WrongState, NotAllowed.
    """
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    require_revision(deposition, revision, user)
    old, new = template_of(deposition), newest_of(deposition)
    if old.key == new.key:
        raise WrongState(f"{deposition.dataset.accession} uses the newest version of its template already.")
    metadata = clean(new, resolve_terms(new, deposition.metadata))
    rows = Deposition.objects.filter(pk=deposition.pk, revision=revision, state__in=EDITABLE_DEPOSITIONS)
    moved = {"template_version": new.version, "metadata": metadata, "revision": revision + 1}
    if not rows.update(updated_at=timezone.now(), **moved):
        require_revision(deposition, revision, user)
        raise wrong_state(deposition, "edit-it")
    deposition.refresh_from_db()
    auditing.record(
        dataset=deposition.dataset,
        action="deposition.move-up",
        actor=user,
        subject=f"version {deposition.number}",
        data={"template": new.name, "from": old.version, "to": new.version, "revision": deposition.revision},
    )
    return deposition
