"""PURE: Zeiss CZI. One image per scene; tiles of a mosaic are put together by their place, the last one on top.

Channels, calibration and objective come from the XML that ZEN writes, which is read by the names of its elements.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from lxml.etree import _Element as Element

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_LEVELS, MAX_SERIES, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Objective, Outcome
from archive.imaging.ome_xml import parse_root
from archive.imaging.readers.base import Region
from archive.imaging.readers.czi_file import CziFile, CziPixels, Subblock
from archive.imaging.readers.edge import reading
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.tiff_pages import checked_region
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres, nanometres, number

SLUG = "czi"
_OTHERS = "HRIVB"  # phase, rotation, illumination, view, acquisition block: the first of each is shown


@dataclass(frozen=True)
class Scene:
    """The subblocks of one scene, and the rectangle that they cover at full resolution."""

    blocks: tuple[Subblock, ...]

    @cached_property
    def whole(self) -> tuple[Subblock, ...]:
        return tuple(block for block in self.blocks if block.reduction == 1)

    @cached_property
    def box(self) -> Region:
        spans = [(block.spans["X"], block.spans["Y"]) for block in self.whole]
        left, top = min(x.start for x, _ in spans), min(y.start for _, y in spans)
        return left, top, max(x.start + x.size for x, _ in spans) - left, max(y.start + y.size for _, y in spans) - top

    def size(self, letter: str) -> int:
        return max((block.spans[letter].start + block.spans[letter].size for block in self.whole
                    if letter in block.spans), default=1)  # fmt: skip

    @cached_property
    def reductions(self) -> list[int]:
        return sorted({block.reduction for block in self.blocks})[:MAX_LEVELS]

    @cached_property
    def planes(self) -> dict[tuple[int, int, int, int], list[Subblock]]:
        """By (c, z, t, reduction), in the order in which tiles are laid over each other."""
        found: dict[tuple[int, int, int, int], list[Subblock]] = defaultdict(list)
        for block in self.blocks:
            found[block.start("C"), block.start("Z"), block.start("T"), block.reduction].append(block)
        for tiles in found.values():
            first = min([block.start(letter) for letter in _OTHERS] for block in tiles)
            tiles[:] = [block for block in tiles if [block.start(letter) for letter in _OTHERS] == first]
            tiles.sort(key=lambda block: block.start("M"))
        return dict(found)

    def channel_pixels(self, channel: int) -> CziPixels:
        found = next((block.pixels for block in self.whole if block.start("C") == channel), None)
        return found or self.whole[0].pixels

    def level_size(self, reduction: int) -> tuple[int, int]:
        return -(-self.box[2] // reduction), -(-self.box[3] // reduction)


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def _scenes(czi: CziFile) -> list[Scene]:
    """In the order of their numbers. What belongs to no scene, in a file that has scenes, is an overview of all."""
    groups: dict[int, list[Subblock]] = defaultdict(list)
    for block in czi.subblocks:
        groups[block.start("S", -1)].append(block)
    if len(groups) > 1:
        groups.pop(-1, None)
    scenes = [Scene(tuple(groups[number_])) for number_ in sorted(groups)]
    scenes = [scene for scene in scenes if scene.whole]
    if not scenes:
        raise Unreadable("no-pixels", "This CZI has no pixels at full resolution. Export it again from ZEN.")
    if len(scenes) > MAX_SERIES:
        raise Unreadable("too-many-images", f"The CZI has more than {MAX_SERIES} scenes. Split it.")
    return scenes


def _opened(path: Path) -> tuple[CziFile, list[Scene]]:
    czi = CziFile(path)
    return czi, _scenes(czi)


_files = Kept(_opened, lambda opened: opened[0].close())


def describe(path: Path, root: Path) -> Description:
    with reading("CZI"):
        czi, scenes = _files.get(path)
        document = parse_root(czi.xml) if czi.xml else None
        images = tuple(_image(scene, index, len(scenes), document) for index, scene in enumerate(scenes))
    own = path.relative_to(root).as_posix()
    return Description(own, Outcome.READ, images, members=(own,))


def _find(element: Element | None, path: str) -> Element | None:
    return element.find(path) if element is not None else None


def _text(element: Element | None, path: str) -> str:
    return (element.findtext(path) or "").strip() if element is not None else ""


def _image(scene: Scene, index: int, count: int, document: Element | None) -> ImageMetadata:
    _, _, width, height = scene.box
    sizes = {letter: scene.size(letter) for letter in "ZCT"}
    samples = max(scene.channel_pixels(channel).samples for channel in range(min(sizes["C"], 64)))
    check_sizes(width, height, list(sizes.values()), samples)
    metadata = _find(document, "Metadata")
    about = _find(metadata, "Information/Image")
    step = {axis: _text(metadata, f"Scaling/Items/Distance[@Id='{axis}']/Value") for axis in "XYZ"}
    channels = _channels(metadata, sizes["C"], samples)
    others = [letter for letter in _OTHERS if scene.size(letter) > 1]
    remark = f"Of its dimensions {', '.join(others)} the first of each is shown." if others else ""
    return ImageMetadata(
        series=index, size_x=width, size_y=height, size_z=sizes["Z"], size_c=sizes["C"] * samples, size_t=sizes["T"],
        pixel_type=scene.channel_pixels(0).type, reader=SLUG, format="czi", rgb=samples > 1,
        name=_scene_name(about, index) if count > 1 else "", levels=len(scene.reductions),
        physical_x_um=micrometres(step["X"], "m"), physical_y_um=micrometres(step["Y"], "m"),
        physical_z_um=micrometres(step["Z"], "m"), channels=channels, objective=_objective(metadata, about),
        instrument=_text(metadata, "Information/Instrument/Microscopes/Microscope/System"),
        acquisition_date=date(_text(about, "AcquisitionDateAndTime")), modality=_modality(about),
        description=_text(metadata, "Information/Document/Description"),
        significant_bits=_bits(about), remarks=(remark,) if remark else (),
    )  # fmt: skip


def _scene_name(about: Element | None, index: int) -> str:
    scenes = about.findall("Dimensions/S/Scenes/Scene") if about is not None else []
    stated = scenes[index].get("Name", "") if index < len(scenes) else ""
    return stated or f"Scene #{index + 1}"


def _bits(about: Element | None) -> int | None:
    text = _text(about, "ComponentBitCount")
    return int(text) if text.isdecimal() and 0 < int(text) <= 64 else None


def _modality(about: Element | None) -> str:
    found = about.findall("Dimensions/Channels/Channel") if about is not None else []
    return "|".join(dict.fromkeys(text for channel in found if (text := _text(channel, "AcquisitionMode"))))


def _channels(metadata: Element | None, count: int, samples: int) -> tuple[Channel, ...]:
    stated = metadata.findall("Information/Image/Dimensions/Channels/Channel") if metadata is not None else []
    shown = metadata.findall("DisplaySetting/Channels/Channel") if metadata is not None else []
    colors = {channel.get("Id", ""): _text(channel, "Color") for channel in shown}
    found = [_channel(channel, colors.get(channel.get("Id", ""), ""), samples) for channel in stated[:count]]
    return (*found, *(Channel(samples=samples) for _ in range(count - len(found))))


def _channel(channel: Element, color: str, samples: int) -> Channel:
    """Colours are #AARRGGBB or #RRGGBB."""
    return Channel(
        name=channel.get("Name", ""),
        color=(color or _text(channel, "Color")).lstrip("#").upper()[-6:],
        fluorophore=_text(channel, "Fluor"),
        emission_nm=nanometres(_text(channel, "EmissionWavelength"), "nm"),
        excitation_nm=nanometres(_text(channel, "ExcitationWavelength"), "nm"),
        samples=samples,
    )


