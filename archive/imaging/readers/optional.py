"""PURE: the libraries that an installation may lack. Their absence is a reason, never a crash.

They are pinned in requirements-formats.txt and loaded here, when a file first needs them.
"""

from importlib import import_module
from typing import Any

from archive.imaging.errors import Unreadable

CODE = "format-not-installed"


def library(module: str, package: str, label: str) -> Any:
    """The module; raises Unreadable with what the administrator installs when it is not there."""
    try:
        return import_module(module)
    except ImportError as problem:
        sentence = f"To read {label} files the administrator installs the Python package {package}"
        raise Unreadable(
            CODE, f"{sentence} (pip install -r requirements-formats.txt). The file is archived as it is."
        ) from problem
