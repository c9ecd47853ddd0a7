"""DICOM: frames in every packing, slides from tiles, levels in files beside them, and what is no image."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome, PixelType
from archive.imaging.naming import ImageRole
from tests.archive.imaging.files import values


def _lossless_jpeg(frame: np.ndarray) -> bytes:
    colors = "rgb" if frame.ndim == 3 else None
    return imagecodecs.jpeg8_encode(frame, lossless=True, colorspace=colors, outcolorspace=colors)


def _run_lengths(frame: np.ndarray) -> bytes:
    """A head with the offsets of the segments, one segment for each sample."""
    planes = [frame] if frame.ndim == 2 else [frame[..., at] for at in range(frame.shape[2])]
    packed = [bytes(imagecodecs.packbits_encode(np.ascontiguousarray(plane).tobytes())) for plane in planes]
    packed = [data + b"\0" * (len(data) % 2) for data in packed]
    offsets = [64 + sum(len(data) for data in packed[:at]) for at in range(len(packed))]
    return struct.pack("<16I", len(packed), *offsets, *[0] * (15 - len(packed))) + b"".join(packed)


DATA = Path(__file__).parents[2] / "data" / "vendor"
PACKINGS = {
    "JPEG lossless": ("1.2.840.10008.1.2.4.70", lambda frame: _lossless_jpeg(frame)),
    "JPEG-LS": ("1.2.840.10008.1.2.4.80", lambda frame: imagecodecs.jpegls_encode(frame)),
    "JPEG 2000": ("1.2.840.10008.1.2.4.90", lambda frame: imagecodecs.jpeg2k_encode(frame, level=0, reversible=True)),
    "RLE": ("1.2.840.10008.1.2.5", lambda frame: _run_lengths(frame)),
}


def dataset(**said: object) -> Dataset:
    found = Dataset()
    for name, value in said.items():
        setattr(found, name, value)
    return found


def write(path: Path, frames: np.ndarray, syntax: str = ExplicitVRLittleEndian, encode=None, **said: object) -> Path:
    """`frames`: (count, rows, columns) or (count, rows, columns, samples)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.77.1.6"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = syntax
    file = FileDataset(
        str(path), {}, file_meta=meta, preamble=bytes(128), is_implicit_VR=syntax == ImplicitVRLittleEndian,
        is_little_endian=syntax != ExplicitVRBigEndian,
    )  # fmt: skip
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.Rows, file.Columns = frames.shape[1:3]
    file.SamplesPerPixel = frames.shape[3] if frames.ndim == 4 else 1
    file.PhotometricInterpretation = "RGB" if frames.ndim == 4 else "MONOCHROME2"
    if frames.ndim == 4:
        file.PlanarConfiguration = 0
    file.BitsAllocated = file.BitsStored = 8 * frames.dtype.itemsize
    file.HighBit, file.PixelRepresentation = file.BitsStored - 1, int(frames.dtype.kind == "i")
    file.NumberOfFrames, file.Modality = len(frames), "SM"
    for name, value in said.items():
        setattr(file, name, value)
    pixels = encapsulate([bytes(encode(frame)) for frame in frames]) if encode else frames.tobytes()
    file.add_new("PixelData", "OW" if frames.dtype.itemsize == 2 and not encode else "OB", pixels)
    if encode:
        file["PixelData"].is_undefined_length = True
    file.save_as(path, enforce_file_format=True)
    return path


def _read(root, name="a.dcm", c=0, z=0, t=0, level=0, region=None):
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, 0, c=c, z=z, t=t, level=level, region=region)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
@pytest.mark.parametrize("dtype", ["u1", "u2", "i2"])
def test_frames_without_packing(tmp_path, syntax, dtype):
    frames = (values(3, 6, 8) % 120).astype(dtype)
    write(tmp_path / "a.dcm", frames, syntax, FrameTime="40", PixelSpacing=[0.002, 0.001])
    image = describe(tmp_path, "a.dcm").images[0]
    assert (image.size_t, image.size_z, image.time_increment_s) == (3, 1, 0.04)
    assert (image.physical_x_um, image.physical_y_um) == pytest.approx((1.0, 2.0))
    np.testing.assert_array_equal(_read(tmp_path, t=2, region=(1, 2, 5, 3)), frames[2, 2:5, 1:6])


