"""Release by itself: on a day that may be put off with a reason, or when the publication appears; also over a kill."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from archive import outbound
from archive.errors import Invalid, NotAllowed, WrongState
from archive.models import AuditEntry, Deposition, Version
from archive.services import awaiting, depositing, planning, releasing
from archive.states import DatasetRole, DepositionState
from tests.archive.documents import complete_document
from tests.archive.publication_services import DOI, PMID, running_services
from tests.factories.archive import DepositionFactory, FileFactory, MembershipFactory
from tests.racing import race, share

pytestmark = pytest.mark.django_db
UNKNOWN = "10.1234/not.out.yet"


@pytest.fixture
def services(settings, monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(outbound, "READ_SECONDS", 1.0)
    with running_services() as services:
        services.use(settings)
        yield services


@pytest.fixture
def ready() -> Deposition:
    deposition = DepositionFactory(
        state=DepositionState.READY, metadata=complete_document(), submitted_at=timezone.now()
    )
    FileFactory(dataset=deposition.dataset, path="a.tif")
    return deposition


def day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def planned(ready: Deposition, days: int, reason: str = "") -> None:
    user = ready.dataset.created_by
    assert releasing.release_deposition(deposition=ready, user=user, release_on=day(days), reason=reason) is None


def awaited(ready: Deposition, expected: str = "", reason: str = "") -> None:
    awaiting.await_publication(deposition=ready, user=ready.dataset.created_by, expected=expected, reason=reason)


def test_a_day_is_put_off_with_a_reason_up_to_the_limit(ready, settings):
    settings.PORTAL_LONGEST_EMBARGO_DAYS = 100
    planned(ready, 10)
    with pytest.raises(Invalid, match="later than planned"):
        planned(ready, 20)
    planned(ready, 20, "The paper is in revision.")
    entry = AuditEntry.objects.get(action="deposition.extend-wait")
    assert (entry.reason, entry.data["release_on"]) == ("The paper is in revision.", day(20).isoformat())
    planned(ready, 5)
    with pytest.raises(Invalid, match=f"until {planning.latest_day(ready):%-d %B %Y} at most"):
        planned(ready, 101, "Longer still.")
    assert ready.release_on == day(5)


def test_it_is_released_when_a_service_knows_the_publication(ready, services):
    awaited(ready, f"https://doi.org/{DOI}")
    assert ready.waits_for_publication and ready.release_on == planning.latest_day(ready)
    [version] = awaiting.release_appeared()
    assert version.dataset_id == ready.dataset_id
    assert [publication.pmid for publication in ready.dataset.publications.all()] == [PMID]
    assert awaiting.release_appeared() == []


def test_it_waits_while_nobody_knows_it_or_nobody_answers(ready, services, settings):
    awaited(ready, UNKNOWN)
    assert awaiting.release_appeared() == []
    awaited(ready, DOI)
    settings.PORTAL_EUROPE_PMC_URL = settings.PORTAL_CROSSREF_URL = "http://127.0.0.1:9"
    settings.PORTAL_DATACITE_URL = "http://127.0.0.1:9"
    assert awaiting.release_appeared() == []
    ready.refresh_from_db()
    assert ready.state == DepositionState.READY


def test_nothing_waits_beyond_the_limit(ready, monkeypatch):
    awaited(ready)
    last = planning.latest_day(ready)
    monkeypatch.setattr(releasing.timezone, "localdate", lambda *args: last)
    assert len(releasing.release_due()) == 1


def test_somebody_says_that_it_is_out(ready, services):
    awaited(ready)
    version = awaiting.say_it_is_out(deposition=ready, user=ready.dataset.created_by, identifier=DOI)
    assert version.number == 1
    assert ready.dataset.publications.get().doi == DOI.lower()


def test_what_cannot_be_is_said(ready, services):
    with pytest.raises(Invalid) as caught:
        awaited(ready, "hello")
    assert [found.pointer for found in caught.value.problems] == ["/expected_publication"]
    with pytest.raises(Invalid):
        awaiting.say_it_is_out(deposition=ready, user=ready.dataset.created_by, identifier="")
    contributor = MembershipFactory(dataset=ready.dataset, role=DatasetRole.CONTRIBUTOR).user
    with pytest.raises(NotAllowed):
        awaiting.await_publication(deposition=ready, user=contributor)
    planned(ready, 3)
    with pytest.raises(Invalid, match="later than planned"):
        awaited(ready)
    awaited(ready, reason="It goes with the paper.")
    depositing.reopen_deposition(deposition=ready, user=ready.dataset.created_by)
    ready.refresh_from_db()
    assert (ready.waits_for_publication, ready.release_on) == (False, None)
    with pytest.raises(WrongState):
        awaited(ready)


def test_the_page_says_until_when_and_does_it(ready, services, client: Client):
    client.force_login(ready.dataset.created_by)
    page = client.get(f"/depositions/{ready.dataset.accession}/").content.decode()
    assert f"{planning.latest_day(ready):%-d %B %Y}" in page
    address = f"/depositions/{ready.dataset.accession}/release/"
    assert client.post(address, {"action": "await", "expected": "hello"}).status_code == 422
    waits = client.post(address, {"action": "await", "expected": UNKNOWN}, follow=True).content.decode()
    assert f"It becomes public when {UNKNOWN} is found" in waits and "It waits for its publication" in waits
    client.post(address, {"action": "out", "expected": DOI})
    assert Version.objects.get().dataset == ready.dataset


def test_why_there_is_no_publication_is_kept(ready, client: Client):
    client.force_login(ready.dataset.created_by)
    address = f"/depositions/{ready.dataset.accession}/release/"
    assert "Why there is no publication" in client.get(address).content.decode()
    client.post(address, {"no_publication": "A methods test; none is planned."})
    assert Deposition.objects.get().no_publication == "A methods test; none is planned."
    assert AuditEntry.objects.get(action="deposition.no-publication").reason == "A methods test; none is planned."
    assert Version.objects.count() == 1


def test_the_api_waits_for_a_publication(ready, client: Client):
    client.force_login(ready.dataset.created_by)
    address = f"/api/v1/depositions/{ready.dataset.accession}/release"
    content = {"with_publication": True, "expected_publication": "34021280"}
    answer = client.post(address, content, content_type="application/json").json()
    assert (answer["waits_for_publication"], answer["expected_publication"]) == (True, "34021280")
    assert answer["release_on"] == planning.latest_day(ready).isoformat()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_in_the_middle_only_delays_the_release(ready, tmp_path):
    Deposition.objects.filter(pk=ready.pk).update(release_on=day(-1))
    url, ask = share(tmp_path)
    prepare = "from archive.services import releasing"
    killed = f"{prepare}\nimport os\nreleasing._raise_version = lambda *args: os.kill(os.getpid(), 9)"
    assert race(url, [(killed, "releasing.release_due()")]) == [""]
    assert ask("SELECT state FROM archive_deposition") == [("ready",)]
    assert ask("SELECT count(*) FROM archive_version") == [(0,)]
    assert race(url, [(prepare, "print(len(releasing.release_due()))")]) == ["1"]
    assert ask("SELECT state FROM archive_deposition") == [("released",)]
