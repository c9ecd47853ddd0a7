"""The life of a deposition, from the first keystroke until it is ready: releasing.py takes it from there.

Every change is a compare-and-set with its audit entry in the same transaction, and refuses with a sentence.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive import access
from archive.errors import EditConflict, FieldProblem, Invalid, NotFound, WrongState
from archive.events import Event, emit
from archive.metadata import Template, UnusableDocument, blank_document, clean_document
from archive.models import Dataset, Deposition, File, Membership, User, Version
from archive.selectors import quality
from archive.selectors.templates import get_template, newest_of, template_of, templates
from archive.selectors.terms import resolve_terms
from archive.services import accessions, auditing, discarding, dois
from archive.services.components import assign_components, sync_components
from archive.services.editing import apply_changes, changed_fields, title_of
from archive.services.moving import move_deposition, require_reason, wrong_state
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, OPEN_DEPOSITIONS, DatasetRole, DepositionState

# Of the study section: what a deposition that begins like another one does not take over.
_ITS_OWN = ("title", "source_identifiers")


@transaction.atomic
def start_deposition(
    *,
    user: User,
    template: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    source_identifiers: Sequence[Mapping[str, str]] = (),
    credit: str = "",
) -> Deposition:
    """A new dataset with its accession, its owner and its first draft, which begins with what we know of the person."""
    chosen = get_template(template) if template else templates().default
    document = clean(chosen, metadata) if metadata is not None else _first_document(chosen, user)
    dataset = Dataset.objects.create(
        accession=accessions.next_dataset_accession(),
        title=title_of(document),
        created_by=user,
        source_identifiers=list(source_identifiers),
        credit=credit,
    )
    Membership.objects.create(dataset=dataset, user=user, role=DatasetRole.OWNER)
    deposition = Deposition.objects.create(
        dataset=dataset,
        template=chosen.name,
        template_version=chosen.version,
        metadata=document,
        created_by=user,
    )
    sync_components(dataset=dataset, document=document)
    dois.reserve(dataset=dataset, number=deposition.number)
    auditing.record(
        dataset=dataset,
        action="deposition.start",
        actor=user,
        subject="version 1",
        to_state=DepositionState.DRAFT,
        data={"template": chosen.name, "template_version": chosen.version},
    )
    return deposition


def start_like(*, user: User, like: Deposition) -> Deposition:
    """A new dataset whose first draft says what another one says, for the next study of a series. No file comes along.

    What is one study's alone begins empty: its title, and its identifiers in other archives. The newest version of the
    template is taken. For those who may edit the other one.
    """
    access.require_role(user, like.dataset, EDITING_ROLES)
    document = resolve_terms(newest_of(like), deepcopy(like.metadata))
    for name in _ITS_OWN:
        document.get("study", {}).pop(name, None)
    return start_deposition(user=user, template=like.template, metadata=document)


def _first_document(template: Template, user: User) -> dict[str, Any]:
    document = blank_document(template)
    if user.name and template.field("study.authors"):
        person = {"name": user.name, "orcid": user.orcid, "affiliation": user.affiliation}
        document["study"]["authors"] = [{name: value for name, value in person.items() if value}]
    return document


def clean(template: Template, document: Mapping[str, Any]) -> dict[str, Any]:
    """As it is stored. Raises Invalid for what is no document."""
    try:
        return clean_document(template, document)
    except UnusableDocument as error:
        raise Invalid(str(error), [FieldProblem("/metadata", str(error))]) from error


@transaction.atomic
def save_metadata(
    *,
    deposition: Deposition,
    user: User,
    revision: int,
    document: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Deposition:
    """Store a whole document, or `changes` by field path (`study.title`, `components.0.name`; None removes).

    `revision` is the one that was read; raises EditConflict when somebody else saved since. Nothing that was typed is
    dropped: values of a wrong shape are stored, and reported by the validation.
    """
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    require_revision(deposition, revision, user)
    before = deposition.metadata
    edited = document if document is not None else apply_changes(before, changes or {})
    after = clean(template_of(deposition), edited)
    fields = changed_fields(before, after)
    if not fields:
        return deposition
    rows = Deposition.objects.filter(pk=deposition.pk, revision=revision, state__in=EDITABLE_DEPOSITIONS)
    if not rows.update(metadata=after, revision=revision + 1, archived_at=None, updated_at=timezone.now()):
        require_revision(deposition, revision, user)
        raise wrong_state(deposition, "edit-it")
    deposition.refresh_from_db()
    _keep_title(deposition)
    if deposition.dataset.latest_version is None:
        sync_components(dataset=deposition.dataset, document=after)
    auditing.record(
        dataset=deposition.dataset,
        action="deposition.edit",
        actor=user,
        subject=f"version {deposition.number}",
        data={"fields": fields, "revision": deposition.revision},
    )
    return deposition


def require_revision(deposition: Deposition, revision: int, user: User) -> None:
    """Raises EditConflict unless this is its present revision, and WrongState unless it can be edited."""
    current = Deposition.objects.values_list("revision", "state").get(pk=deposition.pk)
    if current[1] not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "edit-it")
    if current[0] != revision:
        raise _conflict(deposition, revision, user, current[0])


def _conflict(deposition: Deposition, revision: int, user: User, current: int) -> EditConflict:
    """Who saved since the revision that was read: the person in another window, or somebody else."""
    entries = deposition.dataset.audit_entries.filter(action="deposition.edit", subject=f"version {deposition.number}")
    edits = entries.filter(data__revision__gt=revision)
    own = set(edits.values_list("actor_id", flat=True)) == {user.pk}
    sentence = (
        "You saved this deposition in another window after you opened it here. Compare the two texts and save again."
        if own
        else "Somebody else saved this deposition after you opened it. Compare your text with theirs and save again."
    )
    return EditConflict(sentence, current_revision=current, own=own)


def _keep_title(deposition: Deposition) -> None:
    """Before the first release, lists show the draft's title."""
    title = title_of(deposition.metadata)
    rows = Dataset.objects.filter(pk=deposition.dataset_id, latest_version__isnull=True)
    if rows.update(title=title):
        deposition.dataset.title = title


