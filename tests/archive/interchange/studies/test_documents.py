"""Studies as documents of the templates: what is in the images finds the field of its vocabulary."""

import pytest

from archive.interchange.studies.documents import document
from archive.interchange.studies.model import Component, Sample, Study, TermRef
from archive.metadata import Code, validate
from tests.archive.metadata.builders import TEMPLATES

SUBJECTS = (
    TermRef("mitotic spindle", "GO:0072686"),
    TermRef("neuron", "CL:0000540"),
    TermRef("liver", "UBERON:0002107"),
    TermRef("breast cancer", "MONDO:0007254"),
    TermRef("U2OS", "cellosaurus:CVCL_0042"),
    TermRef("a compound", "CHEBI:1"),
    TermRef("a mystery", ""),
)


def placed(version):
    template = TEMPLATES.get("light-microscopy", version)
    study = Study(origin="BIA", identifier="S-1", subjects=SUBJECTS, samples=(Sample(cell_lines=("HeLa",)),))
    found = document(study, template).document
    blocking = [problem.pointer for problem in validate(template, found) if problem.blocks]
    assert not [pointer for pointer in blocking if pointer.startswith("/biosample/cell")]
    return found["biosample"]


def test_subjects_stand_in_the_field_of_their_vocabulary():
    sample = placed("1.1")
    assert sample["cellular_component"] == [{"curie": "GO:0072686", "label": "mitotic spindle"}]
    assert [term["label"] for term in sample["cell_line"]] == ["HeLa", "U2OS"]
    assert [sample[name][0]["label"] for name in ("tissue", "cell_type", "disease")] == [
        "liver",
        "neuron",
        "breast cancer",
    ]
    assert sample["biological_entity"] == "a compound; a mystery"


def test_a_template_without_such_a_field_keeps_their_names():
    sample = placed("1.0")
    assert sample["cell_line"] == ["HeLa"]
    assert sample["biological_entity"] == "mitotic spindle; U2OS; a compound; a mystery"


def study_of(*samples: str) -> Study:
    return Study(
        origin="bioimage-archive",
        identifier="S-1",
        samples=tuple(Sample(title=title, description=f"About {title}", strain="Col-0") for title in samples),
        components=(Component("Roots", samples=samples[:1]),),
    )


def test_several_samples_have_an_item_each_and_components_name_them():
    template = TEMPLATES.get("light-microscopy")
    found = document(study_of("wild type", "mutant"), template).document
    assert [sample["name"] for sample in found["biosamples"]] == ["wild type", "mutant"]
    assert found["biosamples"][0]["description"] == "About wild type"
    assert found["components"] == [{"name": "Roots", "biosamples": ["wild type"]}]
    assert not [problem for problem in validate(template, found) if problem.code == Code.NO_SUCH_ITEM]


@pytest.mark.parametrize("titles", [("one",), ("same", "same"), ("", "b"), ("a" * 201, "b")], ids=repr)
def test_samples_that_titles_do_not_tell_apart_are_told_in_words(titles):
    found = document(study_of(*titles), TEMPLATES.get("light-microscopy")).document
    assert "biosamples" not in found
    assert "About" in found["components"][0]["biosample"]


def test_a_template_without_items_has_the_words():
    found = document(study_of("wild type", "mutant"), TEMPLATES.get("light-microscopy", "1.2"))
    assert found.document["components"] == [{"name": "Roots", "biosample": "wild type: About wild type"}]
    assert not [row for row in found.unplaced if row.key.startswith("biosamples")]
