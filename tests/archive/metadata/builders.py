"""Documents and templates in code."""

import copy
from pathlib import Path
from typing import Any

from archive.metadata import Field, FieldType, Section, Template, Tier, load_templates

TEMPLATES = load_templates()
LIGHT = TEMPLATES.default

# All that a first draft needs a person to type.
FIRST_DRAFT: dict[str, Any] = {
    "study": {
        "title": "Live imaging of chromosome segregation",
        "description": "How do chromosomes find the middle of a dividing cell? Movies of H2B-mCherry.",
        "human_material": "no",
        "licence": "CC0-1.0",
        "authors": [{"name": "Ada Lovelace"}],
    },
    "biosample": {
        "organism": [{"curie": "NCBITaxon:9606", "label": "Homo sapiens"}],
        "description": "HeLa cells",
    },
    "acquisition": {"imaging_method": [{"curie": "FBbi:00000251", "label": "confocal microscopy"}]},
}


def document(**changes: Any) -> dict[str, Any]:
    """The first draft with changes by `section__field`; None takes a field away."""
    built = copy.deepcopy(FIRST_DRAFT)
    for path, value in changes.items():
        section, _, field = path.partition("__")
        if not field:
            built[section] = value
        elif value is None:
            built[section].pop(field, None)
        else:
            built.setdefault(section, {})[field] = value
    return built


def every_type() -> Template:
    """One optional field of each type, beside what every template has."""
    parts = (Field("name", "Name", FieldType.TEXT, Tier.REQUIRED), Field("url", "Address", FieldType.URL))
    extra: dict[FieldType, dict[str, Any]] = {
        FieldType.CHOICE: {"choices": LIGHT.section("study").field("licence").choices},
        FieldType.QUANTITY: {"units": ("µm", "nm"), "minimum": 0},
        FieldType.NUMBER: {"minimum": 0, "maximum": 10},
        FieldType.TERM: {"vocabularies": ("FBbi",)},
        FieldType.TERMS: {"vocabularies": ("FBbi",), "maximum": 2},
        FieldType.ITEMS: {"of": "rows", "maximum": 2},
        FieldType.RECORD: {"parts": parts},
        FieldType.RECORDS: {"parts": parts},
    }
    study = LIGHT.section("study")
    fixed = {FieldType.PEOPLE: "authors", FieldType.PUBLICATION: "publication", FieldType.GRANTS: "grants"}
    fixed |= {FieldType.IDENTIFIERS: "source_identifiers"}
    extra |= {kind: {"parts": study.field(name).parts} for kind, name in fixed.items()}
    fields = tuple(Field(kind.value, kind.value.title(), kind, **extra.get(kind, {})) for kind in FieldType)
    rows = Section("rows", "Rows", fields, repeat=True, minimum=0, maximum=3)
    return Template("every-type", "1.0", "Every type", "", (Section("one", "One", fields), rows))


def write_template(
    folder: Path, sections: str, *, name: str = "embryo", version: str = '"1.0"', head: str = ""
) -> Path:
    """A template as a YAML file; `sections` is the text below `sections:`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    text = f"name: {name}\nversion: {version}\ntitle: Embryos\n{head}sections:\n  - include: study\n{sections}"
    path.write_text(text, encoding="utf-8")
    return path
