import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archive.imaging import registry, streaming
from archive.imaging.colours import channel_colours, drawn_channels
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Channel, Rendered
from archive.imaging.planes import block_mean
from archive.imaging.rendering import render, thumbnails
from archive.imaging.source import Source, fitted_size, fitting_level
from archive.imaging.spec import ChannelChoice, RenderSpec, View
from tests.archive.imaging.arrays import plane, source

CHANCE = np.random.default_rng(3)


def pixels(rendered: Rendered) -> np.ndarray:
    picture = Image.open(io.BytesIO(rendered.data))
    assert picture.format == "WEBP"
    assert picture.size == (rendered.width, rendered.height)
    return np.asarray(picture.convert("RGB")).astype(int)


def ramp(kind: str, low: float, high: float, side: int = 64) -> np.ndarray:
    return np.linspace(low, high, side * side).reshape(side, side).astype(kind)


def test_level_is_the_smallest_that_is_large_enough() -> None:
    levels = ((4000, 3000), (2000, 1500), (1000, 750), (500, 375))
    assert fitting_level(levels, 512) == 2
    assert fitting_level(levels, 500) == 3
    assert fitting_level(levels, 9000) == 0


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((2, 2), (2, 2)), ((1024, 512), (512, 256)), ((3, 9000), (1, 512)), ((513, 10), (512, 10))],
    ids=["never larger", "halved", "a thread", "a little"],
)
def test_pictures_keep_their_shape_and_never_grow(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fitted_size(size, 512) == fitted


def test_block_mean_fills_up_the_edge() -> None:
    values = np.array([[0, 2, 10], [4, 6, 10], [8, 8, 40]], dtype=np.uint8)
    assert block_mean(values, 2).tolist() == [[3, 10], [8, 40]]


def test_block_mean_of_signed_and_of_not_finite_values() -> None:
    assert block_mean(np.full((4, 4), -5, dtype=np.int16), 2).tolist() == [[-5, -5], [-5, -5]]
    broken = np.array([[np.nan, 1.0], [np.inf, 3.0]], dtype=np.float32)
    assert block_mean(broken, 2).tolist() == [[1.5]]


def test_reads_one_plane_of_each_channel_from_the_fitting_level() -> None:
    full = CHANCE.integers(0, 4000, (3, 2, 5, 1200, 1600)).astype(np.uint16)
    small = full[..., ::2, ::2]
    one = source(full, small)
    rendered = thumbnails(one, (512, 128))
    assert one.reader.asked == [(0, 2, 1, 1, None), (1, 2, 1, 1, None)]
    assert [(r.width, r.height) for r in rendered] == [(512, 384), (128, 96)]
    assert {(r.z, r.t) for r in rendered} == {(2, 1)}


def test_asks_for_other_planes_get_them_and_those_beyond_are_refused() -> None:
    one = source(CHANCE.integers(0, 4000, (3, 1, 5, 20, 20)).astype(np.uint16))
    rendered = render(one, RenderSpec(view=View(z=4, t=0)))
    assert (rendered.z, rendered.t) == (4, 0)
    with pytest.raises(Unreadable, match="5 planes in Z"):
        render(one, RenderSpec(view=View(z=5)))


def test_a_large_flat_plane_is_read_in_strips_and_looks_the_same() -> None:
    values = np.add.outer(np.arange(9000), np.arange(8000)).astype(np.uint16)
    one = source(plane(values))
    drawn = pixels(thumbnails(one, (500,))[0])
    regions = [asked[4] for asked in one.reader.asked]
    assert len(regions) > 3
    assert sum(region[3] for region in regions if region) == 9000
    assert max(region[2] * region[3] * 2 for region in regions if region) <= 25 << 20
    assert drawn.shape == (500, 444, 3)
    assert drawn[0, 0, 0] < 5 < 120 < drawn[250, 222, 0] < 135 < 250 < drawn[-1, -1, 0]


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("uint8", 0, 60),
        ("uint16", 100, 900),
        ("int16", -3000, -100),
        ("float32", 0.001, 0.002),
        ("float64", -1e30, 1e30),
    ],
)
def test_every_pixel_type_uses_the_whole_range_of_grey(kind: str, low: float, high: float) -> None:
    drawn = pixels(render(source(plane(ramp(kind, low, high))), RenderSpec()))
    assert drawn.min() < 12
    assert drawn.max() > 243
    assert np.ptp(drawn, axis=2).max() < 6  # grey


def test_hot_pixels_do_not_darken_the_picture() -> None:
    values = ramp("uint16", 100, 200)
    values[5, 5] = 65535
    assert 100 < pixels(render(source(plane(values)), RenderSpec())).mean() < 155


