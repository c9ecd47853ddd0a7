"""What the buttons of the deposit page do: the service's work, and a sentence where it cannot be done."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from archive.models import Deposition, Membership, Upload
from archive.services import releasing
from archive.states import DatasetRole, DepositionState, FileState
from tests.archive.documents import complete_document
from tests.factories.archive import (
    DepositionFactory,
    FileFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UploadFactory,
    UserFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition(client):
    deposition = DepositionFactory(metadata=complete_document())
    client.force_login(deposition.created_by)
    return deposition


def press(client, deposition, name, data=None, args=(), **more):
    return client.post(reverse(f"archive:{name}", args=[deposition.dataset.accession, *args]), data or {}, **more)


def put(deposition: Deposition, state: DepositionState) -> None:
    Deposition.objects.filter(pk=deposition.pk).update(state=state)


class TestFiles:
    @pytest.fixture
    def broken(self, deposition):
        return FileFactory(dataset=deposition.dataset, state=FileState.KEPT, reason="Cut.", reason_code="truncated")

    def test_keep_it_as_it_is(self, client, deposition, broken):
        response = press(client, deposition, "file-keep", args=[broken.pk])
        broken.refresh_from_db()
        assert broken.kept_on_purpose
        assert response.url.endswith("#files")

    def test_a_script_gets_the_list_alone(self, client, deposition, broken):
        text = press(client, deposition, "file-keep", args=[broken.pk], headers={"HX-Request": "true"}).text
        assert "Kept as it is" in text
        assert "<html" not in text

    def test_remove(self, client, deposition, broken):
        response = press(client, deposition, "file-remove", args=[broken.pk], follow=True)
        assert broken.path not in response.text

    def test_of_another_dataset_nothing_is_removed(self, client, deposition):
        other = FileFactory()
        assert press(client, deposition, "file-remove", args=[other.pk]).status_code == 404

    def test_give_an_upload_up(self, client, deposition):
        upload = UploadFactory(dataset=deposition.dataset)
        press(client, deposition, "upload-cancel", args=[upload.pk])
        assert not Upload.objects.filter(pk=upload.pk, state="open").exists()

    def test_plain_upload_takes_files_in(self, client, deposition):
        files = [SimpleUploadedFile("a.tif", b"abc"), SimpleUploadedFile("b.tif", b"defg")]
        response = press(client, deposition, "deposition-upload", {"files": files}, follow=True)
        assert "2 files have arrived." in response.text
        assert set(Upload.objects.values_list("path", "offset")) == {("a.tif", 3), ("b.tif", 4)}

    def test_plain_upload_says_which_file_it_does_not_take(self, client, deposition, settings):
        settings.PORTAL_MAX_FILE_BYTES = 3
        files = [SimpleUploadedFile("big.tif", b"abcdef"), SimpleUploadedFile("ok.tif", b"ab")]
        response = press(client, deposition, "deposition-upload", {"files": files}, follow=True)
        assert "big.tif: " in response.text
        assert "One file has arrived." in response.text

    def test_a_name_that_is_taken_can_be_replaced_without_script(self, client, deposition, broken):
        def send(**more):
            files = [SimpleUploadedFile(broken.path.rpartition("/")[2], b"abc")]
            return press(client, deposition, "deposition-upload", {"files": files, **more}, follow=True).text

        assert 'data-replaces="' + broken.path in client.get(deposition.get_absolute_url()).text
        assert "One file has arrived." in send(path=broken.path)
        upload = Upload.objects.get()
        assert (upload.path, upload.replaces) == (broken.path, True)

    def test_plain_upload_replaces_only_when_told_to(self, client, deposition):
        FileFactory(dataset=deposition.dataset, path="a.tif")
        files = [SimpleUploadedFile("a.tif", b"abc")]
        refused = press(client, deposition, "deposition-upload", {"files": files}, follow=True).text
        assert "already has a file “a.tif”" in refused
        files = [SimpleUploadedFile("a.tif", b"abc")]
        taken = press(client, deposition, "deposition-upload", {"files": files, "replace": "yes"}, follow=True).text
        assert "One file has arrived." in taken

    def test_plain_upload_of_nothing_says_so(self, client, deposition):
        assert "No file was chosen." in press(client, deposition, "deposition-upload", follow=True).text


class TestRelease:
    @pytest.fixture
    def ready(self, deposition):
        put(deposition, DepositionState.READY)
        FileFactory(dataset=deposition.dataset)
        return deposition

    def test_now(self, client, ready):
        response = press(client, ready, "deposition-release", follow=True)
        assert "Released. Cite it as" in response.text
        ready.dataset.refresh_from_db()
        assert ready.dataset.is_public

    def test_the_page_shows_what_becomes_public_and_asks_once_more(self, client, ready):
        page = client.get(ready.get_absolute_url()).text
        address = reverse("archive:deposition-release", args=[ready.dataset.accession])
        assert f'href="{address}"' in page
        asked = client.get(address).text
        for text in (page, asked):
            public = text.split("Licence</dt>", 1)[1]
            assert "CC0 1.0" in public
            assert "1 file," in public
            assert ready.metadata["study"]["description"] in public
            assert "Human material" in public
        assert "Release version 1 now?" in asked
        assert problems_of(asked) == []
        ready.refresh_from_db()
        assert ready.state == DepositionState.READY

    def test_a_plan_needs_a_day_to_come(self, client, ready):
        for day in ("", timezone.localdate().isoformat()):
            response = press(client, ready, "deposition-release", {"action": "plan", "release_on": day})
            assert response.status_code == 422
        ready.refresh_from_db()
        assert ready.state == DepositionState.READY

    def test_a_draft_is_not_asked_about(self, client, deposition):
        address = reverse("archive:deposition-release", args=[deposition.dataset.accession])
        assert client.get(address).url == deposition.get_absolute_url()

    def test_on_a_day(self, client, ready):
        day = timezone.localdate() + timedelta(days=40)
        response = press(client, ready, "deposition-release", {"release_on": day.isoformat()}, follow=True)
        assert f"It becomes public on {day:%-d %B %Y}." in response.text
        ready.refresh_from_db()
        assert ready.release_on == day

    @pytest.mark.parametrize("day", ["tomorrow", "2020-01-01", "2027-02-30"])
    def test_a_day_that_cannot_be_gets_a_sentence_and_nothing_typed_is_lost(self, client, ready, day):
        response = press(client, ready, "deposition-release", {"release_on": day, "change_note": "A better note"})
        assert response.status_code == 422
        assert f'value="{day}"' in response.text
        assert 'aria-invalid="true"' in response.text
        ready.refresh_from_db()
        assert ready.state == DepositionState.READY

    def test_without_a_publication_both_pages_ask_why_beside_the_field(self, client, ready):
        Deposition.objects.update(no_publication="")
        day = (timezone.localdate() + timedelta(days=40)).isoformat()
        for sent in ({}, {"action": "plan", "release_on": day}):
            response = press(client, ready, "deposition-release", sent)
            assert response.status_code == 422
            assert f'no-publication-e">{releasing.NO_PUBLICATION}<' in response.text
            assert sent.get("release_on", "") in response.text
            assert problems_of(response.text) == []

    def test_of_human_material_is_refused_with_the_reason(self, client, ready):
        Deposition.objects.update(metadata=complete_document(human_material="yes"))
        response = press(client, ready, "deposition-release")
        assert response.status_code == 409
        assert "human material" in response.text

    def test_is_the_owners_alone(self, client, ready):
        client.force_login(MembershipFactory(dataset=ready.dataset).user)
        assert press(client, ready, "deposition-release").status_code == 403
        ready.refresh_from_db()
        assert ready.state == DepositionState.READY


class TestLife:
    def test_reopen(self, client, deposition):
        put(deposition, DepositionState.READY)
        press(client, deposition, "deposition-reopen")
        deposition.refresh_from_db()
        assert deposition.state == DepositionState.DRAFT

    def test_withdraw_needs_a_reason(self, client, deposition):
        response = press(client, deposition, "deposition-withdraw", {"reason": " "})
        assert response.status_code == 422
        assert "<details" in response.text
        deposition.refresh_from_db()
        assert deposition.state == DepositionState.DRAFT

    def test_withdraw(self, client, deposition):
        response = press(client, deposition, "deposition-withdraw", {"reason": "Started twice."}, follow=True)
        assert "is withdrawn." in response.text
        deposition.refresh_from_db()
        assert deposition.state == DepositionState.WITHDRAWN

    def test_a_new_version_begins_with_the_last_one(self, client):
        dataset = ReleasedDatasetFactory()
        client.force_login(dataset.created_by)
        response = client.post(reverse("archive:new-version", args=[dataset.accession]), follow=True)
        assert "becomes version 2" in response.text
        again = client.post(reverse("archive:new-version", args=[dataset.accession]))
        assert again.status_code == 409

    def test_a_draft_of_a_later_version_is_discarded(self, client):
        dataset = ReleasedDatasetFactory()
        client.force_login(dataset.created_by)
        client.post(reverse("archive:new-version", args=[dataset.accession]))
        page = reverse("archive:deposition", args=[dataset.accession])
        assert "Discard this draft" in client.get(page).text
        address = reverse("archive:deposition-withdraw", args=[dataset.accession])
        response = client.post(address, {"reason": "Not needed."}, follow=True)
        assert response.redirect_chain[-1][0] == dataset.get_absolute_url()
        assert "The draft is discarded." in response.text
        assert "New version" in response.text

    def test_a_stranger_begins_no_version(self, client):
        dataset = ReleasedDatasetFactory()
        client.force_login(UserFactory())
        assert client.post(reverse("archive:new-version", args=[dataset.accession])).status_code == 403


class TestShare:
    def test_with_somebody(self, client, deposition):
        person = UserFactory()
        press(client, deposition, "deposition-share", {"email": person.email, "role": "viewer"})
        assert Membership.objects.get(user=person).role == DatasetRole.VIEWER

    def test_and_no_longer(self, client, deposition):
        person = MembershipFactory(dataset=deposition.dataset).user
        press(client, deposition, "deposition-share", {"email": person.email, "role": "none"})
        assert not Membership.objects.filter(user=person).exists()

    @pytest.mark.parametrize(
        "data",
        [
            {"email": "nobody", "role": "viewer"},
            {"email": "x", "role": "owner"},
            {"email": "nobody@example.org"},
        ],
        ids=["no address", "no such role", "no role"],
    )
    def test_what_cannot_be_comes_back_with_a_sentence(self, client, deposition, data):
        response = press(client, deposition, "deposition-share", data)
        assert response.status_code == 422
        assert 'id="share-problem"' in response.text
        assert f'value="{data["email"]}"' in response.text

    def test_a_contributor_shares_nothing(self, client, deposition):
        client.force_login(MembershipFactory(dataset=deposition.dataset).user)
        response = press(client, deposition, "deposition-share", {"email": UserFactory().email, "role": "viewer"})
        assert response.status_code == 403


BUTTONS = ["release", "reopen", "withdraw", "share", "upload"]


@pytest.mark.parametrize("button", BUTTONS)
def test_a_button_that_is_opened_as_a_page_leads_to_its_page(client, deposition, button):
    response = client.get(reverse(f"archive:deposition-{button}", args=[deposition.dataset.accession]))
    assert (response.status_code, response.url) == (302, deposition.get_absolute_url())


@pytest.mark.parametrize("button", BUTTONS)
def test_a_stranger_finds_no_button(client, deposition, button):
    client.force_login(UserFactory())
    assert press(client, deposition, f"deposition-{button}", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("button", BUTTONS)
def test_nobody_signs_in_first(client, deposition, button):
    client.logout()
    assert press(client, deposition, f"deposition-{button}").status_code == 302
