"""What the curation adds to the archive and to search, through the extension points alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive import extensions as archive_extensions
from curation import contributions
from curation.selectors import coverage
from curation.services import deciding, nominating
from search import extensions as search_extensions
from search.facets import Kind, registry
from tests.curation.conftest import REASON
from tests.factories.archive import ComponentFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", Kind)
def test_label_is_the_first_facet(kind):
    assert registry.of(kind)[0].name == "label"
    assert registry.of(kind)[0].label_of("highly-used") == "Highly used"


def test_registering_again_changes_nothing():
    before = [facet.name for facet in registry.of(Kind.DATASET)]
    contributions.register()
    assert [facet.name for facet in registry.of(Kind.DATASET)] == before


def test_a_label_reaches_documents_badges_and_statements_and_leaves_them(client, story):
    story.accepted()
    dataset = story.dataset
    images = list(dataset.images.values_list("pk", flat=True))
    (extra,) = search_extensions.extras(Kind.DATASET, [dataset.pk])[dataset.pk]
    assert [(term.facet, term.key) for term in extra.terms] == [("label", "reference")]
    assert set(search_extensions.extras(Kind.IMAGE, images)) == set(images)
    (badge,) = archive_extensions.badges([dataset.pk])[dataset.pk]
    assert badge.kind == "reference" and badge.evidence.endswith("15 of 18 points")
    assert client.get(badge.url).status_code == 200
    assert archive_extensions.statements(dataset)["labels"][0]["kind"] == "reference"
    deciding.revoke(candidate=story.candidate, actor=story.team.editor, reason="The cell line was another.")
    assert search_extensions.extras(Kind.DATASET, [dataset.pk]) == {}
    assert search_extensions.extras(Kind.IMAGE, images) == {}
    assert archive_extensions.badges([dataset.pk])[dataset.pk] == []


def test_without_a_label_nothing_is_added(story):
    story.declined()
    assert search_extensions.extras(Kind.DATASET, [story.dataset.pk]) == {}
    assert archive_extensions.badges([story.dataset.pk])[story.dataset.pk] == []
    assert archive_extensions.statements(story.dataset)["labels"] == []


def test_only_the_chosen_images_carry_the_label(story):
    image, *others = story.dataset.images.all()
    story.accepted(images=[image.accession])
    everything = [image.pk, *(other.pk for other in others)]
    assert set(search_extensions.extras(Kind.IMAGE, everything)) == {image.pk}
    worn = archive_extensions.image_badges(everything)
    assert [badge.label for badge in worn.pop(image.pk)] == ["Reference"]
    assert not any(worn.values())
    (badge,) = archive_extensions.badges([story.dataset.pk])[story.dataset.pk]
    assert badge.label == "1 of 3 images is a reference image"
    (statement,) = archive_extensions.statements(story.dataset)["labels"]
    assert statement["covers"] == {"images": 1, "of": 3}


def test_pages_and_api_say_reference_only_of_the_covered_image(client, story):
    image, other, *_ = story.dataset.images.all()
    story.accepted(images=[image.accession])
    assert "15 of 18 points" in client.get(image.get_absolute_url()).content.decode()
    assert "15 of 18 points" not in client.get(other.get_absolute_url()).content.decode()
    for path in (story.dataset.get_absolute_url(), "/labels/", "/labels/reference/"):
        assert "1 of 3 images is a reference image" in client.get(path).content.decode(), path
    api = client.get(f"/api/v1/datasets/{story.dataset.accession}/images").json()["results"]
    assert [[label["kind"] for label in row["labels"]] for row in api] == [["reference"], [], []]
    assert client.get("/api/v1/labels/").json()["results"][0]["label"] == "1 of 3 images is a reference image"


def test_a_component_counts_its_images_of_the_latest_version(story):
    component = ComponentFactory(dataset=story.dataset)
    image = story.dataset.images.first()
    type(image.file).objects.filter(pk=image.file_id).update(component=component.key)
    candidate = story.accepted()
    type(candidate).objects.filter(pk=candidate.pk).update(scope="component", component=component.key)
    found = coverage.coverage([story.dataset.pk])[story.dataset.pk]
    assert (found.images, found.of, found.is_whole) == (1, 3, False)
    story.dataset.images.filter(pk=image.pk).update(until_version=1)
    assert coverage.coverage([story.dataset.pk])[story.dataset.pk].images == 0


def test_a_batch_costs_as_much_as_one(story, django_assert_num_queries):
    story.accepted()
    datasets = [story.dataset.pk, *(ReleasedDatasetFactory().pk for _ in range(20))]
    images = list(story.dataset.images.values_list("pk", flat=True))
    with django_assert_num_queries(3):
        archive_extensions.badges(datasets)
    with django_assert_num_queries(6):
        archive_extensions.image_badges(images)
    with django_assert_num_queries(6):
        search_extensions.extras(Kind.IMAGE, images)


class Request:
    def __init__(self, user) -> None:
        self.user = user


def test_the_record_offers_to_nominate_until_somebody_has(story):
    request = Request(story.team.reader)
    assert archive_extensions.panels(request, story.dataset, "actions")
    story.nominated()
    assert not archive_extensions.panels(request, story.dataset, "actions")


def test_depositors_see_where_their_candidate_stands_and_strangers_do_not(story):
    nominating.nominate(dataset=story.dataset, actor=story.team.reader, reason=REASON)
    assert archive_extensions.panels(Request(story.dataset.created_by), story.dataset, "side")
    assert not archive_extensions.panels(Request(story.team.reviewers[0]), story.dataset, "side")


def test_the_record_page_shows_badge_decision_and_state(client, story):
    story.accepted()
    client.force_login(story.dataset.created_by)
    text = client.get(story.dataset.get_absolute_url()).content.decode()
    assert "15 of 18 points" in text
    assert "Anyone can use these images" in text
    assert "In curation" in text


WITHOUT = """
import json, django
django.setup()
from django.apps import apps
from django.urls import NoReverseMatch, reverse
from search.facets import Kind, registry
try:
    found = reverse("curation:queue")
except NoReverseMatch:
    found = ""
print(json.dumps({"installed": apps.is_installed("curation"), "url": found,
                  "facets": [facet.name for facet in registry.of(Kind.DATASET)]}))
"""


def test_the_site_starts_without_the_curation():
    environment = {**os.environ, "PORTAL_CURATION": "0", "DJANGO_SETTINGS_MODULE": "portal.settings.testing"}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["installed"], found["url"]) == (False, "")
    assert "label" not in found["facets"]