def test_big_endian_frames(tmp_path):
    frames = values(2, 4, 6)
    write(tmp_path / "b.dcm", frames.astype(">u2"), ExplicitVRBigEndian)
    (tmp_path / "b.dcm").rename(tmp_path / "a.dcm")
    plane = _read(tmp_path, t=1)
    assert plane.dtype == np.dtype("u2")
    np.testing.assert_array_equal(plane, frames[1])


@pytest.mark.parametrize("syntax, encode", PACKINGS.values(), ids=PACKINGS)
@pytest.mark.parametrize("shape", [(2, 16, 24), (2, 16, 24, 3)], ids=["grey", "colour"])
def test_packed_frames_are_read_bit_for_bit(tmp_path, syntax, encode, shape):
    frames = values(*shape, dtype="uint8")
    write(tmp_path / "a.dcm", frames, syntax, encode)
    assert describe(tmp_path, "a.dcm").images[0].size_t == 2
    np.testing.assert_array_equal(_read(tmp_path, t=1), frames[1])


def test_run_lengths_of_two_bytes_hold_the_high_one_first(tmp_path):
    frame = values(9, 10)
    high, low = (frame >> 8).astype("u1"), (frame & 255).astype("u1")
    write(tmp_path / "a.dcm", frame[None], PACKINGS["RLE"][0], lambda _: _run_lengths(np.stack([high, low], axis=-1)))
    np.testing.assert_array_equal(_read(tmp_path), frame)


def test_slices_are_depth_where_their_distance_is_said(tmp_path):
    write(tmp_path / "a.dcm", values(4, 5, 6), SpacingBetweenSlices="0.5")
    image = describe(tmp_path, "a.dcm").images[0]
    assert (image.size_z, image.size_t, image.physical_z_um) == (4, 1, pytest.approx(500))


def _tiles(image: np.ndarray, side: int) -> np.ndarray:
    rows = [
        image[y : y + side, x : x + side]
        for y in range(0, image.shape[0], side)
        for x in range(0, image.shape[1], side)
    ]
    return np.stack([np.pad(t, [(0, side - t.shape[0]), (0, side - t.shape[1]), (0, 0)]) for t in rows])


