"""Words that are no term: listed at release, read by curators."""

import pytest
from django.utils import timezone

from archive.metadata import free_terms
from archive.models import FreeTerm
from archive.selectors.free_terms import free_term_counts
from archive.services.free_terms import list_free_terms
from archive.services.people import grant_role
from archive.states import PortalRole, Standing
from tests.archive.documents import complete_document
from tests.archive.metadata.builders import TEMPLATES
from tests.archive.selectors.test_term_search import store
from tests.archive.terms.builders import term
from tests.factories.archive import ReleasedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(administrator):
    user = UserFactory()
    grant_role(actor=administrator, user=user, role=PortalRole.CURATOR)
    return user


@pytest.fixture
def administrator():
    return UserFactory(is_superuser=True)


def released(*lines, template_version="1.1"):
    dataset = ReleasedDatasetFactory()
    version = dataset.versions.get()
    document = complete_document()
    document["biosample"]["cell_line"] = [{"curie": "", "label": line} for line in lines]
    version.template_version, version.metadata = template_version, document
    version.save()
    list_free_terms(version)
    return dataset


def test_free_text_is_told_once_a_field_and_terms_are_not():
    document = complete_document()
    document["biosample"]["cell_line"] = [
        {"curie": "", "label": "HeLa cells"},
        {"curie": "", "label": "hela  cells"},
        {"curie": "cellosaurus:CVCL_0030", "label": "HeLa"},
    ]
    document["components"] = [{"name": "a", "organism": [{"curie": "", "label": "HeLa cells"}]}]
    found = free_terms(TEMPLATES.default, document)
    assert [(each.field, each.text) for each in found] == [
        ("biosample.cell_line", "HeLa cells"),
        ("components.organism", "HeLa cells"),
    ]


def test_the_most_frequent_comes_first_with_what_it_names_by_now(curator):
    store("cellosaurus", [term("cellosaurus:1", "U2OS")])
    released("mystery line", "u2os")
    released("Mystery-line")
    (first, second), total = free_term_counts(curator)
    assert (first.key, first.label, first.datasets, first.term) == ("mystery line", "Cell line", 2, None)
    assert (second.text, second.term.curie) == ("u2os", "cellosaurus:1")
    assert total == 2


def test_only_latest_versions_of_current_datasets_count(curator):
    retracted = released("gone")
    retracted.standing, retracted.retracted_at, retracted.retraction_reason = Standing.RETRACTED, timezone.now(), "x"
    retracted.save()
    older = released("older")
    older.latest_version = 2
    older.save()
    assert free_term_counts(curator) == ([], 0)
    assert FreeTerm.objects.count() == 2


def test_the_page_lists_filters_and_leads_to_the_datasets(client, curator):
    dataset = released("mystery line", "another")
    client.force_login(curator)
    address = "/administration/free-terms/"
    assert b"mystery line" in client.get(address).content
    assert b"mystery line" not in client.get(address, {"words": "anoth"}).content
    assert b"mystery line" in client.get(address, {"dataset": dataset.accession.lower()}).content
    assert b"No such words" in client.get(address, {"dataset": "MG-D0"}).content
    page = client.get(address, {"field": "biosample.cell_line", "words": "mystery line", "exact": "1"})
    assert dataset.get_absolute_url().encode() in page.content


def test_the_page_needs_few_queries(client, curator, django_assert_max_num_queries):
    for number in range(5):
        released(f"line {number}", "shared")
    client.force_login(curator)
    with django_assert_max_num_queries(8):
        client.get("/administration/free-terms/")


@pytest.mark.parametrize("value", ["\0", "%", "x" * 5000])
def test_odd_filters_find_nothing(client, curator, value):
    client.force_login(curator)
    for name in ("field", "words", "dataset"):
        assert client.get("/administration/free-terms/", {name: value}).status_code == 200


def test_the_api_says_the_same_to_curators_alone(client, curator):
    released("mystery line")
    address = "/api/v1/free-terms/"
    assert client.get(address).status_code == 401
    client.force_login(UserFactory())
    assert client.get(address).status_code == 403
    client.force_login(curator)
    (row,) = client.get(address, {"field": "biosample.cell_line"}).json()
    assert row == {"field": "biosample.cell_line", "text": "mystery line", "datasets": 1, "curie": ""}
