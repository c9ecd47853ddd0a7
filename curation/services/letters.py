"""The words of mails about a candidate: short plain text that says what happened, what to do next, and where.

People of the dataset and nominators read what the public decision page says; names are told only to the team.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from archive.models import User
from curation.models import Candidate, CurationMove, Decision, Review
from curation.selectors.people import is_member, is_team
from curation.workflow import Action


@dataclass(frozen=True)
class Letter:
    """`subject` completes "MG-D1042 …"."""

    subject: str
    text: str


def letter(move: CurationMove, person: User) -> Letter:
    return _LETTERS[Action(move.action)](move, person)


def _nominated(move: CurationMove, person: User) -> Letter:
    candidate = move.candidate
    if person.pk == move.actor_id:
        opening = f"Thank you: your nomination of {_named(candidate)} arrived. A curator looks at it next."
    else:
        opening = (
            f"A reader nominated {_named(candidate)} as reference images. There is nothing to do for you: a curator "
            "looks at it next, and nothing of your deposit changes."
        )
    return Letter("was nominated", f"{opening}\n\nThe reason given:\n{_quoted(move.reason)}\n\n{_follow(candidate)}")


def _invited(move: CurationMove, person: User) -> Letter:
    candidate = move.candidate
    review = _reviews(move).filter(reviewer=person).first()
    due = f" Please answer until {review.due_on:%-d %B %Y}." if review else ""
    return Letter(
        "waits for your review",
        f"You are asked to review {_named(candidate)}, nominated as reference images.{due}\n\n"
        "Begin by saying whether you have a conflict of interest; if you have one, or no time, the review is passed "
        f"on there without a reason:\n{_url(f'{candidate.get_absolute_url()}review/')}",
    )


def _passed_on(move: CurationMove, person: User) -> Letter:
    return Letter(
        "needs another reviewer",
        f"{move.actor} declared a conflict of interest for {_named(move.candidate)} and passed the review on. "
        f"Invite somebody else:\n{_url(move.candidate.get_absolute_url())}",
    )


def _decided(move: CurationMove, person: User) -> Letter:
    candidate = move.candidate
    words = {
        Action.ACCEPT: "was accepted as reference images",
        Action.DECLINE: "was not accepted as reference images",
        Action.DEFER: "is deferred: something is missing",
    }[Action(move.action)]
    decision = Decision.objects.filter(candidate=candidate, round=move.round).first()
    if decision is None:  # declined before a review: there is no public decision
        return Letter(words, f"{_opening(candidate)} {words}.\n\n{_quoted(move.reason)}\n\n{_follow(candidate)}")
    return Letter(
        words,
        f"{_opening(candidate)} {words}. The editor’s reason, which is public:\n\n{_quoted(move.reason)}\n\n"
        f"The scores, and the way to appeal:\n{_url(decision.get_absolute_url())}",
    )


def _revoked(move: CurationMove, person: User) -> Letter:
    decision = Decision.objects.filter(candidate=move.candidate).order_by("-round").first()
    address = decision.get_absolute_url() if decision else move.candidate.get_absolute_url()
    return Letter(
        "no longer carries the reference label",
        f"An editor took the reference label from {_named(move.candidate)} back. The reason, which is public:\n\n"
        f"{_quoted(move.reason)}\n\nThe decision that it rested on, and the way to appeal:\n{_url(address)}",
    )


def _appealed(move: CurationMove, person: User) -> Letter:
    candidate = move.candidate
    if person.pk == move.actor_id:
        opening = f"Your appeal about {_named(candidate)} arrived. An editor who took no part answers it in public."
    elif is_team(person) and not is_member(person, candidate.dataset):
        opening = f"A reader appeals against the decision on {_named(candidate)}. Another editor has to answer."
    else:
        opening = (
            f"A reader appeals against the decision on {_named(candidate)}. Until an editor has answered, everything "
            "stays as it is."
        )
    return Letter("is appealed", f"{opening}\n\nThe reason given:\n{_quoted(move.reason)}\n\n{_follow(candidate)}")


_LETTERS: Mapping[Action, Callable[[CurationMove, User], Letter]] = {
    Action.NOMINATE: _nominated,
    Action.INVITE: _invited,
    Action.DECLARE: _passed_on,
    Action.ACCEPT: _decided,
    Action.DECLINE: _decided,
    Action.DEFER: _decided,
    Action.REVOKE: _revoked,
    Action.APPEAL: _appealed,
}


def _named(candidate: Candidate) -> str:
    return f"{candidate.covers} of {candidate.dataset.accession} (“{candidate.dataset.title}”)"


def _opening(candidate: Candidate) -> str:
    named = _named(candidate)
    return named[0].upper() + named[1:]


def _reviews(move: CurationMove) -> QuerySet[Review]:
    return Review.objects.filter(candidate=move.candidate, round=move.round)


def _quoted(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.strip().splitlines())


def _follow(candidate: Candidate) -> str:
    return f"Follow it here:\n{_url(candidate.get_absolute_url())}"


def _url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
