"""Metadata as readers see it: a document or an image turned into labelled facts, empty ones left out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.imaging.naming import telling
from archive.imaging.report import FORMATS
from archive.metadata import Field, FieldType, Section, Template
from archive.metadata.model import RECORD_LIST_TYPES, RECORD_TYPES, TERM_TYPES, Document, is_blank
from archive.metadata.registries import identify
from archive.models import Image
from archive.templatetags.quantities import length

# To another site, or to a dataset of this portal.
_LEADING = ("https://", "http://", "/datasets/")
NBSP = "\u00a0"
NO_PIXEL_SIZE = "not stated in the file"


@dataclass(frozen=True)
class Value:
    """One value: its text, the identifier behind it, and where it leads."""

    text: str
    curie: str = ""
    url: str = ""
    is_taxon: bool = False


@dataclass(frozen=True)
class Fact:
    label: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class FactItem:
    """One item of a repeated section; `anchor` is where it stands on the page."""

    name: str
    anchor: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class FactSection:
    """A repeated section has `items` in the place of `facts`."""

    name: str
    label: str
    facts: tuple[Fact, ...] = ()
    items: tuple[FactItem, ...] = ()
    advanced: bool = False


# Shown at the head of the record, so not among the facts.
_AT_THE_HEAD = {("study", "title"), ("study", "description"), ("study", "authors"), ("study", "licence")}
_NEVER = {("study", "human_material")}


def of_document(template: Template, document: Document) -> tuple[FactSection, ...]:
    """The filled sections of a document."""
    found = (_section(section, document.get(section.name)) for section in template.sections)
    return tuple(section for section in found if section.facts or section.items)


def _section(section: Section, value: Any) -> FactSection:
    if section.repeat:
        records = [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
        items = tuple(_item(section, item, number) for number, item in enumerate(records, start=1))
        return FactSection(section.name, section.label, items=items, advanced=section.advanced)
    facts = tuple(_facts(section, value)) if isinstance(value, Mapping) else ()
    return FactSection(section.name, section.label, facts, advanced=section.advanced)


def _item(section: Section, record: Mapping[str, Any], number: int) -> FactItem:
    """Called by its name, which is not among its facts."""
    name = record.get(section.name_field)
    called = name.strip() if isinstance(name, str) else ""
    facts = tuple(_facts(section, {**record, section.name_field: ""} if called else record))
    return FactItem(called or f"{section.item_label or section.label} {number}", f"{section.name}-{number}", facts)


def _facts(section: Section, record: Mapping[str, Any]) -> Iterator[Fact]:
    for field in section.fields:
        if (section.name, field.name) in _AT_THE_HEAD | _NEVER or is_blank(record.get(field.name)):
            continue
        if (section.name, field.name) == ("study", "related"):
            yield from _related(field, record[field.name])
            continue
        values = tuple(_values(field, record[field.name]))
        if values:
            yield Fact(field.label, values)


def _related(field: Field, rows: Any) -> Iterator[Fact]:
    """By what they are to the study: protocols, code, data."""
    relation = field.part("relation")
    for choice in relation.choices if relation else ():
        found = [row for row in rows if isinstance(row, Mapping) and row.get("relation") == choice.value]
        if found:
            yield Fact(choice.label, tuple(_record(field, {**row, "relation": ""}) for row in found))


def _values(field: Field, value: Any) -> Iterator[Value]:
    if field.type in TERM_TYPES:
        for term in value if isinstance(value, list) else [value]:
            if isinstance(term, Mapping) and not is_blank(term):
                yield _term(term)
    elif field.type in RECORD_LIST_TYPES or field.type in RECORD_TYPES:
        for record in value if isinstance(value, list) else [value]:
            if isinstance(record, Mapping) and not is_blank(record):
                yield _record(field, record)
    elif field.type is FieldType.QUANTITY and isinstance(value, Mapping):
        yield Value(f"{value.get('value')}{NBSP}{value.get('unit', '')}")
    elif isinstance(value, list):
        yield from (Value(str(item)) for item in value if not is_blank(item))
    else:
        yield _plain(field, value)


def _term(term: Mapping[str, Any]) -> Value:
    label, curie = str(term.get("label") or term.get("curie", "")), str(term.get("curie", ""))
    return Value(label, curie, is_taxon=curie.startswith("NCBITaxon:"))


def _record(field: Field, record: Mapping[str, Any]) -> Value:
    """A publication, grant, link or identifier in one line, linked where it leads somewhere."""
    told = [(part, str(value)) for part in field.parts if not is_blank(value := record.get(part.name))]
    text = ", ".join(_chosen(part, value) for part, value in told)
    doi = str(record.get("doi", ""))
    url = f"https://doi.org/{doi}" if doi else str(record.get("url", ""))
    for found in (identify(value) for part, value in told if part.type is FieldType.IDENTIFIER):
        url = found.url if found else url
    return Value(text, url=url if url.startswith(_LEADING) else "")


def _chosen(field: Field, value: str) -> str:
    return next((choice.label for choice in field.choices if choice.value == value), value)


def _plain(field: Field, value: Any) -> Value:
    text = {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    choice = _chosen(field, text)
    url = text if field.type is FieldType.URL and text.startswith(_LEADING) else ""
    return Value(f"https://doi.org/{choice}" if field.type is FieldType.DOI else choice, url=url)


# ---- images ----------------------------------------------------------------------------------------------------


def pixels_of(image: Image, stated: str = "") -> list[Fact]:
    """Sizes, pixel sizes, type and date. `stated`: the depositor's word, for where the file has none."""
    metadata = image.metadata
    extent = " × ".join(
        filter(None, (_extent(image.size_x, image.physical_x_um), _extent(image.size_y, image.physical_y_um)))
    )
    pixel = " × ".join(filter(None, (length(image.physical_x_um), length(image.physical_y_um))))
    rows = [
        ("Size", f"{image.size_x:,} × {image.size_y:,}{NBSP}px" + (f", {extent}" if extent else "")),
        ("Pixel size", pixel or stated or NO_PIXEL_SIZE),
        ("Z", _steps(image.size_z, "section", length(image.physical_z_um))),
        ("Channels", str(image.size_c) if not image.rgb else f"colour ({image.size_c} samples)"),
        ("T", _steps(image.size_t, "time point", _seconds(metadata.get("time_increment_s")))),
        ("Type", image.pixel_type),
        ("Format", FORMATS.get(image.format, image.format)),
        ("Acquired", str(metadata.get("acquisition_date", "")).replace("T", " ")),
    ]
    return [Fact(label, (Value(text),)) for label, text in rows if text]


