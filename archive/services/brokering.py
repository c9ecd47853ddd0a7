"""Depositions by a broker: prepared by another system, taken over by a person, and reported back to the system.

A callback is an HTTPS POST of JSON whose `X-Signature-256` is the HMAC-SHA256 of the body under the handover's secret,
told once when it is made. Addresses begin with one of PORTAL_CALLBACK_ORIGINS: the portal calls nowhere else.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from archive.errors import FieldProblem, Gone, Invalid, NotAllowed, NotFound
from archive.events import Event, emit
from archive.metadata.model import blank_document
from archive.models import Callback, Deposition, Handover, Membership, User, Version
from archive.outbound import Unreachable, fetch
from archive.selectors.templates import get_template, templates
from archive.selectors.terms import resolve_terms
from archive.services import auditing, depositing
from archive.states import CallbackEvent, DatasetRole, DepositionState, PortalRole

LIFE = timedelta(days=30)
MOST_OPEN = 1_000
# After how long it is tried again; then it is given up.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720, 1440, 2880, 4320))
# What a broker may be of a dataset; its owner is whoever takes it.
BROKER_ROLES = (DatasetRole.VIEWER, DatasetRole.CONTRIBUTOR)
_SALT = "archive.brokering"
_BROKERS = (PortalRole.BROKER, PortalRole.ADMINISTRATOR)


def require_broker(user: User) -> None:
    if not user.has_role(*_BROKERS):
        raise NotAllowed("Brokers prepare depositions for others. Ask an administrator for that role.")


@transaction.atomic
def prepare(
    *,
    broker: User,
    template: str = "",
    metadata: Mapping[str, Any] | None = None,
    callback_url: str = "",
    broker_role: str = "",
) -> tuple[Handover, str]:
    """A handover, and the secret with which its callbacks are signed. Raises NotAllowed, Invalid."""
    require_broker(broker)
    chosen = get_template(template) if template else templates().default
    _check(broker, callback_url, broker_role)
    document = depositing.clean(chosen, metadata or {})
    if not isinstance(document.get("study", {}), Mapping):
        sentence = "“study” is an object of fields. Send {field: value}."
        raise Invalid(sentence, [FieldProblem("/metadata/study", sentence)])
    made = Handover.objects.create(
        broker=broker,
        template=chosen.name,
        metadata=resolve_terms(chosen, document),
        broker_role=broker_role,
        callback_url=callback_url,
        expires_at=timezone.now() + LIFE,
    )
    data = {"template": chosen.name, "callback": bool(callback_url)}
    auditing.record(dataset=None, action="handover.make", actor=broker, subject=f"handover {made.pk}", data=data)
    return made, secret_of(made)


def _check(broker: User, callback_url: str, broker_role: str) -> None:
    if broker_role and broker_role not in BROKER_ROLES:
        sentence = f"A broker is {' or '.join(BROKER_ROLES)} of a dataset, or nothing. Choose one of these."
        raise Invalid(sentence, [FieldProblem("/broker_role", sentence)])
    if callback_url and not _may_call(callback_url):
        known = ", ".join(settings.PORTAL_CALLBACK_ORIGINS) or "none is configured"
        sentence = f"This portal calls back to {known}. Use an address there, or ask an administrator to add yours."
        raise Invalid(sentence, [FieldProblem("/callback_url", sentence)])
    open_ones = Handover.objects.filter(broker=broker, taken_at__isnull=True, expires_at__gt=timezone.now())
    if open_ones.count() >= MOST_OPEN:
        raise Invalid(f"{MOST_OPEN} of your handovers wait to be taken. Withdraw some before you prepare more.")


def _may_call(url: str) -> bool:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" in settings.PORTAL_CALLBACK_ORIGINS


def secret_of(handover: Handover) -> str:
    """Made from the portal's key: no row holds it."""
    return salted_hmac(_SALT, str(handover.pk), algorithm="sha256").hexdigest()


def address_of(handover: Handover) -> str:
    """The path of its link, for whoever is to own the deposition."""
    return reverse("archive:handover", args=[signing.dumps(handover.pk, salt=_SALT)])


def handover_behind(token: str) -> Handover:
    """Raises NotFound for what is no link of ours; one that was withdrawn or has expired is Gone."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise NotFound("This is no link to a prepared deposition. Copy the whole address.") from error
    found = Handover.objects.select_related("broker", "dataset").filter(pk=pk).first()
    if found is None or not (found.is_open or found.taken_at):
        raise Gone("This link has ended: it was withdrawn, or is older than 30 days. Ask for another one.")
    return found


@transaction.atomic
def take(*, token: str, user: User) -> Deposition:
    """The person's deposition begins with what was prepared. Raises Gone when somebody else was quicker."""
    found = handover_behind(token)
    rows = Handover.objects.filter(pk=found.pk, taken_at__isnull=True)
    if not rows.update(taken_at=timezone.now()):
        raise Gone("Somebody has begun this deposition already. Ask that person to share it with you.")
    deposition = depositing.start_deposition(user=user, template=found.template, metadata=_begun(found, user))
    Handover.objects.filter(pk=found.pk).update(dataset=deposition.dataset, metadata={})
    if found.broker_role and found.broker_id != user.pk:
        Membership.objects.create(dataset=deposition.dataset, user=found.broker, role=found.broker_role)
    auditing.record(
        dataset=deposition.dataset,
        action="handover.take",
        actor=user,
        subject=f"handover {found.pk}",
        data={"broker": found.broker_id, "role": found.broker_role},
    )
    return deposition


