"""What a deposition says in short, for the page and for the last look before its release."""

from typing import Any

from archive.models import Deposition
from archive.selectors import groupings, quality
from archive.selectors.files import file_counts
from archive.selectors.templates import template_of
from archive.states import DepositionState


def answer(deposition: Deposition, field: str) -> Any:
    """One answer of the section that every template has."""
    study = deposition.metadata.get("study")
    return study.get(field) if isinstance(study, dict) else None


def is_releasable(deposition: Deposition) -> bool:
    """Whether nothing but its owner's word is missing."""
    return deposition.state == DepositionState.READY and not deposition.is_human_material


def summary(deposition: Deposition) -> dict[str, Any]:
    """What everybody will read and take, in short."""
    human = template_of(deposition).field("study.human_material")
    said = next((choice.label for choice in human.choices if choice.value == answer(deposition, human.name)), "")
    counts = file_counts(deposition)
    people = answer(deposition, "authors") or []
    return {
        "title": answer(deposition, "title"),
        "description": answer(deposition, "description"),
        "authors": [person for person in people if isinstance(person, dict)],
        "licence": answer(deposition, "licence"),
        "human": said,
        "files": counts.total,
        "bytes": counts.bytes,
        "unanswered": groupings.unanswered(deposition).count(),
        "images": quality.current_images(deposition).count(),
    }
