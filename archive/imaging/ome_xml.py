"""PURE: reads OME-XML of every schema since 2008, by local names, so that namespaces of any year do.

The parser takes no DTD, no entities, nothing from the network, and no more than MAX_XML_BYTES.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from lxml import etree
from lxml.etree import _Element as Element

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_PLANES, MAX_SAMPLES, MAX_SERIES, MAX_XML_BYTES, check_sizes
from archive.imaging.model import Channel, ImageMetadata, Objective, PixelType, PlateMetadata, WellMetadata
from archive.imaging.ome_document import OmeDocument, OmeImage, TiffBlock
from archive.imaging.units import micrometres, nanometres, number, seconds

_FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ORDERS = ("XYZCT", "XYZTC", "XYCZT", "XYCTZ", "XYTZC", "XYTCZ")
_OLD_TYPES = {"uint": "uint32", "int": "int32", "double-complex": "double-complex"}


def parse_root(data: bytes) -> Element:
    """The root element of an untrusted document; raises Unreadable."""
    if len(data) > MAX_XML_BYTES:
        raise Unreadable("xml-too-large", "The OME-XML is too large to be read. Split the image set.", hostile=True)
    # The parser would not expand them; a document that declares any is not one that a microscope wrote.
    if _FORBIDDEN.search(data) or _FORBIDDEN.search(data[:65536].replace(b"\0", b"")):
        raise Unreadable(
            "xml-forbidden",
            "The OME-XML declares a document type or entities, which OME-XML never needs. Remove the declaration.",
            hostile=True,
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        raise Unreadable(
            "xml-broken", f"The OME-XML cannot be parsed ({problem}). Export the image again."
        ) from problem
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("xml-forbidden", "The OME-XML declares a document type. Remove it.", hostile=True)
    return root


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element | None, *names: str) -> Iterator[Element]:
    return (child for child in (element if element is not None else ()) if _name(child) in names)


def _child(element: Element | None, *names: str) -> Element | None:
    return next(_children(element, *names), None)


def _text(element: Element | None, name: str) -> str:
    """An attribute, or the text of a child of that name (schemas before 2009 used children)."""
    if element is None:
        return ""
    value = element.get(name)
    if value is None:
        child = _child(element, name)
        value = child.text if child is not None else None
    return (value or "").strip()


def _integer(element: Element, name: str, default: int | None = None) -> int | None:
    text = _text(element, name)
    if not text:
        return default
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise Unreadable("xml-invalid", f"The OME-XML says {name}=“{text[:40]}”, which is not a number. Correct it.")
    return int(text)


def parse(data: bytes, *, reader: str, format: str) -> OmeDocument:
    """What the document says; raises Unreadable. The images carry the reader's and the format's slug."""
    root = parse_root(data)
    if _name(root) != "OME":
        raise Unreadable("not-ome-xml", "The document is XML, but not OME-XML. Nothing was read from it.")
    binary_only = _child(root, "BinaryOnly")
    if binary_only is not None:
        return OmeDocument(uuid=_text(root, "UUID"), companion=_text(binary_only, "MetadataFile"))
    elements = list(_children(root, "Image"))
    if len(elements) > MAX_SERIES:
        raise Unreadable("too-many-images", f"The OME-XML lists more than {MAX_SERIES} images. Split the set.")
    instruments = {_text(element, "ID"): element for element in _children(root, "Instrument")}
    images = _numbered(
        [_image(element, index, instruments, (reader, format)) for index, element in enumerate(elements)]
    )
    plates = tuple(_plate(element, images) for element in _children(root, "Plate"))
    schema = str(root.tag).rpartition("}")[0].rstrip("/").rpartition("/")[2]
    return OmeDocument(schema, _text(root, "UUID"), images, plates)


def _numbered(images: list[OmeImage]) -> tuple[OmeImage, ...]:
    """The images, each knowing how many planes come before it."""
    counts = [len(i.metadata.channels) * i.metadata.size_z * i.metadata.size_t for i in images]
    firsts = accumulate(counts, initial=0)
    return tuple(replace(image, first_plane=first) for image, first in zip(images, firsts, strict=False))


def _image(element: Element, index: int, instruments: dict[str, Element], slugs: tuple[str, str]) -> OmeImage:
    pixels = _child(element, "Pixels")
    if pixels is None:
        raise Unreadable("xml-invalid", f"Image {index} of the OME-XML has no Pixels element. Export it again.")
    x, y, z, c, t = (_integer(pixels, f"Size{axis}", 0) or 0 for axis in "XYZCT")
    check_sizes(x, y, (z, c, t))
    channels = _channels(element, pixels, c)
    instrument = _instrument(element, instruments)
    order = _text(pixels, "DimensionOrder")
    metadata = ImageMetadata(
        series=index, size_x=x, size_y=y, size_z=z, size_c=c, size_t=t,
        pixel_type=_pixel_type(pixels), reader=slugs[0], format=slugs[1],
        name=_text(element, "Name"), description=_text(element, "Description"),
        rgb=any(channel.samples > 1 for channel in channels),
        dimension_order=order if order in _ORDERS else "XYZCT",
        physical_x_um=_length(pixels, "PhysicalSizeX"), physical_y_um=_length(pixels, "PhysicalSizeY"),
        physical_z_um=_length(pixels, "PhysicalSizeZ"),
        time_increment_s=seconds(_text(pixels, "TimeIncrement"), _text(pixels, "TimeIncrementUnit") or "s"),
        channels=channels, objective=_objective(element, instrument, instruments),
        instrument=_microscope(instrument), modality=_modality(element, pixels),
        acquisition_date=date(_text(element, "AcquisitionDate") or _text(element, "CreationDate")),
        significant_bits=_integer(pixels, "SignificantBits"),
        stated_channels=_misfit(pixels, c),
    )  # fmt: skip
    blocks = tuple(_block(block) for block in _children(pixels, "TiffData"))
    return OmeImage(_text(element, "ID"), metadata, blocks, bin_data=_child(pixels, "BinData") is not None)


def _pixel_type(pixels: Element) -> PixelType:
    text = (_text(pixels, "Type") or _text(pixels, "PixelType")).lower()
    try:
        return PixelType(_OLD_TYPES.get(text, text))
    except ValueError as problem:
        raise Unreadable(
            "pixel-type", f"The OME-XML names a pixel type “{text[:40]}” that OME does not know."
        ) from problem


def _length(pixels: Element, name: str) -> float | None:
    return micrometres(_text(pixels, name), _text(pixels, f"{name}Unit") or "um")


def _channels(image: Element, pixels: Element, size_c: int) -> tuple[Channel, ...]:
    """One entry per channel: as listed, and as many more as the samples that remain."""
    listed = list(_children(pixels, "Channel")) or list(_children(image, "LogicalChannel"))
    found: list[Channel] = []
    left = size_c
    for element in listed:
        samples = _integer(element, "SamplesPerPixel", 1) or 1
        if not 0 < samples <= left:
            break
        found.append(_channel(element, samples))
        left -= samples
    if size_c > MAX_SAMPLES:
        raise Unreadable("too-large", f"The OME-XML declares {size_c} channels, more than can be read.", hostile=True)
    return (*found, *(Channel() for _ in range(left)))


def _misfit(pixels: Element, size_c: int) -> int | None:
    """How many samples the listed channels have, where it is not SizeC. Schemas before 2010 counted otherwise."""
    listed = list(_children(pixels, "Channel"))
    stated = sum(_integer(element, "SamplesPerPixel", 1) or 1 for element in listed)
    return stated if listed and stated != size_c else None


def _channel(element: Element, samples: int) -> Channel:
    return Channel(
        name=_text(element, "Name"),
        color=_color(_text(element, "Color")),
        fluorophore=_text(element, "Fluor"),
        emission_nm=_wavelength(element, "EmissionWavelength", "EmWave"),
        excitation_nm=_wavelength(element, "ExcitationWavelength", "ExWave"),
        samples=samples,
    )


def _wavelength(element: Element, name: str, old: str) -> float | None:
    text = _text(element, name) or _text(element, old)
    return nanometres(text, _text(element, f"{name}Unit") or "nm")


def _color(text: str) -> str:
    """RRGGBB of OME's signed 32-bit RGBA; "" when none is given."""
    value = number(text)
    return f"{int(value) & 0xFFFFFFFF:08X}"[:6] if value is not None and abs(value) < 2**33 else ""


