"""People: users who sign in by e-mail, their memberships in datasets, and the tokens of their scripts."""

from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from archive.metadata.identifiers import is_orcid
from archive.states import DatasetRole, PortalRole, TokenScope


def validate_orcid(value: str) -> None:
    """ISO 7064 MOD 11-2, as orcid.org computes it."""
    if not is_orcid(value):
        raise ValidationError(
            "This is not an ORCID iD: its check digit does not fit. Copy it from orcid.org, as 0000-0002-1825-0097."
        )


class UserManager(BaseUserManager):
    """Users are known by their e-mail address, whatever its case."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    username = None
    first_name = None
    last_name = None
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=200, blank=True)
    orcid = models.CharField("ORCID iD", max_length=19, blank=True, validators=[validate_orcid])
    affiliation = models.CharField(max_length=300, blank=True)
    # Names of the kinds of mails that this person does not want (archive.subscriptions).
    muted_mails = models.JSONField(default=list, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [
            # One person, one account: "A@x.org" and "a@x.org" are the same mailbox.
            models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """The portal-wide roles of this person."""
        if self.is_superuser:
            return frozenset(PortalRole)
        return frozenset(self.groups.values_list("name", flat=True))

    def has_role(self, *roles: PortalRole) -> bool:
        """Whether one of these is theirs."""
        return self.is_active and any(role in self.roles for role in roles)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ")[0].split("@")[0]


class Allowance(models.Model):
    """What of a person's quota is used: what their files hold and what their uploads have announced. Apart from the
    person's row, so that saving a profile never sets it back; never less than the truth, counted anew when short."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="allowance")
    used_bytes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.used_bytes} bytes of {self.user_id}"


class Membership(models.Model):
    """A person's role in one dataset."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role, role) for role in DatasetRole])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # One role for each person: a change of role is an update, with its audit entry.
            models.UniqueConstraint(fields=["dataset", "user"], name="membership_one_role_per_person"),
            models.CheckConstraint(condition=models.Q(role__in=list(DatasetRole)), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.dataset}"


class ApiToken(models.Model):
    """A script's key. Only its SHA-256 is stored; the key itself is shown once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    # The first characters, so that a person can tell tokens apart.
    hint = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    def allows(self, scope: TokenScope) -> bool:
        return scope in self.scopes
