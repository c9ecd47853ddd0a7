"""Who may do what, declared once for every route: the table that tests/test_permissions.py drives.

A rule tells for a role and a scene (tests/fixtures_states.py) which answers are right. A new route needs a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fixtures_states import ADMINISTRATOR, ANONYMOUS, INSIDERS, STRANGER, Scene


@dataclass(frozen=True)
class Answer:
    """What may come: these statuses, or any that does not refuse (`done`), or a way to sign in (`sign_in`)."""

    statuses: frozenset[int] = frozenset()
    done: bool = False
    sign_in: bool = False


Audience = Callable[[str, Scene], Answer]

SEEN = Answer(frozenset({200, 206}))
HIDDEN = Answer(frozenset({404}))
ENDED = Answer(frozenset({410}))
REFUSED = Answer(frozenset({403}))
SIGN_IN = Answer(frozenset({401}), sign_in=True)
# Allowed: what becomes of it depends on the state, and is the services' tests' matter.
DONE = Answer(done=True)


def sees(role: str, scene: Scene) -> bool:
    """Files, images and pictures."""
    return role in INSIDERS or scene.contents_are_public


def knows(role: str, scene: Scene) -> bool:
    """That the dataset is there, and what it is called."""
    return role in INSIDERS or scene.record_is_public


# --- audiences


def anyone(role: str, scene: Scene) -> Answer:
    return SEEN


def signed_in(role: str, scene: Scene) -> Answer:
    return SIGN_IN if role == ANONYMOUS else DONE


def records(role: str, scene: Scene) -> Answer:
    """The dataset itself, of which a tombstone stays; and lists in it, which may be empty."""
    return SEEN if knows(role, scene) else HIDDEN


def contents(role: str, scene: Scene) -> Answer:
    return SEEN if sees(role, scene) else HIDDEN


def originals(role: str, scene: Scene) -> Answer:
    """Deposited bytes: given by the portal, or by S3 at a signed address to which the portal leads."""
    return Answer(SEEN.statuses | {302}) if sees(role, scene) else HIDDEN


def drawn(role: str, scene: Scene) -> Answer:
    """What is drawn on demand: here no imaging pool runs, which is said only to those who may see the image."""
    return Answer(frozenset({503})) if sees(role, scene) else HIDDEN


def converting(role: str, scene: Scene) -> Answer:
    """Anybody who is signed in and sees an image may have it made into OME-Zarr."""
    if role == ANONYMOUS:
        return SIGN_IN
    return DONE if sees(role, scene) else HIDDEN


def packages(role: str, scene: Scene) -> Answer:
    """A ZIP of a version's files: of none that the reader may see there is none."""
    answer = versions(role, scene)
    return Answer(answer.statuses | {422}) if answer == SEEN else answer


def versions(role: str, scene: Scene) -> Answer:
    if not scene.has_version:
        return HIDDEN
    return SEEN if role in INSIDERS or scene.version_is_public else HIDDEN


def workers(role: str, scene: Scene) -> Answer:
    """The deposition: for the dataset's people alone, whatever is public of the dataset."""
    if role == ANONYMOUS:
        return SIGN_IN
    return SEEN if role in INSIDERS else HIDDEN


def importers(role: str, scene: Scene) -> Answer:
    """Files from folders of the server: for curators and administrators who edit the dataset."""
    answer = workers(role, scene)
    return REFUSED if answer == SEEN and role != ADMINISTRATOR else answer


def beginners(role: str, scene: Scene) -> Answer:
    """The folder for tests is empty, and most states take no files: both are said to those who may begin alone."""
    answer = importers(role, scene)
    return Answer(frozenset({302, 409, 422})) if answer == SEEN else answer


def correspondents(role: str, scene: Scene) -> Answer:
    """The conversation: the dataset's people and curators, of a draft too; nobody else learns of it."""
    if role == ANONYMOUS:
        return SIGN_IN
    return SEEN if role in INSIDERS | {"curator"} else HIDDEN


def writers(role: str, scene: Scene) -> Answer:
    return REFUSED if role == "viewer" else DONE if correspondents(role, scene) == SEEN else correspondents(role, scene)


def changed_by(*roles: str, hidden: bool = False) -> Audience:
    """A change by these roles and administrators. Others are refused; they learn of nothing that they may not know.

    `hidden`: the route leads through the deposition, which outsiders never learn of.
    """

    def audience(role: str, scene: Scene) -> Answer:
        if role == ANONYMOUS:
            return SIGN_IN
        if role in {*roles, ADMINISTRATOR}:
            return DONE
        if role not in INSIDERS and (hidden or not scene.record_is_public):
            return HIDDEN
        return REFUSED

    return audience


def retracting(role: str, scene: Scene) -> Answer:
    """Curators do, of what they may know."""
    if role == ANONYMOUS:
        return SIGN_IN
    if not knows(role, scene):
        return HIDDEN
    return DONE if role in {"curator", ADMINISTRATOR} else REFUSED


