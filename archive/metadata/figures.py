"""PURE: which figures of the paper an image is in, by what the depositor wrote below “Figures”."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from .items import items_of, named_in
from .model import Document

_NUMBER = re.compile(r"I[0-9]+", re.ASCII)


def figures_of(document: Document, *, accession: str, paths: Sequence[str], component: str = "") -> list[str]:
    """Labels of the figures that name this image: by the path of one of its files (`*` stands for anything), by its
    accession, by its number alone (`I7`), or as one of the study component that is called `component`."""
    rows = items_of(document, "figures")
    labels = [
        str(row.get("label") or "")
        for row in rows
        if _names(row.get("images"), accession, paths) or (component and component in named_in(row.get("components")))
    ]
    return list(dict.fromkeys(label for label in labels if label))


def _names(wanted: Any, accession: str, paths: Sequence[str]) -> bool:
    texts = [text.strip() for text in wanted if isinstance(text, str)] if isinstance(wanted, list) else []
    return any(_is(text, accession, paths) for text in texts)


def _is(text: str, accession: str, paths: Sequence[str]) -> bool:
    if text == accession or (_NUMBER.fullmatch(text) and accession.endswith(f"-{text}")):
        return True
    # A bracket is a letter in a file's name, and no set.
    pattern = text.replace("[", "[[]")
    return any(fnmatchcase(path, pattern) for path in paths)
