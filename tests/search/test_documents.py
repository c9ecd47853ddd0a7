"""What documents hold, who may find them, and how many queries they cost."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive.models import Term
from archive.states import DepositionState, ImageState
from search import documents
from search.backends.document import SearchDocument, TermValue
from search.extensions import Extra, add_document_fields
from search.facets import Kind
from tests.factories.archive import (
    ComponentFactory,
    ControlledDatasetFactory,
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    RetractedDatasetFactory,
)  # fmt: skip
from tests.search.conftest import study


def built(*datasets) -> dict[str, SearchDocument]:
    return {document.id: document for document in documents.of_datasets([dataset.pk for dataset in datasets])}


def values(document: SearchDocument, facet: str) -> list[str]:
    return [term.key for term in document.terms if term.facet == facet]


def test_a_dataset_is_found_by_its_study_and_by_what_its_images_are(released):
    dataset = released(images=2, released_at=datetime(2026, 3, 1, tzinfo=UTC))
    document = built(dataset)[dataset.accession]
    assert document.kind is Kind.DATASET
    assert document.title == "Nuclear envelope breakdown"
    assert {name: values(document, name) for name in ("organism", "imaging_method", "channel", "licence", "year")} == {
        "organism": ["Homo sapiens"],
        "imaging_method": ["confocal microscopy"],
        "channel": ["DAPI", "GFP"],
        "licence": ["CC-BY-4.0"],
        "year": ["2026"],
    }
    assert values(document, "format") == ["ome-tiff"]
    assert values(document, "modality") == ["fluorescence microscopy"]
    assert document.numbers["pixel_size"] == [0.1]
    assert document.numbers["images"] == [2]
    assert document.shown["authors"] == "Ada Müller, B. Okafor"
    assert document.shown["facts"] == [
        "confocal microscopy", "0.1\u00a0µm/px", "2\u00a0images", "2.0\u00a0MB",
        "CC BY 4.0"]  # fmt: skip
    assert len(document.shown["shots"]) == 2


def test_a_dataset_is_found_by_identifiers_of_what_belongs_to_it(released):
    related = [{"identifier": "PDB:1ABC", "relation": "supplement"}, {"identifier": "10.1234/x", "relation": "code"}]
    dataset = released(metadata=study(related=[*related, {"identifier": "no archive"}, {}]))
    assert built(dataset)[dataset.accession].texts["identifier"] == ["1ABC", "PDB:1ABC", "10.1234/x"]


def test_a_scanner_s_own_pictures_are_neither_found_nor_shown(released):
    dataset = released(images=1)
    label = ImageFactory(dataset=dataset, role="label", name="label")
    found = built(dataset)
    assert label.accession not in found
    assert label.accession not in str(found[dataset.accession].shown["shots"])


def test_a_term_brings_its_label_synonyms_and_ancestors(released):
    dataset = released()
    (organism,) = [t for t in built(dataset)[dataset.accession].terms if t.facet == "organism"]
    assert organism.key == "Homo sapiens"
    assert "human" in organism.synonyms
    assert "NCBITaxon:9606" in organism.synonyms
    assert "hominid" not in organism.synonyms
    assert organism.ancestors == ("Mammalia", "mammals")


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ({"curie": "NCBITaxon:9606", "label": "Human"}, "Homo sapiens"),
        ({"curie": "", "label": "Mus musculus"}, "Mus musculus"),
        ({"curie": "", "label": "sea cucumber"}, "sea cucumber"),
        ({"curie": "NCBITaxon:1", "label": "unknown to us"}, "unknown to us"),
        ({"curie": "", "label": ""}, None),
    ],
    ids=["another-label", "label-of-a-term", "free-text", "unknown-term", "blank"],
)
def test_labels_are_those_of_the_ontology(released, named, key):
    metadata = study() | {"biosample": {"organism": [named]}}
    dataset = released(metadata=metadata)
    assert values(built(dataset)[dataset.accession], "organism") == ([key] if key else [])


def test_an_image_has_what_its_file_says_and_what_its_study_says(released):
    dataset = released(images=0)
    image = ImageFactory(dataset=dataset, size_x=2048, size_z=24, physical_x_um=0.065)
    document = built(dataset)[image.accession]
    assert document.numbers["size_x"] == [2048]
    assert document.numbers["pixel_size"] == (0.065,)
    assert values(document, "organism") == ["Homo sapiens"]
    assert document.shown["pixel_size"] == "65\u00a0nm"
    assert document.shown["sizes"] == "2,048 × 256 × 24 × 2 × 1"
    assert document.shown["channels"] == ["DAPI", "GFP"]
    assert document.texts["file"][0] == image.file.path
    assert dataset.accession in document.texts["dataset"]


def test_the_bytes_of_an_image_are_those_of_all_its_files(released):
    dataset = released(images=0)
    image = ImageFactory(dataset=dataset)
    FileFactory.create_batch(2, dataset=dataset, main=image.file)
    assert built(dataset)[image.accession].numbers["bytes"] == [3000]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("", []), ("Channel:0:1", []), ("C2", []), ("ch 3", []), ("0", []), ("CFP", ["CFP"]), ("Cy3", ["Cy3"])],
)
def test_a_channel_that_nobody_named_is_no_value(released, name, kept):
    dataset = released(images=0)
    image = ImageFactory(dataset=dataset, metadata={"channels": [{"name": name, "fluorophore": ""}]})
    assert values(built(dataset)[image.accession], "channel") == kept


def test_the_depositor_s_pixel_size_counts_where_the_file_is_silent(released):
    metadata = study()
    metadata["acquisition"]["pixel_size"] = {"value": 65, "unit": "nm"}
    dataset = released(images=0, metadata=metadata)
    image = ImageFactory(dataset=dataset, physical_x_um=None)
    assert built(dataset)[image.accession].numbers["pixel_size"] == (0.065,)


def test_a_component_s_organism_is_that_of_its_images(released):
    metadata = study() | {
        "components": [{"name": "Mice", "organism": [{"curie": "NCBITaxon:10090", "label": "Mus musculus"}]}]
    }
    dataset = released(metadata=metadata)
    ComponentFactory(dataset=dataset, key="mice", name="Mice")
    image = ImageFactory(dataset=dataset, file=FileFactory(dataset=dataset, component="mice"))
    found = built(dataset)
    assert values(found[image.accession], "organism") == ["Mus musculus"]
    assert values(found[image.accession], "imaging_method") == ["confocal microscopy"]
    assert values(found[dataset.accession], "organism") == ["Homo sapiens", "Mus musculus"]


def test_a_component_s_samples_and_acquisitions_are_those_of_its_images(released):
    fish = {"name": "fish", "strain": "casper", "organism": [{"curie": "NCBITaxon:7955", "label": "Danio rerio"}]}
    sheet = {"name": "sheet", "imaging_method": [{"curie": "FBbi:00000369", "label": "SPIM"}]}
    metadata = study() | {
        "biosamples": [fish, {"name": "worm", "strain": "N2"}],
        "specimens": [{"name": "mounted", "biosamples": ["fish"]}],
        "acquisitions": [sheet],
        "components": [{"name": "Embryos", "specimens": ["mounted"], "acquisitions": ["sheet"]}],
    }
    dataset = released(metadata=metadata)
    ComponentFactory(dataset=dataset, key="embryos", name="Embryos")
    image = ImageFactory(dataset=dataset, file=FileFactory(dataset=dataset, component="embryos"))
    other = ImageFactory(dataset=dataset)
    found = built(dataset)
    assert values(found[image.accession], "organism") == ["Danio rerio"]
    assert values(found[image.accession], "imaging_method") == ["SPIM"]
    assert values(found[other.accession], "organism") == ["Homo sapiens"]
    assert values(found[dataset.accession], "organism") == ["Homo sapiens", "Danio rerio"]
    assert "casper" in found[image.accession].texts["sample"]
    assert "N2" not in found[image.accession].texts["sample"]
    assert {"casper", "N2"} <= set(found[dataset.accession].texts["sample"])


def test_what_is_in_a_sample_is_a_facet_with_its_synonyms_and_broader_terms(released, vocabulary):
    Term.objects.create(curie="GO:1", ontology="GO", version="1", label="spindle", ancestors=[])
    Term.objects.create(
        curie="GO:2", ontology="GO", version="1", label="mitotic spindle", ancestors=["GO:1"],
        synonyms=[{"scope": "exact", "text": "M spindle"}],
    )  # fmt: skip
    metadata = study()
    metadata["biosample"]["cellular_component"] = [{"curie": "GO:2", "label": "mitotic spindle"}]
    metadata["screen"] = {"phenotypes": [{"curie": "", "label": "two nuclei"}]}
    dataset = released(metadata=metadata)
    found = built(dataset)[dataset.accession]
    (component,) = [term for term in found.terms if term.facet == "cellular_component"]
    assert (component.key, component.ancestors) == ("mitotic spindle", ("spindle",))
    assert "M spindle" in component.synonyms
    assert values(found, "phenotype") == ["two nuclei"]


def test_the_bare_texts_of_earlier_templates_are_values_too(released):
    dataset = released()
    assert {tuple(values(each, "cell_line")) for each in built(dataset).values()} == {("HeLa",)}


def test_an_image_without_a_picture_says_why(released):
    dataset = released(images=0)
    image = ImageFactory(dataset=dataset, thumbnail_small="", state=ImageState.FAILED, reason="The file ends early.")
    found = built(dataset)
    assert found[image.accession].shown["no_picture"] == "The file ends early."
    assert found[dataset.accession].shown["no_picture"] == "The file ends early."


def test_upper_layers_add_terms_texts_and_cards(released, monkeypatch):
    monkeypatch.setattr("search.extensions._contributors", [])
    dataset = released()
    extra = Extra((TermValue("licence", "extra"),), {"keyword": ["marvellous"]}, {"note": "seen"})
    add_document_fields(lambda kind, ids: {pk: extra for pk in ids if kind is Kind.DATASET})
    document = built(dataset)[dataset.accession]
    assert "extra" in values(document, "licence")
    assert document.texts["keyword"] == ["mitosis", "marvellous"]
    assert document.shown["note"] == "seen"


# ---- who finds what ----


def test_what_is_released_is_public_and_what_only_the_draft_has_is_not(released):
    dataset = released(images=1)
    DepositionFactory(dataset=dataset, metadata=study("A secret title"))
    old = ImageFactory(dataset=dataset, from_version=1, until_version=2)
    new = ImageFactory(dataset=dataset, from_version=2, metadata={"channels": [{"name": "Secret dye"}]})
    found = built(dataset)
    own = f"dataset:{dataset.pk}"
    assert found[dataset.accession].access == ("public", own)
    assert found[old.accession].access == ("public", own)
    assert found[new.accession].access == (own,)
    assert "secret" not in str(found[dataset.accession]).lower()


def test_an_image_of_an_older_version_is_not_indexed(released):
    dataset = released(images=1, latest_version=2)
    old = ImageFactory(dataset=dataset, from_version=1, until_version=2)
    assert old.accession not in built(dataset)


def test_a_first_draft_is_for_its_own_people(vocabulary):
    dataset = DatasetFactory()
    DepositionFactory(dataset=dataset, metadata=study("Draft of a study"))
    image = ImageFactory(dataset=dataset)
    found = built(dataset)
    assert found[dataset.accession].title == "Draft of a study"
    assert {document.access for document in found.values()} == {(f"dataset:{dataset.pk}",)}
    assert set(found) == {dataset.accession, image.accession}


@pytest.mark.parametrize(
    "mess", [{}, {"study": None}, {"study": [], "biosample": "x"}, {"study": {"authors": "me"}, "components": [1]}]
)
def test_a_draft_may_hold_anything(vocabulary, mess):
    dataset = DatasetFactory(title="Kept")
    DepositionFactory(dataset=dataset, metadata=mess)
    assert built(dataset)[dataset.accession].title == "Kept"


def test_a_controlled_dataset_is_for_its_own_people(released):
    dataset = released(factory=ControlledDatasetFactory)
    assert {document.access for document in built(dataset).values()} == {(f"dataset:{dataset.pk}",)}


def test_retracted_and_withdrawn_make_no_document(released):
    retracted = released(factory=RetractedDatasetFactory)
    withdrawn = DepositionFactory(state=DepositionState.WITHDRAWN).dataset
    ImageFactory(dataset=withdrawn)
    assert built(retracted, withdrawn) == {}


# ---- cost ----


def test_the_number_of_queries_does_not_grow_with_datasets_and_images(released):
    def queries(*datasets) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            built(*datasets)
        return len(caught)

    few, many = released(images=2), [released(images=20) for _ in range(5)]
    assert queries(few) == queries(*many) <= 16


def test_a_dataset_of_many_images_comes_in_batches(released, monkeypatch):
    monkeypatch.setattr(documents, "IMAGES_AT_ONCE", 4)
    dataset = released(images=11)
    found = built(dataset)
    assert len(found) == 12
    assert found[dataset.accession].shown["images"] == 11


def test_a_rebuild_reads_every_dataset_once(released, monkeypatch):
    monkeypatch.setattr(documents, "DATASETS_AT_ONCE", 2)
    made = [released(images=2) for _ in range(5)]
    assert [d.id for d in documents.of_everything(Kind.DATASET)] == [d.accession for d in made]
    assert len(list(documents.of_everything(Kind.IMAGE))) == 10
