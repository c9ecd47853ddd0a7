"""What may go wrong in the curation: a sentence that says what to do. Kinds of archive.errors: one file maps them."""

from archive.errors import Invalid, NotAllowed, WrongState


class MoveNotPossible(WrongState):
    """The table has no such move from the state in which the candidate is."""


class MovedOn(WrongState):
    """Somebody else moved the candidate first; nothing was changed."""


class RoleMissing(NotAllowed):
    """The table gives this move to others."""


class NotIndependent(NotAllowed):
    """The person has a stake: depositor, reviewer of the same round, or editor of the decision that is appealed."""


class ConflictDeclared(NotAllowed):
    """A reviewer who declared a conflict of interest may not score."""


class ReasonMissing(Invalid):
    """The table demands a reason, and none was given."""


class ReviewIncomplete(Invalid):
    """A review that cannot be submitted yet; each gap at its place."""


class ReviewsMissing(WrongState):
    """A decision that needs more reviews than are in."""


class AlreadyCandidate(WrongState):
    """The same dataset, or part of it, is a candidate already."""
