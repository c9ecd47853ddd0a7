"""The site's own pages: home, about, help, health, errors and accounts, for everybody and with parts missing."""

import re
import tomllib
from pathlib import Path

import pytest
from django.core import mail
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.urls import reverse

from archive.imaging import sniff
from archive.models import User
from archive.states import PortalRole
from archive.templatetags.pictures import picture_url
from curation import criteria
from portal import context, http, selectors
from portal import help as help_pages
from portal.error_pages import ERROR_WORDS, words_of
from search.errors import SearchUnavailable
from search.indexing import rebuild
from tests.factories.archive import DatasetFactory, ImageFactory, ReleasedDatasetFactory, UserFactory
from tests.portal.sound_html import problems_of

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
PUBLIC_PAGES = [
    "/",
    "/about/",
    "/help/",
    *(f"/help/{topic.slug}/" for topic in help_pages.TOPICS),
    "/api/v1/docs/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-wrong/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/wrong/",
    "/accounts/inactive/",
]
OWN_PAGES = ["/", "/help/", "/accounts/logout/", "/accounts/email/", "/accounts/password/change/"]
DOWN = "elasticsearch://127.0.0.1:1/micrographia"

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.user = UserFactory(name="Ines Sorensen")
    client.force_login(client.user)
    return client


class TestEveryPage:
    @pytest.mark.parametrize("path", PUBLIC_PAGES)
    def test_is_sound_for_a_visitor(self, client, path):
        response = client.get(path)
        assert response.status_code == 200
        assert problems_of(response.content.decode()) == []

    @pytest.mark.parametrize("path", OWN_PAGES)
    def test_is_sound_for_somebody_signed_in(self, signed_in, path):
        response = signed_in.get(path)
        assert response.status_code == 200
        assert problems_of(response.content.decode()) == []
        assert "Ines Sorensen" in response.content.decode()

    def test_forbids_inline_script_by_its_policy(self, client):
        policy = client.get("/about/").headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    def test_marks_the_current_entry_of_the_navigation(self, client):
        assert re.search(r'<a href="/help/"\s+aria-current="page">', client.get("/help/limits/").content.decode())

    def test_tells_the_version_of_the_project(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert project["version"] == context.VERSION


class TestHome:
    def test_counts_what_is_public_and_nothing_else(self, client):
        released = ReleasedDatasetFactory()
        ImageFactory.create_batch(2, dataset=released)
        ImageFactory(dataset=DatasetFactory())
        figures = selectors.home_figures()
        assert (figures.datasets, figures.images) == (1, 2)
        assert "datasets" in client.get("/").content.decode()

    def test_shows_released_images_and_datasets_with_their_pictures(self, client):
        image = ImageFactory(dataset=ReleasedDatasetFactory(title="Mitosis in HeLa cells"))
        rebuild()
        page = client.get("/").content.decode()
        assert problems_of(page) == []
        assert "Mitosis in HeLa cells" in page
        assert page.count(reverse("archive:image", args=[image.accession])) >= 2
        assert picture_url(image, "large") in page

    @pytest.mark.parametrize("count", [5, 50])
    def test_asks_the_database_as_often_for_many_as_for_few(self, client, count, django_assert_max_num_queries):
        for _ in range(count):
            ImageFactory(dataset=ReleasedDatasetFactory())
        rebuild()
        with django_assert_max_num_queries(15):
            client.get("/")

    @pytest.mark.parametrize(
        ("asked", "page"),
        [({"q": "mouse", "in": "images"}, "search:images"), ({"q": "mouse", "in": "datasets"}, "search:datasets")],
        ids=["images", "datasets"],
    )
    def test_sends_its_search_on(self, client, asked, page):
        response = client.get("/", asked)
        assert response.status_code == 302
        assert response.url == f"{reverse(page)}?q=mouse"

    def test_stands_when_search_is_down(self, client, settings):
        settings.PORTAL_SEARCH_URL = DOWN
        response = client.get("/")
        assert response.status_code == 200
        assert "Search does not answer at the moment." in response.content.decode()

    def test_never_shows_a_draft_even_to_its_owner(self, signed_in):
        draft = DatasetFactory(owner=signed_in.user, title="Unseen zebrafish fins")
        ImageFactory(dataset=draft)
        rebuild()
        assert "zebrafish" not in signed_in.get("/").content.decode()


class TestHealth:
    def test_is_ok_when_all_engines_answer(self, client):
        response = client.get("/health/")
        assert response.status_code == 200
        assert response.json() == {"status": "ok", "checks": {"database": "ok", "search": "ok", "files": "ok"}}

    def test_is_degraded_but_up_without_search(self, client, settings):
        settings.PORTAL_SEARCH_URL = DOWN
        response = client.get("/health/")
        assert response.status_code == 200
        assert response.json()["status"] == "degraded"
        assert "does not answer" in response.json()["checks"]["search"]


class TestHelp:
    def test_explains_every_error_that_the_api_may_name(self, client):
        page = client.get("/help/errors/").content.decode()
        for kind, _, _ in http.STATUSES:
            assert f'id="{http.slug_of(kind)}"' in page

    def test_lists_every_filter_of_the_search(self, client):
        page = client.get("/help/search/").content.decode()
        assert all(f"<code>{facet.name}</code>" in page for facet in help_pages._search_context()["facets"])

    def test_names_every_format_that_is_recognised(self, client):
        page = client.get("/help/formats/").content.decode()
        kinds = [kind for _, _, kind in sniff._SIGNATURES if kind.reader or kind.format in sniff.LATER | sniff.PACKED]
        assert [kind.label for kind in kinds if kind.label not in page] == []

    def test_states_the_rules_of_review_as_they_are_applied(self, client):
        page = client.get("/help/reviewing/").content.decode()
        assert all(rule in page for rule in criteria.RULES)

    def test_leaves_curation_out_where_it_is_not_installed(self):
        slugs = [topic.slug for topic in help_pages.topics(has_curation=False)]
        assert "labels" not in slugs
        assert "search" in slugs
        assert help_pages.Audience.CURATOR not in dict(help_pages.by_audience(has_curation=False))

    def test_prints_no_place_that_only_a_request_fills(self, client):
        table = client.get("/help/errors/").text.split("<table")[1].split("</table>")[0]
        assert "Method not allowed" in table
        assert "{" not in table

    def test_an_unknown_topic_is_not_found(self, client):
        assert client.get("/help/astrology/").status_code == 404


class TestErrorPages:
    @pytest.mark.parametrize("status", sorted(ERROR_WORDS))
    def test_every_status_has_a_sentence_and_a_way_on(self, status):
        request = RequestFactory().get("/somewhere/")
        page = render_to_string("errors/error.html", {"status": status}, request)
        assert words_of(status).heading in page
        assert words_of(status).sentence.replace("'", "&#x27;") in page
        assert reverse("help") in page

    @pytest.mark.parametrize(("status", "like"), [(418, 400), (599, 500), (None, 500), ("odd", 500)])
    def test_a_status_without_words_gets_those_of_its_class(self, status, like):
        assert words_of(status) == ERROR_WORDS[like]

    def test_an_unknown_address_gets_the_page(self, client):
        response = client.get("/no/such/page/")
        assert response.status_code == 404
        assert problems_of(response.content.decode()) == []

    def test_a_domain_error_keeps_its_own_sentence(self):
        request = RequestFactory().get("/somewhere/")
        response = http.DomainErrorMiddleware(lambda _: None).process_exception(request, SearchUnavailable())
        assert response.status_code == 503
        assert "Search is not available at the moment." in response.content.decode()

    def test_the_last_page_needs_no_context(self):
        assert "The portal made a mistake." in get_template("500.html").render()


class TestAccounts:
    def test_a_wrong_password_keeps_the_address_and_says_what_is_wrong(self, client):
        UserFactory(email="ines@example.org", password=PASSWORD)
        response = client.post("/accounts/login/", {"login": "ines@example.org", "password": "wrong"})
        page = response.content.decode()
        assert problems_of(page) == []
        assert "You are not signed in yet" in page
        assert 'value="ines@example.org"' in page

    def test_signing_up_takes_name_and_orcid(self, client):
        form = {"email": "new@example.org", "name": "New Person", "password1": PASSWORD, "orcid": "0000-0002-1825-0097"}
        assert client.post("/accounts/signup/", form).status_code == 302
        user = User.objects.get(email="new@example.org")
        assert (user.name, user.orcid) == ("New Person", "0000-0002-1825-0097")
        assert len(mail.outbox) == 1

    def test_where_addresses_are_confirmed_the_mail_alone_tells_that_there_is_an_account(self, client, settings):
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        UserFactory(email="ines@example.org")
        form = {"email": "ines@example.org", "name": "Ines", "password1": PASSWORD}
        page = client.post("/accounts/signup/", form, follow=True).text
        assert "If there is an account with this address already, the message says so" in page
        assert reverse("account_reset_password") in page

    def test_elsewhere_the_page_tells_it_and_what_to_do(self, client):
        UserFactory(email="ines@example.org")
        form = {"email": "ines@example.org", "name": "Ines", "password1": PASSWORD}
        assert "Sign in, or choose a new password." in client.post("/accounts/signup/", form).text

    @pytest.mark.parametrize(
        ("roles", "page"),
        [
            ([], "archive:my-depositions"),
            ([PortalRole.CURATOR], "curation:queue"),
            ([PortalRole.REVIEWER], "curation:queue"),
        ],
        ids=["a depositor", "a curator", "a reviewer"],
    )
    def test_signing_in_leads_to_ones_work(self, client, roles, page):
        UserFactory(email="ines@example.org", password=PASSWORD, roles=roles)
        response = client.post("/accounts/login/", {"login": "ines@example.org", "password": PASSWORD})
        assert response.url == reverse(page)

    def test_a_mistyped_orcid_loses_nothing_that_was_typed(self, client):
        form = {"email": "new@example.org", "name": "New Person", "password1": PASSWORD, "orcid": "0000-0002-1825-0098"}
        page = client.post("/accounts/signup/", form).content.decode()
        assert problems_of(page) == []
        assert "check digit" in page
        assert 'value="New Person"' in page

    def test_a_password_is_reset_by_mail(self, client):
        UserFactory(email="ines@example.org")
        client.post("/accounts/password/reset/", {"email": "ines@example.org"})
        link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[0].body).group(1)
        page = client.get(link, follow=True)
        assert "Choose a new password" in page.content.decode()
        assert problems_of(page.content.decode()) == []
