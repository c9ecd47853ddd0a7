"""What changed between two versions is said in words; half a million files are compared with flat memory."""

import copy
import json
import tracemalloc
from collections.abc import Iterator

import pytest

from archive.interchange.differences import MOST_NAMES, field_changes, file_changes
from archive.metadata.loading import load_templates
from tests.archive.documents import complete_document

TEMPLATE = load_templates([]).get("light-microscopy")


def said(before: dict, after: dict) -> list[str]:
    return [change.sentence for change in field_changes(TEMPLATE, before, after)]


def changed(section: str, **values: object) -> dict:
    document = copy.deepcopy(complete_document(keywords=["mitosis", "HeLa"]))
    document[section] |= values
    return document


BEFORE = changed("study")
CASES = {
    "nothing": (BEFORE, []),
    "a title": (
        changed("study", title="Mitosis in yeast"),
        ["The title changed from “Mitosis in HeLa cells” to “Mitosis in yeast”."],
    ),
    "a licence": (
        changed("study", licence="CC-BY-4.0"),
        ["The licence changed from “CC0 1.0 (public domain)” to “CC BY 4.0 (attribution)”."],
    ),
    "a description": (
        changed("study", description="Another text of six words now."),
        ["The description was rewritten: 8 words before, 6 words now."],
    ),
    "keywords": (
        changed("study", keywords=["mitosis", "yeast"]),
        ["Keywords: “yeast” was added; “HeLa” was removed."],
    ),
    "an organism": (
        changed("biosample", organism=[{"curie": "NCBITaxon:10090", "label": "Mus musculus"}]),
        ["Organism: “Mus musculus” was added; “Homo sapiens” was removed."],
    ),
    "authors": (
        changed(
            "study",
            authors=[
                {
                    "name": "Ada Lovelace",
                    "orcid": "0000-0002-1825-0097",
                    "affiliation": "London",
                    "email": "a@b.example",
                },
                {"name": "Mary Shelley"},
            ],
        ),
        ["Authors: the affiliation of “Ada Lovelace” was added: “London”.", "Authors: “Mary Shelley” was added."],
    ),
    "a publication": (
        changed("study", publication={"title": "On mitosis", "doi": "10.1234/x"}),
        ["The publication was added: “On mitosis”."],
    ),
    "a component": (
        BEFORE | {"components": [{"name": "Time-lapse"}]},
        ["Component 1 (“Time-lapse”) was added."],
    ),
    "human material is nobody's matter": (changed("study", human_material="yes"), []),
}


@pytest.mark.parametrize(("after", "sentences"), CASES.values(), ids=CASES.keys())
def test_fields_are_compared_in_words(after, sentences):
    assert said(BEFORE, after) == sentences


def test_what_goes_is_said_too():
    assert said(changed("study", keywords=["a"], funding="By us."), changed("study", keywords=["a"])) == [
        "The funding statement was removed; it was “By us.”."
    ]


def line(path: str, sha256: str = "a", size: int = 5) -> bytes:
    return json.dumps({"path": path, "kind": "file", "size": size, "sha256": sha256}).encode() + b"\n"


def test_files_are_compared_by_path_and_digest():
    before = [line("a.tif"), line("b.tif"), line("Ä.tif"), line("c.tif", size=9)]
    after = [line("d.tif", size=7), line("b.tif", "b"), line("a.tif"), line("Ä.tif")]
    found = file_changes(before, after)
    assert (found.added.count, found.added.bytes, found.added.names) == (1, 7, ["d.tif"])
    assert (found.replaced.names, found.removed.names, found.removed.bytes) == (["b.tif"], ["c.tif"], 9)
    assert found.unchanged == 2


def many(count: int, sha256: str, first: int = 0) -> Iterator[bytes]:
    return (line(f"images/{number:07}.tif", sha256) for number in range(first, first + count))


def test_memory_stays_flat():
    tracemalloc.start()
    found = file_changes(many(60_000, "a"), many(60_000, "b", first=30_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.added.count, found.replaced.count, found.removed.count) == (30_000, 30_000, 30_000)
    assert len(found.added.names) == MOST_NAMES
    assert peak < 16 << 20, "The lines of both lists take more than that."
