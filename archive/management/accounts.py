"""The account that a command acts for."""

from django.core.management import CommandError

from archive.models import User


def account(email: str) -> User:
    """Whoever has it, active or not. Raises CommandError with a sentence."""
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise CommandError(f"Nobody has an account with {email}. Check the spelling.")
    return found


def active_account(email: str) -> User:
    """The same, of somebody who may sign in."""
    found = account(email)
    if not found.is_active:
        raise CommandError(f"The account {email} is not active. Choose another one.")
    return found
