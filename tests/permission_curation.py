"""The rows of the permission table for curation (see tests/permission_rules.py); left out of a site without it."""

from django.conf import settings

from tests.permission_rules import Rule, anyone, get

PUBLIC: dict[str, tuple[Rule, ...]] = {
    "curation:workflow": get(anyone, once=True),
    "curation:labels": get(anyone, once=True),
    "curation:label": get(anyone, once=True, arguments={"kind": "reference"}),
    "curation:criteria": get(anyone, once=True),
    "curation:criteria-version": get(anyone, once=True, arguments={"version": 1}),
    "curation:policy": get(anyone, once=True),
    "curation:decisions": get(anyone, once=True),
    "curation-api:decisions": get(anyone, once=True),
    "curation-api:labels": get(anyone, once=True),
}
CURATION = PUBLIC if settings.CURATION else {}
