"""PURE: what an OME-XML document says, as frozen values."""

from dataclasses import dataclass, field

from archive.imaging.model import ImageMetadata, PlateMetadata


@dataclass(frozen=True)
class TiffBlock:
    """A run of planes: `count` directories of a file from `ifd` on, in dimension order from (c, z, t) on.

    None means that the document does not say. `filename` is empty for the file that holds the document.
    """

    ifd: int | None = None
    c: int = 0
    z: int = 0
    t: int = 0
    count: int | None = None
    filename: str = ""
    uuid: str = ""


@dataclass(frozen=True)
class OmeImage:
    id: str
    metadata: ImageMetadata
    blocks: tuple[TiffBlock, ...] = field(repr=False, default=())
    # The pixels lie inside the document itself.
    bin_data: bool = False
    # Planes of the images before it: where it begins in a file whose images follow each other without TiffData.
    first_plane: int = 0


@dataclass(frozen=True)
class OmeDocument:
    schema: str = ""
    uuid: str = ""
    images: tuple[OmeImage, ...] = ()
    plates: tuple[PlateMetadata, ...] = ()
    # A file that only points at its companion names it here.
    companion: str = ""
