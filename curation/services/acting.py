"""What each action of the transition table calls, once: pages and API do the same."""

from collections.abc import Callable, Mapping
from typing import Any

from archive.models import User
from curation.models import Candidate
from curation.services import deciding, nominating, reviewing
from curation.workflow import Action

_Service = Callable[..., Any]
# The service, and the name of its argument for the words that were given.
_WITH_WORDS: Mapping[Action, tuple[_Service, str]] = {
    Action.TRIAGE: (nominating.triage, "note"),
    Action.START_REVIEW: (reviewing.start_review, "note"),
    Action.DECLINE: (deciding.decline_early, "reason"),
    Action.RESUME: (reviewing.resume, "reason"),
    Action.REVOKE: (deciding.revoke, "reason"),
    Action.APPEAL: (deciding.appeal, "reason"),
}
_PLAIN: Mapping[Action, _Service] = {Action.CLAIM: nominating.claim, Action.RELEASE: nominating.release}
# The service, and the name of its argument for the person.
_ABOUT_PEOPLE: Mapping[Action, tuple[_Service, str]] = {
    Action.INVITE: (reviewing.invite, "reviewer"),
    Action.ASSIGN: (nominating.assign, "to"),
}
ABOUT_PEOPLE = frozenset(_ABOUT_PEOPLE)
# Nominating, reviewing and deciding take more than a sentence or a person, and have pages of their own.
KNOWN = frozenset({*_WITH_WORDS, *_PLAIN, *_ABOUT_PEOPLE})


def act(*, candidate: Candidate, actor: User, action: Action, words: str = "", person: User | None = None) -> None:
    """Do one of the KNOWN actions; `person` is needed for those ABOUT_PEOPLE."""
    if action in _PLAIN:
        _PLAIN[action](candidate=candidate, actor=actor)
    elif action in _ABOUT_PEOPLE:
        service, name = _ABOUT_PEOPLE[action]
        service(candidate=candidate, actor=actor, **{name: person})
    else:
        service, name = _WITH_WORDS[action]
        service(candidate=candidate, actor=actor, **{name: words})
