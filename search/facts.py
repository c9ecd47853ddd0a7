"""What search needs to know of one image, read from its row: values to find it by, and the texts of its card."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archive.imaging.naming import telling
from archive.models import Image
from archive.states import ImageState
from search import wording

# Two sizes that differ by rounding alone are one.
_DIGITS = 4


@dataclass(frozen=True)
class ImageFacts:
    """`channels` are the names and the fluorophores; `labels` one name for each channel, as tables show them."""

    channels: tuple[str, ...]
    labels: tuple[str, ...]
    format: str
    modality: str
    pixel_sizes: tuple[float, ...]
    texts: tuple[str, ...]
    places: tuple[str, ...]
    has_picture: bool
    no_picture: str


def facts_of(image: Image, stated_pixel_size: float | None) -> ImageFacts:
    """`stated_pixel_size` (µm) is the depositor's word, for images whose file does not say it."""
    metadata: Mapping[str, Any] = image.metadata or {}
    channels = [channel for channel in metadata.get("channels") or () if isinstance(channel, Mapping)]
    names = [_spoken(channel.get("name")) for channel in channels]
    dyes = [_spoken(channel.get("fluorophore")) for channel in channels]
    size = image.physical_x_um or stated_pixel_size
    return ImageFacts(
        channels=_distinct([*names, *dyes]),
        labels=_distinct(name or dye for name, dye in zip(names, dyes, strict=True)),
        format=image.format,
        modality=_text(metadata, "modality"),
        pixel_sizes=(rounded(size),) if size else (),
        texts=_distinct([_text(metadata, "description"), _text(metadata, "instrument"), _objective(metadata)]),
        places=_places(image),
        has_picture=bool(image.thumbnail_small),
        no_picture=_why_no_picture(image),
    )


def rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def stated_pixel_size(metadata: Mapping[str, Any]) -> float | None:
    """The pixel size in µm that a depositor gave for the whole study."""
    quantity = (metadata.get("acquisition") or {}).get("pixel_size") or {}
    factor = {"µm": 1.0, "nm": 1e-3, "Å": 1e-4, "mm": 1e3}.get(str(quantity.get("unit") or ""))
    value = quantity.get("value")
    return float(value) * factor if factor and isinstance(value, int | float) and value > 0 else None


def title_of(image: Image) -> str:
    """Its own name where it has one, else its file's."""
    return image.name or image.file.name


def shown_of(image: Image, facts: ImageFacts) -> dict[str, Any]:
    """What the table of images prints, apart from what comes of the dataset."""
    return {
        "dataset": image.dataset.accession,
        "file": image.file.path,
        "channels": list(facts.labels),
        "channel_count": image.size_c,
        "caption": caption(image, facts),
        "pixel_size": wording.length(facts.pixel_sizes[0]) if facts.pixel_sizes else "",
        "sizes": wording.sizes(image.size_x, image.size_y, image.size_z, image.size_c, image.size_t),
        "no_picture": facts.no_picture,
    }


def caption(image: Image, facts: ImageFacts) -> str:
    """Under a picture: how many channels, how large a pixel."""
    parts = [", ".join(facts.labels) or wording.counted(image.size_c, "channel")]
    parts += [wording.length(size) for size in facts.pixel_sizes]
    return " · ".join(parts)


def _spoken(name: Any) -> str:
    return telling(name)[:200]


def _text(metadata: Mapping[str, Any], name: str) -> str:
    return str(metadata.get(name) or "")


def _objective(metadata: Mapping[str, Any]) -> str:
    objective = metadata.get("objective")
    return str(objective.get("model") or "") if isinstance(objective, Mapping) else ""


def _places(image: Image) -> tuple[str, ...]:
    """Where it lies: its path, its name, its plate and well."""
    found = [image.file.path, image.name]
    if image.well is not None:
        found.append(f"{image.well.plate.name} {image.well.name}".strip())
    return _distinct(found)


def _why_no_picture(image: Image) -> str:
    if image.thumbnail_small:
        return ""
    if image.state == ImageState.FAILED:
        return image.reason or "No picture could be drawn."
    return "No picture yet: it is being drawn."


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


@dataclass
class Gathered:
    """What a dataset is found by because its images have it, gathered while they stream by."""

    channels: dict[str, None] = field(default_factory=dict)
    formats: dict[str, None] = field(default_factory=dict)
    modalities: dict[str, None] = field(default_factory=dict)
    pixel_sizes: dict[float, None] = field(default_factory=dict)
    shots: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    no_picture: str = ""

    def add(self, facts: ImageFacts) -> None:
        self.count += 1
        self.channels |= dict.fromkeys(facts.channels)
        self.formats[facts.format] = None
        self.pixel_sizes |= dict.fromkeys(facts.pixel_sizes)
        if facts.modality:
            self.modalities[facts.modality] = None
        self.no_picture = self.no_picture or facts.no_picture