def brokers(role: str, scene: Scene) -> Answer:
    """What was prepared for others; administrators may do the same."""
    if role == ANONYMOUS:
        return SIGN_IN
    return SEEN if role == ADMINISTRATOR else REFUSED


def preparing(role: str, scene: Scene) -> Answer:
    answer = brokers(role, scene)
    return DONE if answer == SEEN else answer


def unprepared(role: str, scene: Scene) -> Answer:
    """One that is not there."""
    answer = brokers(role, scene)
    return HIDDEN if answer == SEEN else answer


def curators(role: str, scene: Scene) -> Answer:
    if role == ANONYMOUS:
        return SIGN_IN
    return SEEN if role in {"curator", ADMINISTRATOR} else REFUSED


def people_of(role: str, scene: Scene) -> Answer:
    """Who works on a dataset: for its own people."""
    if role == ANONYMOUS:
        return SIGN_IN
    if role in INSIDERS:
        return SEEN
    return REFUSED if scene.record_is_public else HIDDEN


def leaving(role: str, scene: Scene) -> Answer:
    """Taking away somebody's role: the owner of another, everybody their own. The one asked for is the viewer's."""
    if role == ANONYMOUS:
        return SIGN_IN
    if role in {"owner", "viewer", ADMINISTRATOR}:
        return DONE
    return HIDDEN if not knows(role, scene) else REFUSED


def takes_back(role: str, scene: Scene) -> Answer:
    """A referee's link that is not there: owners are told so, others before that."""
    answer = owners(role, scene)
    return HIDDEN if answer == DONE else answer


def stops(role: str, scene: Scene) -> Answer:
    """An import that is not there: those who edit are told so, others before that."""
    answer = editors(role, scene)
    return HIDDEN if answer == DONE else answer


def takes_off(role: str, scene: Scene) -> Answer:
    """A publication that is not there: owners are told so, others before that."""
    answer = changed_by("owner")(role, scene)
    return HIDDEN if answer == DONE else answer


editors = changed_by("owner", "contributor", hidden=True)
owners = changed_by("owner", hidden=True)
uploaders = changed_by("owner", "contributor")


@dataclass(frozen=True)
class Rule:
    """One method of one route. `of` says whose accession the address carries; `arguments` fill the rest of it."""

    audience: Audience
    method: str = "get"
    of: str = "dataset"
    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    # Nothing in it depends on a dataset: one scene is enough.
    once: bool = False


def of_image(audience: Audience, **more: Any) -> tuple[Rule, ...]:
    return (Rule(audience, of="image", **more),)


def get(audience: Audience, **more: Any) -> tuple[Rule, ...]:
    return (Rule(audience, **more),)


def post(audience: Audience, **data: Any) -> tuple[Rule, ...]:
    return (Rule(audience, "post", data=data),)


TUS = {"Tus-Resumable": "1.0.0"}
STARTED_BY = STRANGER

