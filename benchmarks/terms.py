"""Loading all shipped vocabularies, and suggestions out of them: python -m benchmarks.terms.

Suggestions are asked for as somebody types: every name of the table from its second letter to its last, over the
vocabularies of its field and over all of them. The whole request through the framework, warm, in this process.
"""

import argparse
import os
import sys
import time
from statistics import median, quantiles
from urllib.parse import urlencode

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
django.setup()

from django.test import Client  # noqa: E402 - the models come after the set-up
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from archive.services.terms import load_ontology  # noqa: E402
from archive.terms import SHIPPED  # noqa: E402

BUDGET_MS = 50.0
GROWTH_MB = 20.0
TYPED = (
    ("NCBITaxon", "mouse"),
    ("NCBITaxon", "Caenorhabditis elegans"),
    ("FBbi", "confocal microscopy"),
    ("FBbi", "light sheet"),
    ("cellosaurus,EFO", "HEK 293"),
    ("UBERON", "liver"),
    ("UBERON", "left lung of"),
    ("CL", "cell of t"),
    ("CL", "pyramidal neuron"),
    ("MONDO,EFO", "carcinoma of breast"),
    ("MONDO,EFO", "syndrome type 1"),
    ("GO", "mitotic spindle"),
    ("CMPO,PATO", "binuclear cell"),
)


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        load_all()
        own, every, grown = typed_out()
    finally:
        teardown_databases(databases, verbosity=0)
    is_quick = all([said("suggestions for a field", own), said("suggestions from all vocabularies", every)])
    print(f"{'memory after all of them':38} +{grown:.0f} MB   budget {GROWTH_MB:.0f}")
    return 0 if is_quick and grown <= GROWTH_MB else 1


def load_all() -> None:
    started = time.perf_counter()
    for info in SHIPPED:
        before = time.perf_counter()
        loaded = load_ontology(info)
        print(f"load {info.name:33} {loaded.count:7,} terms  {time.perf_counter() - before:5.1f} s", flush=True)
    print(f"{'load everything':38} {time.perf_counter() - started:20.1f} s")


def typed_out() -> tuple[list[float], list[float], float]:
    client = Client()
    seconds_of(client, "mouse", "")
    before = resident_mb()
    beginnings = [(field, name[:end]) for field, name in TYPED for end in range(2, len(name) + 1)]
    own = [seconds_of(client, typed, field) for field, typed in beginnings]
    every = [seconds_of(client, typed, "") for _, typed in beginnings]
    return own, every, resident_mb() - before


def resident_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6


def seconds_of(client: Client, typed: str, ontology: str) -> float:
    start = time.perf_counter()
    response = client.get(f"/api/v1/terms/?{urlencode({'q': typed, 'ontology': ontology, 'limit': 8})}")
    if response.status_code != 200:
        raise SystemExit(f"“{typed}” was answered with {response.status_code}.")
    return time.perf_counter() - start


def said(what: str, taken: list[float]) -> bool:
    p95 = quantiles(taken, n=20)[-1] * 1000
    middle, worst = median(taken) * 1000, max(taken) * 1000
    print(f"{what:38} p50 {middle:6.1f} ms   p95 {p95:6.1f} ms   most {worst:6.1f} ms   budget {BUDGET_MS:.0f}")
    return p95 <= BUDGET_MS


if __name__ == "__main__":
    sys.exit(main())
