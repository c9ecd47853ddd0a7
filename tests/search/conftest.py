"""Search over the database: an index of its own for every test, and a study with its vocabulary."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.models import Dataset, Term
from search.backends.base import SearchBackend
from search.backends.choice import backend_for
from tests.factories.archive import ImageFactory, ReleasedDatasetFactory
from tests.shared_engines import drop_indices

HELA = {"curie": "NCBITaxon:9606", "label": "Homo sapiens"}


@pytest.fixture
def index_folder(tmp_path: Path, settings: Any) -> Path:
    """The folder of an empty embedded index that the portal of this test uses."""
    folder = tmp_path / "search"
    settings.PORTAL_SEARCH_URL = f"tantivy://{folder}"
    return folder


@pytest.fixture
def index(request: pytest.FixtureRequest, settings: Any) -> Iterator[SearchBackend]:
    """An empty index in the engine that the tests are run on; in a folder for a test that asks for the folder."""
    if "index_folder" in request.fixturenames or settings.PORTAL_SEARCH_URL.startswith("tantivy:"):
        yield backend_for(f"tantivy://{request.getfixturevalue('index_folder')}")
        return
    settings.PORTAL_SEARCH_URL = f"{settings.PORTAL_SEARCH_URL}-{uuid.uuid4().hex[:8]}"
    engine = backend_for(settings.PORTAL_SEARCH_URL)
    yield engine
    drop_indices(engine)
    engine.client.close()
    backend_for.cache_clear()


@pytest.fixture
def vocabulary(db: None) -> None:
    """Two organisms with their class, and two imaging methods."""
    rows: tuple[tuple[str, str, list[tuple[str, str]], list[str]], ...] = (
        ("NCBITaxon:40674", "Mammalia", [("common", "mammals")], []),
        ("NCBITaxon:9606", "Homo sapiens", [("common", "human"), ("broad", "hominid")], ["NCBITaxon:40674"]),
        ("NCBITaxon:10090", "Mus musculus", [("common", "mouse")], ["NCBITaxon:40674"]),
        ("FBbi:00000251", "confocal microscopy", [("abbrev", "CLSM")], ["FBbi:00000345"]),
        ("FBbi:00000345", "light microscopy", [], []),
    )
    for curie, label, synonyms, ancestors in rows:
        texts = [{"scope": scope, "text": text} for scope, text in synonyms]
        ontology = curie.split(":", maxsplit=1)[0]
        Term.objects.create(
            curie=curie, ontology=ontology, version="1", label=label, synonyms=texts, ancestors=ancestors
        )


def study(title: str = "Nuclear envelope breakdown", **study_fields: Any) -> dict[str, Any]:
    """Metadata as the templates define them."""
    return {
        "study": {
            "title": title,
            "description": "We followed lamin B1 through mitosis.",
            "licence": "CC-BY-4.0",
            "keywords": ["mitosis"],
            "authors": [{"name": "Ada Müller", "affiliation": "Institute of Cells"}, {"name": "B. Okafor"}],
            **study_fields,
        },
        "biosample": {"organism": [HELA], "description": "HeLa Kyoto cells", "cell_line": ["HeLa"]},
        "acquisition": {"imaging_method": [{"curie": "FBbi:00000251", "label": "confocal"}]},
    }


@pytest.fixture
def released(vocabulary: None) -> Callable[..., Dataset]:
    """Makes a released dataset with images: `released(images=3, metadata=study("…"))`."""

    def make(images: int = 1, metadata: dict[str, Any] | None = None, **fields: Any) -> Dataset:
        factory = fields.pop("factory", ReleasedDatasetFactory)
        dataset = factory(**fields)
        version = dataset.versions.get()
        version.metadata = metadata or study()
        version.image_count = images
        version.byte_count = images * 1_000_000
        version.save()
        ImageFactory.create_batch(images, dataset=dataset)
        return dataset

    return make
