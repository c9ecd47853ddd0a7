"""The page that shows what a newer version of a template asks, and moves a draft up to it."""

import pytest
from django.urls import reverse

from archive.models import Deposition
from archive.selectors.templates import newest_of
from archive.states import DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition(client) -> Deposition:
    deposition = DepositionFactory(metadata=complete_document(), template_version="1.1")
    client.force_login(deposition.created_by)
    return deposition


def address(deposition: Deposition) -> str:
    return reverse("archive:deposition-template", args=[deposition.dataset.accession])


def test_the_deposit_page_leads_to_what_differs_and_a_button_moves_it(client, deposition):
    assert f'href="{address(deposition)}"' in client.get(deposition.get_absolute_url()).text
    page = client.get(address(deposition)).text
    assert problems_of(page) == []
    assert "Study: “Related data, protocols and code” is new." in page
    answer = client.post(address(deposition), {"revision": "0"}, follow=True)
    assert "Nothing was lost." in answer.text
    assert address(deposition) not in answer.text
    deposition.refresh_from_db()
    assert deposition.template_version == newest_of(deposition).version
    assert client.get(address(deposition)).url == deposition.get_absolute_url()


@pytest.mark.parametrize("revision", ["", "7", "x", "-1", "9" * 40])
def test_a_page_that_is_out_of_date_moves_nothing_and_says_so(client, deposition, revision):
    answer = client.post(address(deposition), {"revision": revision}, follow=True)
    assert "after you opened it" in answer.text
    deposition.refresh_from_db()
    assert deposition.template_version == "1.1"


def test_what_is_not_edited_now_has_no_such_page(client, deposition):
    Deposition.objects.update(state=DepositionState.READY)
    assert client.get(address(deposition)).status_code == 302
    assert address(deposition) not in client.get(deposition.get_absolute_url()).text
