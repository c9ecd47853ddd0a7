"""Image files made in code, for tests of the readers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

OME = "http://www.openmicroscopy.org/Schemas/OME/2016-06"


def values(*shape: int, dtype: str = "uint16") -> np.ndarray:
    """Different values everywhere, so that a plane or a region in the wrong place is seen."""
    count = int(np.prod(shape))
    if dtype == "bool":
        return (np.arange(count) % 3 == 0).reshape(shape)
    limit = 251 if np.dtype(dtype).itemsize == 1 else 60_013
    return (np.arange(count) * 7 % limit).astype(dtype).reshape(shape)


def ome(images: str, *, namespace: str = OME, uuid: str = "", extra: str = "") -> str:
    identifier = f' UUID="{uuid}"' if uuid else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><OME xmlns="{namespace}"{identifier}>{images}{extra}</OME>'


def ome_image(
    sizes: str, inside: str = "", *, index: int = 0, attributes: str = "", dtype: str = "uint16", order: str = "XYZCT"
) -> str:
    """`sizes` as "X Y Z C T"; `inside` are channels and TiffData."""
    x, y, z, c, t = sizes.split()
    stated = f'SizeX="{x}" SizeY="{y}" SizeZ="{z}" SizeC="{c}" SizeT="{t}" {attributes}'
    return (
        f'<Image ID="Image:{index}" Name="image {index}"><Pixels ID="Pixels:{index}" DimensionOrder="{order}" '
        f'Type="{dtype}" {stated}>{inside}</Pixels></Image>'
    )


def write_ome(path: Path, planes: np.ndarray, xml: str, **options: Any) -> Path:
    """Planes as pages of one TIFF, with the XML in the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tifffile.TiffWriter(path) as writer:
        for index, plane in enumerate(planes):
            description = xml.encode() if index == 0 else None
            writer.write(plane, description=description, metadata=None, contiguous=False, **options)
    return path


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
