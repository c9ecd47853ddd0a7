"""From the flat names of a form to the document and back, without losing what was typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.metadata import Code, clean_document, pointer_to_name, to_document, to_form, validate

from .builders import FIRST_DRAFT, LIGHT, document, every_type

EVERY = every_type()


def test_a_first_draft_comes_from_plain_inputs():
    data = {
        "csrfmiddlewaretoken": ["secret"],
        "study.title": [" Live imaging of chromosome segregation "],
        "study.description": ["How do chromosomes find the middle of a dividing cell? Movies of H2B-mCherry."],
        "study.human_material": ["no"],
        "study.licence": ["CC0-1.0"],
        "study.authors.0.name": ["Ada Lovelace"],
        "study.authors.0.orcid": [""],
        "study.authors.1.name": [""],
        "biosample.organism": ["Homo sapiens (NCBITaxon:9606)"],
        "biosample.description": ["HeLa cells"],
        "acquisition.imaging_method": ['{"curie": "FBbi:00000251", "label": "confocal microscopy"}'],
    }
    assert to_document(LIGHT, data) == FIRST_DRAFT


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        (["yeast (?)"], [{"curie": "", "label": "yeast (?)"}]),
        (["NCBITaxon:9606"], [{"curie": "NCBITaxon:9606", "label": ""}]),
        (["Homo sapiens [NCBITaxon:9606]"], [{"curie": "NCBITaxon:9606", "label": "Homo sapiens"}]),
        (['{"curie": "X:1", "label": "x"}', "", "y"], [{"curie": "X:1", "label": "x"}, {"curie": "", "label": "y"}]),
        (['[{"curie": "X:1", "label": "x"}]'], [{"curie": "X:1", "label": "x"}]),
        (["{broken"], [{"curie": "", "label": "{broken"}]),
        (["9606"], [{"curie": "", "label": "9606"}]),
    ],
)
def test_terms_come_as_json_as_label_with_curie_or_as_free_text(typed, terms):
    assert to_document(LIGHT, {"biosample.organism": typed}) == {"biosample": {"organism": terms}}


@pytest.mark.parametrize(
    ("name", "typed", "path", "kept"),
    [
        ("light.numerical_aperture", "1,4", ("light", "numerical_aperture"), "1,4"),
        ("light.numerical_aperture", "1_4", ("light", "numerical_aperture"), "1_4"),
        ("light.numerical_aperture", "1e999", ("light", "numerical_aperture"), "1e999"),
        ("light.numerical_aperture", "nan", ("light", "numerical_aperture"), "nan"),
        ("acquisition.pixel_size.value", "about 1", ("acquisition", "pixel_size"), {"value": "about 1", "unit": ""}),
        ("acquisition.pixel_size", "0.1 µm", ("acquisition", "pixel_size"), "0.1 µm"),
        ("acquisition.date", "last May", ("acquisition", "date"), "last May"),
        ("study.authors", "Ada and Charles", ("study", "authors"), "Ada and Charles"),
        ("study.publication", "Nature 2010", ("study", "publication"), "Nature 2010"),
        ("study.moon", "full", ("study", "moon"), "full"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_was_typed_and_pointed_at(name, typed, path, kept):
    built = to_document(LIGHT, {name: [typed]})
    assert built[path[0]][path[1]] == kept
    pointers = [problem.pointer for problem in validate(LIGHT, built) if problem.code is not Code.REQUIRED]
    assert any(pointer.startswith("/" + "/".join(path)) for pointer in pointers)


@pytest.mark.parametrize(("typed", "number"), [("1.4", 1.4), (" 12 ", 12), ("-3", -3), ("1e3", 1000.0), (".5", 0.5)])
def test_numbers_are_read(typed, number):
    assert to_document(LIGHT, {"light.numerical_aperture": [typed]})["light"]["numerical_aperture"] == number


def test_keywords_are_split_at_commas_and_variables_at_lines_alone():
    data = {"study.keywords": ["a, b;c\r\nd"], "biosample.extrinsic_variables": ["nocodazole, 100 nM\r\nheat"]}
    built = to_document(LIGHT, data)
    assert built["study"]["keywords"] == ["a", "b", "c", "d"]
    assert built["biosample"]["extrinsic_variables"] == ["nocodazole, 100 nM", "heat"]


def test_rows_are_ordered_by_number_and_gaps_close():
    data = {"components.10.name": "c", "components.2.name": "b", "components.x.name": "?", "components.99999.name": "z"}
    assert to_document(LIGHT, data)["components"] == [{"name": "b"}, {"name": "c"}]


def test_a_form_that_shows_a_part_keeps_the_rest():
    base = document(study__funding="ERC", study__moon="full", components=[{"name": "a", "folder": "f"}, {"name": "b"}])
    built = to_document(LIGHT, {"study.title": "Another title", "components.0.name": "A"}, base=base)
    assert built["study"]["title"] == "Another title"
    assert built["study"]["funding"] == "ERC"
    assert built["study"]["moon"] == "full"
    assert built["components"] == [{"name": "A", "folder": "f"}]
    assert built["biosample"] == base["biosample"]


def test_what_was_emptied_is_gone_and_a_shown_list_without_rows_is_empty():
    base = document(study__funding="ERC", components=[{"name": "a"}])
    built = to_document(LIGHT, {"study.funding": "", "study.authors": "", "components": ""}, base=base)
    assert "funding" not in built["study"]
    assert "authors" not in built["study"]
    assert "components" not in built


def test_a_whole_list_can_come_as_json():
    built = to_document(LIGHT, {"study.authors": ['[{"name": "Ada"}, {"name": "Bob"}]']})
    assert [author["name"] for author in built["study"]["authors"]] == ["Ada", "Bob"]


@pytest.mark.parametrize(("typed", "value"), [("on", True), ("no", False), ("perhaps", "perhaps")])
def test_a_checkbox_is_read_after_its_hidden_twin(typed, value):
    assert to_document(EVERY, {"one.boolean": ["", typed]}) == {"one": {"boolean": value}}


def test_a_problem_leads_to_its_input():
    assert pointer_to_name("/study/authors/0/name") == "study.authors.0.name"
    assert pointer_to_name("/components/1/a~1b") == "components.1.a/b"


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12)
_LINE = _WORD.filter(lambda text: text.strip() and text[0] not in "[{")
_TERM = st.fixed_dictionaries({"curie": st.sampled_from(["", "FBbi:00000251"]), "label": _LINE})
_ONE = st.fixed_dictionaries(
    {},
    optional={
        "text": _LINE,
        "number": st.integers(-100, 100) | st.floats(-100, 100).filter(lambda number: number == number),
        "boolean": st.booleans(),
        "strings": st.lists(_LINE, min_size=1, max_size=3),
        "term": _TERM,
        "terms": st.lists(_TERM, min_size=1, max_size=3),
        "quantity": st.fixed_dictionaries({"value": st.integers(0, 9), "unit": st.sampled_from(["µm", "nm"])}),
        "people": st.lists(st.fixed_dictionaries({"name": _LINE, "affiliation": _LINE}), min_size=1, max_size=3),
        "record": st.fixed_dictionaries({"name": _LINE}),
        "unknown": _LINE,
    },
)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"one": _ONE, "rows": st.lists(_ONE, max_size=3)}))
def test_a_document_survives_the_way_through_a_form(raw):
    cleaned = clean_document(EVERY, raw)
    assert to_document(EVERY, to_form(EVERY, cleaned)) == cleaned


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.builds(
            ".".join,
            st.lists(st.sampled_from(["one", "rows", "0", "1", "name", "people", "terms", "x", ""]), max_size=5),
        ),
        st.lists(st.text(max_size=8), max_size=3),
        max_size=6,
    )
)
def test_no_form_data_makes_reading_fail(data):
    validate(EVERY, to_document(EVERY, data))
