"""My depositions: what is under way, what happens next and who has it; what is released."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from archive import extensions
from archive.models import Deposition, Image, Membership
from archive.selectors.datasets import covers
from archive.selectors.depositions import ARCHIVED, Holder, StatusView, my_depositions, status_of
from archive.selectors.paging import page_of
from archive.states import EDITING_ROLES
from archive.views.deposit_steps import Step, steps_of
from archive.views.deposit_words import holder_sentence

PAGE = 50


@dataclass(frozen=True)
class Row:
    deposition: Deposition
    status: StatusView
    steps: list[Step]
    image: Image | None
    badges: list[extensions.Badge]
    may_act: bool

    @property
    def is_with_reader(self) -> bool:
        return self.may_act and self.status.holder is Holder.DEPOSITORS

    @property
    def action(self) -> str:
        return "Continue" if self.is_with_reader else "Look"

    @property
    def holder(self) -> str:
        return holder_sentence(self.status, may_act=self.may_act)


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    order = ("is_closed", "-updated_at", "-pk")
    is_archive = request.GET.get("show") == "archived"
    rows = my_depositions(request.user)
    archived = rows.filter(ARCHIVED)
    page = page_of(
        archived if is_archive else rows.exclude(ARCHIVED), order=order, cursor=request.GET.get("cursor", ""), size=PAGE
    )
    ids = [deposition.dataset_id for deposition in page.items]
    pictures, badges = covers(ids, request.user), extensions.badges(ids)
    edited = set(
        Membership.objects.filter(user=request.user, dataset__in=ids, role__in=EDITING_ROLES).values_list(
            "dataset", flat=True
        )
    )
    rows = [
        Row(d, status_of(d), steps_of(d), pictures.get(d.dataset_id), badges[d.dataset_id], d.dataset_id in edited)
        for d in page.items
    ]
    context = {
        "section": "deposit",
        "active": [row for row in rows if row.deposition.is_open],
        "closed": [row for row in rows if not row.deposition.is_open],
        "needs_you": [row for row in rows if row.status.kind == "warn" and row.is_with_reader],
        "is_archive": is_archive,
        "archived": 0 if is_archive else archived.count(),
        "previous": "" if page.first else f"?{_address(is_archive)}",
        "next": f"?{_address(is_archive, cursor=page.next_cursor)}" if page.next_cursor else "",
    }
    return render(request, "archive/deposit/mine.html", context)


def _address(is_archive: bool, **more: str) -> str:
    return urlencode({"show": "archived", **more} if is_archive else more)
