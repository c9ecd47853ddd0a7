"""Items that name each other: what is wrong with a name, what follows a rename, and the way from sample to figure."""

import pytest

from archive.metadata import Code, clean_document, load_templates, validate
from archive.metadata.errors import TemplateError
from archive.metadata.figures import figures_of
from archive.metadata.formdata import to_document, to_form
from archive.metadata.items import follow_renames
from archive.metadata.trail import Trail, trails_of

from .builders import LIGHT, TEMPLATES, document, write_template

STUDY = {
    "biosamples": [{"name": "wild type"}, {"name": "mutant"}],
    "specimens": [{"name": "cleared roots", "biosamples": ["mutant"]}],
    "acquisitions": [{"name": "overview"}, {"name": "detail"}],
    "components": [
        {"name": "Roots", "biosamples": ["wild type"], "specimens": ["cleared roots"], "acquisitions": ["overview"]},
        {"name": "Leaves"},
    ],
    "analysis": [
        {"result": "Tracks", "builds_on": ["Nuclei"]},
        {"result": "Nuclei", "components": ["Roots"]},
        {"result": "Elsewhere", "components": ["Leaves"]},
    ],
    "annotations": [{"overview": "Outlines", "components": ["Roots"]}],
    "correlation": [{"relation": "EM of the same root", "components": ["Roots"]}],
    "figures": [{"label": "Figure 1", "analysis": ["Tracks"]}, {"label": "Figure 2", "components": ["Roots"]}],
}


def found(**sections):
    problems = validate(LIGHT, document(**sections))
    return [(problem.pointer, problem.code) for problem in problems if problem.blocks]


def test_every_built_in_template_in_its_newest_version_has_them():
    for template in TEMPLATES.all():
        assert template.field("components.biosamples").of == "biosamples", template.name


def test_names_that_are_there_are_right():
    assert found(**STUDY) == []


def test_a_name_that_no_item_has_is_told_with_those_that_there_are():
    components = [{"name": "Roots", "biosamples": ["wild type", "mutnat"]}]
    [problem] = [p for p in validate(LIGHT, document(**{**STUDY, "components": components})) if "bios" in p.pointer]
    assert (problem.pointer, problem.code, problem.blocks) == ("/components/0/biosamples/1", Code.NO_SUCH_ITEM, True)
    assert problem.message == "No biosample is called “mutnat”. Choose one of “wild type”, “mutant”, or add it."


def test_where_there_are_no_items_it_says_where_they_are_described():
    [problem] = [p for p in validate(LIGHT, document(components=[{"name": "A", "specimens": ["x"]}])) if p.blocks]
    assert "Describe it under “Specimens”" in problem.message


def test_two_of_one_name_are_wrong_where_the_name_is_used():
    twice = [{"name": "wild type"}, {"name": "wild type"}]
    assert found(biosamples=twice) == []
    used = [{"name": "Roots", "biosamples": ["wild type"]}]
    assert found(biosamples=twice, components=used) == [("/biosamples/1/name", Code.SAME_NAME)]


@pytest.mark.parametrize("value", [3, {"a": 1}, [3], [None, {"a": 1}], "wild type"])
def test_any_value_gives_problems_and_no_error(value):
    draft = document(components=[{"name": "A", "biosamples": value}, 7], biosamples=[{"name": {"x": 1}}, "y"])
    validate(LIGHT, draft)
    trails_of(draft)
    follow_renames(LIGHT, draft, draft)


def test_a_text_of_an_earlier_template_becomes_a_list_of_one():
    assert clean_document(LIGHT, {"figures": [{"analysis": " Nuclei "}]}) == {"figures": [{"analysis": ["Nuclei"]}]}


def test_a_form_says_them_by_the_same_name_several_times_or_by_lines():
    typed = {"components.0.name": "Roots", "components.0.biosamples": ["wild type\nmutant", "", "other"]}
    read = to_document(LIGHT, typed)
    assert read["components"][0]["biosamples"] == ["wild type", "mutant", "other"]
    assert to_form(LIGHT, read)["components.0.biosamples"] == ["wild type", "mutant", "other"]


