"""Nominating, handling and deciding."""

from typing import Any

from django import forms

from archive.models import Dataset, User
from curation.forms import LongText
from curation.workflow import A_SENTENCE, WORDS, Action

LONGEST_REASON = 5000


class NominateForm(forms.Form):
    reason = LongText(
        label=WORDS[Action.NOMINATE].why,
        help_text=f"What would others use them for? Write {A_SENTENCE}; it is public.",
        max_length=LONGEST_REASON,
        rows=4,
    )
    component = forms.ChoiceField(
        label="Only one study component", required=False, help_text="Leave it empty for the whole dataset."
    )
    images = forms.CharField(
        label="Only some images",
        required=False,
        help_text="Accessions, one a line or separated by spaces.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        components = list(dataset.components.order_by("pk").values_list("key", "name"))
        self.fields["component"].choices = [("", "the whole dataset"), *components]
        if not components:
            del self.fields["component"]

    def accessions(self) -> list[str]:
        return self.cleaned_data["images"].replace(",", " ").split()


class ReasonForm(forms.Form):
    """One move of the table; `reason` is asked where the table demands it."""

    reason = LongText(max_length=LONGEST_REASON, rows=3)

    def __init__(self, *args: Any, action: Action, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{action}-%s", **kwargs)
        self.fields["reason"].label = WORDS[action].why
        # Only for the word beside the label; the service says what is missing.
        self.needs_reason = needs_reason
        if needs_reason:
            self.fields["reason"].help_text = f"Write {A_SENTENCE}; it is public."
            self.fields["reason"].widget.attrs["aria-required"] = "true"


class PersonForm(forms.Form):
    """One of a list of people."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(),
        empty_label="choose a person",
        error_messages={
            "required": "Choose a person of the list.",
            "invalid_choice": "This person cannot be chosen. Choose one of the list.",
        },
    )

    def __init__(self, *args: Any, people: list[User], label: str, prefix: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{prefix}-%s", **kwargs)
        field = self.fields["person"]
        field.label = label
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name", "email")
        load = {person.pk: getattr(person, "open_reviews", None) for person in people}
        field.label_from_instance = lambda person: _with_load(person, load.get(person.pk))


def _with_load(person: User, load: int | None) -> str:
    return str(person) if load is None else f"{person} ({load} open)"


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Decision",
        required=False,
        widget=forms.RadioSelect,
        choices=[(str(action), WORDS[action].button) for action in (Action.ACCEPT, Action.DECLINE, Action.DEFER)],
    )
    rationale = LongText(
        label="Public rationale",
        max_length=LONGEST_REASON,
        help_text="Two or three sentences that a reader of the record understands, at least one. Public, and final.",
        rows=5,
    )
    deviation = LongText(
        label="Why it differs from the scores",
        max_length=LONGEST_REASON,
        help_text="Only if you decide otherwise than the scores say: a sentence or two. It is public.",
        rows=3,
    )
