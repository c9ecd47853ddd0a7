"""The demonstration's metadata as documents: what is released is valid, and the faulty draft has its faults."""

import pytest

from archive.metadata import Code, Tier, clean_document, completeness, load_templates, validate
from archive.terms import load_shipped
from portal.demo import State, read_datasets, template_name, to_document

DATASETS = read_datasets()
TEMPLATES = load_templates()
RELEASED = [dataset for dataset in DATASETS if dataset.state is State.RELEASED]


@pytest.fixture(scope="module")
def terms():
    return load_shipped()


def problems_of(dataset, terms):
    return validate(TEMPLATES.get(template_name(dataset)), to_document(dataset), terms)


@pytest.mark.parametrize("dataset", RELEASED, ids=lambda dataset: dataset.slug)
def test_a_released_dataset_has_nothing_to_mend(dataset, terms):
    assert [p for p in problems_of(dataset, terms) if p.tier is not Tier.OPTIONAL] == []


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.slug)
def test_no_fact_of_the_flat_metadata_is_lost(dataset):
    template = TEMPLATES.get(template_name(dataset))
    document = clean_document(template, to_document(dataset))
    text = str(document)
    for author in dataset.metadata["authors"]:
        assert author["name"] in text
    assert dataset.metadata["title"] == document["study"]["title"]
    assert dataset.source_identifiers[0]["value"] in text
    assert completeness(template, document).required.filled >= 6


def test_the_draft_with_problems_has_free_text_for_an_organism_and_no_method(terms):
    draft = next(dataset for dataset in DATASETS if "missing imaging method" in dataset.faults)
    problems = {(problem.pointer, problem.code, problem.blocks) for problem in problems_of(draft, terms)}
    assert problems == {
        ("/acquisition/imaging_method", Code.REQUIRED, True),
        ("/biosample/organism/0", Code.TERM_FREE_TEXT, False),
    }


def test_the_draft_of_human_tissue_is_complete_and_says_so(terms):
    draft = next(dataset for dataset in DATASETS if dataset.metadata["human_material"] == "yes")
    assert [problem for problem in problems_of(draft, terms) if problem.blocks] == []
    assert to_document(draft)["study"]["human_material"] == "yes"


def test_electron_micrographs_use_their_template():
    by_template = {template_name(dataset) for dataset in DATASETS}
    assert by_template == {"light-microscopy", "electron-microscopy"}
