"""What may go wrong while reading; every error carries a code for tables and a sentence for people."""


class Unreadable(Exception):
    """A file that cannot be read, and why. `hostile` means: never open it again unasked."""

    def __init__(self, code: str, sentence: str, *, hostile: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hostile = hostile


class PoolUnavailable(Exception):
    """The imaging pool does not answer at its socket. The row stays as it is and is tried again."""


class Overloaded(Exception):
    """Too many requests wait for the pool; ask again in a few seconds."""
