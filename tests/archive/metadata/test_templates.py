"""Templates are data: what the built-in ones hold, what a site can add, and how a faulty file is refused."""

import pytest

from archive.metadata import (
    FieldType,
    TemplateError,
    Tier,
    UnknownTemplate,
    blank_document,
    load_templates,
    reading,
    validate,
)
from archive.metadata.loading import BUILT_IN

from .builders import FIRST_DRAFT, LIGHT, TEMPLATES, document, write_template

EMBRYO = """
  - name: embryo
    label: Embryo
    fields:
      - name: stage
        label: Stage
        type: text
        tier: required
        pattern: ^E\\d
        pattern_help: A stage looks like E10.5.
"""


def field_yaml(text: str) -> str:
    lines = "".join(f"        {line}\n" for line in text.splitlines())
    return f"  - name: own\n    label: Own\n    fields:\n      - name: one\n        label: One\n{lines}"


def test_the_built_in_templates_are_five_with_light_first():
    names = [template.name for template in TEMPLATES.all()]
    assert names == ["light-microscopy", "annotation-set", "electron-microscopy", "screen", "histology"]
    assert TEMPLATES.default.name == "light-microscopy"
    assert all("REMBI 1.5" in template.standard for template in TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES.all(), ids=lambda template: template.name)
def test_every_built_in_template_has_the_modules_of_rembi(template):
    names = {section.name for section in template.sections}
    assert {"study", "biosample", "specimen", "acquisition", "components", "analysis", "annotations"} <= names


@pytest.mark.parametrize("template", TEMPLATES.all(), ids=lambda template: template.name)
def test_the_study_section_is_the_same_in_all(template):
    assert template.section("study") == LIGHT.section("study")


@pytest.mark.parametrize("template", TEMPLATES.all(), ids=lambda template: template.name)
def test_what_is_asked_for_says_what_it_buys(template):
    silent = [field.name for _, field in template.fields() if field.tier is Tier.DESIRABLE and not field.why]
    assert silent == []


@pytest.mark.parametrize("template", TEMPLATES.all(), ids=lambda template: template.name)
def test_names_and_labels_are_unambiguous_within_a_section(template):
    for section in template.sections:
        labels = [field.label for field in section.fields]
        assert len(labels) == len(set(labels))


def test_a_first_draft_takes_at_most_ten_entries_of_a_person():
    defaults = blank_document(LIGHT)
    typed = sum(len(fields) for fields in FIRST_DRAFT.values()) - sum(len(fields) for fields in defaults.values())
    assert typed <= 10
    assert [problem for problem in validate(LIGHT, FIRST_DRAFT) if problem.blocks] == []


def test_nothing_required_waits_behind_add_more():
    for template in TEMPLATES:
        for section, field in template.fields():
            hidden = field.advanced or (section.advanced and not section.repeat)
            assert not (field.required and hidden), (template.name, section.name, field.name)


def test_a_blank_document_holds_the_defaults_alone():
    assert blank_document(LIGHT)["study"] == {"licence": "CC0-1.0"}
    assert blank_document(LIGHT)["components"] == []


def test_electron_microscopy_offers_nanometres_first():
    assert TEMPLATES.get("electron-microscopy").field("acquisition.pixel_size").units[0] == "nm"
    assert LIGHT.field("acquisition.pixel_size").units[0] == "µm"


def test_a_yaml_file_alone_adds_a_template(tmp_path):
    write_template(tmp_path, EMBRYO)
    template = load_templates([tmp_path]).get("embryo")
    assert template.field("embryo.stage").tier is Tier.REQUIRED
    (problem,) = (p for p in validate(template, document(embryo={"stage": "ten"})) if p.pointer == "/embryo/stage")
    assert "E10.5" in problem.message


def test_a_part_can_be_changed_where_it_is_included(tmp_path):
    added = "    fields:\n      - {name: clearing, label: Clearing, type: text}\n"
    write_template(
        tmp_path,
        "  - include: specimen\n    label: Preparation\n    omit: [growth]\n"
        "    replace:\n      signal: {tier: required}\n" + added,
    )
    section = load_templates([tmp_path]).get("embryo").section("specimen")
    assert section.label == "Preparation"
    assert section.field("growth") is None
    assert section.field("signal").tier is Tier.REQUIRED
    assert section.fields[-1].name == "clearing"


