"""Studies as documents of the templates: what is in the images finds the field of its vocabulary."""

from archive.interchange.studies.documents import document
from archive.interchange.studies.model import Sample, Study, TermRef
from archive.metadata import validate
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
