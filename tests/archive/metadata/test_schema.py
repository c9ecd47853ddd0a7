"""The JSON Schema is valid, and says of a document what the validation says of it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from archive.metadata import Code, clean_document, json_schema, load_templates, validate

from .builders import FIRST_DRAFT, LIGHT, TEMPLATES, document, every_type, write_template

SCHEMA = Draft202012Validator(json_schema(LIGHT))
EVERY = every_type()
EVERY_SCHEMA = Draft202012Validator(json_schema(EVERY))

GOOD: dict[str, dict[str, Any]] = {
    "first draft": {},
    "all of the study": {
        "study__keywords": ["mitosis"],
        "study__publication": {"title": "T", "doi": "10.1038/nature08869", "pmid": "20360735"},
        "study__grants": [{"funder": "ERC", "number": "1"}],
        "study__links": [{"url": "https://example.org/x"}],
        "study__source_identifiers": [{"scheme": "IDR", "value": "idr0013", "url": "https://example.org"}],
        "study__authors": [{"name": "Ada", "orcid": "0000-0002-1825-0097", "email": "ada@example.org"}],
    },
    "quantities": {"acquisition__pixel_size": {"value": 0.1, "unit": "µm"}, "light__numerical_aperture": 1.4},
    "a date": {"acquisition__date": "2024-02-29"},
    "free text": {"biosample__organism": [{"curie": "", "label": "a beast"}]},
    "components": {"components": [{"name": "one", "imaging_method": [{"curie": "FBbi:00000251", "label": "c"}]}]},
    "unknown field": {"study__moon": "full"},
    "unknown section": {"moon": {"phase": "full"}},
    "blanks": {"study__funding": " ", "components": [{}], "acquisition__pixel_size": {"value": "", "unit": "nm"}},
}
BAD: dict[str, dict[str, Any]] = {
    "no title": {"study__title": None},
    "blank title": {"study__title": "   "},
    "short title": {"study__title": "Hi"},
    "long title": {"study__title": "x" * 501},
    "number for a title": {"study__title": 3},
    "no author": {"study__authors": []},
    "nameless author": {"study__authors": [{"orcid": "0000-0002-1825-0097"}]},
    "misshapen ORCID iD": {"study__authors": [{"name": "A", "orcid": "0000"}]},
    "text for authors": {"study__authors": "Ada"},
    "licence": {"study__licence": "CC-BY-NC-4.0"},
    "DOI": {"study__publication": {"doi": "nature08869"}},
    "address": {"study__links": [{"url": "ftp://example.org"}]},
    "e-mail": {"study__authors": [{"name": "A", "email": "a"}]},
    "date": {"acquisition__date": "March 2024"},
    "unit": {"acquisition__pixel_size": {"value": 1, "unit": "inch"}},
    "value without unit": {"acquisition__pixel_size": {"value": 1}},
    "text in a quantity": {"acquisition__pixel_size": {"value": "1", "unit": "nm"}},
    "too large": {"light__numerical_aperture": 2},
    "boolean for a number": {"light__numerical_aperture": True},
    "no organism": {"biosample__organism": None},
    "CURIE": {"biosample__organism": [{"curie": "not one", "label": "x"}]},
    "text for a term": {"biosample__organism": ["human"]},
    "nameless component": {"components": [{"folder": "x"}]},
    "too many keywords": {"study__keywords": ["k"] * 51},
    "no study": {"study": {}},
    "text for a section": {"light": "Leica"},
}


# What a schema cannot say of a value of the right type.
UNSAID = frozenset({Code.IDENTIFIER, Code.NO_SUCH_ITEM, Code.SAME_NAME})


def agree(template, schema, raw) -> bool:
    """What both say; a difference fails."""
    cleaned = clean_document(template, raw)
    blocking = [problem for problem in validate(template, cleaned) if problem.blocks and problem.code not in UNSAID]
    errors = [error.message for error in schema.iter_errors(cleaned)]
    assert bool(blocking) == bool(errors), (blocking, errors)
    return not errors


@pytest.mark.parametrize("template", [*TEMPLATES, EVERY], ids=lambda template: template.name)
def test_the_schema_is_valid_in_its_draft(template):
    Draft202012Validator.check_schema(json_schema(template, "https://example.org/api/v1/templates/x/1.0/schema"))


def test_the_schema_carries_label_help_tier_and_vocabulary():
    schema = json_schema(LIGHT)
    organism = schema["properties"]["biosample"]["properties"]["organism"]
    assert organism["title"] == "Organism"
    assert organism["x-tier"] == "required"
    assert organism["items"]["x-vocabularies"] == ["NCBITaxon"]
    assert schema["properties"]["study"]["properties"]["licence"]["default"] == "CC0-1.0"
    assert schema["required"] == ["study", "biosample", "acquisition"]


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD)
def test_both_accept_what_is_good(changes):
    assert agree(LIGHT, SCHEMA, document(**changes))


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_both_refuse_what_is_bad(changes):
    assert not agree(LIGHT, SCHEMA, document(**changes))


def test_what_a_schema_cannot_say_is_said_by_the_validation_alone():
    raw = document(study__authors=[{"name": "A", "orcid": "0000-0002-1825-0098"}], acquisition__date="2024-02-30")
    assert list(SCHEMA.iter_errors(raw)) == []
    assert {problem.pointer for problem in validate(LIGHT, raw)} == {"/study/authors/0/orcid", "/acquisition/date"}


def test_a_templates_own_pattern_is_in_both(tmp_path):
    field = "      - {name: stage, label: S, type: text, pattern: '^E[0-9]'}\n"
    write_template(tmp_path, f"  - name: own\n    label: Own\n    fields:\n{field}")
    template = load_templates([tmp_path]).get("embryo")
    schema = Draft202012Validator(json_schema(template))
    study = {"study": FIRST_DRAFT["study"]}
    assert agree(template, schema, study | {"own": {"stage": "E10.5"}})
    assert not agree(template, schema, study | {"own": {"stage": "ten"}})


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", " ", "x", "CC0-1.0", "10.1000/x", "https://e.org", "FBbi:1", "a@b.c", "µm", "12"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "url", "value", "unit", "curie", "label", "scheme", "doi", "other"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
_RECORD = st.dictionaries(st.sampled_from([field.name for field in EVERY.sections[0].fields]), _JSON, max_size=4)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional={"one": _RECORD, "rows": st.lists(_RECORD, max_size=4)}))
def test_both_agree_on_any_json(raw):
    agree(EVERY, EVERY_SCHEMA, raw)
