"""What an installation lacks is a reason in a sentence; what it has, every worker of the pool reads."""

import shutil
import sys
from pathlib import Path

import imagecodecs
import pytest

from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome
from archive.imaging.pool.client import running_pool
from archive.imaging.readers import dicom_header, nd2
from archive.imaging.spec import RenderSpec
from tests.archive.imaging.files import values
from tests.archive.imaging.vendor_files import lif_image, write_lif

DATA = Path(__file__).parents[2] / "data" / "vendor"
FILES = sorted(path.name for path in DATA.iterdir())
LIBRARIES = {"nd2": "example-cerevisiae.nd2", "pydicom": "sm_image_grayscale.dcm"}


@pytest.mark.parametrize("module, name", LIBRARIES.items())
def test_a_library_that_is_not_installed_is_a_reason(monkeypatch, module, name):
    nd2._files.clear()
    dicom_header.headers.clear()
    monkeypatch.setitem(sys.modules, module, None)
    found = describe(DATA, name)
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, "format-not-installed")
    assert "the administrator installs" in found.reason.sentence
    assert found.reason.sentence.endswith(".")


@pytest.fixture
def folder(tmp_path):
    """The real files, and those of formats of which there is none."""
    for name in FILES:
        shutil.copy(DATA / name, tmp_path / name)
    pixels = values(40, 50)
    write_lif(tmp_path / "made.lif", lif_image("a", [("X", 50, 2), ("Y", 40, 100)], [(0, 0)]), {"a": pixels.tobytes()})
    (tmp_path / "made.jp2").write_bytes(imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True))
    return tmp_path


def test_the_sandboxed_pool_reads_every_format(folder):
    with running_pool(1) as pool:
        for name in (*FILES, "made.lif", "made.jp2"):
            described = pool.describe(folder, name)
            assert described.outcome is Outcome.READ, (name, described.reason)
            assert len(pool.thumbnails(folder, name, 0, (64, 32))) == 2
            assert pool.render(folder, name, 0, RenderSpec(max_size=128)).width > 0
            pool.check(folder, name, 0)
            with pytest.raises(Unreadable):
                pool.thumbnails(folder, name, 9)
