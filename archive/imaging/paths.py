"""PURE: paths that a file names. They are relative to the root of the dataset, use `/`, and never lead outside."""

import posixpath
from pathlib import Path

from archive.imaging.errors import Unreadable


def normalised(path: str) -> str:
    """A relative path without `.`, `..` or doubled slashes; refuses what leads outside the root."""
    return _inside(path, path)


def _inside(path: str, named: str) -> str:
    clean = posixpath.normpath(path.replace("\\", "/"))
    if "\0" in path or clean.startswith(("/", "../")) or clean in ("..", ".") or clean[1:2] == ":":
        raise Unreadable(
            "path-outside",
            f"The file refers to “{named}”, which lies outside the dataset's folder. "
            "Put all files that belong together into one folder and refer to them by name.",
            hostile=True,
        )
    return clean


def beside(main: str, name: str) -> str:
    """The path of a file that `main` names; names are relative to the folder of `main`."""
    plain = name.replace("\\", "/")
    absolute = plain.startswith("/") or plain[1:2] == ":"
    return _inside(plain if absolute else posixpath.join(posixpath.dirname(main), plain), name)


def located(root: Path, path: str) -> Path:
    """The file on disk; refuses links that lead outside the root."""
    found = root / normalised(path)
    if not found.resolve().is_relative_to(root.resolve()):
        raise Unreadable("path-outside", f"“{path}” is a link that leads outside the dataset's folder.", hostile=True)
    return found
