"""An image as OME-Zarr, made in the background: the pool reads, this process writes. The original stays as it is.

Asked for by a person, or by ingesting.py for a large image without smaller copies of itself (selectors/viewing.py's
`is_flat`); looking.py then draws its tiles from here, and the viewer's record says so by `coarsest`.

Each attempt writes under a prefix of its own, so that a half-written one is never served and is dropped by the next.
"""

import numpy as np
from django.db import transaction
from django.utils import timezone

from archive.errors import WrongState
from archive.events import Event, emit
from archive.imaging import colours
from archive.imaging.errors import Unreadable
from archive.interchange import ome_zarr
from archive.models import Image, Rendition, User
from archive.selectors.ome_xml import metadata_of
from archive.services.claims import MAX_TRIES, claimed
from archive.services.pixels import Pixels, pixels_of
from archive.states import ImageState, RenditionState
from archive.storage import derived, new_key, remove_tree, size_of, tree_of
from archive.zarr_store import StorageStore

_GIVEN_UP = f"It was begun {MAX_TRIES} times and interrupted each time. Ask for it again, or tell the administrator."


def want_rendition(*, image: Image, user: User | None = None) -> Rendition:
    """Have it made, unless it is or will be; one that failed is tried anew. Raises WrongState for what is not drawn."""
    if image.state != ImageState.RENDERED:
        raise WrongState(image.reason or "The image was not drawn yet. Ask again when it is.")
    with transaction.atomic():
        made, is_new = Rendition.objects.get_or_create(
            image=image, defaults={"dataset_id": image.dataset_id, "wanted_by": user}
        )
        failed = Rendition.objects.filter(pk=made.pk, state=RenditionState.FAILED)
        again = failed.update(state=RenditionState.WANTED, reason="", tries=0, moved_at=timezone.now())
        if is_new or again:
            emit(Event.RENDITION_WANTED, rendition_id=made.pk)
            made.refresh_from_db()
    return made


def make_rendition(*, rendition_id: int) -> None:
    """Read every pixel and write it, with a pyramid. May be interrupted at any moment and called again."""
    with claimed(Rendition, rendition_id, [RenditionState.WANTED]) as made:
        if made is None:
            return
        if made.tries > MAX_TRIES:
            _finish(made, RenditionState.FAILED, reason=_GIVEN_UP)
            return
        if made.prefix:
            remove_tree(derived(), made.prefix)
        prefix = new_key("renditions")
        Rendition.objects.filter(pk=made.pk).update(prefix=prefix)
        try:
            raw_size = _write(made.image, prefix)
        except Unreadable as unreadable:
            remove_tree(derived(), prefix)
            _finish(made, RenditionState.FAILED, reason=unreadable.sentence)
            return
        names = list(tree_of(derived(), prefix))
        size = sum(size_of(derived(), name) for name in names)
        _finish(made, RenditionState.MADE, raw_size=raw_size, size=size, object_count=len(names))


def _finish(made: Rendition, state: RenditionState, **fields: object) -> None:
    rows = Rendition.objects.filter(pk=made.pk, state=RenditionState.WANTED)
    rows.update(state=state, tries=0, moved_at=timezone.now(), **fields)


def _write(image: Image, prefix: str) -> int:
    """The bytes of its pixels."""
    said = metadata_of(image)
    raw = pixels_of(image)
    first = raw(0, 0, 0, (0, 0, 1, 1))
    pixels = _samples(raw) if first.ndim == 3 else _planes(raw)
    own = ("FF0000", "00FF00", "0000FF") if image.rgb else colours.channel_colours(said, image.size_c)
    ome_zarr.write(StorageStore(derived(), prefix), said, first.dtype, own, pixels)
    return int(np.prod([image.size_x, image.size_y, image.size_z, image.size_c, image.size_t])) * first.dtype.itemsize


def _planes(raw: Pixels) -> ome_zarr.Pixels:
    return lambda t, c, z, box: raw(c, z, t, box)


def _samples(raw: Pixels) -> ome_zarr.Pixels:
    """Samples of RGB are read together and become channels; the last block is kept for the next one."""
    last: dict[tuple[int, int, ome_zarr.Box], np.ndarray] = {}

    def pixels(t: int, c: int, z: int, box: ome_zarr.Box) -> np.ndarray:
        if (t, z, box) not in last:
            last.clear()
            last[(t, z, box)] = raw(0, z, t, box)
        return last[(t, z, box)][..., c]

    return pixels
