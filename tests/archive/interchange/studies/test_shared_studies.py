"""All studies of the shared data: each is read, and what it has is placed. Prints the table per source and field."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.interchange.studies import Study, read_idr, read_pagetab, read_rocrate
from archive.interchange.studies.documents import document, template_for
from archive.metadata import load_templates
from archive.models import Imported, Version
from archive.services.importing import Change, import_study
from tests.factories.archive import UserFactory

pytestmark = pytest.mark.shared_data
FIELDS = (
    *("title", "description", "authors", "licence", "release date", "organism", "imaging method", "links"),
    "file count",
)


def _root() -> Path:
    return Path(os.environ["PORTAL_SHARED_DATA"]) / "studies"


def _sources() -> Iterator[tuple[str, Callable[[Path], Study], list[Path]]]:
    root = _root()
    lists = root / "bia-test-data/biad_v4"
    pagetab = [*sorted((root / "bia-pagetab").rglob("*.json")), *sorted((root / "bia-json-legacy").glob("*.json"))]
    yield "PageTab", lambda path: read_pagetab(path, lists), pagetab
    yield "IDR", read_idr, sorted((root / "idr").rglob("*-study.txt"))
    for name in ("bia", "idr", "ssbd", "empiar"):
        yield f"crates {name}", read_rocrate, sorted((root / "gide" / name).glob("*.json"))
    others = [path for name in ("bia-pagetab-to-crate", "bia-ro-crate-cases") for path in (root / name).rglob("*.json")]
    yield "crates, other", read_rocrate, sorted(others)


def _said(path: Path) -> dict[str, bool]:
    """Whether the source has a field, told from its text alone and not by the parsers."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".txt":
        return _said_by_lines(text)
    tree = json.loads(text)
    return _said_by_crate(tree["@graph"]) if "@graph" in tree else _said_by_pagetab(tree)


def _said_by_lines(text: str) -> dict[str, bool]:
    lines = [line.split("\t") for line in text.splitlines()]
    filled = {cells[0].strip() for cells in lines if any(cell.strip().strip('"') for cell in cells[1:])}
    keys = {
        "title": "Study Title",
        "description": "Study Description",
        "authors": "Study Author List",
        "licence": "Study License",
        "release date": "Study Public Release Date",
        "organism": "Study Organism",
        "links": "Study External URL",
    }
    said = {name: key in filled for name, key in keys.items()}
    return said | {"imaging method": bool(filled & {"Screen Imaging Method", "Experiment Imaging Method"})}


def _said_by_crate(graph: list[Any]) -> dict[str, bool]:
    entities = [entity for entity in graph if isinstance(entity, dict)]
    root = next(e for e in entities if e.get("@id") != "ro-crate-metadata.json" and "Dataset" in str(e.get("@type")))
    kinds = {str(kind) for e in entities for kind in (e["@type"] if isinstance(e["@type"], list) else [e["@type"]])}
    return {
        "title": bool(root.get("name")),
        "description": bool(root.get("description")),
        "authors": bool(root.get("author") or root.get("contributor")),
        "licence": bool(root.get("license")),
        "release date": bool(root.get("datePublished")),
        "organism": "Taxon" in kinds or "bia:Taxon" in kinds,
        "imaging method": any("FBbi" in str(e.get("@id")) or e.get("fbbiId") for e in entities),
        "links": bool(root.get("seeAlso") or root.get("citation") or root.get("relatedPublication")),
        "file count": any(e.get("unitText") == "file count" for e in entities),
    }


def _said_by_pagetab(tree: dict[str, Any]) -> dict[str, bool]:
    if "accession_id" in tree:
        names = {"license": "licence", "release_date": "release date"}
        said = {names.get(key, key): bool(value) for key, value in tree.items()}
        return {key: said.get(key, False) for key in FIELDS} | {"file count": bool(tree.get("file_references"))}
    names, kinds, links, files = Counter(), Counter(), [], []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            kinds[str(node.get("type")).lower()] += 1
            names.update(a["name"].lower() for a in node.get("attributes", []) if a.get("value"))
            links.extend(link for link in _flat(node.get("links", [])) if "." in link["url"] or link.get("attributes"))
            files.extend(_flat(node.get("files", [])))
            walk(node.get("subsections", []))

    walk(tree)
    walk(tree["section"])
    return {
        "title": names["title"] > 0,
        "description": names["description"] + names["abstract"] > 0,
        "authors": kinds["author"] > 0,
        "licence": names["license"] > 0,
        "release date": names["releasedate"] > 0,
        "organism": names["organism"] + names["scientific name"] > 0,
        "imaging method": names["imaging method"] + names["ontology value"] > 0,
        "links": bool(links),
        "file count": bool(files),
    }


def _flat(value: list[Any]) -> list[Any]:
    return [leaf for item in value for leaf in (_flat(item) if isinstance(item, list) else [item])]


def _placed(study: Study, templates: Any) -> dict[str, bool]:
    fields = dict(document(study, templates.get(template_for(study))).placed)
    keys = {
        "title": "study.title",
        "description": "study.description",
        "authors": "study.authors",
        "licence": "study.licence",
        "organism": "biosample.organism",
        "imaging method": "acquisition.imaging_method",
    }
    counted = study.file_count is not None or any(True for _ in study.files())
    beside = {"release date": bool(study.release_date), "file count": counted}
    linked = bool(fields.get("study.links") or fields.get("study.publication"))
    return {name: key in fields for name, key in keys.items()} | beside | {"links": linked}


def test_all_studies_are_read_and_what_they_have_is_placed():
    templates = load_templates()
    lost = []
    print(f"\n{'source':14} {'records':>7}  " + "  ".join(f"{name:>14}" for name in FIELDS))
    for source, read, paths in _sources():
        said, placed = Counter(), Counter()
        for path in paths:
            has, got = _said(path), _placed(read(path), templates)
            said.update(name for name in FIELDS if has.get(name))
            placed.update(name for name in FIELDS if has.get(name) and got[name])
            lost += [(str(path), name) for name in FIELDS if has.get(name) and not got[name]]
        cells = (f"{placed[name]} of {said[name]}" for name in FIELDS)
        print(f"{source:14} {len(paths):7}  " + "  ".join(f"{cell:>14}" for cell in cells))
        assert paths
    assert lost == []


@pytest.mark.django_db
def test_importing_a_sample_of_each_source_twice_changes_nothing():
    user = UserFactory()
    for _, read, paths in _sources():
        for path in paths[:: max(1, len(paths) // 2)][:2]:
            import_study(study=read(path), user=user, release=True)
            before = list(Imported.objects.values()), list(Version.objects.values())
            assert import_study(study=read(path), user=user, release=True).change is Change.UNCHANGED
            assert (list(Imported.objects.values()), list(Version.objects.values())) == before
