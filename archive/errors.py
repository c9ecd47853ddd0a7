"""What may go wrong in the archive: a sentence and data, never an HTTP status; portal/http.py alone knows those."""

from collections.abc import Sequence
from dataclasses import dataclass


class DomainError(Exception):
    """Base of every error that is an answer to a person, not a bug. The message is a full sentence."""


class NotAllowed(DomainError):
    """The person is known and may not do this."""


class NotFound(DomainError):
    """Absent, or not to be known of."""


class WrongState(DomainError):
    """The thing has moved on, or is not yet there; nothing was changed."""


class EditConflict(WrongState):
    """Somebody else saved in between; both texts are kept for the person to choose."""

    def __init__(self, sentence: str, *, current_revision: int) -> None:
        super().__init__(sentence)
        self.current_revision = current_revision


@dataclass(frozen=True)
class FieldProblem:
    """`pointer` is a JSON pointer into what was sent, `/study/title`."""

    pointer: str
    message: str


class Invalid(DomainError):
    """What was given cannot be used; every problem at once, each at its place."""

    def __init__(self, sentence: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)


class TooLarge(DomainError):
    """Above a limit or quota that was said before."""


class StorageFull(DomainError):
    """The disk or bucket takes no more bytes; what was acknowledged is safe."""


class ChecksumMismatch(DomainError):
    """The bytes that came are not those that were announced; they were dropped, and can be sent again."""


class OffsetMismatch(DomainError):
    """tus: the bytes do not begin where the last ones ended."""

    def __init__(self, sentence: str, *, offset: int) -> None:
        super().__init__(sentence)
        self.offset = offset


class Gone(DomainError):
    """Was there, is there no longer, and says why (a retraction, an expired upload)."""
