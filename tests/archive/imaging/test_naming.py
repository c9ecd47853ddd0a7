"""Names that software wrote."""

import pytest

from archive.imaging.naming import ROLE_WORDS, ImageRole, role_of, telling


@pytest.mark.parametrize(
    "name, role",
    [
        ("label", ImageRole.LABEL),
        ("label image", ImageRole.LABEL),
        ("Macro image", ImageRole.MACRO),
        ("overview", ImageRole.MACRO),
        ("Thumbnail", ImageRole.THUMBNAIL),
        ("map", ImageRole.MAP),
        ("label-free imaging", ImageRole.SPECIMEN),
        ("labels", ImageRole.SPECIMEN),
        ("", ImageRole.SPECIMEN),
    ],
)
def test_the_scanner_s_own_pictures_are_known_by_their_names(name, role):
    assert role_of(name, 2) is role


def test_the_first_series_is_the_specimen_whatever_its_name():
    assert role_of("label", 0) is ImageRole.SPECIMEN


def test_every_role_has_words():
    assert set(ROLE_WORDS) == set(ImageRole)


@pytest.mark.parametrize("name", ["Channel:0:1", "ch 2", "C1", "3", "file suffix D", "", None])
def test_names_that_say_nothing_are_not_shown(name):
    assert telling(name) == ""


@pytest.mark.parametrize("name", ["DAPI", "Channel of calcium", "C2orf", "CY5"])
def test_names_that_tell_something_are(name):
    assert telling(name) == name
