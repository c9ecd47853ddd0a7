"""PURE: columns that the paths themselves fill: plate, well, field, channel, section and time point."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from archive.imaging.name_parts import AxisName, Parsed, by_convention, by_tokens

PLATE = "Plate"
AXES = {
    AxisName.WELL: "Well",
    AxisName.FIELD: "Field",
    AxisName.C: "Channel",
    AxisName.Z: "Z",
    AxisName.T: "T",
}
_LEAST = 2


@dataclass(frozen=True)
class Suggestions:
    """`columns` in their order; `of` fills them for a path, with empty texts where its name says nothing."""

    columns: tuple[str, ...] = ()

    def of(self, path: str) -> dict[str, str]:
        said = _said(path) if self.columns else {}
        return {column: said.get(column, "") for column in self.columns}


def suggested_columns(paths: Iterable[str], taken: Sequence[str]) -> Suggestions:
    """Those in which the paths differ, and that are not among the columns there are."""
    values: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        for column, text in _said(path).items():
            if len(values[column]) < _LEAST:
                values[column].add(text)
    there = {name.casefold() for name in taken}
    wanted = [PLATE, *AXES.values()]
    return Suggestions(tuple(name for name in wanted if len(values[name]) >= _LEAST and name.casefold() not in there))


def _said(path: str) -> dict[str, str]:
    parsed: Parsed | None = by_convention(stem := _stem(path)) or by_tokens(stem)
    if parsed is None:
        return {}
    found = {name: parsed.values[axis] for axis, name in AXES.items() if axis in parsed.values}
    folder = PurePosixPath(path).parent.name
    return {PLATE: folder, **found} if "Well" in found and folder else found


def _stem(path: str) -> str:
    stem = PurePosixPath(path).stem
    return stem.removesuffix(".ome") if stem.lower().endswith(".ome") else stem
