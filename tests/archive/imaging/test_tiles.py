"""Tiles, regions, slices and numbers of images, over arrays in memory, so that every pixel is known."""

import io

import numpy as np
import pytest
from PIL import Image

from archive.imaging import measuring, windows
from archive.imaging.errors import Unreadable
from archive.imaging.model import Channel, Rendered
from archive.imaging.rendering import render, section, tile
from archive.imaging.spec import ChannelChoice, RenderSpec, SectionSpec, TileSpec, View
from tests.archive.imaging.arrays import plane, source

CHANCE = np.random.default_rng(5)
# A grey channel whose pixels are drawn as they are.
AS_IS = View(channels=(ChannelChoice(0, color="FFFFFF", low=0, high=255),))


def pixels(rendered: Rendered) -> np.ndarray:
    picture = Image.open(io.BytesIO(rendered.data))
    assert picture.size == (rendered.width, rendered.height)
    return np.asarray(picture).astype(int)


def smooth(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return ((rows / height + columns / width) * 127).astype(np.uint8)


def pyramid(full: np.ndarray, count: int) -> list[np.ndarray]:
    return [full[..., :: 1 << at, :: 1 << at] for at in range(count)]


def test_tiles_at_full_resolution_put_together_are_the_image() -> None:
    values = smooth(600, 700)
    one = source(plane(values))
    rows = [np.hstack([pixels(tile(one, TileSpec(0, column, row, AS_IS))) for column in range(3)]) for row in range(3)]
    drawn = np.vstack(rows)
    assert drawn.shape == (600, 700)
    assert np.abs(drawn - values).max() <= 3  # JPEG


@pytest.mark.parametrize("halvings", [1, 2, 3, 5])
def test_a_coarse_tile_is_the_mean_of_what_it_covers(halvings: int) -> None:
    values = smooth(1024, 1024)
    drawn = pixels(tile(source(plane(values)), TileSpec(halvings, 0, 0, AS_IS)))
    step = 1 << halvings
    side = min(1024, 256 * step)
    means = values[:side, :side].reshape(side // step, step, side // step, step).mean(axis=(1, 3))
    assert drawn.shape == means.shape
    assert np.abs(drawn - means).max() <= 3


@pytest.mark.parametrize(
    ("table", "darkest", "middle", "brightest"),
    [
        ("viridis", "440154", "21918C", "FDE725"),
        ("cividis", "00224E", "7D7C78", "FEE838"),
        ("fire", "000000", "EB4502", "FFFFFF"),
        ("inverted", "FFFFFF", "7F7F7F", "000000"),
    ],
)
def test_a_lookup_table_gives_values_their_colours(table: str, darkest: str, middle: str, brightest: str) -> None:
    values = np.repeat([[0, 1000, 2000]], 3, axis=0).astype(np.uint16)
    view = View(channels=(ChannelChoice(0, color=table, low=0, high=2000),))
    drawn = pixels(render(source(plane(values)), RenderSpec(view=view, kind="png")))[0]
    expected = [list(bytes.fromhex(color)) for color in (darkest, middle, brightest)]
    assert np.abs(drawn - expected).max() <= 1


def test_a_lookup_table_adds_to_the_channels_beside_it() -> None:
    values = np.full((1, 2, 1, 2, 2), 100, dtype=np.uint16)
    choices = (ChannelChoice(0, color="fire", low=0, high=200), ChannelChoice(1, color="00FF00", low=0, high=100))
    drawn = pixels(render(source(values), RenderSpec(view=View(channels=choices), kind="png")))
    assert np.abs(drawn[0, 0] - [0xEB, 255, 0x02]).max() <= 1


def test_a_tile_reads_only_its_part_of_the_fitting_level() -> None:
    full = CHANCE.integers(0, 255, (1, 1, 1, 4096, 4096)).astype(np.uint8)
    one = source(*pyramid(full, 3))
    tile(one, TileSpec(2, 1, 0, AS_IS))
    assert one.reader.asked == [(0, 0, 0, 2, (256, 0, 256, 256))]
    one.reader.asked.clear()
    tile(one, TileSpec(3, 1, 1, AS_IS))
    assert one.reader.asked == [(0, 0, 0, 2, (512, 512, 512, 512))]


def test_levels_whose_sides_were_rounded_still_serve_their_resolution() -> None:
    levels = ((1001, 999), (500, 499), (250, 249))
    assert windows.level_for(levels, (0, 0, 1001, 999), (501, 500)) == 1
    assert windows.on_level(levels, 2, (0, 0, 1001, 999)) == (0, 0, 250, 249)
    assert windows.on_level(levels, 2, (1000, 998, 1, 1)) == (249, 248, 1, 1)


@pytest.mark.parametrize(("column", "row"), [(3, 0), (0, 3), (-1, 0)])
def test_a_tile_outside_the_image_is_refused(column: int, row: int) -> None:
    with pytest.raises(Unreadable, match="no such tile"):
        tile(source(plane(smooth(600, 600))), TileSpec(0, column, row, AS_IS))


def test_the_overview_of_a_large_flat_image_needs_a_pyramid() -> None:
    one = source(np.zeros((1, 1, 1, 8000, 8000), dtype=np.uint8))
    tile(one, TileSpec(0, 3, 3, AS_IS))
    with pytest.raises(Unreadable, match="pyramid"):
        tile(one, TileSpec(5, 0, 0, AS_IS))


def test_the_contrast_of_all_tiles_is_that_of_the_middle_plane() -> None:
    values = np.zeros((1, 1, 3, 512, 512), dtype=np.uint16)
    values[0, 0, 1] = np.linspace(0, 1000, 512).astype(np.uint16)
    values[0, 0, 2, :256, :256] = 500
    one = source(values)
    left = pixels(tile(one, TileSpec(0, 0, 0, View(z=1))))
    right = pixels(tile(one, TileSpec(0, 1, 0, View(z=1))))
    assert left.max() < 140 < 250 < right.max()
    assert 120 < pixels(tile(one, TileSpec(0, 0, 0, View(z=2)))).max() < 140


def test_a_maximum_projection_takes_the_brightest_of_the_range() -> None:
    values = np.zeros((1, 1, 4, 64, 64), dtype=np.uint8)
    for z, level in enumerate((10, 90, 40, 200)):
        values[0, 0, z, z * 16 : z * 16 + 16] = level
    view = View(z=0, z_last=2, channels=AS_IS.channels)
    column = pixels(tile(source(values), TileSpec(0, 0, 0, view)))[8::16, 32]
    assert np.abs(column - [10, 90, 40, 0]).max() <= 3


def test_a_region_is_cut_out_and_never_grows() -> None:
    values = smooth(400, 600)
    drawn = render(source(plane(values)), RenderSpec(1000, AS_IS, region=(100, 50, 200, 100), kind="png"))
    assert (drawn.width, drawn.height) == (200, 100)
    assert np.array_equal(pixels(drawn), values[50:150, 100:300])
    with pytest.raises(Unreadable, match="not inside"):
        render(source(plane(values)), RenderSpec(region=(500, 0, 200, 100)))


def test_slices_through_the_stack_keep_its_proportions() -> None:
    stack = np.zeros((1, 1, 10, 40, 60), dtype=np.uint8)
    stack[0, 0, 4, 20, :30] = 200
    one = source(stack, physical_x_um=0.5, physical_z_um=2.0)
    xz = section(one, SectionSpec("y", 20, AS_IS))
    zy = section(one, SectionSpec("x", 10, AS_IS))
    assert (xz.width, xz.height) == (60, 40)
    assert (zy.width, zy.height) == (40, 40)
    drawn = np.asarray(Image.open(io.BytesIO(xz.data)).convert("L")).astype(int)
    assert drawn[18, 15] > 150
    assert drawn[18, 50] < 40
    assert drawn[35, 15] < 40
    with pytest.raises(Unreadable, match="ask for 0 to 39"):
        section(one, SectionSpec("y", 40, AS_IS))


def test_lengths_that_cannot_be_are_survived() -> None:
    stack = np.zeros((1, 1, 4, 40, 60), dtype=np.uint8)
    one = source(stack, physical_x_um=1e-300, physical_z_um=1e300)
    assert section(one, SectionSpec("y", 20, AS_IS)).height == 4096
    with pytest.raises(Unreadable, match="does not fit"):
        render(one, RenderSpec(400, AS_IS, scale_bar=1e9))


def test_labels_have_colours_of_their_own_and_no_background() -> None:
    values = np.zeros((300, 300), dtype=np.uint16)
    values[:100], values[100:200] = 7, 8
    drawn = pixels(tile(source(plane(values)), TileSpec(1, 0, 0, View(labels=True))))
    assert drawn.shape == (150, 150, 4)
    assert (drawn[120:, :, 3] == 0).all()
    assert len({tuple(colour) for colour in drawn[:100].reshape(-1, 4)}) == 2  # never a mean of two labels


def test_what_is_no_number_is_no_label() -> None:
    values = np.array([[np.nan, np.inf, 0, 4e9]], dtype=np.float64)
    drawn = pixels(tile(source(plane(values)), TileSpec(0, 0, 0, View(labels=True))))
    assert drawn[0, :, 3].tolist() == [0, 0, 0, 255]


def test_a_scale_bar_has_its_length_and_needs_a_pixel_size() -> None:
    black = np.zeros((400, 400), dtype=np.uint8)
    one = source(plane(black), physical_x_um=0.5)
    drawn = pixels(render(one, RenderSpec(400, AS_IS, kind="png", scale_bar=50)))
    assert (drawn == 255).sum(axis=1).max() == 100
    with pytest.raises(Unreadable, match="no pixel size"):
        render(source(plane(black)), RenderSpec(400, AS_IS, scale_bar=50))
    with pytest.raises(Unreadable, match="does not fit"):
        render(one, RenderSpec(400, AS_IS, scale_bar=5000))


def test_a_histogram_of_a_projection_reaches_to_its_brightest_section() -> None:
    stack = np.zeros((1, 1, 5, 20, 20), dtype=np.uint16)
    stack[0, 0, 3, :10] = 900
    one = source(stack)
    assert measuring.histograms(one, z=0, t=0)[0].greatest == 0
    (of_all,) = measuring.histograms(one, z=0, z_last=4, t=0)
    assert (of_all.greatest, of_all.counts[0], of_all.counts[-1]) == (900, 200, 200)
    assert measuring.histograms(one, z=0, z_last=2, t=0)[0].greatest == 0
    with pytest.raises(Unreadable, match="5 planes in Z"):
        measuring.histograms(one, z=0, z_last=5, t=0)


def test_histograms_count_the_plane_and_tell_the_automatic_limits() -> None:
    values = np.zeros((1, 2, 1, 100, 100), dtype=np.uint16)
    values[0, 1, 0] = np.arange(10_000).reshape(100, 100)
    flat, ramp = measuring.histograms(source(values), z=None, t=None)
    assert sum(ramp.counts) == sum(flat.counts) == 10_000
    assert (ramp.least, ramp.greatest) == (0, 9999)
    assert max(ramp.counts) - min(ramp.counts) <= 2
    assert ramp.low < 100 < 9900 < ramp.high


@pytest.mark.parametrize(
    ("low", "high"), [(-1.7e308, 1.7e308), (1e17, 1e17), (0.0, 5e-324), (-3e38, 3e38)],
    ids=["widest", "one large value", "faintest", "widest singles"],
)  # fmt: skip
def test_histograms_of_extreme_values(low: float, high: float) -> None:
    values = np.full((20, 20), low)
    values[10:] = high
    [found] = measuring.histograms(source(plane(values)), z=None, t=None)
    assert (found.least, found.greatest, sum(found.counts)) == (low, high, 400)
    assert found.low <= found.high


def test_values_are_those_that_are_stored() -> None:
    values = CHANCE.integers(0, 60_000, (1, 3, 2, 30, 40)).astype(np.uint16)
    found = measuring.values(source(values), x=39, y=29, z=1, t=0)
    assert found == tuple((float(values[0, c, 1, 29, 39]),) for c in range(3))
    with pytest.raises(Unreadable, match="ask inside"):
        measuring.values(source(values), x=40, y=0, z=0, t=0)
    broken = np.full((4, 4), np.nan, dtype=np.float32)
    assert measuring.values(source(plane(broken)), x=0, y=0, z=0, t=0) == ((None,),)


def test_values_of_colour_are_its_samples() -> None:
    colour = CHANCE.integers(0, 255, (1, 1, 1, 8, 8, 3)).astype(np.uint8)
    one = source(colour, channels=(Channel(samples=3),))
    assert measuring.values(one, x=2, y=1, z=0, t=0) == (tuple(float(v) for v in colour[0, 0, 0, 1, 2]),)


def test_raw_pixels_are_bit_for_bit() -> None:
    values = CHANCE.integers(0, 60_000, (20, 30)).astype(">u2")
    found = measuring.raw(source(plane(values)), c=0, z=0, t=0, level=0, region=(3, 4, 10, 5))
    assert found.dtype == "<u2"
    assert np.array_equal(np.frombuffer(found.data, found.dtype).reshape(found.shape), values[4:9, 3:13])
