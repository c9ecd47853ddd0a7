"""Search on the embedded index: python -m benchmarks.search [--images 100000]. Figures stand beside their budgets.

The images are generated, with a fixed seed: organisms, methods and channels as skewed as in real archives.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

from search.backends.document import SearchDocument, TermValue
from search.backends.embedded import EmbeddedBackend
from search.facets import Kind
from search.query import from_params

PUBLIC = frozenset({"public"})
ORGANISMS = [
    ("Homo sapiens", "human"),
    ("Mus musculus", "mouse"),
    ("Danio rerio", "zebrafish"),
    ("Drosophila melanogaster", "fly"),
]
METHODS = ["confocal microscopy", "spinning disk confocal microscopy", "light sheet microscopy", "electron microscopy"]
CHANNELS = ["DAPI", "GFP", "mCherry", "Alexa Fluor 488", "Alexa Fluor 647", "MitoTracker", "Hoechst 33342"]
WORDS = ["nuclear", "envelope", "mitosis", "golgi", "membrane", "actin", "screen", "knockdown", "embryo", "synapse"]
# name, parameters, budget of the 95th percentile in ms for a million images
QUESTIONS: list[tuple[str, dict[str, list[str]], int]] = [
    ("match all, every facet", {}, 250),
    ("text, two filters", {"q": ["nuclear envelope"], "organism": ["Homo sapiens"], "pixel_size.max": ["0.2"]}, 60),
    ("synonym", {"q": ["human mitosis"]}, 60),
    ("newest first, page two", {"sort": ["date"], "size": ["50"]}, 250),
]


def images(count: int) -> Iterator[SearchDocument]:
    chance = random.Random(7)
    for at in range(count):
        organism, common = chance.choices(ORGANISMS, [8, 4, 2, 1])[0]
        dyes = chance.sample(CHANNELS, chance.randint(1, 4))
        year = chance.randint(2012, 2026)
        yield SearchDocument(
            id=f"MG-D{at // 100}-I{at}",
            kind=Kind.IMAGE,
            access=("public",) if chance.random() < 0.95 else (f"dataset:{at // 100}",),
            title=f"{' '.join(chance.sample(WORDS, 4))} field {at}",
            terms=(
                TermValue("organism", organism, (common,), ("Metazoa",)),
                TermValue("imaging_method", chance.choice(METHODS), (), ("light microscopy",)),
                TermValue("licence", chance.choice(["CC0-1.0", "CC-BY-4.0"])),
                TermValue("format", chance.choice(["ome-tiff", "ome-zarr", "tiff"])),
                TermValue("modality", "fluorescence"),
                TermValue("year", str(year)),
                *(TermValue("channel", dye) for dye in dyes),
            ),
            numbers={
                "pixel_size": [chance.lognormvariate(-2, 1)],
                "size_x": [2048],
                "size_y": [2048],
                "size_c": [len(dyes)],
            },
            date=f"{year}-{chance.randint(1, 12):02}-01",
            size=chance.randint(10**5, 10**10),
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
        print(f"{count} images indexed in {time.perf_counter() - started:.0f} s; budgets are those of a million")
        stored = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        row("index", stored / 1e6, 300, "MB")
        for name, params, budget in QUESTIONS:
            query = from_params(Kind.IMAGE, params)
            row(name, p95(lambda query=query: backend.search(query, PUBLIC)), budget, "ms")
        row("autocomplete", p95(lambda: backend.suggest(Kind.IMAGE, "mit", PUBLIC)), 50, "ms")


if __name__ == "__main__":
    main()
