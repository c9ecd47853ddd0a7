"""What a worker does for a request: one table, operation to function. Runs inside the sandbox only."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.imaging import describe as describing
from archive.imaging import measuring, paths, regions, registry, rendering
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, ImageMetadata, Rendered
from archive.imaging.pool.codec import decode, encode
from archive.imaging.pool.wire import Message
from archive.imaging.quality import checking
from archive.imaging.source import Source
from archive.imaging.spec import RenderSpec, SectionSpec, TileSpec


def _path(request: dict[str, Any]) -> tuple[Path, str]:
    return Path(request["root"]), paths.normalised(str(request["path"]))


@lru_cache(maxsize=8)
def _described(root: Path, path: str, stamp: tuple[int, ...]) -> Description:
    return describing.describe(root, path)


def _description(root: Path, path: str) -> Description:
    """Remembered while file and folder stay the same, so that a thumbnail right after needs no second look."""
    return _described(root, path, _stamp(root, path))


def _stamp(root: Path, path: str) -> tuple[int, ...]:
    """The folder's own time is part of it: whoever fills it sets it anew, since files named here came or went."""
    try:
        folder, state = root.stat(), (root / path).stat()
    except FileNotFoundError as error:
        raise Unreadable("missing-file", "The file is not there. Upload it again.") from error
    return folder.st_mtime_ns, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=32)
def _opened(root: Path, path: str, stamp: tuple[int, ...], series: int) -> Source:
    """Remembered too: the next tile needs neither the file's kind nor its levels again."""
    image = _image(_described(root, path, stamp), series)
    return Source(registry.open_reader(root, path), root / path, root, image, (str(root), path, *stamp))


def _source(request: dict[str, Any]) -> Source:
    root, path = _path(request)
    return _opened(root, path, _stamp(root, path), int(request["series"]))


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))


def _image(description: Description, series: int) -> ImageMetadata:
    for image in (*description.images, *description.labels):
        if image.series == series:
            return image
    if description.reason is not None:
        raise Unreadable(description.reason.code, description.reason.sentence)
    raise Unreadable("no-such-image", f"The file holds no image number {series}. Read the file again.")


def _pictures(*pictures: Rendered) -> Message:
    return {"pictures": [encode(picture) for picture in pictures]}, [picture.data for picture in pictures]


def describe(request: dict[str, Any]) -> Message:
    return {"description": encode(_description(*_path(request)))}, []


def render(request: dict[str, Any]) -> Message:
    return _pictures(rendering.render(_source(request), decode(RenderSpec, request["spec"])))


def thumbnails(request: dict[str, Any]) -> Message:
    return _pictures(*rendering.thumbnails(_source(request), tuple(int(size) for size in request["sizes"])))


def tile(request: dict[str, Any]) -> Message:
    return _pictures(rendering.tile(_source(request), decode(TileSpec, request["spec"])))


def section(request: dict[str, Any]) -> Message:
    return _pictures(rendering.section(_source(request), decode(SectionSpec, request["spec"])))


def histograms(request: dict[str, Any]) -> Message:
    at = {axis: _whole(request.get(axis)) for axis in ("z", "t", "z_last")}
    found = measuring.histograms(_source(request), **at)
    return {"histograms": [encode(one) for one in found]}, []


def values(request: dict[str, Any]) -> Message:
    at = {axis: _whole(request.get(axis)) for axis in "zt"}
    return {"values": measuring.values(_source(request), x=int(request["x"]), y=int(request["y"]), **at)}, []


def shapes(request: dict[str, Any]) -> Message:
    at = {axis: _whole(request.get(axis)) for axis in "zt"}
    found = regions.regions(_description(*_path(request)).ome_xml, int(request["series"]), **at)
    return {"regions": encode(found)}, []


def mask(request: dict[str, Any]) -> Message:
    xml = _description(*_path(request)).ome_xml
    return _pictures(regions.mask(xml, int(request["series"]), int(request["number"])))


def labels(request: dict[str, Any]) -> Message:
    series = int(request["series"])
    found = [label for label in _description(*_path(request)).labels if label.label_of == series]
    return {"labels": [encode(label) for label in found]}, []


def levels(request: dict[str, Any]) -> Message:
    return {"levels": [list(size) for size in _source(request).levels]}, []


def raw(request: dict[str, Any]) -> Message:
    where = {axis: int(request[axis]) for axis in ("c", "z", "t", "level")}
    x, y, width, height = (int(value) for value in request["region"])
    found = measuring.raw(_source(request), **where, region=(x, y, width, height))
    return {"raw": encode(found)}, [found.data]


def check(request: dict[str, Any]) -> Message:
    root, path = _path(request)
    findings = checking.check(_source(request), _description(root, path))
    return {"findings": [encode(finding) for finding in findings]}, []


OPERATIONS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "describe": describe,
    "render": render,
    "thumbnails": thumbnails,
    "tile": tile,
    "section": section,
    "histograms": histograms,
    "values": values,
    "regions": shapes,
    "mask": mask,
    "labels": labels,
    "levels": levels,
    "raw": raw,
    "check": check,
}
