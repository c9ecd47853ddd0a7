"""PURE: what the readers find. Frozen values that cross the border of the pool as JSON, and nothing else.

Sizes are OME's: full resolution, as stored; `size_c` counts samples, so that an RGB image has 3. Lengths are in µm,
wavelengths in nm, exposure and time steps in s. None and "" mean that the file does not say.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from archive.imaging.naming import ImageRole


class PixelType(StrEnum):
    """OME's pixel types (OME-XML 2016-06, Pixels/@Type)."""

    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    UINT8 = "uint8"
    UINT16 = "uint16"
    UINT32 = "uint32"
    FLOAT = "float"
    DOUBLE = "double"
    COMPLEX = "complex"
    DOUBLE_COMPLEX = "double-complex"
    BIT = "bit"


@dataclass(frozen=True)
class Channel:
    """`color` is RRGGBB. `samples` is 3 for an RGB channel."""

    name: str = ""
    color: str = ""
    fluorophore: str = ""
    emission_nm: float | None = None
    excitation_nm: float | None = None
    samples: int = 1


@dataclass(frozen=True)
class Objective:
    model: str = ""
    nominal_magnification: float | None = None
    lens_na: float | None = None
    immersion: str = ""


@dataclass(frozen=True)
class ImageMetadata:
    """One OME Image (series). `levels` counts stored or declared resolution levels; `reader` and `format` are slugs."""

    series: int
    size_x: int
    size_y: int
    size_z: int
    size_c: int
    size_t: int
    pixel_type: PixelType
    reader: str
    format: str
    name: str = ""
    # The scanner's own pictures (label, overview, thumbnail) say so.
    role: ImageRole = ImageRole.SPECIMEN
    rgb: bool = False
    dimension_order: str = "XYZCT"
    levels: int = 1
    physical_x_um: float | None = None
    physical_y_um: float | None = None
    physical_z_um: float | None = None
    time_increment_s: float | None = None
    channels: tuple[Channel, ...] = ()
    objective: Objective | None = None
    instrument: str = ""
    acquisition_date: str = ""
    modality: str = ""
    description: str = ""
    significant_bits: int | None = None
    # How many channels (counting samples) the metadata list, where that is more or fewer than the pixels have.
    stated_channels: int | None = None
    # Where the series lies inside its file, in the reader's own words (a group's path in a Zarr, an IFD); never shown.
    locator: str = ""
    # Planes of the grid that no file holds; they are read as zeros.
    absent_planes: int = 0
    # Of a label image: the series of the image whose parts its values number.
    label_of: int | None = None
    # What a person should know: what was assumed, what the file contradicts. Full sentences.
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class WellMetadata:
    """`row` and `column` from 0; `fields` are indices of series (`ImageMetadata.series`), in order."""

    row: int
    column: int
    fields: tuple[int, ...] = ()


@dataclass(frozen=True)
class PlateMetadata:
    name: str
    rows: int
    columns: int
    wells: tuple[WellMetadata, ...] = ()


class Outcome(StrEnum):
    """What became of a file that was read."""

    READ = "read"  # its images are described
    MEMBER = "member"  # belongs to an image that another file describes (`Description.main`)
    INCOMPLETE = "incomplete"  # names files that are not there yet (`Description.missing`)
    KEPT = "kept"  # not an image that we can read; archived all the same
    REFUSED = "refused"  # broken or hostile: archived, never opened again without a person asking


@dataclass(frozen=True)
class Reason:
    """Why a file was not read: a code for tables, a full sentence for people that says what to do."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Description:
    """What a file (or an OME-Zarr folder) holds. Paths are relative to the root that was given, with `/`."""

    path: str
    outcome: Outcome
    images: tuple[ImageMetadata, ...] = ()
    plates: tuple[PlateMetadata, ...] = ()
    # All files that belong to this description, itself included.
    members: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    # For a member: the file that describes the image.
    main: str = ""
    reason: Reason | None = None
    # The raw OME-XML as the file holds it, if it does.
    ome_xml: str = field(default="", repr=False)
    # Label images inside the file (`ImageMetadata.label_of`); their series come after those of the images.
    labels: tuple[ImageMetadata, ...] = ()


class Severity(StrEnum):
    PROBLEM = "problem"  # the depositor should act, or say that it is meant
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One result of a quality check: a code, a sentence, and what to do about it."""

    code: str
    severity: Severity
    sentence: str
    fix: str = ""


@dataclass(frozen=True)
class Rendered:
    """A picture and what was chosen to draw it; `limits` are (channel, black, white) where they were measured."""

    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0
    z: int = 0
    t: int = 0
    kind: str = "webp"
    limits: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True)
class Histogram:
    """The values of one plane of a channel: how many lie in each of equal bins from `least` to `greatest`, and the
    limits that are used where nobody chooses any."""

    channel: int
    least: float
    greatest: float
    low: float
    high: float
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class RawRegion:
    """Pixels as they are stored, row by row in little-endian order: (height, width), with samples last where RGB."""

    data: bytes = field(repr=False)
    shape: tuple[int, ...] = ()
    dtype: str = ""
