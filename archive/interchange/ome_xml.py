"""PURE: OME-XML 2016-06 for any image, written from what was read of it.

The document is built with lxml, not with ome-types: a page gives it on demand, and importing ome-types costs a web
process more than two seconds and 100 MB, where this costs a millisecond. That it is valid is shown by tests, which hold
every document against the XSD and load it with ome-types. It describes one image and holds no pixels (`MetadataOnly`)
unless it is written for a TIFF. What the file's own OME-XML says beyond it (regions, planes, light sources) stays in
that document, as deposited.
"""

import re
from collections.abc import Mapping
from math import isfinite

from lxml import etree
from lxml.etree import _Element as Element

from archive.imaging.model import Channel, ImageMetadata, Objective

SCHEMA = "2016-06"
NAMESPACE = f"http://www.openmicroscopy.org/Schemas/OME/{SCHEMA}"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOCATION = f"{NAMESPACE} {NAMESPACE}/ome.xsd"
# What XML 1.0 cannot hold, whatever a microscope wrote into a name.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ORDERS = frozenset({"XYZCT", "XYZTC", "XYCTZ", "XYCZT", "XYTCZ", "XYTZC"})
_IMMERSIONS = ("Oil", "Water", "WaterDipping", "Air", "Multi", "Glycerol", "Other")
_MODES = frozenset(
    {
        "WideField", "LaserScanningConfocalMicroscopy", "SpinningDiskConfocal", "SlitScanConfocal",
        "MultiPhotonMicroscopy", "StructuredIllumination", "SingleMoleculeImaging", "TotalInternalReflection",
        "FluorescenceLifetime", "SpectralImaging", "FluorescenceCorrelationSpectroscopy",
        "NearFieldScanningOpticalMicroscopy", "SecondHarmonicGenerationImaging", "PALM", "STORM", "STED", "TIRF", "FSM",
        "LCM", "Other", "BrightField", "SweptFieldConfocal", "SPIM",
    }
)  # fmt: skip
# Of a float in XML Schema: more would not come back the same.
_LARGEST = 3.4e38