def _instrument(image: Element, instruments: dict[str, Element]) -> Element | None:
    reference = _child(image, "InstrumentRef")
    return instruments.get(_text(reference, "ID")) if reference is not None else None


def _objective(image: Element, instrument: Element | None, instruments: dict[str, Element]) -> Objective | None:
    """The objective that the image refers to, wherever in the document it is."""
    reference = _child(image, "ObjectiveSettings", "ObjectiveRef")
    if reference is None:
        return None
    wanted = _text(reference, "ID")
    for owner in (instrument, *instruments.values()):
        for element in _children(owner, "Objective"):
            if _text(element, "ID") == wanted:
                return Objective(
                    model=_text(element, "Model"),
                    nominal_magnification=number(_text(element, "NominalMagnification")),
                    lens_na=number(_text(element, "LensNA")),
                    immersion=_text(element, "Immersion"),
                )
    return None


def _microscope(instrument: Element | None) -> str:
    microscope = _child(instrument, "Microscope")
    return " ".join(filter(None, (_text(microscope, "Manufacturer"), _text(microscope, "Model"))))


def _modality(image: Element, pixels: Element) -> str:
    """The acquisition modes of the channels, each once, in the file's words."""
    listed = list(_children(pixels, "Channel")) or list(_children(image, "LogicalChannel"))
    modes = (_text(element, "AcquisitionMode") or _text(element, "Mode") for element in listed)
    return "|".join(dict.fromkeys(mode for mode in modes if mode))


