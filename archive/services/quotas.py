"""Room for uploads: taken by one conditional update, so that uploads begun at the same moment cannot pass the quota."""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from archive.errors import TooLarge
from archive.models import Allowance, User
from archive.selectors.uploads import bytes_of


@transaction.atomic
def take_room(*, user: User, size: int) -> None:
    """Count these bytes as the person's; call it in the transaction that writes the upload. Raises TooLarge."""
    if _take(user, size):
        return
    # The count only grows; what was removed or cancelled since is found by counting anew.
    _count_anew(user)
    if not _take(user, size):
        raise TooLarge(
            f"Your quota of {settings.PORTAL_QUOTA_BYTES} bytes has no room for this file of {size} bytes. "
            "Remove files that you do not need, or ask the administrators for more."
        )


def _take(user: User, size: int) -> bool:
    rows = Allowance.objects.filter(user=user, used_bytes__lte=settings.PORTAL_QUOTA_BYTES - size)
    return bool(rows.update(used_bytes=F("used_bytes") + size))


def _count_anew(user: User) -> None:
    Allowance.objects.get_or_create(user=user)
    Allowance.objects.select_for_update().get(user=user)  # nobody takes room between the count and its writing
    Allowance.objects.filter(user=user).update(used_bytes=bytes_of(user))
