"""What the server imports before it forks, so that no worker pays for it."""

import contextlib
import pkgutil
from importlib import import_module

from archive.imaging import readers

# Loaded by readers when first needed. None may start a thread when imported: forking needs a single one.
LIBRARIES = (
    "numpy",
    "PIL.Image",
    "PIL.WebPImagePlugin",
    "tifffile",
    "imagecodecs",
    "zarr",
    "openslide",
    "pyvips",
    "lxml.etree",
    "nd2",
    "pydicom",
)


def warm_up() -> None:
    """An optional library that is not installed is for its reader to complain about."""
    names = [f"{readers.__name__}.{module.name}" for module in pkgutil.iter_modules(readers.__path__)]
    for name in (*LIBRARIES, *names):
        with contextlib.suppress(ImportError):
            import_module(name)
