"""A review as a form: three criteria with score, comment and evidence. A draft may have gaps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from archive.errors import Invalid
from curation import criteria
from curation.forms import LongText, add_problems
from curation.models import Review
from curation.models.review import Recommendation
from curation.services.reviewing import LONGEST_TEXT, Answer, Judgement

RECOMMENDATIONS = [
    (str(Recommendation.ACCEPT), "Accept: they should carry the label"),
    (str(Recommendation.DECLINE), "Decline: they should not"),
    (str(Recommendation.DEFER), "Defer: something that can be mended is missing"),
]


@dataclass(frozen=True)
class Part:
    """The fields of one criterion."""

    criterion: criteria.Criterion
    number: int
    score: forms.BoundField
    comment: forms.BoundField
    evidence: forms.BoundField
    options: tuple[tuple[int, str, str], ...]


class InterestForm(forms.Form):
    has_conflict = forms.TypedChoiceField(
        label="Conflict of interest",
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        choices=[
            ("no", "I have no conflict: no joint paper in four years, no shared grant, no family, no money."),
            ("yes", "I have a conflict. Pass this review to someone else; nobody sees why."),
        ],
        error_messages={"required": "Choose one of the two sentences."},
    )


class ReviewForm(forms.Form):
    recommendation = forms.ChoiceField(
        label="What do you recommend?", required=False, choices=RECOMMENDATIONS, widget=forms.RadioSelect
    )
    note = LongText(
        label="Note to the editor", max_length=LONGEST_TEXT, rows=2, help_text="Private: never shown on a public page."
    )
    may_be_named = forms.BooleanField(label="My name may be shown on the public decision page", required=False)

    def __init__(self, *args: Any, asked: criteria.CriteriaSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for criterion in asked.criteria:
            self.fields[f"score-{criterion.key}"] = forms.TypedChoiceField(
                label=f"Score for: {criterion.name}",
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(score, criteria.SCORE_WORDS[score]) for score in criteria.SCORES],
                widget=forms.RadioSelect,
            )
            self.fields[f"comment-{criterion.key}"] = LongText(label="Why", rows=3, max_length=LONGEST_TEXT)
            self.fields[f"evidence-{criterion.key}"] = LongText(
                label="Evidence",
                rows=2,
                max_length=LONGEST_TEXT,
                help_text="One a line: a link, a DOI, an image’s accession, or a fact of the record.",
            )

    @classmethod
    def of(cls, review: Review, asked: criteria.CriteriaSet) -> "ReviewForm":
        """The form with what was saved."""
        initial: dict[str, Any] = {
            "recommendation": review.recommendation,
            "note": review.note,
            "may_be_named": review.may_be_named,
        }
        for score in review.scores.all():
            initial[f"score-{score.criterion}"] = score.score
            initial[f"comment-{score.criterion}"] = score.comment
            initial[f"evidence-{score.criterion}"] = "\n".join(score.evidence)
        return cls(asked=asked, initial=initial)

    def parts(self) -> Iterator[Part]:
        for number, criterion in enumerate(self.asked.criteria, start=1):
            options = tuple((s, criteria.SCORE_WORDS[s], criterion.meanings[s]) for s in criteria.SCORES)
            fields = (self[f"{name}-{criterion.key}"] for name in ("score", "comment", "evidence"))
            yield Part(criterion, number, *fields, options)

    def judgement(self) -> Judgement:
        """What was typed. Only of a valid form: what did not parse would be taken for empty, and the old text lost."""
        typed = self.cleaned_data
        answers = {
            key: Answer(typed[f"score-{key}"], typed[f"comment-{key}"], tuple(typed[f"evidence-{key}"].splitlines()))
            for key in self.asked.keys
        }
        return Judgement(answers, typed["recommendation"], typed["note"], typed["may_be_named"])

    def place(self, error: Invalid) -> None:
        """The gaps that the service found, at their fields: `/answers/interpretable/score` is `score-interpretable`."""
        kinds = ("score", "comment", "evidence")
        names = {f"answers/{key}/{kind}": f"{kind}-{key}" for key in self.asked.keys for kind in kinds}
        add_problems(self, error, names)
