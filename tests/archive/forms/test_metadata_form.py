"""A template and a document as controls: every type has a control, and what was typed comes back as it was typed."""

import pytest
from django.template.loader import render_to_string

from archive.forms.metadata import Control, build_form, place_of, readable
from archive.metadata import Code, Field, FieldType, Problem
from archive.metadata.formdata import to_document, to_form
from archive.selectors.templates import templates
from tests.archive.documents import complete_document

TEMPLATE = templates().default
TYPED = {
    FieldType.TEXT: ("words", "words"),
    FieldType.LONGTEXT: ("two\nlines", "two\nlines"),
    FieldType.NUMBER: (12.5, "12.5"),
    FieldType.DATE: ("2026-03-01", "2026-03-01"),
    FieldType.TERM: ({"curie": "FBbi:00000246", "label": "fluorescence"}, "fluorescence (FBbi:00000246)"),
    FieldType.TERMS: ([{"curie": "", "label": "my own word"}], "my own word"),
    FieldType.STRINGS: (["a", "b"], "a\nb"),
    FieldType.BOOLEAN: (True, "true"),
}


def controls_of(document, problems=(), more=""):
    return {
        control.name: control
        for form in build_form(TEMPLATE, document, problems, more)
        for control in form.all_controls
    }


def html_of(control: Control) -> str:
    return render_to_string(control.widget, {"control": control})


@pytest.mark.parametrize("template", templates().all(), ids=lambda template: template.name)
def test_every_field_of_every_template_has_a_control_that_renders(template):
    for form in build_form(template, {}):
        for control in form.all_controls:
            html = html_of(control)
            assert control.field.label in html
            assert f'id="{control.id}"' in html
            assert f'id="{control.error_id}"' in html


@pytest.mark.parametrize("kind", TYPED, ids=str)
def test_a_value_is_shown_as_a_person_types_it(kind):
    value, shown = TYPED[kind]
    control = Control(Field("one", "One", kind), "s.one", *(() if value is None else (_values(kind, value),)))
    assert control.text == shown
    assert all(part in html_of(control) for part in shown.split("\n"))


def _values(kind, value):
    field = Field("one", "One", kind)
    found = build_form(_template_with(field), {"study": {"one": value}})
    return found[0].controls[0].values


def _template_with(field):
    section = next(section for section in TEMPLATE.sections if not section.repeat)
    return _replaced(TEMPLATE, sections=(_replaced(section, name="study", fields=(field,)),))


def _replaced(thing, **changes):
    return type(thing)(**{name: changes.get(name, getattr(thing, name)) for name in thing.__dataclass_fields__})


def test_form_and_document_are_the_inverse_of_each_other():
    document = complete_document(keywords=["mitosis", "HeLa"])
    assert to_document(TEMPLATE, to_form(TEMPLATE, document)) == document


def test_what_a_control_shows_is_what_the_form_sends():
    document = complete_document()
    shown = controls_of(document)
    sent = to_form(TEMPLATE, document)
    assert shown["study.title"].values == tuple(sent["study.title"])
    assert shown["study.authors.0.name"].value == "Ada Lovelace"
    assert shown["biosample.organism"].value == "Homo sapiens (NCBITaxon:9606)"


def test_a_quantity_that_is_no_number_stays_as_it_was_typed():
    typed = {"acquisition.pixel_size.value": ["a tenth"], "acquisition.pixel_size.unit": ["µm"]}
    document = to_document(TEMPLATE, typed)
    control = controls_of(document)["acquisition.pixel_size"]
    assert (control.value, control.unit) == ("a tenth", "µm")
    assert "a tenth" in html_of(control)


def test_a_problem_stands_beside_its_field_and_marks_it():
    problem = Problem("/study/title", Code.REQUIRED, "Fill in the title.")
    control = controls_of({}, [problem])["study.title"]
    html = html_of(control)
    assert "Fill in the title." in html
    assert 'aria-invalid="true"' in html


def test_a_problem_of_one_term_stands_at_its_field():
    problem = Problem("/biosample/organism/1", Code.REQUIRED, "Choose another organism.")
    assert controls_of({}, [problem])["biosample.organism"].problem == "Choose another organism."


def test_a_control_refers_to_help_only_where_there_is_some():
    with_help = Control(Field("one", "One", FieldType.TEXT, help="Say it."), "s.one")
    without = Control(Field("one", "One", FieldType.TEXT), "s.one")
    assert with_help.described_by == "f-s-one-help e-s-one n-s-one"
    assert without.described_by == "e-s-one n-s-one"


def test_a_list_gets_one_more_row_when_it_is_asked_for():
    document = complete_document()
    assert "study.authors.1.name" not in controls_of(document)
    assert "study.authors.1.name" in controls_of(document, more="study.authors")


def test_a_repeated_section_gets_one_more_item():
    repeated = next(section for section in TEMPLATE.sections if section.repeat)
    form = next(form for form in build_form(TEMPLATE, {}, (), repeated.name) if form.section == repeated)
    assert len(form.rows) == 1


def test_values_of_a_wrong_shape_do_not_break_the_form():
    broken = {"study": "words", "biosample": {"organism": "mouse"}, "acquisition": [1], "components": {"a": 1}}
    assert controls_of(broken)["biosample.organism"].value == "mouse"


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("/study/title", "f-study-title"),
        ("/study/authors/0/name", "f-study-authors-0-name"),
        ("/study/authors/7/name", "f-study-authors"),
        ("/nothing/of/this", "main"),
    ],
    ids=["field", "row", "row that is not there", "unknown"],
)
def test_a_problem_leads_to_the_nearest_control(pointer, place):
    assert place_of(pointer, build_form(TEMPLATE, complete_document())) == place


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        ("text", "text"),
        ([{"curie": "NCBITaxon:9606", "label": "Homo sapiens"}, {"curie": "", "label": "mouse"}],
         "Homo sapiens (NCBITaxon:9606); mouse"),
        ({"value": 0.1, "unit": "µm"}, "0.1, µm"),
        ([{"name": "Ada", "orcid": ""}], "Ada"),
        (True, "true"),
    ],
    ids=["none", "text", "terms", "quantity", "people", "yes"],
)  # fmt: skip
def test_any_value_is_readable_in_a_line(value, words):
    assert readable(value) == words
