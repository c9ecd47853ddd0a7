"""Who somebody is: asked once at sign-up, changed on the account page."""

from django import forms

from archive.models import User
from archive.models.people import validate_orcid


class SignupForm(forms.Form):
    """What allauth asks besides e-mail and password (ACCOUNT_SIGNUP_FORM_CLASS)."""

    name = forms.CharField(max_length=200, help_text="As it should stand in a citation.")
    orcid = forms.CharField(
        label="ORCID iD",
        max_length=37,
        required=False,
        help_text="Credit goes to the right person. For example 0000-0002-1825-0097.",
    )
    affiliation = forms.CharField(max_length=300, required=False, help_text="Institution and country.")
    field_order = ("email", "name", "password1", "orcid", "affiliation")

    def clean_orcid(self) -> str:
        value = self.cleaned_data["orcid"].strip().removeprefix("https://orcid.org/").upper()
        if value:
            validate_orcid(value)
        return value

    def signup(self, request, user: User) -> None:
        """Called by allauth when the account is made."""
        for name in ("name", "orcid", "affiliation"):
            setattr(user, name, self.cleaned_data[name])
        user.save(update_fields=["name", "orcid", "affiliation"])
