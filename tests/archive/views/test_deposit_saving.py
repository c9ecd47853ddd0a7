"""Saving the deposit page, as a form and by itself: nothing typed is lost, whoever saved meanwhile."""

import pytest
from django.urls import reverse

from archive.metadata.formdata import to_form
from archive.models import Deposition
from archive.selectors.templates import template_of
from archive.states import DatasetRole, DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, FileFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition(client):
    deposition = DepositionFactory(metadata=complete_document())
    client.force_login(deposition.created_by)
    return deposition


def address(deposition: Deposition, name: str = "deposition") -> str:
    return reverse(f"archive:{name}", args=[deposition.dataset.accession])


def form_of(deposition: Deposition, **changes: str) -> dict:
    """What a browser would send, with changes by name (`study__title`)."""
    typed = to_form(template_of(deposition), deposition.metadata) | {"revision": [str(deposition.revision)]}
    return typed | {name.replace("__", "."): value for name, value in changes.items()}


class TestAsAForm:
    def test_saves_and_comes_back(self, client, deposition):
        response = client.post(address(deposition), form_of(deposition, study__title="Another title"), follow=True)
        deposition.refresh_from_db()
        assert deposition.metadata["study"]["title"] == "Another title"
        assert deposition.dataset.title == "Another title"
        assert "Saved. You can leave now and go on later." in response.text
        assert "<h1" in response.text
        assert "Another title" in response.text

    def test_bad_values_are_kept_and_reported_beside_their_field(self, client, deposition):
        client.post(address(deposition), form_of(deposition, study__publication__doi="not a doi"))
        text = client.get(address(deposition)).text
        assert 'value="not a doi"' in text
        problem = text.split('id="e-study-publication-doi"')[1].split("</p>")[0]
        assert "hidden" not in problem
        assert "DOI" in problem

    def test_add_another_works_without_script(self, client, deposition):
        response = client.post(address(deposition), form_of(deposition, more="study.authors"), follow=True)
        assert response.redirect_chain[-1][0].endswith("?more=study.authors#f-study-authors")
        assert 'name="study.authors.1.name"' in response.text

    def test_remove_takes_one_row_away_and_saves_the_rest(self, client, deposition):
        people = {"study.authors.1.name": "Second", "study.authors": ""}
        client.post(address(deposition), form_of(deposition) | people)
        deposition.refresh_from_db()
        assert len(deposition.metadata["study"]["authors"]) == 2
        sent = form_of(deposition, remove="study.authors.0", study__title="Kept") | {"study.authors": ""}
        response = client.post(address(deposition), sent)
        deposition.refresh_from_db()
        assert [person["name"] for person in deposition.metadata["study"]["authors"]] == ["Second"]
        assert deposition.metadata["study"]["title"] == "Kept"
        assert response.url.endswith("#f-study-authors")

    @pytest.mark.parametrize("remove", ["study", "study.title", "../x.1", "revision", "study.authors.x"])
    def test_remove_takes_away_nothing_but_rows(self, client, deposition, remove):
        before = deposition.metadata
        client.post(address(deposition), form_of(deposition, remove=remove))
        deposition.refresh_from_db()
        assert deposition.metadata == before

    def test_a_section_gets_an_item_without_script(self, client, deposition):
        response = client.post(address(deposition), form_of(deposition, more="components"), follow=True)
        assert 'name="components.0.name"' in response.text

    def test_submit_names_everything_that_is_missing_with_a_link_to_it(self, client, deposition):
        sent = form_of(deposition, action="submit", study__title="")
        response = client.post(address(deposition), sent)
        assert response.status_code == 422
        assert 'href="#f-study-title"' in response.text
        assert 'href="#files"' in response.text
        assert response.text.index('class="problems') < response.text.index('id="metadata"')
        deposition.refresh_from_db()
        assert deposition.state == DepositionState.DRAFT

    def test_submit_hands_it_over(self, client, deposition):
        FileFactory(dataset=deposition.dataset)
        response = client.post(address(deposition), form_of(deposition, action="submit"), follow=True)
        deposition.refresh_from_db()
        assert deposition.state in (DepositionState.SUBMITTED, DepositionState.PROCESSING, DepositionState.READY)
        assert "Submitted. Files and metadata are being checked" in response.text