@transaction.atomic
def submit_deposition(*, deposition: Deposition, user: User) -> Deposition:
    """Hand it over for checking; raises Invalid with every problem that keeps it from being submitted."""
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    if deposition.state not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "submit-it")
    problems = quality.submission_problems(deposition)
    if problems:
        count = "One thing is" if len(problems) == 1 else f"{len(problems)} things are"
        raise Invalid(
            f"{count} missing or wrong. Each is named; correct them and submit again.",
            [FieldProblem(problem["pointer"], problem["message"]) for problem in problems],
        )
    move_deposition(
        deposition=deposition,
        sources=EDITABLE_DEPOSITIONS,
        target=DepositionState.SUBMITTED,
        action="submit",
        actor=user,
        where={"revision": deposition.revision},
        submitted_at=timezone.now(),
        problems=[],
    )
    if deposition.dataset.latest_version is None:
        assign_components(dataset=deposition.dataset, document=deposition.metadata)
    emit(Event.DEPOSITION_SUBMITTED, deposition_id=deposition.pk)
    return deposition


def settle_deposition(*, deposition_id: int = 0, dataset_id: int = 0) -> None:
    """Give the verdict when every file of a submitted deposition has come to its end. May be called at any time."""
    rows = Deposition.objects.select_related("dataset")
    checked = (DepositionState.SUBMITTED, DepositionState.PROCESSING)
    lookup = {"pk": deposition_id} if deposition_id else {"dataset_id": dataset_id}
    deposition = rows.filter(**lookup, state__in=checked).first()
    if deposition is None:
        return
    try:
        _settle(deposition)
    except WrongState:
        return  # somebody else moved it meanwhile, and did what there was to do


