"""PURE: what names that software wrote are worth: which say nothing, and which tell that a picture is no specimen.

A scanner puts pictures of its own beside the slide: the paper label (which may carry a patient's name), the whole
glass, a thumbnail, a focus map. They are read and archived like every image, but were not deposited to be looked at.
"""

import re
from enum import StrEnum


class ImageRole(StrEnum):
    """What a picture is for. Only SPECIMEN is counted, listed, searched and shown on cards."""

    SPECIMEN = ""
    LABEL = "label"
    MACRO = "macro"
    THUMBNAIL = "thumbnail"
    MAP = "map"


ROLE_WORDS = {
    ImageRole.SPECIMEN: "",
    ImageRole.LABEL: "Slide label",
    ImageRole.MACRO: "Slide overview",
    ImageRole.THUMBNAIL: "Slide thumbnail",
    ImageRole.MAP: "Focus map",
}
_ROLE = re.compile(r"^(?:slide )?(label|macro|overview|thumbnail|map)(?: image)?$", re.IGNORECASE)
# What software writes when nobody named a channel: "Channel:0:1", "ch 2", "C1", "file suffix D".
_UNNAMED = re.compile(r"^(?:(?:channel|chan|ch|c)?[\s:_#-]*[\d:]*|file suffix \w+)$", re.IGNORECASE)


def role_of(name: str, series: int) -> ImageRole:
    """By the name of a series beside the first, as scanners and converters of slides write it."""
    match = _ROLE.match(name.strip()) if series else None
    if match is None:
        return ImageRole.SPECIMEN
    word = match[1].lower()
    return ImageRole.MACRO if word == "overview" else ImageRole(word)


def telling(name: object) -> str:
    """A channel's name, or nothing where it says nothing."""
    text = str(name or "").strip()
    return "" if _UNNAMED.match(text) else text