def test_bilevel_and_complex_planes() -> None:
    bits = np.zeros((16, 16), dtype=bool)
    bits[:, 8:] = True
    drawn = pixels(render(source(plane(bits)), RenderSpec()))
    assert drawn[8, 2].max() < 10
    assert drawn[8, 13].min() > 245
    waves = plane(ramp("float32", 0, 1).astype(np.complex64) * 1j)
    assert pixels(render(source(waves), RenderSpec())).max() > 240


def test_nan_and_infinity_are_survived() -> None:
    values = np.array([[np.nan, np.inf], [-np.inf, 5.0]], dtype=np.float32)
    assert render(source(plane(values)), RenderSpec()).width == 2
    assert pixels(render(source(plane(np.full((3, 3), np.nan, dtype=np.float32))), RenderSpec())).max() < 5


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("float64", -1.7e308, 1.7e308),
        ("float32", -3e38, 3e38),
        ("float64", 0.0, 1e-300),
        ("float64", 1e17, 1e17 + 4096),
    ],
    ids=["widest doubles", "widest singles", "faintest", "shades of one large number"],
)
def test_extreme_values_use_the_whole_range_of_grey(kind: str, low: float, high: float) -> None:
    values = np.full((64, 64), low, dtype=kind)
    values[:, 32:] = high
    drawn = pixels(render(source(plane(values)), RenderSpec()))
    assert drawn[:, :28].max() < 10
    assert drawn[:, 36:].min() > 245


def test_rgb_is_drawn_as_it_is() -> None:
    values = np.zeros((8, 8, 3), dtype=np.uint8)
    values[..., 0], values[..., 2] = 200, 40
    drawn = pixels(render(source(values[None, None, None], channels=(Channel(samples=3),)), RenderSpec()))
    assert np.abs(drawn - [200, 0, 40]).max() < 12


def test_wide_rgb_keeps_its_hue_and_alpha_is_left_out() -> None:
    values = np.zeros((8, 8, 4), dtype=np.uint16)
    values[..., 1] = ramp("uint16", 0, 4000, 8)
    values[..., 3] = 65535
    drawn = pixels(render(source(values[None, None, None]), RenderSpec()))
    assert drawn[7, 7, 1] > 200
    assert drawn[7, 7, 0] < 60


def test_channels_are_drawn_in_their_colours_and_chosen_ones_alone() -> None:
    values = np.zeros((1, 2, 1, 32, 32), dtype=np.uint16)
    values[0, 0, 0, :, :16] = 500
    values[0, 1, 0, :, 16:] = 3000
    one = source(values, channels=(Channel("DAPI", "0000FF"), Channel("GFP", "00FF00")))
    drawn = pixels(render(one, RenderSpec()))
    assert drawn[16, 4].argmax() == 2
    assert drawn[16, 28].argmax() == 1
    red = pixels(
        render(one, RenderSpec(view=View(channels=(ChannelChoice(0, on=False), ChannelChoice(1, color="FF0000")))))
    )
    assert red[16, 4].max() < 12
    assert red[16, 28, 0] > 240
    with pytest.raises(Unreadable, match="2 channels"):
        render(one, RenderSpec(view=View(channels=(ChannelChoice(2),))))
    with pytest.raises(Unreadable, match="switched off"):
        render(one, RenderSpec(view=View(channels=(ChannelChoice(0, on=False),))))


def test_limits_that_a_person_sets_are_kept() -> None:
    one = source(plane(ramp("uint16", 0, 1000)))
    dark = pixels(render(one, RenderSpec(view=View(channels=(ChannelChoice(0, low=0, high=10_000),)))))
    assert dark.max() < 40


def image_of(*channels: Channel) -> object:
    return replace(source(plane(np.zeros((2, 2), np.uint8))).image, channels=channels, size_c=len(channels))


@pytest.mark.parametrize(
    ("channels", "colours"),
    [
        ((Channel(),), ("FFFFFF",)),
        ((Channel(color="FF0000"),), ("FF0000",)),
        ((Channel("DAPI"), Channel("eGFP"), Channel("mCherry")), ("0000FF", "00FF00", "FF0000")),
        ((Channel(emission_nm=450), Channel(emission_nm=525)), ("0000FF", "00FF00")),
        ((Channel(color="FFFFFF"), Channel(color="FFFFFF")), ("00FF00", "FF00FF")),
        ((Channel(), Channel()), ("00FF00", "FF00FF")),
        ((Channel(), Channel(), Channel()), ("FF0000", "00FF00", "0000FF")),
        ((Channel("DNA"), Channel("PH3"), Channel("CellMask")), ("0000FF", "FF0000", "00FF00")),
        ((Channel(color="000000"), Channel(color="FF0000")), ("00FF00", "FF0000")),
    ],
    ids=[
        "single grey",
        "single coloured",
        "by dye",
        "by emission",
        "all white",
        "two silent",
        "three silent",
        "one guessed of three",
        "black",
    ],
)
def test_colours(channels: tuple[Channel, ...], colours: tuple[str, ...]) -> None:
    assert channel_colours(image_of(*channels), len(channels)) == colours  # type: ignore[arg-type]


