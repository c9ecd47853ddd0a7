"""The rows of the permission table for pages (see tests/permission_rules.py), and routes of other people's code."""

from archive.states import Access
from tests.fixtures_states import ADMINISTRATOR, ANONYMOUS, INSIDERS, Scene
from tests.permission_rules import (
    HIDDEN,
    REFUSED,
    SEEN,
    SIGN_IN,
    Answer,
    Audience,
    Rule,
    anyone,
    beginners,
    changed_by,
    contents,
    converting,
    correspondents,
    curators,
    editors,
    get,
    importers,
    knows,
    of_image,
    originals,
    owners,
    post,
    records,
    retracting,
    signed_in,
    takes_back,
    takes_off,
    uploaders,
    versions,
    workers,
    writers,
)

# Routes that are not ours, by how their names begin; each with why no rule is needed.
FOREIGN: dict[str, str] = {
    "account_": "signing in and one's own account: allauth's, and no record is asked for",
    "socialaccount_": "the same, with ORCID",
    "social/": "the same, with ORCID",
    "openid_connect_": "the same, with ORCID",
    "admin:": "Django's own pages, for staff; see test_the_admin_is_for_staff",
}

TOMBSTONE = Answer(frozenset({410}))
# A draft has no page of its own as a dataset: its people are led to the deposition.
LED_ON = Answer(frozenset({302}))


def dataset_pages(role: str, scene: Scene) -> Answer:
    if not knows(role, scene):
        return HIDDEN
    if scene.dataset.is_retracted and role not in INSIDERS:
        return TOMBSTONE
    return SEEN if scene.has_version else LED_ON


def led_on(role: str, scene: Scene) -> Answer:
    """Another spelling of an address: what stands there decides, and whether it is there is not told here."""
    return LED_ON


def administrators(role: str, scene: Scene) -> Answer:
    if role == ANONYMOUS:
        return SIGN_IN
    return SEEN if role == ADMINISTRATOR else REFUSED


def account_page(role: str, scene: Scene) -> Answer:
    return SIGN_IN if role == ANONYMOUS else SEEN


def nobodys(role: str, scene: Scene) -> Answer:
    """A token that is not one's own is not there."""
    return SIGN_IN if role == ANONYMOUS else HIDDEN


def retraction_page(role: str, scene: Scene) -> Answer:
    if role == ANONYMOUS:
        return SIGN_IN
    if not knows(role, scene):
        return HIDDEN
    if role not in {"curator", ADMINISTRATOR}:
        return REFUSED
    return Answer(frozenset({200, 302}))


def version_bytes(role: str, scene: Scene) -> Answer:
    """What a version is taken away by: for those who may have its bytes, not only its words."""
    if scene.dataset.access == Access.CONTROLLED and role not in INSIDERS:
        return HIDDEN
    return versions(role, scene)


def zarr_state(role: str, scene: Scene) -> Answer:
    """Part of a page; asked for as a page it leads there."""
    return LED_ON if contents(role, scene) == SEEN else HIDDEN


def version_pages(role: str, scene: Scene) -> Answer:
    if scene.dataset.is_retracted and role not in INSIDERS:
        return TOMBSTONE
    return versions(role, scene)


def softly(audience: Audience) -> Audience:
    """Pages that refuse by leading back with a sentence."""

    def softened(role: str, scene: Scene) -> Answer:
        answer = audience(role, scene)
        return Answer(frozenset({302, 400, 403, 422})) if answer == REFUSED and role in INSIDERS else answer

    return softened


def asked(role: str, scene: Scene) -> Answer:
    """The question before a release; who may not answer it now is led to the deposition."""
    answer = workers(role, scene)
    return Answer(frozenset({200, 302})) if answer == SEEN else answer


