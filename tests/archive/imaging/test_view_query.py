"""A view in an address: what is written is read again, and what says nothing is refused with an example."""

import pytest

from archive.imaging.spec import ChannelChoice, View
from archive.imaging.view_query import BadView, parameters_of, view_of


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(z=3, t=2, labels=True),
        View(z=3, z_last=9),
        View(channels=(ChannelChoice(0, color="00FF00", low=120, high=4000), ChannelChoice(2))),
        View(channels=(ChannelChoice(0, high=250.0), ChannelChoice(1, color="FF0000", low=3.0))),
        View(channels=(ChannelChoice(1, color="viridis"), ChannelChoice(0, color="inverted", low=-1.5, high=0.25))),
    ],
)
def test_what_is_written_is_read_again(view: View) -> None:
    assert view_of(parameters_of(view)) == view


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("z", "first", "z is a section, such as 12"),
        ("t", "-1", "t is a time point"),
        ("c", "0:green", "“green” is no colour: write RRGGBB, as in 0:00FF00, or a lookup table: inverted, viridis"),
        ("c", "0:00FF0", "“00FF0” is no colour"),
        ("c", "0:00FF00:5:5", "lower limit must be below"),
        ("c", "0:00FF00:low:5", "“low” is no pixel value"),
        ("c", "x", "c names channels as index"),
        ("c", ",".join(str(at) for at in range(65)), "At most 64 channels"),
    ],
)
def test_what_says_nothing_is_refused_with_an_example(name: str, value: str, sentence: str) -> None:
    with pytest.raises(BadView) as refused:
        view_of({name: value})
    assert refused.value.name == name
    assert sentence in refused.value.sentence
