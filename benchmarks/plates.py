"""The page of a plate of 384 wells, coloured by a deposited table: python -m benchmarks.plates.

The whole page through the framework, warm, in this process: what the web server adds is a millisecond or two.
"""

import argparse
import gc
import os
import sys
import time
from statistics import median, quantiles

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.testing")
django.setup()

from django.test import Client  # noqa: E402 - the models come after the set-up
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from tests.archive.views.test_plates import full_plate, table  # noqa: E402
from tests.factories.archive import ReleasedDatasetFactory  # noqa: E402

BUDGET_MS = 150.0
ROUNDS = 60


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        dataset = ReleasedDatasetFactory()
        plate = full_plate(dataset, 16, 24)
        wells = "".join(f"{well.name},{well.column}\n" for well in plate.wells.all())
        table(dataset, f"Well,intensity\n{wells}")
        seconds_of(Client(), plate.get_absolute_url())
        gc.freeze()  # as portal.wsgi does once all is loaded
        taken = [seconds_of(Client(), plate.get_absolute_url()) for _ in range(ROUNDS)]
    finally:
        teardown_databases(databases, verbosity=0)
    p95 = quantiles(taken, n=20)[-1] * 1000
    print(f"{'page of 384 wells':34} p50 {median(taken) * 1000:6.1f} ms   p95 {p95:6.1f} ms   budget {BUDGET_MS:.0f}")
    return 0 if p95 <= BUDGET_MS else 1


def seconds_of(client: Client, address: str) -> float:
    start = time.perf_counter()
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"The page answered {response.status_code}.")
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
