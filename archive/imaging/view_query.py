"""PURE: a view in the address of a page, a tile or a picture, the same in all of them.

    c=0:00FF00:120:4000,2:FF00FF    channel 0 in green from 120 to 4000, channel 2 in magenta with automatic limits
    c=0:fire    channel 0 by a lookup table (lookup_tables.py)
    z=12    z=3-9    one section, or the maximum over sections 3 to 9
    t=0    labels=1

Channels that `c` does not name are off; without `c` the image's own choice is shown. All indices count from 0.
"""

import math
import re
from collections.abc import Mapping

from archive.imaging import lookup_tables
from archive.imaging.spec import ChannelChoice, View

MOST_CHANNELS = 64
_CHANNEL = re.compile(r"(?P<index>\d{1,4})(?::(?P<color>[0-9A-Za-z]{1,20})?(?::(?P<low>[^:]*):(?P<high>[^:]*))?)?")
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
_RANGE = re.compile(r"(?P<first>\d{1,7})(?:-(?P<last>\d{1,7}))?")


class BadView(ValueError):
    """A parameter that says nothing we understand: its name, and a sentence with an example."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name
        self.sentence = sentence


def view_of(parameters: Mapping[str, str]) -> View:
    """What an address asks for; raises BadView."""
    first, last = _sections(parameters.get("z", ""))
    return View(
        z=first,
        z_last=last,
        t=_time(parameters.get("t", "")),
        channels=_channels(parameters.get("c", "")),
        labels=parameters.get("labels", "") == "1",
    )


def parameters_of(view: View) -> dict[str, str]:
    """The same view, written."""
    z = "" if view.z is None else str(view.z)
    written = {
        "c": ",".join(_written(choice) for choice in view.channels if choice.on),
        "z": f"{z}-{view.z_last}" if view.z_last is not None else z,
        "t": "" if view.t is None else str(view.t),
        "labels": "1" if view.labels else "",
    }
    return {name: value for name, value in written.items() if value}


def _written(choice: ChannelChoice) -> str:
    if choice.low is not None or choice.high is not None:
        low, high = ("" if limit is None else f"{limit:.9g}" for limit in (choice.low, choice.high))
        return f"{choice.index}:{choice.color}:{low}:{high}"
    return f"{choice.index}:{choice.color}" if choice.color else str(choice.index)


def _sections(text: str) -> tuple[int | None, int | None]:
    if not text:
        return None, None
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadView("z", "z is a section, such as 12, or a range such as 3-9; sections count from 0.")
    return int(match["first"]), None if match["last"] is None else int(match["last"])


def _time(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"\d{1,7}", text):
        raise BadView("t", "t is a time point, such as 4; time points count from 0.")
    return int(text)


def _channels(text: str) -> tuple[ChannelChoice, ...]:
    parts = [part for part in text.split(",") if part]
    if len(parts) > MOST_CHANNELS:
        raise BadView("c", f"At most {MOST_CHANNELS} channels are drawn together. Name fewer.")
    return tuple(_channel(part) for part in parts)


def _channel(part: str) -> ChannelChoice:
    match = _CHANNEL.fullmatch(part)
    if match is None:
        raise BadView(
            "c", "c names channels as index, index:RRGGBB or index:RRGGBB:low:high, with commas between them."
        )
    low, high = _limit(match["low"]), _limit(match["high"])
    if low is not None and high is not None and low >= high:
        raise BadView("c", "A channel's lower limit must be below its upper one.")
    return ChannelChoice(int(match["index"]), color=_color(match["color"] or ""), low=low, high=high)


def _color(text: str) -> str:
    if text.lower() in lookup_tables.BY_NAME:
        return text.lower()
    if text and not _COLOR.fullmatch(text):
        known = ", ".join(lookup_tables.BY_NAME)
        raise BadView("c", f"“{text}” is no colour: write RRGGBB, as in 0:00FF00, or a lookup table: {known}.")
    return text.upper()


def _limit(text: str | None) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or len(text) > 30:
        raise BadView("c", f"“{text[:30]}” is no pixel value; limits are numbers, as in 0:00FF00:120:4000.")
    return value
