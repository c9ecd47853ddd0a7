"""Which file of a draft somebody may have meant by a path that is not there: “did you mean …”."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from archive.models import Deposition
from archive.selectors import quality
from archive.uploads import paths

_CHUNK = 5000
_SEVERAL = "several"


def proposals_for(asked: Iterable[str], deposition: Deposition) -> dict[str, str]:
    """A sentence for each of these paths for which there is one, found by going through the draft's paths once."""
    wanted = {path: _keys(path) for path in asked}
    found: dict[tuple[int, str], str] = dict.fromkeys((key for keys in wanted.values() for key in keys), "")
    if not found:
        return {}
    for path in quality.current_files(deposition).values_list("path", flat=True).iterator(chunk_size=_CHUNK):
        for key in _keys(path):
            if key in found:
                found[key] = _SEVERAL if found[key] else path
    sentences = {path: _sentence([found[key] for key in keys]) for path, keys in wanted.items()}
    return {path: sentence for path, sentence in sentences.items() if sentence}


def _keys(path: str) -> list[tuple[int, str]]:
    """What a path may be known by, the surest first: letters' case, spelling, its name alone, its name's spelling."""
    name = PurePosixPath(path).name
    stem = name.split(".")[0]
    return [(0, paths.key(path)), (1, _loose(path)), (2, paths.key(name)), (3, _loose(name)), (4, _loose(stem))]


def _loose(text: str) -> str:
    return re.sub(r"[\W_]+", "", paths.key(text))


def _sentence(found: list[str]) -> str:
    first = next((path for path in found if path), "")
    if first == _SEVERAL:
        return "Several files have this name: write the path with its folders."
    return f"Did you mean “{first}”?" if first else ""