def write(
    image: ImageMetadata, notes: Mapping[str, str] | None = None, *, namespace: str = "", has_pixels: bool = False
) -> bytes:
    """The document for one image, UTF-8. `notes` (accession, file, …) become a map annotation in `namespace`.

    `has_pixels`: it stands in a TIFF whose planes follow in the order that it states; else it is metadata alone.
    """
    root = etree.Element(f"{{{NAMESPACE}}}OME", nsmap={None: NAMESPACE, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", _LOCATION)
    root.set("Creator", "Micrographia")
    has_instrument = _add_instrument(root, image)
    element = _add(root, "Image", ID="Image:0", Name=image.name)
    _fill_image(element, image, has_instrument, has_pixels)
    said = {key: text for key, value in (notes or {}).items() if (text := _clean(value))}
    if image.modality and not _mode(image):
        said["modality"] = _clean(image.modality)
    if image.acquisition_date and not _has_time(image):
        said["acquisition date"] = _clean(image.acquisition_date)
    if image.remarks:
        said["remarks"] = _clean(" ".join(image.remarks))
    if said:
        _annotate(root, element, said, namespace)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _add(parent: Element, tag: str, text: str = "", **attributes: object) -> Element:
    """A child with those attributes that say something, as XML Schema writes them."""
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    for name, value in attributes.items():
        written = _written(value)
        if written:
            child.set(name, written)
    if text:
        child.text = _clean(text)
    return child


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value) if isfinite(value) and abs(value) < _LARGEST else ""
    return _clean(str(value))


def _clean(text: object) -> str:
    return _NOT_XML.sub("", str(text)).strip()


def _fill_image(element: Element, image: ImageMetadata, has_instrument: bool, has_pixels: bool) -> None:
    """The order of the children is the schema's."""
    if _has_time(image):
        _add(element, "AcquisitionDate", image.acquisition_date)
    if _clean(image.description):
        _add(element, "Description", image.description)
    if has_instrument:
        _add(element, "InstrumentRef", ID="Instrument:0")
    if image.objective is not None:
        _add(element, "ObjectiveSettings", ID="Objective:0:0")
    _add_pixels(element, image, has_pixels)


def _has_time(image: ImageMetadata) -> bool:
    """The schema has no place for a day alone; an hour is never made up."""
    return "T" in image.acquisition_date


def _add_pixels(element: Element, image: ImageMetadata, has_pixels: bool) -> None:
    pixels = _add(
        element,
        "Pixels",
        ID="Pixels:0",
        DimensionOrder=image.dimension_order if image.dimension_order in _ORDERS else "XYZCT",
        Type=image.pixel_type,
        SignificantBits=image.significant_bits if (image.significant_bits or 0) > 0 else None,
        SizeX=image.size_x,
        SizeY=image.size_y,
        SizeZ=image.size_z,
        SizeC=image.size_c,
        SizeT=image.size_t,
    )
    for axis, size in zip("XYZ", (image.physical_x_um, image.physical_y_um, image.physical_z_um), strict=True):
        _set_quantity(pixels, f"PhysicalSize{axis}", size, "µm")
    _set_quantity(pixels, "TimeIncrement", image.time_increment_s, "s")
    for number, channel in enumerate(_channels(image)):
        _add_channel(pixels, number, channel, _mode(image))
    _add(pixels, "TiffData" if has_pixels else "MetadataOnly")


def _set_quantity(element: Element, name: str, value: float | None, unit: str) -> None:
    """A value with its unit; neither where the file says none, or what can be no measure."""
    if value is not None and isfinite(value) and 1e-37 < value < _LARGEST:
        element.set(name, repr(float(value)))
        element.set(f"{name}Unit", unit)


def _channels(image: ImageMetadata) -> tuple[Channel, ...]:
    """As many as make up SizeC: what the file lists beyond is left out, what it does not list is nameless."""
    if image.rgb and len(image.channels) <= 1:
        first = image.channels[0] if image.channels else Channel()
        return (
            Channel(first.name, first.color, first.fluorophore, first.emission_nm, first.excitation_nm, image.size_c),
        )
    found: list[Channel] = []
    left = image.size_c
    for channel in image.channels:
        if channel.samples > left:
            break
        found.append(channel)
        left -= channel.samples
    return (*found, *(Channel() for _ in range(left)))


def _add_channel(pixels: Element, number: int, channel: Channel, mode: str) -> None:
    element = _add(
        pixels,
        "Channel",
        ID=f"Channel:0:{number}",
        Name=channel.name,
        SamplesPerPixel=channel.samples,
        Fluor=channel.fluorophore,
        AcquisitionMode=mode,
        Color=_color(channel.color),
    )
    _set_quantity(element, "ExcitationWavelength", channel.excitation_nm, "nm")
    _set_quantity(element, "EmissionWavelength", channel.emission_nm, "nm")


def _color(color: str) -> int | None:
    """RRGGBB as OME's signed 32-bit RGBA, opaque."""
    if not re.fullmatch("[0-9A-Fa-f]{6}", color):
        return None
    value = int(color, 16) << 8 | 0xFF
    return value - 2**32 if value >= 2**31 else value


def _mode(image: ImageMetadata) -> str:
    """The modality, where it is one word of the schema."""
    return image.modality if image.modality in _MODES else ""


def _add_instrument(root: Element, image: ImageMetadata) -> bool:
    if not (_clean(image.instrument) or image.objective):
        return False
    instrument = _add(root, "Instrument", ID="Instrument:0")
    if _clean(image.instrument):
        _add(instrument, "Microscope", Model=image.instrument)
    if image.objective is not None:
        _add_objective(instrument, image.objective)
    return True


def _add_objective(instrument: Element, objective: Objective) -> None:
    immersion = _clean(objective.immersion)
    known = next((word for word in _IMMERSIONS if word.lower() == immersion.lower()), "Other" if immersion else "")
    _add(
        instrument,
        "Objective",
        ID="Objective:0:0",
        Model=objective.model,
        Immersion=known,
        LensNA=objective.lens_na,
        NominalMagnification=objective.nominal_magnification,
    )


def _annotate(root: Element, image: Element, said: Mapping[str, str], namespace: str) -> None:
    _add(image, "AnnotationRef", ID="Annotation:0")
    annotation = _add(_add(root, "StructuredAnnotations"), "MapAnnotation", ID="Annotation:0", Namespace=namespace)
    value = _add(annotation, "Value")
    for key, text in said.items():
        _add(value, "M", text, K=key)
