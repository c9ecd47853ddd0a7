"""The card of the deposit page that asks whether files are one image, without script and with it."""

import pytest
from django.urls import reverse

from archive.models import Grouping
from archive.services import proposing
from archive.states import DepositionState, FileState, GroupingState
from archive.views.deposit_cards import cards_of
from tests.factories.archive import DepositionFactory, FileFactory, ImageFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def put(deposition, *names):
    for name in names:
        file = FileFactory(dataset=deposition.dataset, path=name, state=FileState.READ)
        ImageFactory(dataset=deposition.dataset, file=file, size_z=1, size_c=1, size_t=1)
    proposing.propose_groupings(dataset_id=deposition.dataset_id)


@pytest.fixture
def deposition(client):
    deposition = DepositionFactory()
    client.force_login(deposition.created_by)
    return deposition


def page(client, deposition) -> str:
    return client.get(deposition.get_absolute_url()).content.decode()


def press(client, deposition, word, **more):
    url = reverse("archive:grouping-answer", args=[deposition.dataset.accession])
    grouping = Grouping.objects.first()
    data = {"answer": word, "pattern": grouping.pattern, "state": grouping.state, **more.pop("data", {})}
    return client.post(url, data, **more)


def test_the_card_says_what_the_files_look_like_and_what_is_missing(client, deposition):
    names = [f"p_{well}_f{field}_d{c}.tif" for well in ("B02", "B03") for field in (1, 2) for c in (0, 1)]
    put(deposition, *names[1:])
    (card,) = cards_of(deposition)
    assert card.heading == "7 files look like 4 images of one plate: 2 wells × 2 fields × 2 channels"
    assert card.absent == ("well B02, field 1, channel 0",)
    html = page(client, deposition)
    assert card.heading in html
    assert "well B02, field 1, channel 0. Shown black" in html
    assert problems_of(html) == []


def test_numbers_that_are_skipped_are_named(deposition):
    put(deposition, *(f"a_z{z:03d}.tif" for z in (1, 2, 4, 5, 7)))
    (card,) = cards_of(deposition)
    assert card.axes[0].skipped == "003, 006"


def test_yes_and_undo_by_plain_forms(client, deposition):
    put(deposition, "a_z1.tif", "a_z2.tif")
    assert press(client, deposition, "confirm").url.endswith("#groups")
    assert Grouping.objects.get().state == GroupingState.CONFIRMED
    html = page(client, deposition)
    assert "2 files are one image: 2 sections" in html
    assert "Being joined" in html
    press(client, deposition, "undo")
    assert Grouping.objects.get().state == GroupingState.PROPOSED


def test_all_groups_of_a_pattern_at_once_or_the_marked_ones(client, deposition):
    put(deposition, *(f"e{number}/plane_z{z}.tif" for number in (1, 2, 3) for z in (0, 1)))
    (card,) = cards_of(deposition)
    assert (card.heading, len(card.groups)) == ("6 files look like 3 images: 2 sections each", 3)
    marked = Grouping.objects.last()
    press(client, deposition, "decline", data={"grouping": [marked.pk], "pattern": ""})
    assert Grouping.objects.filter(state=GroupingState.DECLINED).get() == marked
    press(client, deposition, "confirm")
    assert Grouping.objects.filter(state=GroupingState.CONFIRMED).count() == 2


def test_a_script_gets_the_list_of_files_and_a_sentence_where_it_went_wrong(client, deposition):
    put(deposition, "a_z1.tif", "a_z2.tif")
    Grouping.objects.get().dataset.files.filter(path="a_z1.tif").update(state=FileState.STORED)
    response = press(client, deposition, "confirm", headers={"HX-Request": "true"})
    assert 'id="file-list"' in response.content.decode()
    assert "have changed, or are still being read" in response.content.decode()
    assert Grouping.objects.get().state == GroupingState.PROPOSED


def test_what_nobody_answered_is_said_before_the_release(client, deposition):
    put(deposition, "a_z1.tif", "a_z2.tif")
    metadata = {"study": {"human_material": "no"}}
    type(deposition).objects.update(state=DepositionState.READY, metadata=metadata)
    html = page(client, deposition)
    assert "1 set of files looks like one image each" in " ".join(html.split())
    assert "Yes, these are one image" not in html
