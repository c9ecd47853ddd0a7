"""PURE: a few open TIFFs, so that the tiles of one image do not open and parse it again each time."""

import atexit
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Any

import tifffile

from archive.imaging import tiff_chain
from archive.imaging.readers.edge import reading

_KEPT = 4
# Directories that stay parsed with their sub-directories, of all open files: those of the planes that are looked at.
_KEPT_PAGES = 256
_open: OrderedDict[tuple[str, int, int], tifffile.TiffFile] = OrderedDict()
_pages: OrderedDict[tuple[int, int], Any] = OrderedDict()
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
                _close(_open.popitem(last=False)[1])
        _open.move_to_end(key)
        return _open[key]


def page(tif: tifffile.TiffFile, index: int) -> Any:
    """A directory of an open file, parsed once while it is looked at."""
    key = (id(tif), index)
    if key not in _pages:
        found: Any = tif.pages[index]
        if getattr(found, "subifds", None):
            found.pages.cache = True
        _pages[key] = found
        while len(_pages) > _KEPT_PAGES:
            _pages.popitem(last=False)
    _pages.move_to_end(key)
    return _pages[key]


def _close(tif: tifffile.TiffFile) -> None:
    for key in [key for key in _pages if key[0] == id(tif)]:
        del _pages[key]
    tif.close()


@atexit.register
def close_all() -> None:
    """Close every kept file."""
    while _open:
        _close(_open.popitem()[1])
