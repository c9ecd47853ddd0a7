"""The status page: where a deposition is, who has it, what happened, and what may come."""

import pytest
from django.urls import reverse

from archive.selectors.depositions import all_statuses
from archive.services import depositing
from archive.states import DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, FileFactory, UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def address(deposition) -> str:
    return reverse("archive:deposition-status", args=[deposition.dataset.accession])


def test_it_tells_the_course_of_a_deposition_by_whom_and_what_comes_next(client):
    person = UserFactory(name="Ada Lovelace")
    deposition = depositing.start_deposition(user=person)
    FileFactory(dataset=deposition.dataset)
    depositing.save_metadata(deposition=deposition, user=person, revision=0, document=complete_document())
    depositing.submit_deposition(deposition=deposition, user=person)
    client.force_login(person)
    page = client.get(address(deposition)).text
    assert problems_of(page) == []
    course = page.split('id="course-h"')[1].split("</table>")[0]
    assert course.index("Submitted") < course.index("Begun")
    assert course.count("Ada Lovelace") == 2
    assert 'hx-trigger="every 5s"' in page, "it looks again while it is being checked"
    assert f'href="{address(deposition)}"' in client.get(deposition.get_absolute_url()).text


@pytest.mark.parametrize("state", list(DepositionState))
def test_every_status_is_listed_and_the_present_one_is_marked(client, state):
    deposition = DepositionFactory(state=state)
    client.force_login(deposition.created_by)
    page = client.get(address(deposition)).text
    assert problems_of(page) == []
    table = page.split('id="statuses-h"')[1]
    assert all(view.words in table for view in all_statuses())
    assert table.count('aria-current="true"') == 1


def test_the_reason_of_a_withdrawal_stands_there(client):
    deposition = DepositionFactory()
    client.force_login(deposition.created_by)
    depositing.withdraw_deposition(deposition=deposition, user=deposition.created_by, reason="Wrong plates.")
    assert "Wrong plates." in client.get(address(deposition)).text