def _block(element: Element) -> TiffBlock:
    uuid = _child(element, "UUID")
    return TiffBlock(
        ifd=_integer(element, "IFD"),
        c=_integer(element, "FirstC", 0) or 0,
        z=_integer(element, "FirstZ", 0) or 0,
        t=_integer(element, "FirstT", 0) or 0,
        count=_integer(element, "PlaneCount", _integer(element, "NumPlanes")),
        filename=(uuid.get("FileName") or "") if uuid is not None else "",
        uuid=(uuid.text or "").strip() if uuid is not None else "",
    )


def _plate(element: Element, images: tuple[OmeImage, ...]) -> PlateMetadata:
    series = {image.id: image.metadata.series for image in images}
    wells = tuple(_well(well, series) for well in _children(element, "Well"))
    rows = max([_integer(element, "Rows", 0) or 0, *(well.row + 1 for well in wells)])
    columns = max([_integer(element, "Columns", 0) or 0, *(well.column + 1 for well in wells)])
    if rows * columns > MAX_PLANES:
        raise Unreadable("too-large", f"The OME-XML declares a plate of {rows} × {columns} wells. Correct it.")
    return PlateMetadata(_text(element, "Name"), rows, columns, wells)


def _well(element: Element, series: dict[str, int]) -> WellMetadata:
    references = (_child(sample, "ImageRef") for sample in _children(element, "WellSample"))
    ids = (_text(reference, "ID") for reference in references if reference is not None)
    row, column = _integer(element, "Row", 0) or 0, _integer(element, "Column", 0) or 0
    return WellMetadata(row, column, tuple(series[id_] for id_ in ids if id_ in series))
