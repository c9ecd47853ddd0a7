"""DOIs against a DataCite on loopback: reserved, registered, changed, hidden; and never claimed before it said so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import Doi, Origin
from archive.services import depositing, dois, releasing, sweeping
from archive.states import DepositionState, DoiState, PortalRole
from tests.archive.datacite_server import PREFIX, running_datacite
from tests.archive.documents import complete_document
from tests.factories.archive import ReleasedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def datacite(settings):
    with running_datacite() as datacite:
        datacite.use(settings)
        yield datacite
        assert datacite.refused == []


@pytest.fixture
def user():
    return UserFactory(name="Ada Lovelace", orcid="0000-0002-1825-0097")


def start(user, **study):
    return depositing.start_deposition(user=user, metadata=complete_document(**study))


def release(deposition, user):
    type(deposition).objects.filter(pk=deposition.pk).update(state=DepositionState.READY)
    why = "A test; none is planned."
    return releasing.release_deposition(deposition=deposition, user=user, no_publication=why)


def retract(dataset):
    curator = UserFactory(roles=[PortalRole.CURATOR])
    return releasing.retract_dataset(dataset=dataset, user=curator, reason="The wrong cell line.")


def states(dataset) -> dict:
    return {doi.number: doi.state for doi in Doi.objects.filter(dataset=dataset)}


def let_time_pass() -> None:
    Doi.objects.filter(due_at__isnull=False).update(due_at=timezone.now() - timedelta(seconds=1))


class TestWithoutAnAccount:
    def test_names_are_reserved_here_with_the_accession(self, user, eager):
        dataset = start(user).dataset
        names = dict(Doi.objects.filter(dataset=dataset).values_list("number", "name"))
        bare = dataset.accession.lower()
        assert names == {None: f"10.5072/{bare}", 1: f"10.5072/{bare}.1"}

    def test_a_release_registers_nothing(self, user, eager):
        deposition = start(user)
        version = release(deposition, user)
        assert states(deposition.dataset) == {None: DoiState.RESERVED, 1: DoiState.RESERVED}
        assert version.doi == Doi.objects.get(dataset=deposition.dataset, number=1).name
        assert list(dois.waiting()) == []

    def test_what_waits_is_registered_once_there_is_one(self, user, eager, settings):
        deposition = start(user)
        version = release(deposition, user)
        with running_datacite() as datacite:
            datacite.use(settings)
            sweeping.sweep()
            bare = deposition.dataset.accession.lower()
            assert datacite.states == {f"{PREFIX}/{bare}": "findable", f"{PREFIX}/{bare}.1": "findable"}
            assert datacite.refused == []
        # The names of the test prefix were never told to anybody.
        version.refresh_from_db()
        assert version.doi == f"{PREFIX}/{bare}.1"
        assert deposition.dataset.audit_entries.filter(action="doi.rename").count() == 2


class TestTheLifeOfADoi:
    def test_a_draft_keeps_its_names_and_tells_nothing(self, datacite, user, eager):
        dataset = start(user, title="Not for anybody yet").dataset
        bare = dataset.accession.lower()
        assert datacite.states == {f"{PREFIX}/{bare}": "draft", f"{PREFIX}/{bare}.1": "draft"}
        assert states(dataset) == {None: DoiState.DRAFT, 1: DoiState.DRAFT}
        assert "Not for anybody" not in str(datacite.sent)

    def test_a_release_registers_both(self, datacite, user, eager):
        deposition = start(user)
        version = release(deposition, user)
        dataset = deposition.dataset
        assert states(dataset) == {None: DoiState.FINDABLE, 1: DoiState.FINDABLE}
        told = datacite.dois[version.doi]
        assert told["state"] == "findable"
        assert told["attributes"]["url"].endswith(f"/datasets/{dataset.accession}/v1/")
        assert told["attributes"]["creators"][0]["name"] == "Ada Lovelace"
        concept = datacite.dois[f"{PREFIX}/{dataset.accession.lower()}"]
        assert concept["attributes"]["url"].endswith(f"/datasets/{dataset.accession}/")
        assert dataset.audit_entries.filter(action="doi.register", to_state="findable").count() == 2

    def test_a_second_version_changes_the_concept_and_the_first(self, datacite, user, eager):
        deposition = start(user)
        first = release(deposition, user)
        draft = depositing.start_new_version(dataset=deposition.dataset, user=user)
        assert states(deposition.dataset)[2] == DoiState.DRAFT
        second = release(draft, user)
        concept = datacite.dois[f"{PREFIX}/{deposition.dataset.accession.lower()}"]["attributes"]
        links = {(link["relationType"], link["relatedIdentifier"]) for link in concept["relatedIdentifiers"]}
        assert {("HasVersion", first.doi), ("HasVersion", second.doi)} <= links
        links = datacite.dois[first.doi]["attributes"]["relatedIdentifiers"]
        assert {"relationType": "IsPreviousVersionOf", "relatedIdentifier": second.doi}.items() <= links[-1].items()

    def test_a_deposit_that_is_given_up_takes_its_drafts_back(self, datacite, user, eager):
        deposition = start(user)
        depositing.withdraw_deposition(deposition=deposition, user=user, reason="A mistake.")
        assert datacite.dois == {}
        assert set(states(deposition.dataset).values()) == {DoiState.RESERVED}

    def test_the_draft_of_a_later_version_is_taken_back_alone(self, datacite, user, eager):
        deposition = start(user)
        release(deposition, user)
        draft = depositing.start_new_version(dataset=deposition.dataset, user=user)
        depositing.withdraw_deposition(deposition=draft, user=user, reason="Not now.")
        assert sorted(datacite.states.values()) == ["findable", "findable"]
        assert states(deposition.dataset)[2] == DoiState.RESERVED

    def test_a_retraction_hides_what_leads_to_the_tombstone(self, datacite, user, eager):
        deposition = start(user)
        version = release(deposition, user)
        retract(deposition.dataset)
        assert states(deposition.dataset) == {None: DoiState.HIDDEN, 1: DoiState.HIDDEN}
        told = datacite.dois[version.doi]
        assert told["state"] == "registered"
        assert told["attributes"]["descriptions"][-1]["description"].endswith("The wrong cell line.")

    def test_what_changes_is_told_and_what_does_not_is_not(self, datacite, user, eager):
        deposition = start(user)
        version = release(deposition, user)
        count = len(datacite.sent)
        dois.note_change(dataset_id=deposition.dataset_id)
        assert len(datacite.sent) == count
        document = complete_document(publication={"doi": "10.1038/s41592-018-0195-8"})
        type(version).objects.filter(pk=version.pk).update(metadata=document)
        dois.note_change(dataset_id=deposition.dataset_id)
        assert "10.1038/s41592-018-0195-8" in str(datacite.dois[version.doi]["attributes"]["relatedIdentifiers"])

    def test_retracted_before_anything_was_registered(self, datacite, eager):
        dataset = ReleasedDatasetFactory()
        retract(dataset)
        dois.reserve(dataset=dataset, number=1)
        assert set(datacite.states.values()) == {"registered"}


class TestBadDays:
    @pytest.mark.parametrize("status", [500, 503, 429, 422, 403, 302, 0])
    def test_what_was_not_taken_is_told_again_after_a_pause(self, datacite, user, eager, status):
        deposition = start(user)
        datacite.bad_days = [status] * 2
        release(deposition, user)
        waiting = Doi.objects.filter(dataset=deposition.dataset)
        assert {doi.state for doi in waiting} == {DoiState.DRAFT}
        assert all(doi.reason and doi.tries == 1 and doi.due_at > timezone.now() for doi in waiting)
        count = len(datacite.sent)
        sweeping.sweep()
        assert len(datacite.sent) == count, "the pause is kept"
        let_time_pass()
        sweeping.sweep()
        assert states(deposition.dataset) == {None: DoiState.FINDABLE, 1: DoiState.FINDABLE}
        assert not Doi.objects.exclude(due_at=None, reason="").exists()

    def test_pauses_grow_to_a_day_and_never_end(self, datacite, user):
        dataset = start(user).dataset
        doi = Doi.objects.get(dataset=dataset, number=1)
        pauses = []
        for _ in range(9):
            datacite.bad_days = [500] * 2
            let_time_pass()
            dois.register_due(dataset_id=dataset.pk)
            doi.refresh_from_db()
            pauses.append(round((doi.due_at - timezone.now()).total_seconds() / 60))
        assert pauses == [1, 4, 16, 64, 256, 1024, 1440, 1440, 1440]

    def test_a_wrong_password_is_a_reason_and_no_fault(self, datacite, user, settings, eager):
        datacite.use(settings, password="wrong")
        dataset = start(user).dataset
        assert set(states(dataset).values()) == {DoiState.RESERVED}
        assert "401" in Doi.objects.filter(dataset=dataset).first().reason

    def test_a_worker_that_died_is_followed_by_another(self, datacite, user):
        dataset = start(user).dataset
        Doi.objects.filter(dataset=dataset).update(due_at=timezone.now() + dois._LEASE)
        dois.register_due(dataset_id=dataset.pk)
        assert datacite.sent == []
        let_time_pass()
        dois.register_due(dataset_id=dataset.pk)
        assert set(datacite.states.values()) == {"draft"}

    def test_a_change_while_it_is_told_is_told_next(self, datacite, user, eager, monkeypatch):
        deposition = start(user)
        version = release(deposition, user)
        real = dois.registration.put
        changes = iter(["10.1038/second"])

        def put(name, attributes):
            real(name, attributes)
            for doi in changes:
                document = complete_document(publication={"doi": doi})
                type(version).objects.filter(pk=version.pk).update(metadata=document)
                Doi.objects.filter(dataset=deposition.dataset).update(due_at=timezone.now(), mark=99)

        document = complete_document(publication={"doi": "10.1038/first"})
        type(version).objects.filter(pk=version.pk).update(metadata=document)
        monkeypatch.setattr(dois.registration, "put", put)
        dois.note_change(dataset_id=deposition.dataset_id)
        assert "10.1038/second" in str(datacite.dois[version.doi])
        assert not Doi.objects.exclude(due_at=None).exists()

    def test_two_workers_tell_it_once(self, datacite, user, monkeypatch):
        dataset = start(user).dataset
        real = dois.registration.put

        def put(name, attributes):
            dois.register_due(dataset_id=dataset.pk)
            real(name, attributes)

        monkeypatch.setattr(dois.registration, "put", put)
        dois.register_due(dataset_id=dataset.pk)
        assert len(datacite.sent) == 2


def test_a_record_of_another_archive_gets_no_doi_here(datacite, eager):
    dataset = ReleasedDatasetFactory()
    Origin.objects.create(dataset=dataset, archive="IDR", identifier="idr0013")
    dois.reserve(dataset=dataset, number=1)
    assert datacite.dois == {}
    assert set(states(dataset).values()) == {DoiState.RESERVED}
