"""What each reader finds, counts and is told: only what they may see, even when the index lags behind."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive import extensions
from archive.models import Dataset, Membership
from archive.states import DatasetRole, PortalRole, Standing
from search import indexing
from search.address import from_params
from search.facets import Kind
from search.selectors import finding, spelling
from tests.factories.archive import ControlledDatasetFactory, DepositionFactory, ImageFactory, UserFactory
from tests.search.conftest import study

ANYBODY = AnonymousUser()
MOUSE = {"biosample": {"organism": [{"curie": "NCBITaxon:10090", "label": "Mus musculus"}]}}


def ask(kind: Kind = Kind.DATASET, **params: str):
    return from_params(kind, {name.replace("__", "."): [value] for name, value in params.items()})


@pytest.fixture
def archive(released, index):
    """A public dataset, a controlled one, and a draft; the last two hold the only mice."""
    public = released(images=2, metadata=study("Public nuclei"))
    controlled = released(images=3, metadata=study("Controlled mice") | MOUSE, factory=ControlledDatasetFactory)
    draft = DepositionFactory(metadata=study("Drafted mice") | MOUSE).dataset
    ImageFactory(dataset=draft)
    for dataset in (public, controlled, draft):
        indexing.record_change(dataset_id=dataset.pk)
    indexing.drain_outbox()
    return {"public": public, "controlled": controlled, "draft": draft}


def readers(archive):
    viewer = UserFactory()
    Membership.objects.create(user=viewer, dataset=archive["controlled"], role=DatasetRole.VIEWER)
    return {
        "anybody": ANYBODY,
        "stranger": UserFactory(),
        "curator": UserFactory(roles=[PortalRole.CURATOR]),
        "viewer": viewer,
        "depositor": archive["draft"].created_by,
        "administrator": UserFactory(roles=[PortalRole.ADMINISTRATOR]),
    }


@pytest.mark.parametrize(
    ("who", "seen", "images"),
    [
        ("anybody", {"public"}, 2),
        ("stranger", {"public"}, 2),
        ("curator", {"public"}, 2),
        ("viewer", {"public", "controlled"}, 5),
        ("depositor", {"public", "draft"}, 3),
        ("administrator", {"public", "controlled", "draft"}, 6),
    ],
)
def test_readers_find_count_and_are_told_only_what_they_may_see(archive, who, seen, images):
    reader = readers(archive)[who]
    results = finding.find(ask(), reader)
    assert {hit.accession for hit in results.hits} == {archive[name].accession for name in seen}
    assert results.total == finding.count(ask(), reader) == len(seen)
    assert finding.count(ask(Kind.IMAGE), reader) == images
    mice = len(seen - {"public"})
    organisms = {v.key: v.count for f in results.facets if f.name == "organism" for v in f.values}
    assert organisms.get("Mus musculus", 0) == mice
    values = finding.facet(ask(), reader, "organism", "mus", 10).values
    assert [value.count for value in values] == ([mice] if mice else [])
    assert bool(finding.suggest(Kind.DATASET, "mus", reader, 10)) == bool(mice)
    correction = spelling.corrected(ask(q="musculos"), reader)
    assert (correction is not None) == bool(mice)


def test_a_membership_given_after_indexing_counts_at_once(archive):
    person = UserFactory()
    assert finding.count(ask(q="controlled"), person) == 0
    Membership.objects.create(user=person, dataset=archive["controlled"], role=DatasetRole.VIEWER)
    assert finding.count(ask(q="controlled"), person) == 1


@pytest.mark.parametrize("kind", list(Kind))
def test_what_was_retracted_is_no_hit_even_before_the_index_knows(archive, kind):
    Dataset.objects.filter(pk=archive["public"].pk).update(
        standing=Standing.RETRACTED, retracted_at="2026-01-01T00:00Z", retraction_reason="Mixed up."
    )
    results = finding.find(ask(kind), ANYBODY)
    assert results.hits == ()
    assert results.total == 0
    assert finding.find(ask(kind), readers(archive)["administrator"]).total > 0


def test_a_dataset_s_hit_has_pictures_and_labels_as_they_are_now(archive, monkeypatch):
    dataset = archive["public"]
    badge = extensions.Badge("gold", "Gold", "Seen twice.", "/labels/gold/")
    monkeypatch.setattr(extensions, "_badges", [lambda ids: {dataset.pk: [badge]}])
    (hit,) = finding.find(ask(), ANYBODY).hits
    assert [label["label"] for label in hit.shown["labels"]] == ["Gold"]
    assert len(hit.shown["shots"]) == 2
    shot = hit.shown["shots"][0]
    assert shot["url"].startswith(f"/images/{shot['accession']}/")
    assert shot["alt"] == "Homo sapiens, confocal microscopy: DAPI, GFP"
    dataset.images.update(thumbnail_small="")
    (hit,) = finding.find(ask(), ANYBODY).hits
    assert hit.shown["shots"] == []


def test_an_image_s_hit_has_its_picture(archive):
    hit = finding.find(ask(Kind.IMAGE), ANYBODY).hits[0]
    assert hit.thumbnail.startswith(f"/images/{hit.accession}/")
    assert hit.shown["width"] == 512


@pytest.mark.parametrize("kind", list(Kind))
def test_the_number_of_queries_does_not_grow_with_the_hits(released, index, kind):
    for _ in range(50):
        indexing.record_change(dataset_id=released(images=1).pk)
    indexing.drain_outbox()

    def queries(size: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert len(finding.find(ask(kind, size=str(size)), ANYBODY).hits) == size
        return len(caught)

    assert queries(5) == queries(50) <= 5


@pytest.mark.parametrize(
    ("typed", "better"),
    [
        ("humen", "human"),
        ("confocl", "confocal"),
        ('"publc nuclei"', '"public nuclei"'),
        ("humen OR confocl", "human OR confocal"),
        ("organism:humen", "organism:human"),
        ("public", None),
        ("xyzzyqwert", None),
        ("ab", None),
    ],
)
def test_a_misspelt_word_is_put_right_if_that_finds_something(archive, typed, better):
    found = spelling.corrected(ask(q=typed), ANYBODY)
    assert (found.query.text if found else None) == better
