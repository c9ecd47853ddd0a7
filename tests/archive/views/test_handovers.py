"""A broker's link, as the person who gets it sees it, and the API that makes it."""

import pytest
from django.urls import reverse

from archive.models import Handover
from archive.services import brokering, people
from archive.states import PortalRole
from tests.factories.archive import UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db
METADATA = {"study": {"title": "Mitosis in HeLa cells", "description": "Live imaging.", "authors": [{"name": "Ada"}]}}


@pytest.fixture
def broker():
    made = UserFactory(name="City Hospital")
    people.grant_role(actor=UserFactory(is_superuser=True), user=made, role=PortalRole.BROKER)
    return made


def test_a_stranger_reads_what_was_prepared_signs_in_and_begins(client, broker):
    made, _ = brokering.prepare(broker=broker, metadata=METADATA, broker_role="viewer")
    address = brokering.address_of(made)
    page = client.get(address).text
    assert problems_of(page) == []
    assert "City Hospital has prepared" in page
    assert all(words in page for words in ("Mitosis in HeLa cells", "Live imaging.", "Ada"))
    assert f"?next={address}".replace(":", "%3A") in page
    assert client.post(address).status_code == 200
    assert not Handover.objects.get().taken_at, "it takes an account"
    person = UserFactory()
    client.force_login(person)
    begun = client.post(address, follow=True)
    assert "is yours. What was known of it stands in the form." in begun.text
    assert 'value="Mitosis in HeLa cells"' in begun.text
    accession = Handover.objects.get().dataset.accession
    assert client.get(address).url == reverse("archive:deposition", args=[accession])
    client.logout()
    assert "Somebody has begun this deposition already" in client.get(address).text


def test_the_api_prepares_lists_and_withdraws(client, broker):
    client.force_login(broker)
    handovers = reverse("archive-api:handovers")
    made = client.post(handovers, {"metadata": METADATA, "broker_role": "viewer"}, content_type="application/json")
    assert made.status_code == 201
    given = made.json()
    assert len(given["secret"]) == 64
    one = reverse("archive-api:handover", args=[given["id"]])
    assert client.get(one).json()["link"] == given["link"]
    assert "secret" not in client.get(one).json()
    brokering.take(token=given["link"].rstrip("/").rsplit("/", 1)[1], user=UserFactory())
    [row] = client.get(handovers).json()["results"]
    assert (row["link"], row["status"]) == ("", "draft")
    assert row["accession"] == Handover.objects.get().dataset.accession
    second = client.post(handovers, {}, content_type="application/json").json()
    assert client.delete(reverse("archive-api:handover", args=[second["id"]])).status_code == 204
    assert client.get(reverse("archive-api:handover", args=[second["id"]])).status_code == 404


def test_a_brokers_handovers_are_that_brokers_alone(client, broker):
    made, _ = brokering.prepare(broker=broker)
    other = UserFactory()
    people.grant_role(actor=UserFactory(is_superuser=True), user=other, role=PortalRole.BROKER)
    client.force_login(other)
    assert client.get(reverse("archive-api:handovers")).json()["results"] == []
    assert client.get(reverse("archive-api:handover", args=[made.pk])).status_code == 404
    assert client.delete(reverse("archive-api:handover", args=[made.pk])).status_code == 404


def test_an_address_that_is_not_called_is_refused_beside_its_field(client, broker):
    client.force_login(broker)
    given = {"callback_url": "https://elsewhere.example.org/x"}
    answer = client.post(reverse("archive-api:handovers"), given, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/callback_url"


def test_the_list_costs_the_same_with_more_rows(client, broker, django_assert_max_num_queries):
    def cost() -> int:
        with django_assert_max_num_queries(50) as asked:
            assert client.get(reverse("archive-api:handovers")).status_code == 200
        return len(asked)

    client.force_login(broker)

    def taken(count: int) -> None:
        for _ in range(count):
            made, _ = brokering.prepare(broker=broker)
            brokering.take(token=brokering.address_of(made).rstrip("/").rsplit("/", 1)[1], user=UserFactory())

    taken(5)
    cost()
    few = cost()
    taken(45)
    assert cost() == few