def test_a_site_can_bring_its_own_parts(tmp_path):
    (tmp_path / "parts").mkdir()
    part = "name: mouse\nlabel: Mouse\nfields:\n  - {name: cage, label: Cage, type: text}\n"
    (tmp_path / "parts" / "mouse.yaml").write_text(part, encoding="utf-8")
    write_template(tmp_path, "  - include: mouse\n")
    assert load_templates([tmp_path]).get("embryo").field("mouse.cage").type is FieldType.TEXT


def test_a_site_cannot_change_the_type_of_what_every_record_shows(tmp_path):
    write_template(tmp_path, "", name="embryo")
    path = tmp_path / "embryo.yaml"
    changed = path.read_text(encoding="utf-8") + "    replace:\n      title: {type: strings}\n"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(TemplateError, match=r"study\.title, required, as text"):
        load_templates([tmp_path])


def test_the_newest_version_is_the_one_by_number_and_old_ones_stay(tmp_path):
    for version in ('"1.2"', '"1.10"'):
        write_template(tmp_path / version.strip('"'), EMBRYO, version=version)
    templates = load_templates([tmp_path / "1.2", tmp_path / "1.10"])
    assert templates.get("embryo").version == "1.10"
    assert templates.get("embryo", "1.2").version == "1.2"
    assert [template.version for template in templates.versions("embryo")] == ["1.2", "1.10"]
    assert [template.version for template in templates.all() if template.name == "embryo"] == ["1.10"]


def test_an_unknown_name_or_version_is_told_with_the_known_ones():
    with pytest.raises(UnknownTemplate, match="light-microscopy"):
        TEMPLATES.get("astronomy")
    with pytest.raises(UnknownTemplate, match=r"no version 9\.9.*1\.0"):
        TEMPLATES.get("screen", "9.9")


def test_the_same_version_twice_is_refused(tmp_path):
    write_template(tmp_path / "a", EMBRYO)
    write_template(tmp_path / "b", EMBRYO)
    with pytest.raises(TemplateError, match="Raise the version"):
        load_templates([tmp_path / "a", tmp_path / "b"])


def test_a_second_default_is_refused(tmp_path):
    write_template(tmp_path, EMBRYO, head="default: true\n")
    with pytest.raises(TemplateError, match="is the default already"):
        load_templates([tmp_path])


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TemplateError, match="no such folder"):
        load_templates([tmp_path / "absent"])


