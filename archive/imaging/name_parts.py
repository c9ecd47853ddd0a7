"""PURE: which parts of a file's name say a plane's place: what instruments write, and the words that people use."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class AxisName(StrEnum):
    """In the order in which members are listed: the last runs fastest."""

    WELL = "well"
    FIELD = "field"
    T = "t"
    C = "c"
    Z = "z"


@dataclass(frozen=True)
class Parsed:
    template: str
    values: dict[AxisName, str]
    how: str


_GUID = r"\[?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\]?"
_WELL = r"[A-P](?:0[1-9]|1\d|2[0-4])"
# What the software of instruments writes. `noise` is what differs from plane to plane and says nothing.
_CONVENTIONS = tuple((how, re.compile(pattern)) for how, pattern in (
    ("Harmony", r"^r(?P<row>\d\d)c(?P<col>\d\d)f(?P<field>\d+)p(?P<z>\d+)-ch(?P<c>\d+)sk(?P<t>\d+)(?:fk\d+fl\d+)?$"),
    ("Yokogawa", rf"_(?P<well>{_WELL})_T(?P<t>\d+)F(?P<field>\d+)L\d\d(?P<noise>A\d\d)Z(?P<z>\d+)C(?P<c>\d\d)$"),
    ("ScanR", r"--W(?P<well>\d+)--P(?P<field>\d+)--Z(?P<z>\d+)--T(?P<t>\d+)--(?P<c>[^-]+)$"),
    ("ScanR", r"--W(?P<well>\d+)--P(?P<field>\d+)--T(?P<t>\d+)--Z(?P<z>\d+)--(?P<c>[^-]+)$"),
    ("MetaXpress", rf"_(?P<well>{_WELL})(?:_s(?P<field>\d+))?_w(?P<c>\d)(?:_?(?P<noise>{_GUID}))?(?:_t(?P<t>\d+))?$"),
    ("Cellomics", rf"_(?P<well>{_WELL})f(?P<field>\d+)d(?P<c>\d)$"),
    ("IN Cell", r"^(?P<row>[A-P]) - (?P<col>\d\d?)\(fld (?P<field>\d+) wv (?P<c>[^()]+?)(?: z (?P<z>\d+))?\)$"),
    ("Micro-Manager", r"^img_(?P<t>\d{9})_(?P<c>[^_]+)_(?P<z>\d{3})$"),
))  # fmt: skip
_WORDS = {
    AxisName.Z: ("z", "slice", "plane", "section"),
    AxisName.C: ("c", "ch", "chan", "channel", "w", "wv", "wavelength"),
    AxisName.T: ("t", "tp", "time", "timepoint", "frame"),
    AxisName.FIELD: ("s", "xy", "p", "pos", "position", "site", "field", "fld", "fov"),
}
# Letters that mean a field and a channel beside a well only; alone they may mean a day or a frame.
_BESIDE_WELL = {"f": AxisName.FIELD, "d": AxisName.C}
_AXIS_OF = {word: axis for axis, words in _WORDS.items() for word in words}
WORD = "|".join(sorted((*_AXIS_OF, *_BESIDE_WELL), key=len, reverse=True))
_TOKEN = re.compile(rf"(?P<word>{WORD})[_=]?(?P<number>\d{{1,9}})", re.IGNORECASE)
_RUN = re.compile(rf"(?<![A-Za-z0-9])(?P<well>{_WELL})?(?P<tokens>(?:(?i:{WORD})[_=]?\d{{1,9}})*)(?![A-Za-z0-9])")
_DYES = (
    "dapi|hoechst|bfp|cfp|gfp|egfp|yfp|rfp|mcherry|tdtomato|fitc|tritc|texasred|cy[2357]|alexa ?\\d{3}|brightfield|bf|"
    "dic|phase|red|green|blue"
)
_DYE = re.compile(rf"(?<![A-Za-z0-9])(?P<c>{_DYES})(?![A-Za-z0-9])", re.IGNORECASE)
_LETTER = re.compile(r"[_-](?P<c>[RGBCMYDFT])$")
ONLY_NUMBER = "the number at the end"
_NUMBER = re.compile(r"(?<=[A-Za-z_\-. ])(?P<t>\d{3,6})$")


def _template(stem: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The name with `{axis}` where its parts were understood."""
    result, at = "", 0
    for start, end, word in sorted(spans):
        result += stem[at:start] + f"{{{word}}}"
        at = end
    return result + stem[at:]


