"""From one version of a template to a newer one: what differs, in words."""

import pytest

from archive.metadata import load_templates
from archive.metadata.moving_up import differences

TEMPLATES = load_templates()


@pytest.mark.parametrize("name", ["light-microscopy", "electron-microscopy", "screen"])
def test_what_is_new_is_told_with_its_place(name):
    told = differences(TEMPLATES.get(name, "1.0"), TEMPLATES.get(name))
    assert "Biosample: “Cell line” is chosen from cellosaurus, EFO now; what you wrote is carried over." in told
    assert any(sentence.startswith("Study: “Related data, protocols and code” is new. Paste") for sentence in told)
    assert any(sentence.startswith("New: “Figures”. Which images") for sentence in told)


def test_the_same_version_differs_in_nothing():
    newest = TEMPLATES.get("screen")
    assert differences(newest, newest) == []


def test_all_that_can_differ_has_its_words(tmp_path):
    def written(version: str, section: str) -> None:
        text = f'name: gel\nversion: "{version}"\ntitle: Gels\nsections:\n  - include: study\n{section}'
        (tmp_path / f"{version}.yaml").write_text(text)

    field = "      - {{name: {}, label: {}, type: text, tier: {}}}\n"
    before = "  - name: gel\n    label: Gel\n    fields:\n"
    written("1", before + field.format("a", "Length", "optional") + field.format("b", "Width", "required")
            + "  - name: old\n    label: Old\n    fields:\n" + field.format("c", "C", "optional"))  # fmt: skip
    after = "  - name: gel\n    label: Slab\n    fields:\n"
    written("2", after + field.format("a", "Height", "required") + field.format("d", "Depth", "required"))
    templates = load_templates([tmp_path])
    assert differences(templates.get("gel", "1"), templates.get("gel", "2")) == [
        "“Gel” is called “Slab” now.",
        "Slab: “Length” is called “Height” now.",
        "Slab: “Height” is required now.",
        "Slab: “Depth” is new. It is required.",
        "Slab: “Width” is no longer asked; what it says is kept.",
        "“Old” is no longer asked; what it says is kept.",
    ]