def test_twice_the_same_dye_gets_two_colours() -> None:
    colours = channel_colours(image_of(Channel("GFP a"), Channel("GFP b")), 2)  # type: ignore[arg-type]
    assert len(set(colours)) == 2


def test_transmitted_light_is_left_out_beside_fluorescence_only() -> None:
    assert drawn_channels(image_of(Channel("DAPI"), Channel("Brightfield")), 2) == (0,)  # type: ignore[arg-type]
    assert drawn_channels(image_of(Channel("DIC")), 1) == (0,)  # type: ignore[arg-type]


def test_at_most_five_of_many_channels_are_drawn() -> None:
    one = source(CHANCE.integers(0, 255, (1, 30, 1, 8, 8)).astype(np.uint8))
    thumbnails(one, (512,))
    assert len(one.reader.asked) == 5


def test_faint_noise_beside_a_bright_channel_stays_faint() -> None:
    values = np.zeros((1, 2, 1, 64, 64), dtype=np.uint8)
    values[0, 0, 0] = ramp("uint8", 0, 200)
    values[0, 1, 0] = CHANCE.integers(9, 12, (64, 64))
    one = source(values, channels=(Channel(color="00FF00"), Channel(color="FF0000")))
    assert pixels(render(one, RenderSpec()))[..., 0].max() < 80


def opened(folder: Path, name: str) -> Source:
    """A real file with the real reader, for what depends on the file."""
    image = describe(folder, name).images[0]
    return Source(registry.open_reader(folder, name), folder / name, folder, image)


@pytest.mark.parametrize("name", ["palette.png", "palette.tif"])
def test_a_palette_gives_its_colours(tmp_path: Path, name: str) -> None:
    picture = Image.fromarray(np.repeat(np.arange(2, dtype=np.uint8), 800).reshape(40, 40))
    picture.putpalette([250, 10, 10, 10, 10, 250])
    picture.save(tmp_path / name)
    one = opened(tmp_path, name)
    assert (one.image.size_c, one.image.rgb) == (1, False)
    drawn = pixels(render(one, RenderSpec()))
    assert drawn[5, 20].argmax() == 0
    assert drawn[35, 20].argmax() == 2


@pytest.mark.parametrize("name", ["inks.tif", "inks.jpg"])
def test_inks_are_drawn_as_what_the_paper_leaves(tmp_path: Path, name: str) -> None:
    Image.new("CMYK", (40, 40), (0, 255, 255, 0)).save(tmp_path / name)
    drawn = pixels(render(opened(tmp_path, name), RenderSpec()))
    assert drawn[20, 20, 0] > 200
    assert drawn[20, 20, 1:].max() < 60


@pytest.mark.parametrize("name", ["flat.png", "flat.jpg", "flat.tif"])
def test_flat_pictures_are_shrunk_while_they_stream(tmp_path: Path, name: str) -> None:
    values = np.add.outer(np.arange(1500), np.arange(2000)) * 255 // 3498
    Image.fromarray(values.astype(np.uint8)).convert("RGB").save(tmp_path / name)
    assert streaming.shrunk(opened(tmp_path, name), 20) is not None
    drawn = pixels(render(opened(tmp_path, name), RenderSpec(max_size=100)))
    assert drawn.shape == (75, 100, 3)
    assert drawn[0, 0, 0] < 12
    assert 115 < drawn[37, 50, 0] < 140


def test_black_and_white_is_shrunk_to_its_greys(tmp_path: Path) -> None:
    lines = np.zeros((400, 400), dtype=bool)
    lines[::4] = True
    Image.fromarray(lines).save(tmp_path / "lines.png")
    drawn = pixels(render(opened(tmp_path, "lines.png"), RenderSpec(max_size=100)))
    assert np.abs(drawn - 64).max() < 12


def test_what_streams_has_the_samples_of_the_image_alone(tmp_path: Path) -> None:
    """A transparent colour is no sample, and a palette's colours are none either."""
    ramp_ = np.tile(np.arange(256, dtype=np.uint8), (300, 1))
    Image.fromarray(ramp_).save(tmp_path / "transparent.png", transparency=7)
    shrunk = streaming.shrunk(opened(tmp_path, "transparent.png"), 4)
    assert shrunk is not None
    assert shrunk.shape == (75, 64)
    indexed = Image.fromarray(ramp_ // 64)
    indexed.putpalette([grey for grey in (0, 80, 160, 255) for _ in range(3)])
    indexed.save(tmp_path / "greys.png")
    assert streaming.shrunk(opened(tmp_path, "greys.png"), 4) is None
