"""Mails about a deposition: short plain text that says what happened, what to do next, and where."""

from django.conf import settings
from django.core.mail import EmailMessage

from archive.models import Dataset, Deposition, User, Version
from archive.selectors import quality
from archive.states import EDITING_ROLES, DepositionState

_MOST_PROBLEMS = 20


def mail_answer(*, deposition_id: int) -> None:
    """Ready, or what has to be changed. Nothing is sent if the deposition has moved on."""
    deposition = Deposition.objects.select_related("dataset").get(pk=deposition_id)
    if deposition.state == DepositionState.READY:
        _send(deposition.dataset, "is ready for release", _ready(deposition))
    elif deposition.state == DepositionState.NEEDS_CHANGES:
        _send(deposition.dataset, "needs changes", _needs_changes(deposition))


def mail_release(*, version_id: int) -> None:
    version = Version.objects.select_related("dataset").get(pk=version_id)
    _send(version.dataset, f"version {version.number} is public", _released(version))


def _ready(deposition: Deposition) -> str:
    waits = f" It will be released on {deposition.release_on:%-d %B %Y}." if deposition.release_on else ""
    return (
        f"Every file of your deposit was checked, and nothing has to be changed.{waits}\n\n"
        f"Look at it once more and release it:\n{_url(deposition.get_absolute_url())}\n\n"
        "It stays private until then."
    )


def _needs_changes(deposition: Deposition) -> str:
    problems = quality.blocking(deposition.problems)
    lines = [f"- {_place(problem['pointer'])}: {problem['message']}" for problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        lines.append(f"- and {len(problems) - _MOST_PROBLEMS} more, on the page")
    return (
        "Your deposit was checked. This has to be changed before it can be released:\n\n"
        + "\n".join(lines)
        + f"\n\nChange it here, then submit it again:\n{_url(deposition.get_absolute_url())}"
    )


def _released(version: Version) -> str:
    images = "1 image" if version.image_count == 1 else f"{version.image_count:,} images"
    return (
        f"“{version.dataset.title}” is public, with {images}.\n\n"
        f"Its page, to cite and to share:\n{_url(version.dataset.get_absolute_url())}\n\n"
        f"Cite this version as {version}. To correct or add something, start a new version there."
    )


def _place(pointer: str) -> str:
    """A JSON pointer as people read it."""
    return " → ".join(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _send(dataset: Dataset, what: str, text: str) -> None:
    """To everybody who edits the dataset, each alone, so that nobody learns the others' addresses."""
    for person in User.objects.filter(
        memberships__dataset=dataset, memberships__role__in=EDITING_ROLES, is_active=True
    ).order_by("pk"):
        EmailMessage(
            subject=f"[{settings.PORTAL_NAME}] {dataset.accession} {what}",
            body=f"Dear {person.name or 'depositor'},\n\n{text}\n\n{settings.PORTAL_NAME}\n{settings.SITE_URL}/\n",
            to=[person.email],
        ).send()


def _url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
