"""The demonstration's datasets as values, read from `demo/datasets/*.yaml`, and their metadata as template documents.

Reads and checks only: it writes nothing and knows neither models nor services. A fault in a file is a `BadDemo` with a
sentence that names the file and what to do.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

DEMO_DIR = Path(__file__).resolve().parent.parent / "demo"
FREE_LICENCES = frozenset({"CC0-1.0", "CC-BY-4.0", "MIT", "BSD-3-Clause", "Apache-2.0"})
CRITERIA = ("beyond_one_project", "interpretable", "general_interest")
_METADATA = (
    "title",
    "description",
    "authors",
    "licence",
    "human_material",
    "organism",
    "imaging_method",
    "biosample",
    "cell_line",
    "tissue",
    "cellular_component",
    "disease",
    "publication",
    "keywords",
)
_STUDY = ("title", "description", "human_material", "licence", "authors", "keywords", "publication")
_SAMPLE = ("cell_line", "tissue", "cellular_component", "disease")
_REQUIRED = ("title", "description", "authors", "licence", "human_material", "source_identifiers", "credit", "files")


class BadDemo(ValueError):
    """A file of the demonstration that cannot be used."""


class State(StrEnum):
    """How far a dataset gets when it is loaded."""

    DRAFT = "draft"
    RELEASED = "released"


class CurationState(StrEnum):
    NONE = "none"
    NOMINATED = "nominated"
    IN_REVIEW = "in-review"
    REFERENCE = "reference"


@dataclass(frozen=True)
class DemoFile:
    """`source` is a file, or the folder of an OME-Zarr (then `bundle`); `path` is its place in the dataset."""

    path: str
    source: Path
    credit: str
    licence: str
    bundle: bool = False


@dataclass(frozen=True)
class DemoReview:
    """Scores run from 0 to 3, by criterion; 2 meets it."""

    reviewer: str
    conflict: str
    scores: Mapping[str, int]
    rationale: str
    recommendation: str


@dataclass(frozen=True)
class DemoCuration:
    state: CurationState
    nominate_reason: str = ""
    reviews: tuple[DemoReview, ...] = ()
    decision: Mapping[str, str] | None = None


@dataclass(frozen=True)
class DemoVersion:
    """What a second version adds, and why."""

    reason: str
    files: tuple[DemoFile, ...]


@dataclass(frozen=True)
class DemoDataset:
    slug: str
    state: State
    metadata: Mapping[str, Any]
    source_identifiers: tuple[Mapping[str, str], ...]
    credit: str
    files: tuple[DemoFile, ...]
    curation: DemoCuration
    faults: tuple[str, ...] = ()
    next_version: DemoVersion | None = None
    # The depositor's word that files which only their names join are one image.
    joined: bool = False

    @property
    def all_files(self) -> tuple[DemoFile, ...]:
        return self.files + (self.next_version.files if self.next_version else ())


def read_datasets(folder: Path = DEMO_DIR) -> tuple[DemoDataset, ...]:
    """Every dataset of the demonstration, in the order of the file names."""
    return tuple(read_dataset(path) for path in sorted((folder / "datasets").glob("*.yaml")))


def read_dataset(path: Path) -> DemoDataset:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    missing = [key for key in _REQUIRED if not document.get(key)]
    if missing:
        raise BadDemo(f"{path.name} lacks {', '.join(missing)}. Add what is missing.")
    root = path.parent.parent
    try:
        return _dataset(path.stem, document, root)
    except (KeyError, TypeError, ValueError) as error:
        raise BadDemo(f"{path.name} cannot be used: {error}. Compare it with a file beside it.") from error


def to_document(dataset: DemoDataset) -> dict[str, Any]:
    """The flat metadata as a document of the templates; what a dataset does not say is left out."""
    flat = dataset.metadata
    study = {name: flat[name] for name in _STUDY if name in flat}
    study["source_identifiers"] = [dict(identifier) for identifier in dataset.source_identifiers]
    biosample = {"organism": _terms(flat.get("organism")), "description": flat.get("biosample")}
    biosample |= {name: [dict(term) for term in flat.get(name, ())] for name in _SAMPLE}
    acquisition = {"imaging_method": _terms(flat.get("imaging_method"))}
    return {"study": study, "biosample": _said(biosample), "acquisition": _said(acquisition)}


def template_name(dataset: DemoDataset) -> str:
    """The template that fits: electron microscopy by the method, all else is light."""
    method = str(dataset.metadata.get("imaging_method", {}).get("label", ""))
    return "electron-microscopy" if "electron" in method else "light-microscopy"


def _terms(value: Mapping[str, str] | None) -> list[dict[str, str]]:
    """`{text: …}` is free text: a term without identifier."""
    if not value:
        return []
    return [{"curie": value.get("curie", ""), "label": value.get("label", value.get("text", ""))}]


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def read_credits(folder: Path = DEMO_DIR) -> dict[str, dict[str, str]]:
    """The rows of CREDITS.tsv by path; an OME-Zarr folder has one row."""
    with (folder / "CREDITS.tsv").open(encoding="utf-8", newline="") as table:
        return {row["path"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}


def _dataset(slug: str, document: Mapping[str, Any], root: Path) -> DemoDataset:
    later = document.get("next_version")
    return DemoDataset(
        slug=slug,
        state=State(document["state"]),
        metadata={key: document[key] for key in _METADATA if key in document},
        source_identifiers=tuple(document["source_identifiers"]),
        credit=document["credit"],
        files=_files(document["files"], root),
        curation=_curation(document["curation"]),
        faults=tuple(document.get("faults", ())),
        next_version=DemoVersion(later["reason"], _files(later["files"], root)) if later else None,
        joined=bool(document.get("joined", False)),
    )


def _files(rows: list[Mapping[str, str]], root: Path) -> tuple[DemoFile, ...]:
    return tuple(_file(row, root) for row in rows)


def _file(row: Mapping[str, str], root: Path) -> DemoFile:
    source = root / row["source"]
    bundle = row.get("kind") == "bundle"
    if not (source.is_dir() if bundle else source.is_file()):
        raise BadDemo(f"there is no {'folder' if bundle else 'file'} {row['source']}")
    return DemoFile(row["path"], source, row["credit"], row["licence"], bundle)


def _curation(row: Mapping[str, Any]) -> DemoCuration:
    return DemoCuration(
        state=CurationState(row["state"]),
        nominate_reason=row.get("nominate_reason", ""),
        reviews=tuple(DemoReview(**review) for review in row.get("reviews", ())),
        decision=row.get("decision"),
    )
