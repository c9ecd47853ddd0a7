"""What a worker does for a request: one table, operation to function. Runs inside the sandbox only."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.imaging import describe as describing
from archive.imaging import paths, quality, registry, rendering
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, ImageMetadata, Rendered
from archive.imaging.pool.codec import decode, encode
from archive.imaging.pool.wire import Message
from archive.imaging.source import Source
from archive.imaging.spec import RenderSpec


def _path(request: dict[str, Any]) -> tuple[Path, str]:
    return Path(request["root"]), paths.normalised(str(request["path"]))


@lru_cache(maxsize=8)
def _described(root: Path, path: str, stamp: tuple[int, ...]) -> Description:
    return describing.describe(root, path)


def _description(root: Path, path: str) -> Description:
    """Remembered while file and folder stay the same, so that a thumbnail right after needs no second look.

    The folder's own time is part of that: whoever fills it sets it anew, since files that this one names came or went.
    """
    try:
        folder, state = root.stat(), (root / path).stat()
    except FileNotFoundError as error:
        raise Unreadable("missing-file", "The file is not there. Upload it again.") from error
    return _described(root, path, (folder.st_mtime_ns, state.st_mtime_ns, state.st_size))


def _source(request: dict[str, Any]) -> Source:
    root, path = _path(request)
    description = _description(root, path)
    image = _image(description, int(request["series"]))
    return Source(registry.open_reader(root, path), root / path, root, image)


def _image(description: Description, series: int) -> ImageMetadata:
    for image in description.images:
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


def check(request: dict[str, Any]) -> Message:
    root, path = _path(request)
    findings = quality.check(_source(request), _description(root, path))
    return {"findings": [encode(finding) for finding in findings]}, []


OPERATIONS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "describe": describe,
    "render": render,
    "thumbnails": thumbnails,
    "check": check,
}
