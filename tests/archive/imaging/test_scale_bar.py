"""Pictures for figures: the words on a scale bar, and small images that are enlarged."""

import io

import numpy as np
import pytest
from PIL import Image

from archive.imaging import scale_bar
from archive.imaging.rendering import render
from archive.imaging.spec import ChannelChoice, RenderSpec, View
from archive.imaging.units import round_length, said_length
from tests.archive.imaging.arrays import plane, source

AS_IS = View(channels=(ChannelChoice(0, color="FFFFFF", low=0, high=255),))


@pytest.mark.parametrize("micrometres", [0.05, 0.5, 1, 200, 1230, 5000], ids=said_length)
def test_the_font_has_every_sign_that_lengths_are_written_with(micrometres: float) -> None:
    font = scale_bar.font_of(30)
    missing = bytes(font.getmask("\uffff"))
    for sign in said_length(micrometres):
        assert bytes(font.getmask(sign)) != missing, f"no {sign!r}"
    assert font.getmask("µ").getbbox()


def test_the_words_on_a_short_bar_stay_inside_the_picture() -> None:
    picture = Image.new("L", (300, 100))
    scale_bar.draw(picture, 1, 0.1, 1)
    assert np.asarray(picture)[:, -1].max() == 0


def drawn(spec: RenderSpec) -> np.ndarray:
    values = np.zeros((3, 5), dtype=np.uint8)
    values[1, 2] = 255
    rendered = render(source(plane(values), physical_x_um=0.5), spec)
    return np.asarray(Image.open(io.BytesIO(rendered.data)))


def test_each_pixel_of_a_small_image_becomes_a_square_of_as_many_as_fit() -> None:
    assert drawn(RenderSpec(64, AS_IS, kind="png")).shape == (3, 5)
    large = drawn(RenderSpec(64, AS_IS, kind="png", enlarge=True))
    assert large.shape == (36, 60)
    assert (large[12:24, 24:36] == 255).all()
    assert np.count_nonzero(large) == 12 * 12


def test_a_scale_bar_keeps_its_length_in_an_enlarged_picture() -> None:
    large = drawn(RenderSpec(1000, AS_IS, kind="png", enlarge=True, scale_bar=0.5))
    assert (large[500:] == 255).sum(axis=1).max() in range(190, 201)


@pytest.mark.parametrize(("most", "found"), [(0, 0), (0.00005, 0), (1, 1), (4.9, 2), (5, 5), (99, 50)])
def test_a_round_length_is_the_longest_that_fits(most: float, found: float) -> None:
    assert round_length(most) == found