def _objective(metadata: Element | None, about: Element | None) -> Objective | None:
    """The objective that the image refers to, else the only one."""
    found = metadata.findall("Information/Instrument/Objectives/Objective") if metadata is not None else []
    reference = _find(about, "ObjectiveSettings/ObjectiveRef")
    wanted = reference.get("Id") if reference is not None else None
    chosen = [item for item in found if item.get("Id") == wanted] or (found if len(found) == 1 else [])
    if not chosen:
        return None
    return Objective(
        model=_text(chosen[0], "Manufacturer/Model") or chosen[0].get("Name", ""),
        nominal_magnification=number(_text(chosen[0], "NominalMagnification")),
        lens_na=number(_text(chosen[0], "LensNA")),
        immersion=_text(chosen[0], "Immersion"),
    )


def _scene(path: Path, series: int) -> tuple[CziFile, Scene]:
    czi, scenes = _files.get(path)
    if not 0 <= series < len(scenes):
        raise Unreadable("no-such-image", "The CZI has no image of that number.")
    return czi, scenes[series]


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("CZI"):
        _, scene = _scene(path, series)
        return [scene.level_size(reduction) for reduction in scene.reductions]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("CZI"):
        czi, scene = _scene(path, series)
        if not 0 <= level < len(scene.reductions):
            raise Unreadable("no-such-level", "The image has no such resolution level.")
        if not (0 <= c < scene.size("C") and 0 <= z < scene.size("Z") and 0 <= t < scene.size("T")):
            raise Unreadable("plane-outside", "The image has no such plane.")
        reduction = scene.reductions[level]
        wanted = checked_region(region, *scene.level_size(reduction))
        pixels = scene.channel_pixels(c)
        dtype = np.dtype(pixels.dtype).newbyteorder("=")
        check_read(wanted[2], wanted[3], dtype.itemsize * pixels.samples)
        shape = (wanted[3], wanted[2], pixels.samples) if pixels.samples > 1 else (wanted[3], wanted[2])
        plane = np.zeros(shape, dtype)
        for block in scene.planes.get((c, z, t, reduction), []):
            _lay(plane, czi, scene, block, wanted)
    return plane


def _lay(plane: np.ndarray, czi: CziFile, scene: Scene, block: Subblock, wanted: Region) -> None:
    """Lay the part of a tile that lies inside the region over the plane."""
    x, y, w, h = wanted
    across, down = block.spans["X"], block.spans["Y"]
    left = (across.start - scene.box[0]) // block.reduction - x
    top = (down.start - scene.box[1]) // block.reduction - y
    x0, x1 = max(left, 0), min(left + across.stored, w)
    y0, y1 = max(top, 0), min(top + down.stored, h)
    if x0 < x1 and y0 < y1:
        tile = czi.pixels(block)
        plane[y0:y1, x0:x1] = tile[y0 - top : y1 - top, x0 - left : x1 - left]