def test_terms_may_stand_on_lines_of_one_input():
    read = to_document(LIGHT, {"biosample.organism": "Mus musculus (NCBITaxon:10090)\nzebrafish"})
    assert read["biosample"]["organism"] == [
        {"curie": "NCBITaxon:10090", "label": "Mus musculus"},
        {"curie": "", "label": "zebrafish"},
    ]


# ---- renames ----


def test_what_names_an_item_follows_its_new_name():
    after = {**STUDY, "biosamples": [{"name": "Col-0"}, {"name": "mutant"}]}
    followed = follow_renames(LIGHT, STUDY, after)
    assert followed["components"][0]["biosamples"] == ["Col-0"]
    assert followed["specimens"] == STUDY["specimens"]


@pytest.mark.parametrize(
    "biosamples",
    [
        pytest.param([{"name": "mutant"}], id="one is taken away"),
        pytest.param([{"name": "mutant"}, {"name": "wild type"}], id="they change places"),
        pytest.param([{"name": "mutant"}, {"name": "mutant"}], id="it is called as another one is"),
    ],
)
def test_nothing_is_renamed_where_that_is_no_new_name(biosamples):
    after = {**STUDY, "biosamples": biosamples}
    assert follow_renames(LIGHT, STUDY, after) == after


# ---- the way from sample to figure ----


def test_the_way_goes_through_specimens_and_results_that_build_on_others():
    roots, leaves = trails_of(STUDY)
    assert roots == Trail(
        "Roots",
        biosamples=("wild type", "mutant"),
        specimens=("cleared roots",),
        acquisitions=("overview",),
        correlations=("EM of the same root",),
        analyses=("Nuclei", "Tracks"),
        annotations=("Outlines",),
        figures=("Figure 1", "Figure 2"),
    )
    assert leaves == Trail("Leaves", analyses=("Elsewhere",))


def test_results_that_build_on_each_other_have_an_end():
    circle = [{"result": "A", "builds_on": ["B"], "components": ["C"]}, {"result": "B", "builds_on": ["A"]}]
    [trail] = trails_of({"components": [{"name": "C"}], "analysis": circle})
    assert trail.analyses == ("A", "B")


def test_a_study_that_links_nothing_has_no_way_to_show():
    assert trails_of({"components": [{"name": "Roots"}, {"name": "Leaves"}]}) == ()


def test_an_image_is_in_the_figures_of_its_component():
    assert figures_of(STUDY, accession="MG-1-I1", paths=["a.tif"], component="Roots") == ["Figure 2"]
    assert figures_of(STUDY, accession="MG-1-I1", paths=["a.tif"]) == []


# ---- templates ----


def test_items_are_of_a_repeated_section_of_the_template(tmp_path):
    field = "      - {name: parts, label: Parts, type: items, of: OF}\n"
    for of, wrong in (("study", True), ("nowhere", True), ("own", False)):
        section = f"  - name: own\n    label: Own\n    repeat: true\n    fields:\n{field.replace('OF', of)}"
        write_template(tmp_path, section)
        if wrong:
            with pytest.raises(TemplateError, match="names a repeated section"):
                load_templates([tmp_path])
        else:
            assert load_templates([tmp_path]).get("embryo").field("own.parts").of == "own"


def test_fields_may_be_put_before_those_of_a_part(tmp_path):
    write_template(
        tmp_path,
        "  - include: specimen\n    name: slices\n    repeat: true\n"
        "    first:\n      - {name: name, label: Name, type: text}\n    omit: [channels]\n",
    )
    section = load_templates([tmp_path]).get("embryo").section("slices")
    assert [field.name for field in section.fields][:2] == ["name", "preparation"]
    assert section.name_field == "name"