PORTAL: dict[str, tuple[Rule, ...]] = {
    "home": get(anyone, once=True),
    "about": get(anyone, once=True),
    "help": get(anyone, once=True),
    "help-topic": get(anyone, once=True, arguments={"topic": "depositing"}),
    "health": get(anyone, once=True),
    "search:datasets": get(anyone, once=True, data={"q": "hidden"}),
    "search:images": get(anyone, once=True),
    "search:dataset-facet": get(anyone, once=True, arguments={"name": "organism"}),
    "search:image-facet": get(anyone, once=True, arguments={"name": "organism"}),
}
DEPOSIT: dict[str, tuple[Rule, ...]] = {
    "archive:compare": (Rule(anyone, once=True, data={"i": ["MG-D1-I1"]}),),
    "archive:storage": (Rule(administrators, once=True),),
    "archive:free-terms": (Rule(curators, once=True),),
    "archive:account": (
        Rule(account_page, once=True),
        Rule(signed_in, "post", once=True, data={"name": "Ada", "orcid": "", "affiliation": ""}),
    ),
    "archive:account-mails": (Rule(signed_in, "post", once=True, data={"mails": "answer"}),),
    "archive:stop-mails": (
        Rule(lambda role, scene: HIDDEN, once=True, arguments={"token": "unknown"}),
        Rule(lambda role, scene: HIDDEN, "post", once=True, arguments={"token": "unknown"}),
    ),
    "archive:token-create": (Rule(signed_in, "post", once=True, data={"name": "x", "scopes": "read", "days": 1}),),
    "archive:token-revoke": (Rule(nobodys, "post", once=True, arguments={"token_id": 1}),),
    "archive:deposit": get(anyone, once=True),
    "archive:my-depositions": get(signed_in, once=True),
    "archive:deposition": (Rule(workers), Rule(softly(editors), "post", data={"revision": "0"})),
    "archive:deposition-save": post(softly(editors), revision="0"),
    "archive:deposition-lookup": post(softly(editors), lookup="nothing"),
    "archive:deposition-files": get(workers),
    "archive:file-keep": post(softly(editors)),
    "archive:grouping-answer": post(softly(editors), answer="confirm", grouping="1"),
    "archive:file-table-download": get(workers),
    "archive:file-table-upload": post(softly(editors)),
    "archive:file-table": get(workers),
    "archive:file-table-answer": post(softly(editors), answer="apply"),
    "archive:file-table-problems": get(workers),
    "archive:file-remove": post(softly(editors)),
    "archive:deposition-upload": post(uploaders),
    "archive:upload-cancel": post(softly(editors)),
    "archive:deposition-release": (Rule(asked), Rule(softly(owners), "post")),
    "archive:deposition-items": (
        Rule(asked, arguments={"name": "components"}),
        Rule(softly(editors), "post", arguments={"name": "components"}, data={"revision": "0"}),
    ),
    "archive:deposition-imports": (Rule(importers), Rule(beginners, "post", data={"root": "facility"})),
    "archive:deposition-status": get(asked),
    "archive:deposition-template": (Rule(asked), Rule(softly(editors), "post", data={"revision": "0"})),
    "archive:deposition-bring-back": post(softly(editors)),
    "archive:messages": (Rule(correspondents), Rule(writers, "post", data={"text": "When?"})),
    "archive:handover": (
        Rule(lambda role, scene: HIDDEN, once=True, arguments={"token": "unknown"}),
        Rule(lambda role, scene: HIDDEN, "post", once=True, arguments={"token": "unknown"}),
    ),
    "archive:inbox": get(curators, once=True),
    "archive:reply": (
        Rule(lambda role, scene: HIDDEN, once=True, arguments={"token": "unknown"}),
        Rule(lambda role, scene: HIDDEN, "post", once=True, arguments={"token": "unknown"}),
    ),
    "archive:deposition-reopen": post(softly(editors)),
    "archive:deposition-withdraw": post(softly(owners), reason="A reason."),
    "archive:deposition-share": post(softly(owners), email="stranger@example.org", role="viewer"),
    "archive:invitation": (
        Rule(lambda role, scene: HIDDEN, once=True, arguments={"token": "unknown"}),
        Rule(lambda role, scene: HIDDEN, "post", once=True, arguments={"token": "unknown"}),
    ),
    "archive:invitation-revoke": (Rule(takes_back, "post", arguments={"invitation_id": 1}),),
    "archive:referee-links": (Rule(softly(owners)), Rule(softly(owners), "post", data={"days": "30"})),
    "archive:referee-link-revoke": (Rule(takes_back, "post", arguments={"link_id": 1}),),
    "archive:referee": (Rule(led_on, once=True, arguments={"token": "unknown"}),),
    "archive:referee-ended": (Rule(lambda role, scene: TOMBSTONE, once=True),),
    "archive:referee-leave": (Rule(lambda role, scene: LED_ON, "post", once=True),),
    "archive:new-version": post(changed_by("owner", "contributor")),
}
RECORDS: dict[str, tuple[Rule, ...]] = {
    "archive:dataset": get(dataset_pages),
    "archive:cited": get(led_on),
    "archive:cited-image": (Rule(led_on, of="image"),),
    "archive:version": get(version_pages),
    "archive:manifest": get(versions),
    "archive:file-list": get(versions),
    "archive:listed-files": get(versions),
    "archive:report": get(version_pages),
    "archive:retract": (Rule(retraction_page), Rule(retracting, "post", data={"reason": "A reason."})),
    "archive:versions": get(records),
    "archive:publications": (
        Rule(changed_by("owner")),
        Rule(changed_by("owner"), "post", data={"identifier": "not one"}),
    ),
    "archive:publication-remove": (Rule(takes_off, "post", arguments={"publication_id": 1}),),
    "archive:images": get(records),
    "archive:file": get(originals),
    "archive:members": get(contents, arguments={"file_id": "bundle"}),
    "archive:plate": get(contents),
    "archive:take-away": get(version_bytes),
    "archive:selection": get(versions),
    "archive:link": post(changed_by("owner", "contributor", "viewer"), address="/api/v1/datasets/", name="a.zip"),
    "archive:image": of_image(contents),
    "archive:image-take-away": of_image(contents),
    "archive:image-zarr": (
        Rule(zarr_state, of="image"),
        Rule(converting, "post", of="image"),
    ),
    "archive:image-view": of_image(contents),
    "archive:picture": (Rule(contents, of="image", arguments={"size": "small"}),),
    "archive:ome-xml": of_image(contents),
}
PAGES = PORTAL | DEPOSIT | RECORDS
