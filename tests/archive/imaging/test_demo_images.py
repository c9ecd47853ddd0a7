"""The images that the demo ships are read as the independent readers read them: a slide, plates, sets, series."""

from collections import Counter
from pathlib import Path

from archive.imaging import registry, report
from archive.imaging.describe import describe
from archive.imaging.model import Outcome
from tests.archive.imaging.agreement import CORE, compare, table

DEMO = Path(__file__).parents[3] / "demo"


def test_the_demo_is_read_as_its_table_says():
    rows = [row | {"confidence": "", "uncertain": "", "format": "read"} for row in table(DEMO / "expected_images.tsv")]
    agreement = compare(DEMO, rows, tuple(column for column in CORE if column != "rgb"))
    assert agreement.wrong == []
    assert sum(agreement.compared.values()) > 600


def test_a_plane_of_every_demo_image_is_read():
    formats: Counter[str] = Counter()
    for path in dict.fromkeys(row["path"] for row in table(DEMO / "expected_images.tsv")):
        found = describe(DEMO, path)
        if found.outcome is not Outcome.READ:
            continue
        reader = registry.open_reader(DEMO, path)
        for image in found.images:
            formats[report.FORMATS[image.format]] += 1
            level = image.levels - 1
            width, height = reader.levels(DEMO / path, DEMO, image.series)[level]
            plane = reader.read_plane(
                DEMO / path, DEMO, image.series,
                c=len(image.channels) - 1, z=image.size_z - 1, t=image.size_t - 1, level=level, region=None,
            )  # fmt: skip
            assert plane.shape[:2] == (height, width)
            assert (plane.ndim == 3) == image.rgb
    assert len(formats) >= 6, formats
