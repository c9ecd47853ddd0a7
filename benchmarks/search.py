"""Search on the embedded index: python -m benchmarks.search [--images 100000]. Figures stand beside their budgets.

The images are generated, with a fixed seed: organisms, methods and channels as skewed as in real archives.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from search.address import from_params
from search.backends.document import SearchDocument, TermValue
from search.backends.embedded import EmbeddedBackend
from search.facets import Kind

PUBLIC = frozenset({"public"})
IMAGES_OF_A_DATASET = 100
# A lineage is some thirty names long, as in NCBITaxon; every document carries it.
_LINEAGE = """
cellular organisms|Eukaryota|eukaryotes|Opisthokonta|Metazoa|animals|Eumetazoa|Bilateria|Deuterostomia|Chordata
chordates|Craniata|Vertebrata|vertebrates|Gnathostomata|jawed vertebrates|Teleostomi|Euteleostomi|bony vertebrates
Sarcopterygii
Dipnotetrapodomorpha|Tetrapoda|tetrapods|Amniota|amniotes|Mammalia|mammals|Theria|Eutheria|placentals
"""
LINEAGE = tuple(_LINEAGE.strip().replace("\n", "|").split("|"))


def organism(label: str, *synonyms: str, above: int = len(LINEAGE)) -> TermValue:
    return TermValue("organism", label, synonyms, LINEAGE[:above])


ORGANISMS = [
    organism("Homo sapiens", "human", "man", "NCBITaxon:9606"),
    organism("Mus musculus", "mouse", "house mouse", "NCBITaxon:10090"),
    organism("Danio rerio", "zebrafish", "NCBITaxon:7955", above=19),
    organism("Drosophila melanogaster", "fruit fly", "NCBITaxon:7227", above=8),
]
METHODS = [
    TermValue("imaging_method", name, (f"FBbi:{number:08}",), ("imaging method", "microscopy", "light microscopy"))
    for number, name in enumerate(
        ["confocal microscopy", "spinning disk confocal microscopy", "light sheet microscopy", "electron microscopy"]
    )
]
CHANNELS = ["DAPI", "GFP", "mCherry", "Alexa Fluor 488", "Alexa Fluor 647", "MitoTracker", "Hoechst 33342"]
WORDS = ["nuclear", "envelope", "mitosis", "golgi", "membrane", "actin", "screen", "knockdown", "embryo", "synapse"]
NAMES = ["Lindqvist", "Okafor", "Marchetti", "Tanabe", "Weissmann", "Adeyemi", "Quiroga", "Achterberg", "Haldane"]
# name, parameters, budget of the 95th percentile in ms for a million images
QUESTIONS: list[tuple[str, dict[str, list[str]], int]] = [
    ("match all, every facet", {}, 250),
    ("text, two filters", {"q": ["nuclear envelope"], "organism": ["Homo sapiens"], "pixel_size.max": ["0.2"]}, 60),
    ("synonym", {"q": ["human mitosis"]}, 60),
    ("newest first, page two", {"sort": ["date"], "size": ["50"]}, 250),
]


def images(count: int) -> Iterator[SearchDocument]:
    """Documents as search/documents.py builds them: those of a dataset share its metadata."""
    chance = random.Random(7)
    for first in range(0, count, IMAGES_OF_A_DATASET):
        number = first // IMAGES_OF_A_DATASET
        shared = _Dataset(
            accession=f"MG-D{number}",
            access=("public",) if chance.random() < 0.95 else (f"dataset:{number}",),
            title=" ".join(chance.sample(WORDS, 6)),
            terms=(chance.choices(ORGANISMS, [8, 4, 2, 1])[0], chance.choice(METHODS)),
            year=chance.randint(2012, 2026),
            authors=tuple(f"{chance.choice('ABCDEFGH')}. {chance.choice(NAMES)}" for _ in range(8)),
        )
        for at in range(first, min(count, first + IMAGES_OF_A_DATASET)):
            yield _image(shared, at, chance)


@dataclass(frozen=True)
class _Dataset:
    accession: str
    access: tuple[str, ...]
    title: str
    terms: tuple[TermValue, ...]
    year: int
    authors: tuple[str, ...]


def _image(dataset: _Dataset, at: int, chance: random.Random) -> SearchDocument:
    dyes = chance.sample(CHANNELS, chance.randint(1, 4))
    path = f"plate_{at // 96}/{chance.choice('ABCDEFGH')}{at % 12:02}/field_{at % 4}.ome.tif"
    pixel = round(chance.lognormvariate(-2, 1), 3)
    species, method = (term.key for term in dataset.terms)
    plain = {
        "licence": "CC-BY-4.0" if at % 3 else "CC0-1.0",
        "format": chance.choice(["ome-tiff", "ome-zarr", "tiff"]),
        "modality": "fluorescence microscopy",
        "year": str(dataset.year),
    }
    return SearchDocument(
        id=f"{dataset.accession}-I{at}",
        kind=Kind.IMAGE,
        access=dataset.access,
        title=path.rsplit("/", 1)[-1],
        terms=(
            *dataset.terms,
            *(TermValue(name, value) for name, value in plain.items()),
            *(TermValue("channel", dye) for dye in dyes),
        ),
        numbers={
            "pixel_size": [pixel],
            "size_x": [2048],
            "size_y": [2048],
            "size_c": [len(dyes)],
            "bytes": [at],
        },
        texts={
            "description": ["Zeiss LSM 980"],
            "sample": ["mitotic spindle", "HeLa"],
            "keyword": dataset.title.split()[:3],
            "dataset": [dataset.accession, dataset.title],
            "author": dataset.authors,
            "file": [path],
        },
        date=f"{dataset.year}-03-01",
        size=at * 1000,
        shown={
            "dataset": dataset.accession,
            "dataset_title": dataset.title,
            "file": path,
            "channels": dyes,
            "channel_count": len(dyes),
            "pixel_size": f"{pixel} µm",
            "sizes": f"2,048 × 2,048 × 1 × {len(dyes)} × 1",
            "organisms": [species],
            "imaging_method": method,
            "alt": f"{species}, {method}: {', '.join(dyes)}",
            "caption": f"{', '.join(dyes)} · {pixel} µm",
        },
    )


def p95(ask: Callable[[], object], times: int = 25) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - started) * 1000)
    return quantiles(taken, n=20)[-1]


def row(name: str, figure: float, budget: float, unit: str) -> None:
    print(f"{name:28} {figure:10.1f} {unit:4} budget {budget:8.1f}  ratio {figure / budget:5.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    count = parser.parse_args().images
    with tempfile.TemporaryDirectory() as folder:
        backend = EmbeddedBackend(Path(folder))
        started = time.perf_counter()
        backend.rebuild(Kind.IMAGE, images(count))
        print(f"{count} images indexed in {time.perf_counter() - started:.0f} s; times allowed are those of a million")
        stored = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        row("index", stored / 1e6, 300 * count / 1e6, "MB")
        for name, params, budget in QUESTIONS:
            query = from_params(Kind.IMAGE, params)
            row(name, p95(lambda query=query: backend.search(query, PUBLIC)), budget, "ms")
        row("autocomplete", p95(lambda: backend.suggest(Kind.IMAGE, "mit", PUBLIC)), 50, "ms")


if __name__ == "__main__":
    main()