def _extent(pixels: int, um: float | None) -> str:
    return length(pixels * um) if um else ""


def _steps(count: int, noun: str, apart: str) -> str:
    return "" if count <= 1 else f"{count:,} {noun}s" + (f", {apart} apart" if apart else "")


def _seconds(seconds: float | None) -> str:
    return f"{seconds:g}{NBSP}s" if seconds else ""


def instrument_of(image: Image) -> list[Fact]:
    """Microscope, objective, modality: what the file says of how the image was taken."""
    metadata = image.metadata
    objective = metadata.get("objective") or {}
    magnification, aperture = objective.get("nominal_magnification"), objective.get("lens_na")
    lens = ", ".join(
        part
        for part in (
            objective.get("model", ""),
            f"{magnification:g}×" if magnification else "",
            f"NA{NBSP}{aperture:g}" if aperture else "",
            objective.get("immersion", ""),
        )
        if part
    )
    rows = [
        ("Microscope", metadata.get("instrument", "")),
        ("Objective", lens),
        ("Modality", metadata.get("modality", "")),
    ]
    return [Fact(label, (Value(str(text)),)) for label, text in rows if text]


@dataclass(frozen=True)
class ChannelFact:
    name: str
    color: str
    detail: str
    is_named: bool


def channels_of(image: Image) -> list[ChannelFact]:
    """Channels with their colours and wavelengths; an RGB image is one."""
    return [_channel(number, channel) for number, channel in enumerate(image.metadata.get("channels") or [], start=1)]


def _channel(number: int, channel: Mapping[str, Any]) -> ChannelFact:
    excitation, emission = channel.get("excitation_nm"), channel.get("emission_nm")
    waves = " / ".join(f"{wave:g}" for wave in (excitation, emission) if wave)
    named = [channel.get("fluorophore", ""), f"{waves}{NBSP}nm" if waves else ""]
    detail = ", ".join(part for part in named if part and part != channel.get("name"))
    name = telling(channel.get("name"))
    return ChannelFact(name or f"channel {number}", channel.get("color", ""), detail, bool(name))


def describe(image: Image, organisms: Sequence[str] = (), methods: Sequence[str] = ()) -> str:
    """Alternative text: "2-channel fluorescence microscopy image of Homo sapiens, DAPI and GFP, 0.1 µm per pixel"."""
    kind = "Colour" if image.rgb else f"{image.size_c}-channel" if image.size_c > 1 else "One-channel"
    words = [kind, methods[0] if methods else "", "image"]
    text = " ".join(word for word in words if word)
    text += f" of {', '.join(organisms)}" if organisms else ""
    names = [channel.name for channel in channels_of(image) if channel.is_named]
    parts = [text, " and ".join(names[:4]), f"{length(image.physical_x_um)} per pixel" if image.physical_x_um else ""]
    return ", ".join(part for part in parts if part)
