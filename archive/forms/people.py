"""Who somebody is: asked once at sign-up, changed on the account page."""

from typing import Any

from django import forms

from archive.models import User
from archive.models.people import validate_orcid
from archive.states import TokenScope

LONGEST_DAYS = 365
_NAMELESS = {"required": "Write your name; it stands on what you deposit and decide."}


def bare_orcid(value: str) -> str:
    """An ORCID iD without the address that people copy with it."""
    return value.strip().removeprefix("https://orcid.org/").upper()


class SignupForm(forms.Form):
    """What allauth asks besides e-mail and password (ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(max_length=200, help_text="As it should stand in a citation.", error_messages=_NAMELESS)
    orcid = forms.CharField(
        label="ORCID iD",
        max_length=37,
        required=False,
        help_text="Credit goes to the right person. For example 0000-0002-1825-0097.",
    )
    affiliation = forms.CharField(max_length=300, required=False, help_text="Institution and country.")
    field_order = ("email", "name", "password1", "orcid", "affiliation")

    def clean_orcid(self) -> str:
        value = bare_orcid(self.cleaned_data["orcid"])
        if value:
            validate_orcid(value)
        return value

    def signup(self, request, user: User) -> None:
        """Called by allauth when the account is made."""
        for name in ("name", "orcid", "affiliation"):
            setattr(user, name, self.cleaned_data[name])
        user.save(update_fields=["name", "orcid", "affiliation"])


class ProfileForm(forms.ModelForm):
    name = forms.CharField(max_length=200, help_text="As it should stand in a citation.", error_messages=_NAMELESS)
    orcid = forms.CharField(
        label="ORCID iD", max_length=37, required=False, help_text="For example 0000-0002-1825-0097."
    )

    class Meta:
        model = User
        fields = ("name", "orcid", "affiliation")
        help_texts = {"affiliation": "Institution and country."}

    def clean_orcid(self) -> str:
        value = bare_orcid(self.cleaned_data["orcid"])
        if value:
            validate_orcid(value)
        return value


class TokenForm(forms.Form):
    name = forms.CharField(
        label="What it is for",
        max_length=100,
        help_text="For example the name of the script.",
        error_messages={"required": "Say what the token is for, so that you know later which one to revoke."},
    )
    scopes = forms.MultipleChoiceField(
        label="What the token may do",
        error_messages={"required": "Choose at least one thing that the token may do."},
        choices=[
            (TokenScope.READ.value, "read what you may read"),
            (TokenScope.DEPOSIT.value, "deposit in your name"),
            (TokenScope.CURATE.value, "curate in your name, if you may"),
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=[TokenScope.READ.value],
    )
    days = forms.IntegerField(
        label="Valid for days",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        error_messages={"required": f"Write a number of days, at most {LONGEST_DAYS}."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Its fields stand on one page with those of the person."""
        super().__init__(*args, auto_id="token_%s", **kwargs)
