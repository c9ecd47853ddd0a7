"""Importing from a folder of the server: the page, the API and the command."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse

from archive.models import Dataset, File, FolderImport
from archive.services import people
from archive.states import DepositionState, PortalRole
from tests.factories.archive import DepositionFactory, UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db
ROOT = "facility"


@pytest.fixture
def facility():
    """The place that the settings of tests name, with a folder of two files."""
    top = Path(settings.PORTAL_IMPORT_ROOTS[ROOT]["OPTIONS"]["location"])
    folder = top / "day 1"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b.txt").write_text("b")
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


@pytest.fixture
def draft(client, facility):
    draft = DepositionFactory()
    people.grant_role(actor=UserFactory(is_superuser=True), user=draft.created_by, role=PortalRole.CURATOR)
    client.force_login(draft.created_by)
    return draft


def address(dataset: Dataset) -> str:
    return reverse("archive:deposition-imports", args=[dataset.accession])


def test_a_curator_walks_to_a_folder_begins_and_stops(client, draft):
    assert f'href="{address(draft.dataset)}"' in client.get(draft.get_absolute_url()).text
    places = client.get(address(draft.dataset)).text
    assert problems_of(places) == []
    assert f'href="?root={ROOT}"' in places
    assert "day%201" in client.get(address(draft.dataset), {"root": ROOT}).text
    inside = client.get(address(draft.dataset), {"root": ROOT, "folder": "day 1"}).text
    assert problems_of(inside) == []
    assert "Import “day 1”" in inside
    page = client.post(address(draft.dataset), {"root": ROOT, "folder": "day 1"}, follow=True).text
    assert problems_of(page) == []
    assert "It has begun." in page
    assert 'hx-trigger="every 2s"' in page
    row = FolderImport.objects.get()
    page = client.post(address(draft.dataset), {"stop": row.pk}, follow=True).text
    assert "Stopped. What has come stays." in page
    assert "Under way" not in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"root": ROOT, "folder": "nowhere"}, "There is no folder"),
        ({"root": "x", "folder": ""}, "Choose one of: facility"),
        ({"stop": "7"}, "There is no such import"),
        ({"stop": "x"}, "There is no such import"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(client, draft, given, sentence):
    assert sentence in client.post(address(draft.dataset), given, follow=True).text


def test_depositors_who_are_no_curators_do_not_see_the_link(client, facility):
    draft = DepositionFactory()
    client.force_login(draft.created_by)
    assert address(draft.dataset) not in client.get(draft.get_absolute_url()).text
    assert client.get(address(draft.dataset)).status_code == 403


def test_a_deposition_that_takes_no_files_says_so(client, draft):
    type(draft).objects.update(state=DepositionState.READY)
    assert "takes no files now" in client.get(address(draft.dataset)).text


def test_the_api_begins_lists_and_stops(client, draft):
    imports = reverse("archive-api:folder-imports", args=[draft.dataset.accession])
    made = client.post(imports, {"root": ROOT, "folder": "day 1"}, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["state"] == "wanted"
    assert [row["id"] for row in client.get(imports).json()] == [made.json()["id"]]
    one = reverse("archive-api:folder-import", args=[draft.dataset.accession, made.json()["id"]])
    assert client.delete(one).status_code == 204
    assert client.get(imports).json()[0]["state"] == "stopped"


def test_the_command_takes_everything_and_says_how_much(draft):
    out = io.StringIO()
    arguments = (draft.dataset.accession, ROOT, "day 1")
    call_command("import_folder", *arguments, user=draft.created_by.email, stdout=out)
    assert "2 came, 0 were there already, 0 could not come" in out.getvalue()
    assert FolderImport.objects.get().state == "done"
    assert not File.objects.exists(), "workers make files of them"
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("import_folder", draft.dataset.accession, ROOT, "nowhere", user=draft.created_by.email)
