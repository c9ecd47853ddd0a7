"""What can go wrong with templates; what is wrong with a document is a `Problem`, not an error."""

from pathlib import Path


class TemplateError(ValueError):
    """A template that cannot be used: which file, where in it, and a sentence that says what to do."""

    def __init__(self, file: Path, place: str, sentence: str) -> None:
        super().__init__(f"{file}, {place}: {sentence}" if place else f"{file}: {sentence}")
        self.file = file
        self.place = place
        self.sentence = sentence


class UnusableDocument(ValueError):
    """What was sent cannot be kept as a document at all; says what to send."""


class UnknownTemplate(LookupError):
    """No template has this name, or none of this name has this version."""
