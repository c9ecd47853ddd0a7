"""PURE: the edge to the libraries that decode. Their errors become Unreadable here, with a sentence."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from archive.imaging.errors import Unreadable

# What tifffile, imagecodecs, Pillow, OpenSlide, libvips and zarr raise on broken input. They promise no narrower set:
# a wrong tag surfaces as whatever the arithmetic on it raises. Their own errors are RuntimeErrors.
LIBRARY_ERRORS = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, struct.error,
    RuntimeError, SyntaxError, EOFError, OSError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@contextmanager
def reading(what: str, code: str = "broken") -> Iterator[None]:
    """Raise Unreadable from whatever a library raises inside."""
    try:
        yield
    except MemoryError as problem:
        raise Unreadable(
            "too-much-memory", f"This {what} needs more memory than reading may take. Save it with tiles.", hostile=True
        ) from problem
    except FileNotFoundError as problem:
        raise Unreadable("missing-file", f"The {what} is not there any more. Upload it again.") from problem
    except LIBRARY_ERRORS as problem:
        detail = " ".join(str(problem).split())[:160] or type(problem).__name__
        raise Unreadable(
            code, f"This {what} is broken ({detail}). Open it where it was made and export it again."
        ) from problem
