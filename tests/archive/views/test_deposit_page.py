"""The deposit page in every state, for everybody who works on it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from archive.models import Dataset, Deposition
from archive.states import DatasetRole, DepositionState, FileState
from tests.archive.documents import complete_document
from tests.factories.archive import (
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    MembershipFactory,
    UploadFactory,
    UserFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def page_of(client, deposition: Deposition, query: str = "") -> str:
    response = client.get(reverse("archive:deposition", args=[deposition.dataset.accession]) + query)
    assert response.status_code == 200
    return response.text


@pytest.fixture
def deposition(client):
    deposition = DepositionFactory(metadata=complete_document(), revision=1)
    client.force_login(deposition.created_by)
    return deposition


class TestStart:
    def test_a_visitor_is_offered_an_account(self, client):
        text = client.get(reverse("archive:deposit")).text
        assert "Create an account" in text
        assert problems_of(text) == []

    def test_a_visitor_who_sends_the_form_signs_in_first(self, client):
        response = client.post(reverse("archive:deposit"))
        assert response.url.startswith(reverse("account_login"))

    def test_starting_gives_an_accession_and_its_page(self, client):
        client.force_login(UserFactory(name="Ines"))
        assert problems_of(client.get(reverse("archive:deposit")).text) == []
        response = client.post(reverse("archive:deposit"), {"template": "electron-microscopy"}, follow=True)
        deposition = Deposition.objects.get()
        assert deposition.template == "electron-microscopy"
        assert deposition.dataset.accession in response.text
        assert 'value="Ines"' in response.text
        assert "Nothing typed yet" in response.text

    def test_one_begins_like_another_one_without_its_title_and_files(self, client, deposition):
        FileFactory(dataset=deposition.dataset)
        accession = deposition.dataset.accession
        page = client.get(reverse("archive:deposit"), {"like": accession}).text
        assert problems_of(page) == []
        assert f'value="{accession}" selected' in page
        client.post(reverse("archive:deposit"), {"like": accession})
        new = Deposition.objects.exclude(pk=deposition.pk).get()
        assert new.metadata["study"].get("title", "") == ""
        rest = {name: value for name, value in deposition.metadata["study"].items() if name != "title"}
        assert rest.items() <= new.metadata["study"].items()
        assert new.metadata["biosample"] == deposition.metadata["biosample"]
        assert not new.dataset.files.exists()
        assert deposition.metadata["study"]["title"]

    def test_nobody_begins_like_what_they_may_not_edit(self, client, deposition):
        viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
        for person, status in ((viewer, 403), (UserFactory(), 404)):
            client.force_login(person)
            assert "Begin with" not in client.get(reverse("archive:deposit")).text
            answer = client.post(reverse("archive:deposit"), {"like": deposition.dataset.accession})
            assert answer.status_code == status

    def test_what_to_expect_is_no_contradiction(self, client, settings):
        settings.PORTAL_MAX_FILE_BYTES, settings.PORTAL_QUOTA_BYTES = 5 * 10**12, 5 * 10**11
        text = client.get(reverse("archive:deposit")).text
        assert "up to 500\u00a0GB a file" in text
        assert "5.0\u00a0TB" not in text
        assert "8 entries are required" in text

    def test_an_unknown_template_is_named(self, client):
        client.force_login(UserFactory())
        response = client.post(reverse("archive:deposit"), {"template": "none-such"})
        assert response.status_code == 404
        assert "none-such" in response.text


def test_an_affiliation_is_offered_with_its_ror_identifier(client, deposition):
    text = page_of(client, deposition)
    assert 'list="organisations"' in text
    assert text.count('id="organisations"') == 1
    assert "University of Oxford (https://ror.org/052gg0110)" in text


class TestWords:
    def test_who_has_it_reads_naturally(self, client, deposition):
        Deposition.objects.update(state=DepositionState.READY)
        assert "It is with you." in page_of(client, deposition)
        Deposition.objects.update(state=DepositionState.PROCESSING)
        assert "The portal has it." in page_of(client, deposition)

    def test_a_viewer_reads_that_it_is_with_its_depositors(self, client, deposition):
        client.force_login(MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user)
        assert "It is with its depositors." in page_of(client, deposition)

    def test_metadata_that_came_another_way_count_as_saved(self, client, deposition):
        Deposition.objects.update(revision=0)
        assert "Nothing typed yet" not in page_of(client, deposition)

    def test_an_older_save_says_its_day(self, client, deposition):
        long_ago = timezone.now() - timedelta(days=400)
        Deposition.objects.update(updated_at=long_ago)
        assert f"Saved {timezone.localtime(long_ago):%-d %b %Y}" in page_of(client, deposition)

    def test_it_has_the_lines_that_upload_from_a_terminal(self, client, deposition):
        text = page_of(client, deposition)
        assert "curl -o micrographia-upload.py http://testserver/static/client/micrographia-upload.py" in text
        assert f"python3 micrographia-upload.py http://testserver {deposition.dataset.accession} MY-FOLDER" in text

    def test_human_material_stays_private_and_says_so(self, client, deposition):
        Deposition.objects.update(metadata=complete_document(human_material="yes"), state=DepositionState.READY)
        text = page_of(client, deposition)
        assert "Human material." in text
        assert "private draft" in text
        assert reverse("archive:deposition-release", args=[deposition.dataset.accession]) not in text

    def test_what_cannot_be_changed_now_is_shown_all_the_same(self, client, deposition):
        Deposition.objects.update(state=DepositionState.READY)
        text = page_of(client, deposition)
        assert 'id="metadata"' not in text
        assert "HeLa Kyoto cells." in text


class TestReturned:
    @pytest.fixture
    def broken(self, deposition):
        Deposition.objects.update(state=DepositionState.NEEDS_CHANGES, metadata=complete_document(title=""))
        return FileFactory(
            dataset=deposition.dataset, path="b/cut.tif", state=FileState.KEPT, reason="It ends early.",
            reason_code="truncated",
        )  # fmt: skip

    def test_the_summary_comes_first_and_each_problem_has_its_place(self, client, deposition, broken):
        text = page_of(client, deposition)
        summary = text.split('class="problems')[1].split("</div>")[0]
        assert 'tabindex="-1"' in summary
        assert 'href="#f-study-title"' in summary
        assert f'href="#file-{broken.pk}"' in summary
        assert 'id="f-study-title"' in text
        assert f'id="file-{broken.pk}"' in text
        assert text.index('class="problems') < text.index('id="file-list"')

    def test_from_a_list_that_hides_them_the_link_leads_back_to_the_file(self, client, deposition, broken):
        text = page_of(client, deposition, "?show=running")
        assert f"?show=problems#file-{broken.pk}" in text.replace("&amp;", "&")

    def test_a_viewer_reads_the_problems_without_links_to_fields(self, client, deposition, broken):
        client.force_login(MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user)
        text = page_of(client, deposition)
        assert "It ends early." in text
        assert 'href="#f-study-title"' not in text


class TestFiles:
    def test_with_the_list_come_the_meters_and_the_problems(self, client, deposition):
        Deposition.objects.update(state=DepositionState.NEEDS_CHANGES)
        FileFactory(dataset=deposition.dataset, path="a/cut.tif", state=FileState.KEPT, reason="This TIFF is broken.",
                    reason_code="truncated")  # fmt: skip
        text = client.get(reverse("archive:deposition-files", args=[deposition.dataset.accession])).text
        for part in ("meters", "problem-list", "read-from-files"):
            assert f'<div id="{part}" hx-swap-oob="innerHTML">' in text
        assert "1 problem<" in text
        assert "<code>a/cut.tif</code>: This TIFF is broken." in text

    def test_nobody_is_scolded_for_companions_while_uploads_run(self, client, deposition):
        FileFactory(dataset=deposition.dataset, state=FileState.KEPT, reason_code="missing-files", missing=["b.tif"])
        assert "Not complete" in page_of(client, deposition)
        UploadFactory(dataset=deposition.dataset, path="c.tif")
        text = page_of(client, deposition)
        assert "Waits for the rest" in text
        assert "1, 1 on the way" in text

    def test_an_unfinished_upload_says_what_is_kept_and_how_to_go_on(self, client, deposition):
        UploadFactory(dataset=deposition.dataset, path="big.tif", size=5_000_000, offset=2_000_000)
        text = page_of(client, deposition)
        assert "2.0\u00a0MB of 5.0\u00a0MB kept" in text
        assert "choose the same file again" in text

    def test_the_list_asks_again_only_while_something_moves(self, client, deposition):
        FileFactory(dataset=deposition.dataset)
        # Whether it is one image with others is still to be asked.
        assert "every 2s" in page_of(client, deposition)
        Deposition.objects.update(grouped_at=timezone.now() + timedelta(seconds=1))
        assert "every 2s" not in page_of(client, deposition)
        FileFactory(dataset=deposition.dataset, state=FileState.STORED)
        fragment = client.get(reverse("archive:deposition-files", args=[deposition.dataset.accession])).text
        assert "every 2s" in fragment
        assert "<html" not in fragment
        assert "Verifying SHA-256" in fragment

    def test_what_was_read_is_shown_with_how_many_images_say_it(self, client, deposition):
        ImageFactory(dataset=deposition.dataset)
        ImageFactory(dataset=deposition.dataset, physical_x_um=0.2, physical_y_um=0.2)
        text = page_of(client, deposition)
        assert "OME-TIFF" in text
        assert "and 1 other value" in text
        assert "DAPI, GFP" in text

    @pytest.mark.parametrize("query", ["?show=nonsense", "?files=nonsense", "?more=nonsense.x", "?show=problems"])
    def test_strange_addresses_do_no_harm(self, client, deposition, query):
        response = client.get(reverse("archive:deposition", args=[deposition.dataset.accession]) + query)
        assert response.status_code in (200, 400, 422)


class TestWaiting:
    def ask(self, client, deposition, was):
        address = reverse("archive:deposition", args=[deposition.dataset.accession])
        return client.get(address, {"was": was}, headers={"HX-Request": "true"})

    def test_the_page_loads_anew_when_its_status_is_another_one(self, client, deposition):
        Deposition.objects.update(state=DepositionState.PROCESSING)
        assert self.ask(client, deposition, "checking").status_code == 204
        Deposition.objects.update(state=DepositionState.READY)
        assert self.ask(client, deposition, "checking")["HX-Refresh"] == "true"


class TestReaders:
    def test_a_stranger_finds_nothing(self, client, deposition):
        client.force_login(UserFactory())
        response = client.get(reverse("archive:deposition", args=[deposition.dataset.accession]))
        assert response.status_code == 404
        assert deposition.dataset.title not in response.text

    def test_nobody_is_sent_to_sign_in(self, client, deposition):
        client.logout()
        assert client.get(reverse("archive:deposition", args=[deposition.dataset.accession])).status_code == 302

    def test_a_dataset_without_deposition_has_no_such_page(self, client):
        dataset: Dataset = DatasetFactory()
        client.force_login(dataset.created_by)
        assert client.get(reverse("archive:deposition", args=[dataset.accession])).status_code == 404


class TestMine:
    def test_an_empty_list_says_how_to_begin(self, client):
        client.force_login(UserFactory())
        text = client.get(reverse("archive:my-depositions")).text
        assert "Nothing under way" in text
        assert text.count(f'href="{reverse("archive:deposit")}"') == 3
        assert problems_of(text) == []

    def test_what_needs_me_stands_first(self, client, deposition):
        Deposition.objects.update(state=DepositionState.NEEDS_CHANGES)
        text = client.get(reverse("archive:my-depositions")).text
        assert "One deposition needs you." in text
        assert "It is with you." in text
        assert "Continue" in text

    def test_a_viewer_is_not_asked_to_continue(self, client, deposition):
        client.force_login(MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user)
        text = client.get(reverse("archive:my-depositions")).text
        assert "It is with its depositors." in text
        assert "Continue" not in text


class TestArchivedDrafts:
    @pytest.fixture
    def archived(self, client):
        deposition = DepositionFactory(dataset__title="Old actin", archived_at=timezone.now())
        client.force_login(deposition.created_by)
        return deposition

    def test_are_in_a_list_of_their_own_and_come_back_by_a_button(self, client, archived):
        address, button = reverse("archive:my-depositions"), f"/{archived.dataset.accession}/bring-back/"
        page = client.get(address).text
        assert "Old actin" not in page
        assert ">1 archived draft</a>" in page
        page = client.get(address, {"show": "archived"}).text
        assert problems_of(page) == []
        assert "Old actin" in page
        assert button in page
        assert button in client.get(archived.get_absolute_url()).text
        client.post(reverse("archive:deposition-bring-back", args=[archived.dataset.accession]))
        assert "Old actin" in client.get(address).text
        assert "No archived draft" in client.get(address, {"show": "archived"}).text

    def test_their_pages_keep_to_the_archive(self, client, archived, monkeypatch):
        monkeypatch.setattr("archive.views.my_depositions.PAGE", 1)
        other = DepositionFactory(dataset__owner=archived.created_by, archived_at=timezone.now())
        assert other.created_by == archived.created_by
        assert "?show=archived&amp;cursor=" in client.get(reverse("archive:my-depositions"), {"show": "archived"}).text

    def test_one_that_was_submitted_is_under_way(self, client, archived):
        Deposition.objects.update(state=DepositionState.SUBMITTED)
        assert "Old actin" in client.get(reverse("archive:my-depositions")).text
