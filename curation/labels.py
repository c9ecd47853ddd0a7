"""PURE: the labels that added value grants. What each one means, who grants it, and how it is shown."""

from dataclasses import dataclass
from enum import StrEnum


class LabelKind(StrEnum):
    REFERENCE = "reference"
    HIGHLY_USED = "highly-used"
    CURATED = "curated"


@dataclass(frozen=True)
class LabelDeclaration:
    """`granted` completes the sentence "This label is granted …"; `meaning` is one sentence for readers."""

    kind: LabelKind
    label: str
    meaning: str
    granted: str
    lapses: str


LABELS: tuple[LabelDeclaration, ...] = (
    LabelDeclaration(
        LabelKind.REFERENCE,
        "Reference",
        "These images are of value beyond one project, can be interpreted by outsiders, and are of general interest.",
        "by an editor after at least two scientific reviews that score the public criteria",
        "It is checked again when a new version touches what it covers, or after an appeal, and can be revoked with a "
        "public reason.",
    ),
    LabelDeclaration(
        LabelKind.HIGHLY_USED,
        "Highly used",
        "Among datasets of its age and kind, this one is used most, citing papers counting more than downloads.",
        "by a public recipe from counted use, never by a vote; this portal does not count use yet",
        "It lapses by itself when the use does.",
    ),
    LabelDeclaration(
        LabelKind.CURATED,
        "Curated",
        "A curator tied this dataset and its images to ontology terms, completely by a public checklist.",
        "by a curator when the annotation is complete; this portal does not grant it yet",
        "It is checked again when the deposit changes.",
    ),
)
BY_KIND = {declaration.kind: declaration for declaration in LABELS}
VALUE_LABELS = {str(declaration.kind): declaration.label for declaration in LABELS}