@transaction.atomic
def _settle(deposition: Deposition) -> None:
    if deposition.state == DepositionState.SUBMITTED:
        _to(deposition, DepositionState.SUBMITTED, DepositionState.PROCESSING, "check")
    if quality.is_unsettled(deposition):
        return
    problems = quality.all_problems(deposition)
    blocking = quality.blocking(problems)
    target = DepositionState.NEEDS_CHANGES if blocking else DepositionState.READY
    _to(deposition, DepositionState.PROCESSING, target, "answer", problems=problems)
    emit(Event.DEPOSITION_ANSWERED, deposition_id=deposition.pk)
    emit(Event.DATASET_CHANGED, dataset_id=deposition.dataset_id)


def _to(
    deposition: Deposition, source: DepositionState, target: DepositionState, action: str, **changes: Any
) -> Deposition:
    data = {"problems": len(changes["problems"])} if "problems" in changes else None
    return move_deposition(deposition=deposition, sources=(source,), target=target, action=action, data=data, **changes)


@transaction.atomic
def keep_file_as_it_is(*, deposition: Deposition, user: User, file_id: int, reason: str = "") -> File:
    """The depositor's word that a file which cannot be read, or looks wrong, is meant."""
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    if deposition.state not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "change-its-files")
    file = quality.current_files(deposition).filter(pk=file_id).first()
    if file is None:
        raise NotFound("There is no such file in this deposition. Reload the page.")
    if File.objects.filter(pk=file.pk, kept_on_purpose=False).update(kept_on_purpose=True):
        auditing.record(
            dataset=deposition.dataset,
            action="file.keep-as-it-is",
            actor=user,
            subject=f"file {file.pk}",
            from_state=file.state,
            to_state=file.state,
            reason=reason.strip(),
        )
        file.kept_on_purpose = True
    return file


@transaction.atomic
def reopen_deposition(*, deposition: Deposition, user: User) -> Deposition:
    """Back to a draft, to change something before the release; a planned release date is dropped."""
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    return move_deposition(
        deposition=deposition,
        sources=(DepositionState.SUBMITTED, DepositionState.PROCESSING, DepositionState.READY),
        target=DepositionState.DRAFT,
        action="reopen",
        actor=user,
        release_on=None,
        waits_for_publication=False,
        expected_publication="",
        # Whoever is about to release what was checked meets a newer revision.
        revision=deposition.revision + 1,
    )


@transaction.atomic
def withdraw_deposition(*, deposition: Deposition, user: User, reason: str) -> Deposition:
    """Give up a dataset that was never released, or the draft of a later version: released ones stay as they are."""
    access.require_role(user, deposition.dataset, (DatasetRole.OWNER,))
    reason = require_reason(reason, "you give it up")
    withdrawn = move_deposition(
        deposition=deposition,
        sources=OPEN_DEPOSITIONS,
        target=DepositionState.WITHDRAWN,
        action="withdraw",
        actor=user,
        reason=reason,
    )
    if withdrawn.is_later_version:
        discarding.drop_changes(withdrawn)
    emit(Event.DATASET_CHANGED, dataset_id=deposition.dataset_id)
    return withdrawn


@transaction.atomic
def start_new_version(*, dataset: Dataset, user: User) -> Deposition:
    """A draft of the next version, beginning with the latest one's metadata and files."""
    access.require_role(user, dataset, EDITING_ROLES)
    dataset.refresh_from_db()
    if dataset.latest_version is None or dataset.is_retracted:
        raise WrongState(f"{dataset.accession} has no public version to begin from. Release it first.")
    latest = Version.objects.get(dataset=dataset, number=dataset.latest_version)
    before = Deposition.objects.filter(dataset=dataset, number=latest.number).values_list("no_publication", flat=True)
    try:
        with transaction.atomic():
            deposition = Deposition.objects.create(
                dataset=dataset,
                number=latest.number + 1,
                template=latest.template,
                template_version=latest.template_version,
                metadata=latest.metadata,
                no_publication=before.first() or "",
                created_by=user,
            )
    except IntegrityError as error:
        raise WrongState(f"A draft of the next version of {dataset.accession} is open already. Continue it.") from error
    dois.reserve(dataset=dataset, number=deposition.number)
    auditing.record(
        dataset=dataset,
        action="deposition.start",
        actor=user,
        subject=f"version {deposition.number}",
        to_state=DepositionState.DRAFT,
    )
    return deposition