@pytest.mark.parametrize(
    ("sections", "place", "sentence"),
    [
        pytest.param("  - include: stdy\n", "sections[1]", "Did you mean “study”", id="unknown part"),
        pytest.param("  - include: light\n    omit: [lens]\n", "sections[1]", "no field “lens”", id="unknown omission"),
        pytest.param("  - include: study\n", "sections", "two of the section “study”", id="a section twice"),
        pytest.param("  - just text\n", "sections[1]", "A mapping with", id="a text for a section"),
        pytest.param("  - {name: own, label: Own}\n", "sections[1]", "`fields` is missing", id="no fields"),
        pytest.param("  - {name: Own, label: O, fields: []}\n", "sections[1]", "not a name", id="a bad name"),
        pytest.param("  - {name: own, label: O, fields: []}\n", "fields", "at least one", id="empty fields"),
        pytest.param(field_yaml("type: txt"), "fields[0] (one)", "There is no type “txt”", id="unknown type"),
        pytest.param(field_yaml("type: text\ntier: must"), "(one)", "There is no tier", id="unknown tier"),
        pytest.param(field_yaml("type: text\nhlep: x"), "fields[0]", "Did you mean “help”", id="misspelt key"),
        pytest.param(field_yaml("type: text\nhelp: 3"), "(one)", "Put it in quotation marks", id="number for text"),
        pytest.param(field_yaml("type: text\nmin: many"), "(one)", "`min` is a number", id="text for a number"),
        pytest.param(field_yaml("type: text\nadvanced: 1"), "(one)", "true or false", id="number for a flag"),
        pytest.param(field_yaml("type: text\npattern: '('"), "(one)", "pattern cannot be used", id="bad pattern"),
        pytest.param(field_yaml("type: choice"), "(one)", "needs `choices`", id="choice without choices"),
        pytest.param(field_yaml("type: choice\nchoices: [yes]"), "choices[0]", "mapping", id="unquoted yes"),
        pytest.param(field_yaml("type: quantity"), "(one)", "needs `units`", id="quantity without unit"),
        pytest.param(field_yaml("type: text\nunit: nm"), "(one)", "has no `units`", id="text with a unit"),
        pytest.param(field_yaml("type: terms"), "(one)", "needs `vocabulary`", id="terms without vocabulary"),
        pytest.param(field_yaml("type: people\nparts: []\nchoices: [a]"), "(one)", "has no `choices`", id="stray key"),
        pytest.param(field_yaml("type: number\ndefault: ten"), "(one)", "default does not fit", id="bad default"),
        pytest.param(
            field_yaml("type: records\nparts:\n  - {name: a, label: A, type: people}"), "(one)", "single", id="nesting"
        ),
        pytest.param("  - {name: own, label: O, min: 1, fields: []}\n", "(own)", "repeat: true", id="min unrepeated"),
    ],
)
def test_a_faulty_template_is_refused_with_file_place_and_sentence(tmp_path, sections, place, sentence):
    path = write_template(tmp_path, sections)
    with pytest.raises(TemplateError) as refusal:
        load_templates([tmp_path])
    assert refusal.value.file == path
    assert place in refusal.value.place
    assert sentence in refusal.value.sentence
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "mapping", id="an empty file"),
        pytest.param("- a\n- b\n", "mapping", id="a list"),
        pytest.param("name: x\n  bad: indent\n", "not YAML", id="broken YAML"),
        pytest.param("!!python/object/apply:os.getcwd []", "not YAML", id="code in YAML"),
        pytest.param('name: x\nversion: "1"\ntitle: X\nsections: []\n', "list of sections", id="no sections"),
        pytest.param("name: x\nversion: 1.0\ntitle: X\nsections: [a]\n", "quotation marks", id="a bare version"),
        pytest.param(
            'name: x\nversion: "1"\ntitle: X\nsections:\n  - include: light\n', "study.title", id="no study section"
        ),
    ],
)
def test_a_file_that_is_no_template_is_refused(tmp_path, text, sentence):
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=sentence):
        load_templates([tmp_path])


def test_the_guide_beside_the_templates_names_every_key_and_type():
    guide = (BUILT_IN / "README.md").read_text(encoding="utf-8")
    keys = {*reading._TEMPLATE_KEYS, *reading._SECTION_KEYS, *reading._INCLUDE_KEYS, *reading._FIELD_KEYS}
    assert [name for name in [*sorted(keys), *FieldType] if f"`{name}`" not in guide] == []


def test_a_broken_yaml_file_is_told_by_line(tmp_path):
    (tmp_path / "x.yaml").write_text("name: x\ntitle: [\n", encoding="utf-8")
    with pytest.raises(TemplateError, match="line 3"):
        load_templates([tmp_path])


def test_latin_1_is_refused_as_a_whole(tmp_path):
    (tmp_path / "x.yaml").write_bytes("title: Größe\n".encode("latin-1"))
    with pytest.raises(TemplateError, match="UTF-8"):
        load_templates([tmp_path])


def test_the_example_of_the_guide_works(tmp_path):
    guide = (BUILT_IN / "README.md").read_text(encoding="utf-8")
    example = guide.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "embryo.yaml").write_text(example, encoding="utf-8")
    template = load_templates([tmp_path]).get("embryo")
    assert template.field("acquisition.pixel_size").tier is Tier.REQUIRED
    assert template.field("acquisition.dimensions") is None
    assert template.field("embryo.stage").pattern_help == "A stage looks like E10.5."


@pytest.mark.parametrize("name", ["light-microscopy", "electron-microscopy", "screen"])
def test_a_deposit_keeps_the_version_it_was_made_with(name):
    older, newer = TEMPLATES.get(name, "1.0"), TEMPLATES.get(name, "1.1")
    assert older.field("biosample.cell_line").type is FieldType.STRINGS
    assert newer.field("biosample.cell_line").vocabularies == ("cellosaurus", "EFO")
    assert newer.field("biosample.cellular_component").vocabularies == ("GO",)
    assert older.field("biosample.cellular_component") is None
