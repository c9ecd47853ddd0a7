"""The rows of the permission table for curation (see tests/permission_rules.py); left out of a site without it.

The candidate is the released dataset, in review by the world's reviewer and one more; a decision stands on the public
dataset whose next version is a draft. Administrators of the portal are not of the curation: they see what readers see.
"""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from tests.fixtures_states import ADMINISTRATOR, ANONYMOUS, STRANGER, Scene, World
from tests.permission_rules import (
    DONE,
    HIDDEN,
    REFUSED,
    SEEN,
    SIGN_IN,
    Answer,
    Audience,
    Rule,
    anyone,
    get,
    knows,
    records,
    signed_in,
)

OUTSIDERS = frozenset({STRANGER, ADMINISTRATOR})
CANDIDATE, DECISION = {"pk": "candidate"}, {"pk": "decision"}


def concerned(role: str, scene: Scene) -> Answer:
    """Curators, editors, who reviews it, and the dataset's people."""
    if role == ANONYMOUS:
        return SIGN_IN
    return HIDDEN if role in OUTSIDERS else SEEN


def only(*roles: str, does: Answer = DONE) -> Audience:
    """Of those concerned these roles; the others are refused, or told that there is nothing for them."""

    def audience(role: str, scene: Scene) -> Answer:
        if role == ANONYMOUS:
            return SIGN_IN
        if role in OUTSIDERS:
            return HIDDEN
        return does if role in roles else Answer(HIDDEN.statuses | REFUSED.statuses)

    return audience


def nominators(role: str, scene: Scene) -> Answer:
    """Everybody who is signed in, of what everybody can see."""
    if role == ANONYMOUS:
        return SIGN_IN
    if not knows(role, scene):
        return HIDDEN
    return DONE if scene.dataset.is_public else REFUSED


def nomination_page(role: str, scene: Scene) -> Answer:
    return SIGN_IN if role == ANONYMOUS else records(role, scene)


def lists(role: str, scene: Scene) -> Answer:
    return SIGN_IN if role == ANONYMOUS else SEEN


def _of(what: dict[str, str], audience: Audience, method: str = "get", **more: Any) -> Rule:
    return Rule(audience, method, arguments={**what, **more.pop("arguments", {})}, once=True, **more)


REASON = "Others would use these images to train a tracking method."
ROWS: dict[str, tuple[Rule, ...]] = {
    "curation:workflow": get(anyone, once=True),
    "curation:labels": get(anyone, once=True),
    "curation:label": get(anyone, once=True, arguments={"kind": "reference"}),
    "curation:criteria": get(anyone, once=True),
    "curation:criteria-version": get(anyone, once=True, arguments={"version": 1}),
    "curation:policy": get(anyone, once=True),
    "curation:decisions": get(anyone, once=True),
    "curation:decision": (_of(DECISION, anyone),),
    "curation:appeal": (_of(DECISION, lists), _of(DECISION, signed_in, "post")),
    "curation:queue": get(lists, once=True),
    "curation:nominate": (Rule(nomination_page), Rule(nominators, "post", data={"reason": REASON})),
    "curation:candidate": (_of(CANDIDATE, concerned),),
    "curation:move": (_of(CANDIDATE, only("curator", "editor"), "post", arguments={"action": "claim"}),),
    "curation:review": (
        _of(CANDIDATE, only("reviewer", does=SEEN)),
        _of(CANDIDATE, only("reviewer"), "post", data={"do": "save"}),
    ),
    "curation:interest": (_of(CANDIDATE, only("reviewer"), "post", data={"has_conflict": "no"}),),
    "curation:decide": (
        _of(CANDIDATE, only("editor", does=SEEN)),
        _of(CANDIDATE, only("editor"), "post", data={"outcome": "defer", "rationale": REASON}),
    ),
    "curation-api:candidates": (*get(lists, once=True), Rule(signed_in, "post", once=True)),
    "curation-api:candidate": (_of(CANDIDATE, concerned),),
    "curation-api:moves": (
        _of(CANDIDATE, concerned),
        _of(CANDIDATE, only("curator", "editor"), "post", data={"action": "claim", "reason": ""}),
    ),
    "curation-api:decisions": get(anyone, once=True),
    "curation-api:decision": (_of(DECISION, anyone),),
    "curation-api:labels": get(anyone, once=True),
}
CURATION = ROWS if settings.CURATION else {}


def prepare(world: World) -> dict[str, int]:
    """The primary keys that CANDIDATE and DECISION stand for; nothing in a site without curation."""
    if not settings.CURATION:
        return {}
    return import_string("tests.curation.driver.candidate_and_decision")(
        reviewed=world.scenes["released"].dataset,
        decided=world.scenes["next-version"].dataset,
        curator=world.people["curator"],
        reviewer=world.people["reviewer"],
    )
