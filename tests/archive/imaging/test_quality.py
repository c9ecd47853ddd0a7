from dataclasses import replace

import numpy as np
import pytest

from archive.imaging.model import Channel, Description, Finding, Outcome, Severity
from archive.imaging.naming import ImageRole
from archive.imaging.quality import checking
from archive.imaging.source import Source
from tests.archive.imaging.arrays import plane, source

CHANCE = np.random.default_rng(4)
GOOD = {"physical_x_um": 0.1, "physical_y_um": 0.1}
NOISE = CHANCE.integers(1, 200, (64, 64)).astype(np.uint8)


def found(one: Source) -> dict[str, Finding]:
    return {finding.code: finding for finding in checking.check(one, Description("image", Outcome.READ))}


def said(values: np.ndarray, **more: object) -> dict[str, Finding]:
    return found(source(plane(values), **(GOOD | more)))  # type: ignore[arg-type]


def test_a_good_image_has_no_findings() -> None:
    assert said(NOISE) == {}


def test_every_finding_says_what_to_do() -> None:
    values = np.zeros((1, 2, 1, 8, 8), dtype=np.uint8)
    findings = found(source(values, physical_x_um=5e6, physical_y_um=5e6))
    assert set(findings) == {"blank", "implausible-pixel-size", "missing-channel-names"}
    assert all(finding.sentence.endswith(".") and finding.fix.endswith(".") for finding in findings.values())


def test_problems_come_first() -> None:
    values = np.zeros((1, 2, 1, 8, 8), dtype=np.uint8)
    ranks = [finding.severity for finding in checking.check(source(values), Description("image", Outcome.READ))]
    assert ranks == sorted(ranks, key=lambda severity: severity is not Severity.PROBLEM)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.zeros((8, 8), dtype=np.uint16), "blank"),
        (np.full((8, 8), 7, dtype=np.uint16), "constant"),
        (np.where(NOISE > 150, 255, NOISE).astype(np.uint8), "saturated"),
    ],
    ids=["black", "one value", "a quarter at the limit"],
)
def test_pixels_that_carry_no_signal_are_found(values: np.ndarray, code: str) -> None:
    assert set(said(values)) == {code}


def test_a_mask_is_not_saturated() -> None:
    assert said(np.where(NOISE > 100, 255, 0).astype(np.uint8)) == {}


def test_saturation_counts_against_the_significant_bits() -> None:
    values = np.minimum(NOISE.astype(np.uint16) * 40, 4095)
    assert said(values) == {}
    assert set(said(values, significant_bits=12)) == {"saturated"}


def test_white_backgrounds_of_colour_pictures_are_not_saturated() -> None:
    values = np.full((1, 1, 1, 8, 8, 3), 255, dtype=np.uint8)
    values[..., :2, :, :] = 90
    assert found(source(values, **GOOD)) == {}  # type: ignore[arg-type]


def test_only_the_channel_at_fault_is_named() -> None:
    values = np.stack([NOISE, np.zeros_like(NOISE)])[None, :, None]
    findings = found(source(values, channels=(Channel("DAPI"), Channel("GFP")), **GOOD))  # type: ignore[arg-type]
    assert set(findings) == {"blank"}
    assert findings["blank"].sentence.startswith("Channel GFP is black")


@pytest.mark.parametrize("sizes", [(0.1, 0.9), (5000.0, 5000.0), (1e-7, 1e-7)], ids=["skewed", "huge", "tiny"])
def test_implausible_pixel_sizes(sizes: tuple[float, float]) -> None:
    assert set(said(NOISE, physical_x_um=sizes[0], physical_y_um=sizes[1])) == {"implausible-pixel-size"}


def test_a_missing_pixel_size_is_a_notice() -> None:
    assert said(NOISE, physical_x_um=None)["missing-pixel-size"].severity is Severity.NOTICE


def test_of_the_photograph_of_a_slides_label_no_more_is_asked_than_that_it_opens() -> None:
    one = source(plane(np.full((8, 8), 255, dtype=np.uint8)))
    assert set(found(one)) == {"constant", "missing-pixel-size"}
    assert found(replace(one, image=replace(one.image, role=ImageRole.LABEL))) == {}


def test_several_channels_at_fault_are_told_in_one_sentence() -> None:
    values = np.zeros((1, 2, 1, 8, 8), dtype=np.uint8)
    findings = found(source(values, channels=(Channel("DAPI"), Channel("GFP")), **GOOD))  # type: ignore[arg-type]
    assert findings["blank"].sentence.startswith("Channels DAPI, GFP are black")


def test_a_plane_that_cannot_be_read_is_truncated() -> None:
    values = np.stack([NOISE, NOISE])[None, :, None]
    one = source(values, channels=(Channel("DAPI"), Channel("GFP")), broken=(1,), **GOOD)  # type: ignore[arg-type]
    assert set(found(one)) == {"truncated"}


def test_channels_that_are_described_and_those_that_are_there_are_counted() -> None:
    one = source(np.stack([NOISE] * 2)[None, :, None], **GOOD)  # type: ignore[arg-type]
    one = replace(one, image=replace(one.image, channels=tuple(Channel(name) for name in "abc")))
    assert set(found(one)) == {"channel-count"}


def test_a_huge_flat_plane_is_sampled_in_its_middle() -> None:
    wide = np.broadcast_to(np.uint8(3), (1, 1, 1, 50_000, 60_000))
    one = source(wide, **GOOD)  # type: ignore[arg-type]
    found(one)
    assert one.reader.asked == [(0, 0, 0, 0, (27_952, 22_952, 4096, 4096))]
