"""Sentences of the deposit's pages that depend on who reads them, and when."""

from django.utils import timezone

from archive.models import Deposition
from archive.selectors.depositions import Holder, StatusView


def holder_sentence(status: StatusView, *, may_act: bool) -> str:
    """Who has it now, as this reader would say it; nothing where it has come to its end."""
    if status.holder is Holder.DEPOSITORS:
        return "It is with you." if may_act else "It is with its depositors."
    return "The portal has it." if status.holder is Holder.PORTAL else ""


def saved_sentence(deposition: Deposition) -> str:
    """When it was saved: the time today, the day too before."""
    saved = timezone.localtime(deposition.updated_at)
    is_today = saved.date() == timezone.localdate()
    return f"Saved {saved:%H:%M}" if is_today else f"Saved {saved:%-d %b %Y, %H:%M}"
