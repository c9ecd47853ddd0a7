"""PURE: what was read, as flat rows for people, scripts and tables."""

from typing import Any

from archive.imaging.model import Channel, Description, ImageMetadata, PlateMetadata

FORMATS = {
    "ome-tiff": "OME-TIFF", "tiff": "TIFF", "imagej-tiff": "ImageJ TIFF", "stk": "MetaMorph STK", "lsm": "Zeiss LSM",
    "png": "PNG", "jpeg": "JPEG", "gif": "GIF", "webp": "WebP", "svs": "SVS", "ndpi": "NDPI", "scn": "Leica SCN",
    "bif": "Ventana BIF", "trestle": "Trestle TIFF", "philips-tiff": "Philips TIFF", "mrxs": "MIRAX",
    "ome-zarr": "OME-Zarr", "jp2": "JPEG 2000", "czi": "CZI", "nd2": "ND2", "lif": "LIF", "mrc": "MRC/CCP4",
    "dicom": "DICOM",
}  # fmt: skip
COLUMNS = (
    "path", "series", "name", "files", "size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "rgb",
    "physical_x_um", "physical_y_um", "physical_z_um", "channel_names", "channel_colors", "emission_nm",
    "objective_magnification", "objective_na", "acquisition_date", "levels", "modality", "format",
)  # fmt: skip


def _joined(values: list[str]) -> str:
    """One entry per channel, `|` between; "" when no channel says anything."""
    return "|".join(values) if any(values) else ""


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def image_row(description: Description, image: ImageMetadata) -> dict[str, Any]:
    """One image as a row with the keys of COLUMNS, and `remark` if there is one; what is not said is "" or None."""
    channels: tuple[Channel, ...] = image.channels
    objective = image.objective
    remarks = {"remark": " ".join(image.remarks)} if image.remarks else {}
    return {
        "path": description.path,
        "series": image.series,
        "name": image.name,
        "files": len(description.members),
        "size_x": image.size_x,
        "size_y": image.size_y,
        "size_z": image.size_z,
        "size_c": image.size_c,
        "size_t": image.size_t,
        "pixel_type": image.pixel_type.value,
        "rgb": image.rgb,
        "physical_x_um": image.physical_x_um,
        "physical_y_um": image.physical_y_um,
        "physical_z_um": image.physical_z_um,
        "channel_names": _joined([channel.name for channel in channels]),
        "channel_colors": _joined([channel.color for channel in channels]),
        "emission_nm": _joined([_figure(channel.emission_nm) for channel in channels]),
        "objective_magnification": objective.nominal_magnification if objective else None,
        "objective_na": objective.lens_na if objective else None,
        "acquisition_date": image.acquisition_date,
        "levels": image.levels,
        "modality": image.modality,
        "format": FORMATS.get(image.format, image.format),
    } | remarks


def plate_row(description: Description, plate: PlateMetadata) -> dict[str, Any]:
    """A plate's summary as a row."""
    fields = sum(len(well.fields) for well in plate.wells)
    remark = f"rows={plate.rows}; columns={plate.columns}; wells={len(plate.wells)}; fields={fields}"
    return {"path": description.path, "series": "plate", "name": plate.name, "remark": remark}


def rows(description: Description) -> list[dict[str, Any]]:
    """A row per image and plate; for a file without any, one row with what became of it and why."""
    found = [image_row(description, image) for image in description.images]
    found += [plate_row(description, plate) for plate in description.plates]
    if found:
        return found
    row: dict[str, Any] = {"path": description.path, "outcome": description.outcome.value}
    if description.main:
        row["main"] = description.main
    if description.missing:
        row["missing"] = list(description.missing)
    if description.reason:
        row |= {"code": description.reason.code, "reason": description.reason.sentence}
    return [row]
