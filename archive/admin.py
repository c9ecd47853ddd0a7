"""Administration: people and their roles. Records are looked at, never edited: what was deposited stays as it was."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from archive.models import AuditEntry, Dataset, Doi, User
from archive.services import people
from archive.states import PortalRole


class UserForm(forms.ModelForm):
    """Roles are given and taken by a service, so that each change is audited."""

    roles = forms.MultipleChoiceField(
        choices=[(role.value, role.value) for role in PortalRole],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = User
        fields = ("is_active",)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["roles"] = list(self.instance.groups.values_list("name", flat=True))


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    form = UserForm
    list_display = ("email", "name", "affiliation", "is_active", "last_login")
    search_fields = ("email", "name", "orcid")
    # People change these themselves, on their account page.
    readonly_fields = ("email", "name", "orcid", "affiliation")
    fields = ("email", "name", "orcid", "affiliation", "is_active", "roles")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up by themselves

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # erased by a service, which keeps what they did under their number

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        people.set_active(actor=request.user, user=obj, is_active=form.cleaned_data["is_active"])
        wanted, held = set(form.cleaned_data["roles"]), set(obj.groups.values_list("name", flat=True))
        for role in PortalRole:
            if role in wanted - held:
                people.grant_role(actor=request.user, user=obj, role=role)
            elif role in held - wanted:
                people.revoke_role(actor=request.user, user=obj, role=role)


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Dataset)
class DatasetAdmin(ReadOnly):
    list_display = ("accession", "title", "latest_version", "standing", "access")
    search_fields = ("accession", "title")


@admin.register(Doi)
class DoiAdmin(ReadOnly):
    """What waits for DataCite, and why."""

    list_display = ("name", "state", "due_at", "tries", "reason")
    list_filter = ("state",)
    search_fields = ("name",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("dataset", "sequence", "at", "action", "subject", "actor")
    list_select_related = ("dataset", "actor")
    search_fields = ("dataset__accession", "action")
