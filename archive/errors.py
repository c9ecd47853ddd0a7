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
    """It was saved in between, by somebody else or in the person's `own` other window; both texts are kept."""

    def __init__(self, sentence: str, *, current_revision: int, own: bool = False) -> None:
        super().__init__(sentence)
        self.current_revision = current_revision
        self.own = own


class PathTaken(WrongState):
    """The dataset has a file of this name; the new one was not said to replace it."""


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


class TooMany(DomainError):
    """As many as one person may have at once; later there is room again."""


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
