"""PURE: a few open TIFFs, so that the tiles of one image do not open and parse it again each time."""

import atexit
import logging
from collections import OrderedDict
from pathlib import Path

import tifffile

from archive.imaging import tiff_chain
from archive.imaging.readers.edge import reading

_KEPT = 4
_open: OrderedDict[tuple[str, int, int], tifffile.TiffFile] = OrderedDict()
# tifffile logs what is wrong with a file; here that becomes an outcome, and the log would only repeat it.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def tiff(path: Path) -> tifffile.TiffFile:
    """An open file whose chain of directories was checked; closed when others push it out."""
    with reading("TIFF"):
        state = path.stat()
        key = (str(path), state.st_mtime_ns, state.st_size)
        if key not in _open:
            tiff_chain.check_chain(path)
            # The library would follow the file names in OME-XML by itself: our own reader does that, inside the root.
            _open[key] = tifffile.TiffFile(path, is_ome=False)
            while len(_open) > _KEPT:
                _open.popitem(last=False)[1].close()
        _open.move_to_end(key)
        return _open[key]


@atexit.register
def close_all() -> None:
    """Close every kept file."""
    while _open:
        _open.popitem()[1].close()
