"""PURE: the one transition table of candidates. Services, permissions, pages, API and the help page's diagram read it.

A row says: this action, from this state, leads to that one, may be done by these roles, and does or does not need a
reason. `to` is None where the action leaves the state as it is (claiming, inviting, reviewing).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from archive.errors import FieldProblem
from curation.errors import MoveNotPossible, ReasonMissing, RoleMissing


class CandidateState(StrEnum):
    NOMINATED = "nominated"
    TRIAGED = "triaged"
    IN_REVIEW = "in-review"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DEFERRED = "deferred"
    REVOKED = "revoked"


class Action(StrEnum):
    NOMINATE = "nominate"
    TRIAGE = "triage"
    DECLINE = "decline"
    START_REVIEW = "start-review"
    ACCEPT = "accept"
    DEFER = "defer"
    RESUME = "resume"
    REVOKE = "revoke"
    APPEAL = "appeal"
    NEW_VERSION = "new-version"
    CHECK_VERSION = "check-version"  # a new version that touches nothing of the candidate
    CLAIM = "claim"
    ASSIGN = "assign"
    RELEASE = "release"
    INVITE = "invite"
    DECLARE = "declare"
    REVIEW = "review"


class Role(StrEnum):
    """Who may do it. The first is every signed-in person, the last the portal itself."""

    READER = "reader"
    REVIEWER = "reviewer"
    CURATOR = "curator"
    EDITOR = "editor"
    PORTAL = "portal"


OPEN = (CandidateState.NOMINATED, CandidateState.TRIAGED, CandidateState.IN_REVIEW, CandidateState.DEFERRED)
DECIDED = (CandidateState.ACCEPTED, CandidateState.DECLINED, CandidateState.REVOKED)
# While one is in these, the same object is not nominated again.
LIVE = (*OPEN, CandidateState.ACCEPTED)
DECISIONS = (Action.ACCEPT, Action.DECLINE, Action.DEFER)
# "no" and "ok" are no reasons; forms say so beside the field.
SHORTEST_REASON = 20
A_SENTENCE = f"at least a sentence ({SHORTEST_REASON} characters)"


@dataclass(frozen=True)
class Move:
    """One row of the table. `independent`: not by people of the dataset itself."""

    action: Action
    source: CandidateState | None
    to: CandidateState | None
    roles: frozenset[Role]
    needs_reason: bool = False
    independent: bool = False

    @property
    def target(self) -> CandidateState | None:
        return self.to or self.source

    @property
    def stays(self) -> bool:
        return self.to is None


def _rows(
    action: Action,
    sources: Iterable[CandidateState | None],
    to: CandidateState | None,
    *roles: Role,
    reason: bool = False,
    independent: bool = True,
) -> tuple[Move, ...]:
    return tuple(Move(action, source, to, frozenset(roles), reason, independent) for source in sources)


_S, _A, _R = CandidateState, Action, Role
TABLE: tuple[Move, ...] = (
    *_rows(_A.NOMINATE, [None], _S.NOMINATED, _R.READER, reason=True, independent=False),
    *_rows(_A.TRIAGE, [_S.NOMINATED], _S.TRIAGED, _R.CURATOR, _R.EDITOR),
    *_rows(_A.DECLINE, [_S.NOMINATED, _S.TRIAGED], _S.DECLINED, _R.CURATOR, _R.EDITOR, reason=True),
    *_rows(_A.START_REVIEW, [_S.TRIAGED], _S.IN_REVIEW, _R.CURATOR, _R.EDITOR),
    *_rows(_A.ACCEPT, [_S.IN_REVIEW], _S.ACCEPTED, _R.EDITOR, reason=True),
    *_rows(_A.DECLINE, [_S.IN_REVIEW], _S.DECLINED, _R.EDITOR, reason=True),
    *_rows(_A.DEFER, [_S.IN_REVIEW], _S.DEFERRED, _R.EDITOR, reason=True),
    *_rows(_A.RESUME, [_S.DEFERRED], _S.IN_REVIEW, _R.CURATOR, _R.EDITOR, reason=True),
    *_rows(_A.REVOKE, [_S.ACCEPTED], _S.REVOKED, _R.EDITOR, reason=True),
    *_rows(_A.APPEAL, DECIDED, _S.IN_REVIEW, _R.READER, reason=True, independent=False),
    *_rows(_A.NEW_VERSION, [_S.ACCEPTED, _S.DEFERRED], _S.IN_REVIEW, _R.PORTAL, reason=True),
    *_rows(_A.CHECK_VERSION, [_S.ACCEPTED, _S.DEFERRED], None, _R.PORTAL, reason=True),
    *_rows(_A.CLAIM, OPEN, None, _R.CURATOR, _R.EDITOR),
    *_rows(_A.ASSIGN, OPEN, None, _R.CURATOR, _R.EDITOR),
    *_rows(_A.RELEASE, OPEN, None, _R.CURATOR, _R.EDITOR, independent=False),
    *_rows(_A.INVITE, [_S.IN_REVIEW], None, _R.CURATOR, _R.EDITOR),
    *_rows(_A.DECLARE, [_S.IN_REVIEW], None, _R.REVIEWER),
    *_rows(_A.REVIEW, [_S.IN_REVIEW], None, _R.REVIEWER),
)
_BY_START = {(move.action, move.source): move for move in TABLE}


@dataclass(frozen=True)
class ActionWords:
    """`button` is what a person presses, `past` what the history says, `why` labels the field of the reason."""

    button: str
    past: str
    why: str = "Reason"


WORDS: dict[Action, ActionWords] = {
    _A.NOMINATE: ActionWords("Nominate as reference images", "Nominated", "Why these images"),
    _A.TRIAGE: ActionWords("Triage", "Triaged", "Note"),
    _A.DECLINE: ActionWords("Decline", "Declined", "Why it is declined"),
    _A.START_REVIEW: ActionWords("Start the review", "Review started", "Note"),
    _A.ACCEPT: ActionWords("Accept", "Accepted", "Public rationale"),
    _A.DEFER: ActionWords("Defer", "Deferred", "Until when, and what is missing"),
    _A.RESUME: ActionWords("Resume the review", "Review resumed", "What has changed"),
    _A.REVOKE: ActionWords("Revoke the label", "Revoked", "Why the label is revoked"),
    _A.APPEAL: ActionWords("Appeal this decision", "Appealed", "Why the decision should be different"),
    _A.NEW_VERSION: ActionWords("Re-open", "Re-opened by a new version"),
    _A.CHECK_VERSION: ActionWords("Check", "Still true of a new version"),
    _A.CLAIM: ActionWords("Claim", "Claimed"),
    _A.ASSIGN: ActionWords("Assign", "Assigned"),
    _A.RELEASE: ActionWords("Release", "Released"),
    _A.INVITE: ActionWords("Invite a reviewer", "Reviewer invited"),
    _A.DECLARE: ActionWords("Declare", "Conflict of interest declared"),
    _A.REVIEW: ActionWords("Submit the review", "Review in"),
}
STATE_WORDS: dict[CandidateState, tuple[str, str]] = {
    _S.NOMINATED: ("Nominated", "A reader proposed it and said why; a curator looks at it next."),
    _S.TRIAGED: ("Triaged", "A curator found it complete enough to be reviewed."),
    _S.IN_REVIEW: ("In review", "At least two reviewers score it, without seeing each other’s scores."),
    _S.ACCEPTED: ("Accepted", "An editor granted the label, with a public rationale."),
    _S.DECLINED: ("Declined", "It gets no label; the reason is on record, and an appeal is possible."),
    _S.DEFERRED: ("Deferred", "Something is missing; the review resumes when it is there."),
    _S.REVOKED: ("Revoked", "The label was taken back, with a public reason."),
}
ROLE_WORDS: dict[Role, str] = {
    _R.READER: "any signed-in reader",
    _R.REVIEWER: "an invited reviewer",
    _R.CURATOR: "a curator",
    _R.EDITOR: "an editor",
    _R.PORTAL: "the portal itself",
}


def find(action: Action, source: CandidateState | None) -> Move | None:
    return _BY_START.get((action, source))


def moves_from(source: CandidateState | None, roles: Iterable[Role] | None = None) -> tuple[Move, ...]:
    """What may happen next, for these roles or for anybody, in the order of the table."""
    held = None if roles is None else frozenset(roles)
    return tuple(move for move in TABLE if move.source == source and (held is None or move.roles & held))


def check(action: Action, source: CandidateState | None, roles: Iterable[Role], reason: str = "") -> Move:
    """The row that allows this; raises MoveNotPossible, RoleMissing or ReasonMissing."""
    move = permitted(action, source, roles)
    if move.needs_reason and not is_sentence(reason):
        raise ReasonMissing(
            f"“{WORDS[action].button}” needs a reason that others understand. Write a sentence or two.",
            [FieldProblem("/reason", f"Write {A_SENTENCE}; the reason is kept with the candidate and public.")],
        )
    return move


def is_sentence(reason: str) -> bool:
    """Whether a public reason says something."""
    text = reason.strip()
    return len(text) >= SHORTEST_REASON and len(text.split()) > 1


def permitted(action: Action, source: CandidateState | None, roles: Iterable[Role]) -> Move:
    """The row that lets these roles do this, whatever reason they will give."""
    move = find(action, source)
    words = WORDS[action]
    if move is None:
        state = "not nominated" if source is None else STATE_WORDS[source][0].lower()
        raise MoveNotPossible(
            f"“{words.button}” is not possible while the candidate is {state}. Reload the page to see what is."
        )
    if not move.roles & frozenset(roles):
        raise RoleMissing(f"“{words.button}” is for {who(move)} only. Ask one of them.")
    return move


def who(move: Move) -> str:
    """The roles of a row in words: `a curator or an editor`."""
    return " or ".join(ROLE_WORDS[role] for role in Role if role in move.roles)
