"""The permission matrix: role × state × route, over the one table of tests/permission_rules.py.

A route without a rule fails, and so does a rule without a route. Beside the status, no answer may hold a word of what
its reader may not see.
"""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from archive.models import AuditEntry
from search import indexing
from tests.archive.tus import BYTES, metadata
from tests.fixtures_states import ANONYMOUS, ROLES, Scene, World
from tests.permission_curation import CURATION, prepare
from tests.permission_pages import FOREIGN, PAGES
from tests.permission_rules import API, Answer, Rule, knows, sees

RULES = API | PAGES | CURATION
REFUSALS = frozenset({401, 403, 404})
SAFE = frozenset({"get", "head"})


def _routes(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every route by its full name; one without a name by its pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _routes(entry, inner)
        else:
            yield ":".join((*namespaces, entry.name or str(entry.pattern))), entry


ROUTES = dict(_routes(get_resolver()))
OURS = {name: route for name, route in ROUTES.items() if not name.startswith(tuple(FOREIGN))}


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert sorted(OURS.keys() - RULES.keys()) == [], "Say in tests/permission_*.py who may use it."
    assert sorted(RULES.keys() - OURS.keys()) == [], "There is no such route any more."


def _methods(route: URLPattern) -> set[str]:
    """What a class-based view of the API answers to, but for OPTIONS."""
    view = getattr(route.callback, "cls", None) or getattr(route.callback, "view_class", None)
    if view is None:
        return set()
    named = {name for name in view.http_method_names if hasattr(view, name)} - {"options"}
    return named - {"head"} if "get" in named else named


@pytest.mark.parametrize("name", sorted(name for name in OURS.keys() & RULES.keys() if _methods(OURS[name])))
def test_every_method_of_the_api_has_a_rule(name):
    assert {rule.method for rule in RULES[name]} == _methods(OURS[name])


@pytest.fixture(scope="module")
def signed_in(module_world: World, django_db_blocker) -> dict[str, str]:
    """What curation has of the world, and everybody's session: made once, in the world's own transaction."""
    sessions = {}
    with django_db_blocker.unblock():
        module_world.candidates = prepare(module_world)
        for role in ROLES:
            if role != ANONYMOUS:
                client = Client()
                client.force_login(module_world.people[role])
                sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


@pytest.fixture
def world(signed_in: dict[str, str], same_states: World) -> World:
    return same_states


@pytest.fixture
def clients(signed_in: dict[str, str], db: None) -> dict[str, Client]:
    clients = {role: Client(raise_request_exception=True) for role in ROLES}
    for role, session in signed_in.items():
        clients[role].cookies[settings.SESSION_COOKIE_NAME] = session
    return clients


def _arguments(route: URLPattern, rule: Rule, scene: Scene, world: World) -> dict[str, object]:
    known = {
        "accession": scene.image.accession if rule.of == "image" else scene.dataset.accession,
        "number": 1,
        "file_id": scene.bundle.pk if rule.arguments.get("file_id") == "bundle" else scene.file.pk,
        "plate_id": scene.plate.pk,
        "upload_id": scene.upload.pk,
        "table_id": scene.file_table.pk,
        "user_id": world.people["viewer"].pk,
        "token_id": 1,
    }
    given = known | {name: value for name, value in rule.arguments.items() if name not in {"file_id"}}
    given["pk"] = world.candidates.get(str(given.get("pk")), 0)
    return {name: given[name] for name in route.pattern.converters}


def _send(client: Client, rule: Rule, address: str, scene: Scene) -> HttpResponseBase:
    headers = dict(rule.headers)
    if "Upload-Length" in headers:
        headers["Upload-Metadata"] = metadata(dataset=scene.dataset.accession, relativePath="new.tif")
    if rule.method in SAFE:
        return getattr(client, rule.method)(address, rule.data, headers=headers)
    if rule.method == "patch" and "Upload-Offset" in headers:
        return client.patch(address, b"12345", content_type=BYTES, headers=headers)
    if headers or not address.startswith("/api/"):
        return client.generic(rule.method, address, headers=headers) if headers else client.post(address, rule.data)
    return client.generic(rule.method, address, *_json(rule), headers=headers)


def _json(rule: Rule) -> tuple[bytes, str]:
    return json.dumps(rule.data).encode(), "application/json"


def _is_right(response: HttpResponseBase, answer: Answer) -> bool:
    location = response.headers.get("Location", "")
    to_sign_in = response.status_code == 302 and location.startswith("/accounts/login")
    if answer.sign_in and to_sign_in:
        return True
    if answer.done:
        return response.status_code < 500 and response.status_code not in REFUSALS and not to_sign_in
    return response.status_code in answer.statuses and not to_sign_in


def _text(response: HttpResponseBase) -> str:
    # The client has closed it; once more would close the test's connection to a database server as well.
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode("utf-8", "replace")


def _leaks(text: str, role: str, world: World, response: HttpResponseBase) -> list[str]:
    """Words of what this role may not see; whatever the address was about."""
    text += str(response.headers)
    found = []
    for scene in world.scenes.values():
        if not knows(role, scene) and scene.title in text:
            found.append(scene.title)
        if not sees(role, scene) and scene.path in text:
            found.append(scene.path)
    return found


CASES = [(name, rule) for name, rules in RULES.items() for rule in rules]


@pytest.mark.parametrize(("name", "rule"), CASES, ids=[f"{rule.method} {name}" for name, rule in CASES])
def test_matrix(name: str, rule: Rule, world: World, clients: dict[str, Client], settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}
    if name.startswith("search"):
        indexing.rebuild()
    wrong = []
    scenes = list(world.scenes.values())
    for scene in scenes[:1] if rule.once else scenes:
        address = reverse(name, kwargs=_arguments(ROUTES[name], rule, scene, world))
        for role, client in clients.items():
            wrong += _faults(client, rule, address, scene, role, world)
    assert wrong == []


def _faults(client: Client, rule: Rule, address: str, scene: Scene, role: str, world: World) -> list[str]:
    answer = rule.audience(role, scene)
    with transaction.atomic():
        before = AuditEntry.objects.count()
        response = _send(client, rule, address, scene)
        text = _text(response)
        has_changed = AuditEntry.objects.count() != before
        if rule.method not in SAFE:
            transaction.set_rollback(True)
    where = f"{role}, {scene.name}: {response.status_code}"
    faults = [] if _is_right(response, answer) else [f"{where} {text[:200]}"]
    if has_changed and not answer.done:
        faults.append(f"{where}, and something was changed")
    return faults + [f"{where} tells {word}" for word in _leaks(text, role, world, response)]


def test_the_admin_is_for_staff(clients: dict[str, Client]):
    statuses = {role: client.get("/admin/").status_code for role, client in clients.items()}
    assert statuses == dict.fromkeys(ROLES, 302)
