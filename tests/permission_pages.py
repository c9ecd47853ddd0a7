"""The rows of the permission table for pages (see tests/permission_rules.py), and routes of other people's code."""

from tests.fixtures_states import ANONYMOUS, INSIDERS, Scene
from tests.permission_rules import (
    HIDDEN,
    REFUSED,
    SEEN,
    SIGN_IN,
    Answer,
    Audience,
    Rule,
    anyone,
    changed_by,
    contents,
    editors,
    get,
    knows,
    of_image,
    originals,
    owners,
    post,
    records,
    signed_in,
    uploaders,
    versions,
    workers,
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


def account_page(role: str, scene: Scene) -> Answer:
    return SIGN_IN if role == ANONYMOUS else SEEN


def nobodys(role: str, scene: Scene) -> Answer:
    """A token that is not one's own is not there."""
    return SIGN_IN if role == ANONYMOUS else HIDDEN


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
    "archive:account": (
        Rule(account_page, once=True),
        Rule(signed_in, "post", once=True, data={"name": "Ada", "orcid": "", "affiliation": ""}),
    ),
    "archive:token-create": (Rule(signed_in, "post", once=True, data={"name": "x", "scopes": "read", "days": 1}),),
    "archive:token-revoke": (Rule(nobodys, "post", once=True, arguments={"token_id": 1}),),
    "archive:deposit": get(anyone, once=True),
    "archive:my-depositions": get(signed_in, once=True),
    "archive:deposition": (Rule(workers), Rule(softly(editors), "post", data={"revision": "0"})),
    "archive:deposition-save": post(softly(editors), revision="0"),
    "archive:deposition-files": get(workers),
    "archive:file-keep": post(softly(editors)),
    "archive:file-remove": post(softly(editors)),
    "archive:deposition-upload": post(uploaders),
    "archive:upload-cancel": post(softly(editors)),
    "archive:deposition-release": post(softly(owners)),
    "archive:deposition-reopen": post(softly(editors)),
    "archive:deposition-withdraw": post(softly(owners), reason="A reason."),
    "archive:deposition-share": post(softly(owners), email="stranger@example.org", role="viewer"),
    "archive:new-version": post(changed_by("owner", "contributor")),
}
RECORDS: dict[str, tuple[Rule, ...]] = {
    "archive:dataset": get(dataset_pages),
    "archive:version": get(version_pages),
    "archive:manifest": get(versions),
    "archive:images": get(records),
    "archive:file": get(originals),
    "archive:members": get(contents, arguments={"file_id": "bundle"}),
    "archive:plate": get(contents),
    "archive:image": of_image(contents),
    "archive:picture": (Rule(contents, of="image", arguments={"size": "small"}),),
    "archive:ome-xml": of_image(contents),
}
PAGES = PORTAL | DEPOSIT | RECORDS
