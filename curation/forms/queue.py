"""The queue's address, read leniently: what is not understood is left out, so that an old link still opens."""

from django.http import QueryDict

from curation.models.candidate import Origin
from curation.selectors.queue import ME, NOBODY, Age, Filters, Sort, Tab


def filters_of(params: QueryDict) -> Filters:
    page = params.get("page", "1")
    return Filters(
        tab=_one(Tab, params.get("tab", ""), Tab.OPEN),
        who=tuple(who for who in params.getlist("who") if who in (NOBODY, ME) or (who.isdecimal() and len(who) < 18)),
        age=tuple(Age(age) for age in params.getlist("age") if age in list(Age)),
        origin=tuple(Origin(origin) for origin in params.getlist("origin") if origin in list(Origin)),
        sort=_one(Sort, params.get("sort", ""), Sort.OLDEST),
        page=max(int(page), 1) if page.isdecimal() and len(page) < 6 else 1,
    )


def _one(kind: type, value: str, default: object):
    return kind(value) if value in list(kind) else default