def _begun(found: Handover, user: User) -> dict[str, Any]:
    """With the template's defaults, and the person as author where the broker names none."""
    template = get_template(found.template)
    document = {name: _over(part, found.metadata.get(name)) for name, part in blank_document(template).items()}
    document = found.metadata | document
    study = dict(document.get("study") or {})
    if not study.get("authors") and user.name:
        author = {"name": user.name, "orcid": user.orcid, "affiliation": user.affiliation}
        study["authors"] = [{name: value for name, value in author.items() if value}]
    return {**document, "study": study}


def _over(defaults: Any, said: Any) -> Any:
    return {**defaults, **said} if isinstance(defaults, dict) and isinstance(said, Mapping) else said or defaults


@transaction.atomic
def withdraw(*, broker: User, handover_id: int) -> None:
    """Its link ends at once; a deposition that was begun stays its owner's."""
    require_broker(broker)
    found = Handover.objects.filter(pk=handover_id, broker=broker, taken_at__isnull=True).first()
    if found is None:
        raise NotFound("You have no such handover that waits. Somebody may have begun the deposition.")
    subject = f"handover {found.pk}"
    found.delete()
    auditing.record(dataset=None, action="handover.withdraw", actor=broker, subject=subject)


def drop_expired() -> None:
    Handover.objects.filter(taken_at__isnull=True, expires_at__lt=timezone.now()).delete()


# ---- what is called back ----------------------------------------------------------------------------------------


def note_answer(*, deposition_id: int) -> None:
    """In the transaction that makes it ready: the broker is to be told."""
    deposition = Deposition.objects.get(pk=deposition_id)
    if deposition.state == DepositionState.READY:
        _note(deposition.dataset_id, CallbackEvent.ACCEPTED, deposition.number)


def note_release(*, version_id: int) -> None:
    version = Version.objects.get(pk=version_id)
    _note(version.dataset_id, CallbackEvent.RELEASED, version.number)


def _note(dataset_id: int, event: CallbackEvent, number: int) -> None:
    for handover in Handover.objects.filter(dataset=dataset_id).exclude(callback_url=""):
        row, is_new = Callback.objects.get_or_create(
            handover=handover, event=event, number=number, defaults={"due_at": timezone.now()}
        )
        if is_new:
            emit(Event.CALLBACK_DUE, callback_id=row.pk)


def call_back(*, callback_id: int) -> None:
    """One try, by one worker: the next one is due before this one begins."""
    now = timezone.now()
    rows = Callback.objects.filter(pk=callback_id, done_at__isnull=True, given_up_at__isnull=True)
    row = rows.select_related("handover__dataset").first()
    if row is None or row.due_at > now:
        return
    pause = PAUSES[min(row.tries, len(PAUSES) - 1)]
    if not rows.filter(tries=row.tries).update(tries=row.tries + 1, due_at=now + pause):
        return
    sentence = _call(row)
    if not sentence:
        rows.update(done_at=timezone.now(), sentence="")
    else:
        given_up = {"given_up_at": timezone.now()} if row.tries + 1 > len(PAUSES) else {}
        rows.update(sentence=sentence[:500], **given_up)


def _call(row: Callback) -> str:
    """What is wrong, or nothing."""
    handover = row.handover
    if not _may_call(handover.callback_url):
        return "The portal no longer calls back to this address."
    body = json.dumps(_said(row)).encode()
    signature = hmac.new(secret_of(handover).encode(), body, hashlib.sha256).hexdigest()
    try:
        answer = fetch("POST", handover.callback_url, content=body, further={"X-Signature-256": f"sha256={signature}"})
    except Unreachable as error:
        return str(error)
    return "" if 200 <= answer.status < 300 else f"It answered with status {answer.status}."


def _said(row: Callback) -> dict[str, Any]:
    dataset = row.handover.dataset
    if dataset is None:
        raise ValueError("Nothing happens to a handover that nobody has taken.")
    released = row.event == CallbackEvent.RELEASED
    return {
        "event": row.event,
        "handover": row.handover_id,
        "accession": dataset.accession,
        "version": row.number,
        "url": f"{settings.SITE_URL}{dataset.get_absolute_url()}" if released else "",
        "at": row.created_at.isoformat(),
    }


def due() -> list[int]:
    """Callbacks whose pause is over."""
    rows = Callback.objects.filter(done_at__isnull=True, given_up_at__isnull=True, due_at__lte=timezone.now())
    return list(rows.order_by("due_at").values_list("pk", flat=True)[:500])
