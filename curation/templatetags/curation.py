"""Template helpers of the curation. They look up and format; they never read the database."""

from collections.abc import Iterator

from django import forms, template

from curation.criteria import SCORE_WORDS
from curation.selectors.labels import PublicCell, PublicReview, PublicRow, Scores

register = template.Library()


@register.filter
def chose(field: forms.BoundField, value: int) -> bool:
    """Whether a radio button was chosen."""
    chosen = field.value()
    return chosen is not None and str(chosen) == str(value)


@register.filter
def score_word(score: int | None) -> str:
    return SCORE_WORDS.get(score, "not scored").lower() if score is not None else "not scored"


@register.filter
def by_reviewer(scores: Scores, row: PublicRow) -> Iterator[tuple[PublicReview, PublicCell]]:
    """The cells of a criterion with who gave them."""
    return zip(scores.reviews, row.cells, strict=True)