class TestConflict:
    def test_the_form_keeps_my_text_and_theirs_stands_above(self, client, deposition):
        mine = form_of(deposition, study__title="My title")
        client.force_login(MembershipFactory(dataset=deposition.dataset).user)
        client.post(address(deposition), form_of(deposition, study__title="Their title"))
        client.force_login(deposition.created_by)
        response = client.post(address(deposition), mine)
        assert response.status_code == 409
        assert 'value="My title"' in response.text
        above, below = response.text.split('id="metadata"', 1)
        assert "Their title" in above
        assert "Somebody else saved" in above
        deposition.refresh_from_db()
        assert deposition.metadata["study"]["title"] == "Their title"
        assert f'name="revision" value="{deposition.revision}"' in below

    def test_ones_own_other_window_is_nobody_else(self, client, deposition):
        mine = form_of(deposition, study__title="My title")
        client.post(address(deposition), form_of(deposition, study__title="My other title"))
        text = client.post(address(deposition), mine).text
        assert "You saved it in another window" in text
        assert "Somebody else" not in text

    def test_saving_the_comparison_keeps_my_text(self, client, deposition):
        mine = form_of(deposition, study__title="My title")
        client.post(address(deposition), form_of(deposition, study__title="Their title"))
        client.post(address(deposition), mine)
        deposition.refresh_from_db()
        client.post(address(deposition), mine | {"revision": [str(deposition.revision)]})
        deposition.refresh_from_db()
        assert deposition.metadata["study"]["title"] == "My title"

    def test_a_submitted_deposition_takes_nothing_and_shows_the_text(self, client, deposition):
        Deposition.objects.filter(pk=deposition.pk).update(state=DepositionState.SUBMITTED)
        response = client.post(address(deposition), form_of(deposition, study__title="Too late"))
        assert response.status_code == 409
        assert 'value="Too late"' in response.text
        assert "Save my text" not in response.text

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "²"])
    def test_a_strange_revision_is_a_conflict(self, client, deposition, revision):
        sent = form_of(deposition, study__title="Mine") | {"revision": revision}
        assert client.post(address(deposition), sent).status_code == 409


class TestByItself:
    def save(self, client, deposition, **changes):
        return client.post(address(deposition, "deposition-save"), form_of(deposition, **changes))

    def test_answers_with_revision_words_and_meters(self, client, deposition):
        answer = self.save(client, deposition, study__title="Typed").json()
        assert answer["revision"] == deposition.revision + 1
        assert answer["saved"].startswith("Saved ")
        assert answer["title"] == "Typed"
        assert "Study" in answer["parts"]["meters"]
        assert answer["problems"] == {}

    def test_reports_what_is_wrong_with_what_is_filled_in(self, client, deposition):
        answer = self.save(client, deposition, study__publication__doi="nonsense").json()
        assert list(answer["problems"]) == ["study.publication.doi"]

    def test_an_identifier_that_cannot_be_is_refused_beside_its_field(self, client, deposition):
        answer = self.save(client, deposition, biosample__organism="Fruit fly (NCBITaxon:72zorgblat27)").json()
        assert "NCBITaxon has no term NCBITaxon:72zorgblat27." in answer["problems"]["biosample.organism"]

    def test_free_text_for_a_term_is_said_to_be_that(self, client, deposition):
        answer = self.save(client, deposition, biosample__organism="a beast from the sea").json()
        assert "kept as free text and flagged for a curator" in answer["notes"]["biosample.organism"]
        assert answer["problems"] == {}
        assert "kept as free text" in client.get(address(deposition)).text

    def test_does_not_scold_empty_fields(self, client, deposition):
        assert self.save(client, deposition, study__title="").json()["problems"] == {}

    def test_after_a_failed_submit_the_list_follows_what_is_mended(self, client, deposition):
        refused = client.post(address(deposition), form_of(deposition, action="submit", study__title="")).text
        assert 'name="tried" value="1"' in refused
        assert "aria-invalid" in refused.split('id="f-study-title"')[1].split(">")[0]
        deposition.refresh_from_db()
        parts = self.save(client, deposition, tried="1", study__title="").json()["parts"]
        assert "Fill in “Title”" in parts["problem-list"]
        deposition.refresh_from_db()
        parts = self.save(client, deposition, tried="1", study__title="A fine title again").json()["parts"]
        assert "Title" not in parts["problem-list"]
        assert "One problem to fix" in parts["problem-list"]  # there is no file

    def test_meters_fields_and_list_say_the_same_of_a_wrong_value(self, client, deposition):
        before = self.save(client, deposition, study__title="A fine title").json()["parts"]["meters"]
        deposition.refresh_from_db()
        answer = self.save(client, deposition, tried="1", study__title="T").json()
        assert "has 1 character." in answer["problems"]["study.title"]
        assert answer["problems"]["study.title"] in answer["parts"]["problem-list"]
        assert "8 of 8 required" in before
        assert "7 of 8 required" in answer["parts"]["meters"]
        assert "1 to do" in answer["parts"]["meters"]

    def test_a_conflict_says_so(self, client, deposition):
        self.save(client, deposition, study__title="First")
        response = self.save(client, deposition, study__title="Second")
        assert response.status_code == 409
        assert response.json()["conflict"] is True
        assert "You saved this deposition in another window" in response.json()["detail"]

    def test_a_viewer_may_not(self, client, deposition):
        viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
        client.force_login(viewer)
        response = self.save(client, deposition, study__title="No")
        assert response.status_code == 403
        assert response.json()["detail"]

    def test_a_stranger_finds_nothing(self, client, deposition):
        client.force_login(UserFactory())
        assert self.save(client, deposition).status_code == 404

    def test_nobody_is_sent_to_sign_in(self, client, deposition):
        client.logout()
        assert self.save(client, deposition).status_code == 302

    def test_is_not_read(self, client, deposition):
        assert client.get(address(deposition, "deposition-save")).url == address(deposition)
