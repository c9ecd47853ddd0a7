"""The items of a repeated section as a table: the same fields as their cards, many at once."""

import json

import pytest
from django.urls import reverse

from archive.metadata.formdata import to_form
from archive.models import Deposition
from archive.selectors.templates import template_of, templates
from archive.states import DatasetRole, DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, MembershipFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db

SAMPLES = [{"name": "wild type"}, {"name": "mutant", "intrinsic_variables": ["gip1 deletion"]}]
COMPONENTS = [{"name": "Roots", "biosamples": ["wild type", "mutant"]}]


@pytest.fixture
def deposition(client) -> Deposition:
    document = complete_document() | {"biosamples": SAMPLES, "components": COMPONENTS}
    deposition = DepositionFactory(metadata=document, template_version=templates().default.version)
    client.force_login(deposition.created_by)
    return deposition


def address(deposition: Deposition, section: str = "biosamples") -> str:
    return reverse("archive:deposition-items", args=[deposition.dataset.accession, section])


def lines(*rows: dict, section: str = "biosamples", revision: int = 0) -> dict:
    """What a browser would send of these lines."""
    typed = {f"{section}.{number}.{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return {"revision": str(revision), section: "", **typed}


def saved(deposition: Deposition, section: str = "biosamples") -> list:
    deposition.refresh_from_db()
    return deposition.metadata.get(section, [])


def test_the_deposit_page_leads_to_the_table_and_it_shows_every_item(client, deposition):
    assert f'href="{address(deposition)}"' in client.get(deposition.get_absolute_url()).text
    page = client.get(address(deposition)).text
    assert problems_of(page) == []
    assert 'value="wild type"' in page
    assert ">gip1 deletion</textarea>" in page
    assert 'aria-label="Name, line 5"' in page, "there are empty lines to go on with"


def test_lines_are_saved_those_without_a_word_are_not(client, deposition):
    rows = [
        {"name": "wild type"},
        {"name": "", "intrinsic_variables": ""},
        {"name": "rescued", "extrinsic_variables": "heat\ndark"},
    ]
    answer = client.post(address(deposition), lines(*rows), follow=True)
    assert "Saved." in answer.text
    assert saved(deposition) == [{"name": "wild type"}, {"name": "rescued", "extrinsic_variables": ["heat", "dark"]}]
    assert deposition.metadata["study"] == complete_document()["study"]


def test_save_and_go_back_leads_to_the_section(client, deposition):
    answer = client.post(address(deposition), lines(*SAMPLES) | {"action": "back"})
    assert answer.url == f"{deposition.get_absolute_url()}#biosamples"


def test_a_line_is_taken_away(client, deposition):
    client.post(address(deposition), lines(*SAMPLES) | {"remove": "biosamples.0"})
    assert [item["name"] for item in saved(deposition)] == ["mutant"]


def test_what_names_an_item_follows_when_it_is_renamed(client, deposition):
    client.post(address(deposition), lines({"name": "Col-0"}, SAMPLES[1]))
    assert saved(deposition, "components")[0]["biosamples"] == ["Col-0", "mutant"]


def test_what_a_cell_has_no_room_for_moves_with_its_line(client, deposition):
    channels = [{"name": "GFP", "content": "tubulin"}]
    specimens = [{"name": "first"}, {"name": "second", "channels": channels}]
    Deposition.objects.update(metadata=deposition.metadata | {"specimens": specimens})
    page = client.get(address(deposition, "specimens")).text
    assert "Channels: on the card" in page
    assert 'name="specimens.1.channels"' in page
    kept = {"specimens.1.channels": json.dumps(channels), "specimens.1.name": "second"}
    client.post(address(deposition, "specimens"), {"revision": "0", "specimens": "", **kept})
    assert saved(deposition, "specimens") == [{"name": "second", "channels": channels}]


def test_a_cell_that_is_wrong_says_so_by_line_and_column(client, deposition):
    wrong = [{"name": "Roots", "biosamples": ["wild type", "mutnat"]}, {"description": "of leaves"}]
    Deposition.objects.update(metadata=deposition.metadata | {"components": wrong})
    page = client.get(address(deposition, "components")).text
    assert "2 cells to mend" in page
    assert "Biosamples, line 1</a>: No biosample is called “mutnat”." in page
    assert "Name, line 2</a>: Fill in “Name”." in page


def test_somebody_elses_change_is_not_overwritten_and_what_was_typed_stays(client, deposition):
    Deposition.objects.update(revision=3)
    answer = client.post(address(deposition), lines({"name": "mine"}))
    assert answer.status_code == 409
    assert 'value="mine"' in answer.text
    assert "Not saved." in answer.text
    assert [item["name"] for item in saved(deposition)] == ["wild type", "mutant"]
    client.post(address(deposition), lines({"name": "mine"}, revision=3))
    assert [item["name"] for item in saved(deposition)] == ["mine"]


@pytest.mark.parametrize("section", ["study", "nothing"])
def test_what_is_no_list_has_no_table(client, deposition, section):
    assert client.get(address(deposition, section)).status_code == 404


def test_who_may_only_look_is_led_to_the_deposition(client, deposition):
    viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
    client.force_login(viewer)
    assert client.get(address(deposition)).url == deposition.get_absolute_url()
    client.force_login(deposition.created_by)
    Deposition.objects.update(state=DepositionState.READY)
    assert client.get(address(deposition)).url == deposition.get_absolute_url()


def test_the_page_costs_the_same_with_more_items(client, deposition, django_assert_max_num_queries):
    def cost(count: int) -> int:
        items = [{"name": f"sample {number}"} for number in range(count)]
        Deposition.objects.update(metadata=deposition.metadata | {"biosamples": items})
        with django_assert_max_num_queries(100) as asked:
            client.get(address(deposition))
        return len(asked)

    cost(1)
    assert cost(5) == cost(50)


# ---- many ----


def test_hundreds_of_items_are_named_on_the_page_and_edited_in_their_table(client, deposition):
    items = [{"name": f"sample {number}", "description": "Of many."} for number in range(500)]
    items[400]["description"] = "x"
    Deposition.objects.update(metadata=deposition.metadata | {"biosamples": items, "components": []})
    page = client.get(deposition.get_absolute_url() + "?tried=1").text
    assert problems_of(page) == []
    assert "500 of them" in page
    assert 'name="biosamples.0.name"' not in page
    assert "1 to mend: the table says which." in page
    assert 'href="#biosamples"' in page, "the list of problems leads to the section"
    table = client.get(address(deposition)).text
    assert "Sample, line 401</a>" in table
    typed = to_form(template_of(deposition), {"biosamples": [*items[:400], {"name": "mended"}, *items[401:]]})
    whole = {
        f"biosamples.{n}.{f.name}": "" for n in range(500) for f in template_of(deposition).section("biosamples").fields
    }
    client.post(address(deposition), {**whole, **typed, "revision": "0", "biosamples": ""})
    assert len(saved(deposition)) == 500
    assert deposition.metadata["biosamples"][400] == {"name": "mended"}


def test_saving_the_page_leaves_what_it_only_names(client, deposition):
    items = [{"name": f"sample {number}"} for number in range(40)]
    Deposition.objects.update(metadata=deposition.metadata | {"biosamples": items, "components": []})
    client.post(deposition.get_absolute_url(), {"revision": "0", "study.title": "Another title"})
    assert saved(deposition) == items
    assert deposition.metadata["study"]["title"] == "Another title"