API: dict[str, tuple[Rule, ...]] = {
    "schema": get(anyone, once=True),
    "api-docs": get(anyone, once=True),
    "archive-api:templates": get(anyone, once=True),
    "archive-api:template": get(anyone, once=True, arguments={"name": "screen"}),
    "archive-api:vocabularies": get(anyone, once=True),
    "archive-api:terms": get(anyone, once=True, data={"q": "mouse"}),
    "archive-api:free-terms": get(curators, once=True),
    "archive-api:term": get(anyone, once=True, arguments={"curie": "NCBITaxon:9606"}),
    "archive-api:publication-lookup": (Rule(signed_in, "post", once=True, data={"identifier": "10.1234/unknown"}),),
    "archive-api:depositions": (Rule(signed_in, once=True), Rule(signed_in, "post", once=True)),
    "archive-api:deposition": (
        Rule(workers),
        Rule(editors, "patch", data={"revision": 0, "changes": {"study.title": "Another title"}}),
    ),
    "archive-api:deposition-report": get(workers),
    "archive-api:deposition-files": get(workers),
    "archive-api:deposition-submit": post(editors),
    "archive-api:deposition-template": (Rule(workers), Rule(editors, "post", data={"revision": 0})),
    "archive-api:deposition-bring-back": post(editors),
    "archive-api:dataset-messages": (Rule(correspondents), Rule(writers, "post", data={"text": "When?"})),
    "archive-api:handovers": (Rule(brokers, once=True), Rule(preparing, "post", once=True)),
    "archive-api:handover": (
        Rule(unprepared, once=True, arguments={"handover_id": 1}),
        Rule(unprepared, "delete", once=True, arguments={"handover_id": 1}),
    ),
    "archive-api:deposition-reopen": post(editors),
    "archive-api:deposition-keep-file": post(editors),
    "archive-api:deposition-groupings": (
        Rule(workers),
        Rule(editors, "post", data={"answer": "confirm", "groupings": [1]}),
    ),
    "archive-api:folder-imports": (Rule(importers), Rule(beginners, "post", data={"root": "facility"})),
    "archive-api:folder-import": (Rule(stops, "delete", arguments={"import_id": 1}),),
    "archive-api:deposition-file-table": get(workers),
    "archive-api:deposition-file-tables": (Rule(workers), Rule(editors, "post")),
    "archive-api:deposition-file-table-state": get(workers),
    "archive-api:deposition-file-table-problems": get(workers),
    "archive-api:deposition-file-table-apply": post(editors),
    "archive-api:deposition-file-table-discard": post(editors),
    "archive-api:deposition-file-table-undo": post(editors),
    "archive-api:deposition-release": post(owners),
    "archive-api:deposition-withdraw": post(owners, reason="A reason."),
    "archive-api:referee-links": (
        Rule(changed_by("owner", hidden=True)),
        Rule(owners, "post", data={"days": 30}),
    ),
    # Of links there is none of this number.
    "archive-api:referee-link": (Rule(takes_back, "delete", arguments={"link_id": 1}),),
    "archive-api:datasets": get(anyone, once=True),
    "archive-api:dataset": get(records),
    "archive-api:dataset-versions": get(records),
    "archive-api:dataset-files": get(records),
    "archive-api:dataset-images": get(records),
    "archive-api:dataset-plates": get(records),
    "archive-api:dataset-quality": get(versions),
    "archive-api:dataset-quality-images": get(versions),
    "archive-api:dataset-manifest": get(versions),
    "archive-api:dataset-archive": get(packages),
    "archive-api:version": get(versions),
    "archive-api:version-manifest": get(versions),
    "archive-api:version-file-list": get(versions),
    "archive-api:version-listed-files": get(versions),
    "archive-api:file-content": get(originals),
    "archive-api:file-members": get(contents, arguments={"file_id": "bundle"}),
    "archive-api:dataset-publications": (
        Rule(records),
        Rule(changed_by("owner"), "post", data={"identifier": "not one"}),
    ),
    "archive-api:dataset-publication": (Rule(takes_off, "delete", arguments={"publication_id": 1}),),
    "archive-api:new-version": post(changed_by("owner", "contributor")),
    "archive-api:dataset-links": post(changed_by("owner", "contributor", "viewer"), address="/api/v1/datasets/"),
    "archive-api:retract": post(retracting, reason="A reason."),
    "archive-api:members": (
        Rule(people_of),
        Rule(changed_by("owner"), "post", data={"email": "stranger@example.org", "role": "viewer"}),
    ),
    "archive-api:invitations": (Rule(changed_by("owner")),),
    "archive-api:invitation": (Rule(takes_off, "delete", arguments={"invitation_id": 1}),),
    "archive-api:member": (Rule(leaving, "delete"),),
    "archive-api:image": of_image(contents),
    "archive-api:image-thumbnail": of_image(contents),
    "archive-api:image-ome-xml": of_image(contents),
    "archive-api:image-original": of_image(originals),
    "archive-api:image-viewer": of_image(contents),
    "archive-api:image-dzi": of_image(contents),
    "archive-api:image-tile": of_image(drawn, arguments={"level": 9, "column": 0, "row": 0}),
    "archive-api:image-regions": of_image(drawn),
    "archive-api:image-mask": of_image(drawn, arguments={"number": 0}),
    "archive-api:image-overlays": of_image(drawn),
    "archive-api:image-label-tile": of_image(drawn, arguments={"number": 0, "level": 9, "column": 0, "row": 0}),
    "archive-api:image-render": of_image(drawn),
    "archive-api:image-section": of_image(drawn, data={"axis": "y", "at": 0}),
    "archive-api:image-histogram": of_image(drawn),
    "archive-api:image-ome-tiff": of_image(drawn),
    "archive-api:image-ome-zarr": (
        Rule(lambda role, scene: HIDDEN, of="image"),
        Rule(converting, "post", of="image"),
    ),
    "archive-api:image-ome-zarr-object": of_image(lambda role, scene: HIDDEN, arguments={"key": "zarr.json"}),
    "archive-api:image-ome-zarr-signed": of_image(
        lambda role, scene: ENDED, arguments={"signature": "wrong", "key": "zarr.json"}
    ),
    "archive-api:image-pixel": of_image(drawn, data={"x": 0, "y": 0}),
    "archive-api:tokens": (
        Rule(signed_in, once=True),
        Rule(signed_in, "post", once=True, data={"name": "script", "scopes": ["read"], "days": 1}),
    ),
    # Of tokens there are only one's own: everybody's answer to another's is the same.
    "archive-api:token": (Rule(lambda role, scene: SIGN_IN if role == ANONYMOUS else HIDDEN, "delete", once=True),),
    "archive-api:uploads": (Rule(uploaders, "post", headers=TUS | {"Upload-Length": "5"}),),
    "archive-api:upload": (
        Rule(uploaders, "head", headers=TUS),
        Rule(uploaders, "patch", headers=TUS | {"Upload-Offset": "0"}),
        Rule(uploaders, "delete", headers=TUS),
    ),
    "search-api:datasets": get(anyone, once=True),
    "search-api:images": get(anyone, once=True),
    "search-api:suggest": get(anyone, once=True, data={"q": "hidden"}),
    "search-api:facet": get(anyone, once=True, arguments={"name": "organism"}),
}
