"""PURE: what a file holds. Bad input is an outcome with a reason here, never an exception."""

from pathlib import Path

from archive.imaging import paths, registry
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, Outcome, Reason
from archive.imaging.readers.edge import reading

# Sound files of a kind that cannot be shown; every other code means that something is wrong with the file.
_NOT_SHOWN = frozenset({"pixel-type", "volumetric", "unknown-axes", "not-an-image", "format-not-installed"})


def describe(root: Path, path: str) -> Description:
    """Describe a file or an OME-Zarr folder, `path` being relative to `root`. Decodes no pixels."""
    try:
        found = paths.located(root, path)
        identified = registry.identify(found)
        if identified.code:
            reason = Reason(identified.code, identified.sentence)
            return Description(path, Outcome.KEPT, members=(path,), reason=reason)
        with reading(identified.kind.label):
            return registry.load(identified.kind.reader).describe(found, root)
    except Unreadable as problem:
        reason = Reason(problem.code, problem.sentence)
        outcome = Outcome.KEPT if problem.code in _NOT_SHOWN else Outcome.REFUSED
        return Description(path, outcome, members=(path,), reason=reason)
