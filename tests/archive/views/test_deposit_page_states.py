"""The page of a deposition in every state, for everybody who works on it."""

import pytest
from django.urls import reverse

from tests.fixtures_states import PLANS
from tests.portal.sound_html import problems_of


@pytest.mark.parametrize("name", [plan.name for plan in PLANS])
@pytest.mark.parametrize("role", ["owner", "contributor", "viewer"])
def test_the_page_is_sound_in_every_state_for_everybody_who_works_on_it(client, same_states, name, role):
    client.force_login(same_states.people[role])
    scene = same_states.scenes[name]
    response = client.get(reverse("archive:deposition", args=[scene.dataset.accession]))
    assert response.status_code == 200
    assert problems_of(response.text) == []
    assert scene.title in response.text
