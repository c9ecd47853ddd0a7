"""Nominating and triage: from a reader's reason to a candidate that is worth a review."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from archive import access
from archive.errors import FieldProblem, Invalid, NotAllowed
from archive.models import Component, Dataset, Image, User
from archive.states import PortalRole
from curation.errors import AlreadyCandidate
from curation.models import Candidate, CurationMove
from curation.models.candidate import Scope
from curation.selectors.people import TEAM, is_member, roles_of
from curation.services import moving, notifying
from curation.workflow import A_SENTENCE, LIVE, STATE_WORDS, Action, CandidateState, is_sentence, permitted

MOST_IMAGES = 200


def nominate(
    *, dataset: Dataset, actor: User, reason: str, component: str = "", images: Sequence[str] = ()
) -> Candidate:
    """Propose a public dataset, one of its components, or some of its images (by accession) as reference images."""
    permitted(Action.NOMINATE, None, roles_of(actor))
    _require_public(dataset)
    chosen = _images(dataset, images)
    problems = _problems(dataset, reason, component, images, chosen)
    if problems:
        raise Invalid("The nomination needs another look; what you typed is kept.", problems)
    scope = Scope.IMAGES if chosen else Scope.COMPONENT if component else Scope.DATASET
    if scope is not Scope.IMAGES:
        _refuse_second(dataset, component)
    try:
        with transaction.atomic():
            return _create(dataset, actor, reason.strip(), scope, component if not chosen else "", chosen)
    except IntegrityError as error:
        raise AlreadyCandidate(
            f"{dataset.accession} was nominated by somebody else just now. Follow its state on its page."
        ) from error


def _create(
    dataset: Dataset, actor: User, reason: str, scope: Scope, component: str, images: Sequence[Image]
) -> Candidate:
    now = timezone.now()
    candidate = Candidate(
        dataset=dataset,
        scope=scope,
        component=component,
        version=dataset.latest_version,
        reason=reason,
        nominated_by=actor,
        nominated_at=now,
        moved_at=now,
    )
    candidate.full_clean(validate_constraints=False)
    candidate.save()
    candidate.images.set(images)
    entry = CurationMove.objects.create(
        candidate=candidate,
        round=candidate.round,
        action=Action.NOMINATE,
        to_state=candidate.state,
        actor=actor,
        reason=reason,
        at=now,
    )
    moving.audit(candidate, entry)
    notifying.plan(entry)
    return candidate


def _require_public(dataset: Dataset) -> None:
    if dataset.is_public:
        return
    if dataset.is_retracted:
        raise NotAllowed(f"{dataset.accession} was retracted, so that its images cannot become references.")
    raise NotAllowed("Only what everybody can see can become reference images. Nominate it when it is released.")


def _images(dataset: Dataset, accessions: Sequence[str]) -> list[Image]:
    wanted = [accession.strip() for accession in accessions if accession.strip()]
    if not wanted:
        return []
    # As a stranger sees it: a label is public.
    public = access.visible_to(Image.objects.filter(dataset=dataset, role=""), AnonymousUser())
    return list(public.filter(accession__in=wanted[: MOST_IMAGES + 1]))


def _problems(
    dataset: Dataset, reason: str, component: str, accessions: Sequence[str], chosen: Sequence[Image]
) -> list[FieldProblem]:
    found = []
    if not is_sentence(reason):
        found.append(FieldProblem("/reason", f"Say in {A_SENTENCE} what others would use these images for."))
    if component and not Component.objects.filter(dataset=dataset, key=component).exists():
        found.append(FieldProblem("/component", "This dataset has no such study component. Choose one of the list."))
    wanted = {accession.strip() for accession in accessions if accession.strip()}
    missing = sorted(wanted - {image.accession for image in chosen})
    if len(wanted) > MOST_IMAGES:
        found.append(FieldProblem("/images", f"At most {MOST_IMAGES} images; nominate a component or the dataset."))
    elif missing:
        found.append(
            FieldProblem(
                "/images",
                f"{', '.join(missing[:5])}: no image of {dataset.accession} that everybody can see. "
                "Write accessions as MG-D1042-I7.",
            )
        )
    return found


def _refuse_second(dataset: Dataset, component: str) -> None:
    other = (
        Candidate.objects.filter(dataset=dataset, component=component, state__in=[str(state) for state in LIVE])
        .exclude(scope=Scope.IMAGES)
        .first()
    )
    if other:
        state = STATE_WORDS[CandidateState(other.state)][0].lower()
        raise AlreadyCandidate(
            f"{other.covers.capitalize()} is a candidate already ({state} since {other.moved_at:%-d %B %Y}). "
            "Nothing needs to be done; its page shows what becomes of it."
        )


def triage(*, candidate: Candidate, actor: User, note: str = "") -> CurationMove:
    """Say that a candidate is complete enough to be reviewed."""
    return moving.perform(candidate=candidate, action=Action.TRIAGE, actor=actor, reason=note)


def claim(*, candidate: Candidate, actor: User) -> CurationMove:
    """Take a candidate that nobody has."""
    if candidate.claimed_by_id not in (None, actor.pk):
        raise AlreadyCandidate(f"{candidate.claimed_by} has this candidate. Ask them to release it, or assign it anew.")
    return moving.perform(candidate=candidate, action=Action.CLAIM, actor=actor, set_to={"claimed_by": actor})


def assign(*, candidate: Candidate, actor: User, to: User) -> CurationMove:
    """Give a candidate to another curator or editor, who is not of the dataset."""
    if not roles_of(to) & TEAM:
        raise Invalid(
            f"{to} is no curator.",
            [FieldProblem("/to", "Choose a curator or editor; others cannot handle candidates.")],
        )
    if is_member(to, candidate.dataset):
        raise Invalid(
            f"{to} belongs to {candidate.dataset.accession}.",
            [FieldProblem("/to", "Choose somebody who does not belong to the dataset.")],
        )
    return moving.perform(candidate=candidate, action=Action.ASSIGN, actor=actor, person=to, set_to={"claimed_by": to})


def release(*, candidate: Candidate, actor: User) -> CurationMove:
    """Give a candidate back to the queue."""
    if candidate.claimed_by_id != actor.pk and not actor.has_role(PortalRole.EDITOR):
        raise NotAllowed("Only who has a candidate, or an editor, can release it. Ask one of them.")
    return moving.perform(candidate=candidate, action=Action.RELEASE, actor=actor, set_to={"claimed_by": None})