def by_convention(stem: str) -> Parsed | None:
    for how, pattern in _CONVENTIONS:
        match = pattern.search(stem)
        if match is None:
            continue
        found = {name: value for name, value in match.groupdict().items() if value is not None}
        template = _template(stem, [(*match.span(name), name) for name in found])
        values = {AxisName(name): value for name, value in found.items() if name in set(AxisName)}
        if "row" in found:
            row = found["row"] if found["row"].isalpha() else _row_letters(int(found["row"]))
            values[AxisName.WELL] = f"{row}{int(found['col']):02d}"
        return Parsed(template, values, how)
    return None


def _row_letters(row: int) -> str:
    """1 is A, 27 is AA."""
    first, last = divmod(max(row, 1) - 1, 26)
    return (chr(64 + first) if first else "") + chr(65 + last)


def _tokens(stem: str) -> list[tuple[int, int, AxisName, str]]:
    """(start, end, axis, value) of what common words say; of a word that comes twice the last counts."""
    runs = [match for match in _RUN.finditer(stem) if match.group()]
    words = [(run.start("tokens") + token.start(), token) for run in runs for token in _TOKEN.finditer(run["tokens"])]
    upper = any(token["word"].isupper() and token["word"] in "ZT" for _, token in words)
    wells = [run for run in runs if run["well"] and not (upper and run["well"][0] in "CFPD")]
    found: dict[AxisName, tuple[int, int, AxisName, str]] = {}
    for at, token in words:
        axis = _AXIS_OF.get(token["word"].lower()) or (_BESIDE_WELL[token["word"].lower()] if wells else None)
        if axis is not None:
            found[axis] = (
                at + len(token.group()) - len(token["number"]),
                at + len(token.group()),
                axis,
                token["number"],
            )
    for run in runs:
        if run["well"] and run not in wells and run["well"][0] == "C":
            found[AxisName.C] = (run.start("well") + 1, run.end("well"), AxisName.C, run["well"][1:])
    if len(wells) == 1:
        found[AxisName.WELL] = (*wells[0].span("well"), AxisName.WELL, wells[0]["well"])
    return list(found.values())


def by_tokens(stem: str) -> Parsed | None:
    found = _tokens(stem)
    dyes = list(_DYE.finditer(stem))
    if len(dyes) == 1 and AxisName.C not in {axis for _, _, axis, _ in found}:
        found.append((*dyes[0].span("c"), AxisName.C, dyes[0]["c"]))
    return _parsed(stem, found, "words in the names") if found else None


def _parsed(stem: str, found: list[tuple[int, int, AxisName, str]], how: str) -> Parsed:
    template = _template(stem, [(start, end, axis.value) for start, end, axis, _ in found])
    return Parsed(template, {axis: value for _, _, axis, value in found}, how)


def by_letter(stem: str) -> Parsed | None:
    """A capital at the end is a colour or a dye."""
    return _with_ending(stem, _LETTER, AxisName.C, "the letter at the end")


def by_number(stem: str) -> Parsed | None:
    """A number at the end is time, when nothing else says what it counts."""
    return _with_ending(stem, _NUMBER, AxisName.T, ONLY_NUMBER)


def _with_ending(stem: str, pattern: re.Pattern[str], axis: AxisName, how: str) -> Parsed | None:
    match = pattern.search(stem)
    found = _tokens(stem)
    if match is None or axis in {item[2] for item in found} or any(end > match.start() for _, end, _, _ in found):
        return None
    return _parsed(stem, [*found, (*match.span(axis.value), axis, match[axis.value])], how)
