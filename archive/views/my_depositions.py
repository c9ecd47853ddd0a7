"""My depositions: what is under way, what happens next and who has it; what is released."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from archive import extensions
from archive.models import Deposition, Image
from archive.selectors.datasets import covers
from archive.selectors.depositions import Holder, StatusView, my_depositions, status_of
from archive.selectors.paging import page_of
from archive.views.deposit_steps import Step, steps_of

PAGE = 50


@dataclass(frozen=True)
class Row:
    deposition: Deposition
    status: StatusView
    steps: list[Step]
    image: Image | None
    badges: list[extensions.Badge]

    @property
    def action(self) -> str:
        return "Continue" if self.status.holder is Holder.DEPOSITORS else "Look"


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    order = ("is_closed", "-updated_at", "-pk")
    page = page_of(my_depositions(request.user), order=order, cursor=request.GET.get("cursor", ""), size=PAGE)
    ids = [deposition.dataset_id for deposition in page.items]
    pictures, badges = covers(ids, request.user), extensions.badges(ids)
    rows = [
        Row(d, status_of(d), steps_of(d), pictures.get(d.dataset_id), badges.get(d.dataset_id, [])) for d in page.items
    ]
    context = {
        "section": "deposit",
        "active": [row for row in rows if row.deposition.is_open],
        "closed": [row for row in rows if not row.deposition.is_open],
        "needs_you": [row for row in rows if row.status.kind == "warn" and row.status.holder is Holder.DEPOSITORS],
        "previous": "" if page.first else "?",
        "next": f"?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "archive/deposit/mine.html", context)