def write_slide(path: Path, image: np.ndarray, **said: object) -> Path:
    height, width = image.shape[:2]
    said = {"ImageType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], "SeriesInstanceUID": "1.2.3", **said}
    return write(
        path, _tiles(image, 8), TotalPixelMatrixColumns=width, TotalPixelMatrixRows=height,
        DimensionOrganizationType="TILED_FULL", **said,
    )  # fmt: skip


def test_a_slide_is_put_together_and_its_levels_are_in_the_files_beside_it(tmp_path):
    full, half = values(20, 27, 3, dtype="uint8"), values(10, 14, 3, dtype="uint8")
    write_slide(tmp_path / "b_half.dcm", half)
    write_slide(tmp_path / "c_full.dcm", full)
    write_slide(tmp_path / "d_label.dcm", half, ImageType=["ORIGINAL", "PRIMARY", "LABEL", "NONE"])
    write_slide(tmp_path / "e_other.dcm", half, SeriesInstanceUID="4.5.6")
    found = describe(tmp_path, "c_full.dcm")
    assert (found.outcome, found.members) == (Outcome.READ, ("c_full.dcm", "b_half.dcm"))
    assert (found.images[0].levels, found.images[0].size_x, found.images[0].size_y) == (2, 27, 20)
    np.testing.assert_array_equal(_read(tmp_path, "c_full.dcm"), full)
    np.testing.assert_array_equal(_read(tmp_path, "c_full.dcm", region=(5, 6, 15, 9)), full[6:15, 5:20])
    np.testing.assert_array_equal(_read(tmp_path, "c_full.dcm", level=1), half)
    level = describe(tmp_path, "b_half.dcm")
    assert (level.outcome, level.main) == (Outcome.MEMBER, "c_full.dcm")
    label = describe(tmp_path, "d_label.dcm").images[0]
    assert (label.name, label.role) == ("label", ImageRole.LABEL)
    assert describe(tmp_path, "e_other.dcm").outcome is Outcome.READ


def test_tiles_may_say_themselves_where_they_are(tmp_path):
    image = values(8, 16, 1, dtype="uint8")
    groups = [
        dataset(PlanePositionSlideSequence=[dataset(
            ColumnPositionInTotalImagePixelMatrix=x + 1, RowPositionInTotalImagePixelMatrix=1,
            ZOffsetInSlideCoordinateSystem="0",
        )])
        for x in (8, 0)
    ]  # fmt: skip
    frames = _tiles(image, 8)[::-1, ..., 0]
    write(
        tmp_path / "a.dcm", np.ascontiguousarray(frames), TotalPixelMatrixColumns=16, TotalPixelMatrixRows=8,
        DimensionOrganizationType="TILED_SPARSE", PerFrameFunctionalGroupsSequence=groups,
    )  # fmt: skip
    np.testing.assert_array_equal(_read(tmp_path), image[..., 0])


def test_packed_bits_and_optical_paths_of_real_files():
    image = describe(DATA, "sm_image_grayscale.dcm").images[0]
    assert (image.channels[0].name, image.pixel_type, image.size_x) == ("DAPI", PixelType.UINT16, 50)
    np.testing.assert_array_equal(
        _read(DATA, "sm_image_jpegls.dcm", region=(7, 3, 30, 40)), _read(DATA, "sm_image_jpegls.dcm")[3:43, 7:37]
    )


def test_white_is_zero_is_turned(tmp_path):
    write(tmp_path / "a.dcm", values(1, 4, 4, dtype="uint8"), PhotometricInterpretation="MONOCHROME1")
    np.testing.assert_array_equal(_read(tmp_path), 255 - values(4, 4, dtype="uint8"))


def test_what_is_no_image_is_kept_and_what_is_cut_off_is_refused(tmp_path):
    whole = write(tmp_path / "whole.dcm", values(4, 16, 16)).read_bytes()
    (tmp_path / "cut.dcm").write_bytes(whole[:-100])
    assert describe(tmp_path, "cut.dcm").reason.code == "truncated"
    report = pydicom.dcmread(tmp_path / "whole.dcm")
    del report.PixelData
    report.save_as(tmp_path / "report.dcm")
    found = describe(tmp_path, "report.dcm")
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, "not-an-image")
    assert describe(tmp_path, "whole.dcm").outcome is Outcome.READ
    for wrong in ({"t": 4}, {"c": 1}, {"level": 1}, {"region": (0, 0, 17, 1)}):
        with pytest.raises(Unreadable):
            _read(tmp_path, "whole.dcm", **wrong)


@pytest.mark.parametrize("said, code", [
    ({"Rows": 0}, "not-an-image"),
    ({"TotalPixelMatrixColumns": 9, "TotalPixelMatrixRows": 9}, "broken"),
    ({"ConcatenationUID": "1.2"}, "several-parts"),
    ({"PhotometricInterpretation": "YBR_FULL"}, "pixel-type"),
    ({"BitsAllocated": 64}, "pixel-type"),
])  # fmt: skip
def test_headers_that_cannot_be_shown_have_a_reason(tmp_path, said, code):
    write(tmp_path / "a.dcm", values(3, 8, 8, dtype="uint8"), **said)
    assert describe(tmp_path, "a.dcm").reason.code == code
