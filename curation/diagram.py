"""PURE: the picture of the workflow, from the table. Where a state stands is declared here, which arrows exist is not.

Arrows between the same two states are one arrow with several words. Actions that leave the state as it is are not
drawn; the table beside the picture lists them.
"""

from collections import defaultdict
from dataclasses import dataclass

from curation.workflow import STATE_WORDS, TABLE, WORDS, CandidateState, who

BOX_WIDTH, BOX_HEIGHT = 132, 44
WIDTH, HEIGHT = 1000, 424
# The middle of each box.
_PLACES: dict[CandidateState | None, tuple[int, int]] = {
    None: (12, 180),
    CandidateState.NOMINATED: (210, 180),
    CandidateState.TRIAGED: (430, 180),
    CandidateState.IN_REVIEW: (660, 180),
    CandidateState.ACCEPTED: (920, 180),
    CandidateState.DEFERRED: (660, 36),
    CandidateState.DECLINED: (430, 370),
    CandidateState.REVOKED: (920, 370),
}


@dataclass(frozen=True)
class Box:
    state: CandidateState
    label: str
    x: int
    y: int
    left: int
    top: int


@dataclass(frozen=True)
class Arrow:
    """A straight line with its words beside it; `anchor` is SVG's text-anchor."""

    path: str
    words: tuple[tuple[int, int, str], ...]
    anchor: str


@dataclass(frozen=True)
class Diagram:
    width: int
    height: int
    box_width: int
    box_height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    sentences: tuple[str, ...]


def draw() -> Diagram:
    boxes = tuple(
        Box(state, STATE_WORDS[state][0], x, y, x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2)
        for state, (x, y) in _PLACES.items()
        if state is not None
    )
    edges = _edges()
    arrows = tuple(_arrow(start, end, words, (end, start) in edges) for (start, end), words in edges.items())
    return Diagram(WIDTH, HEIGHT, BOX_WIDTH, BOX_HEIGHT, boxes, arrows, _sentences(edges))


_Edges = dict[tuple[CandidateState | None, CandidateState], list[str]]


def _edges() -> _Edges:
    """The words of every arrow of the table."""
    found: defaultdict[tuple[CandidateState | None, CandidateState], list[str]] = defaultdict(list)
    for move in TABLE:
        if move.to is not None:
            found[move.source, move.to].append(str(move.action).replace("-", " "))
    return dict(found)


def _arrow(start: CandidateState | None, end: CandidateState, words: list[str], both_ways: bool) -> Arrow:
    """From the edge of one box to the edge of the other; a pair of opposite arrows runs side by side."""
    x1, y1 = _PLACES[start]
    x2, y2 = _PLACES[end]
    if y1 == y2:
        side = 0 if not both_ways else (-9 if x2 > x1 else 9)
        sign = 1 if x2 > x1 else -1
        from_x = x1 if start is None else x1 + sign * BOX_WIDTH // 2
        to_x = x2 - sign * (BOX_WIDTH // 2 + 3)
        below = both_ways and x2 < x1
        return Arrow(
            f"M{from_x} {y1 + side}H{to_x}",
            _lines((from_x + to_x) // 2, y1 + side + (18 if below else -8), words, down=below),
            "middle",
        )
    if x1 == x2:
        side = 0 if not both_ways else (-14 if y2 < y1 else 14)
        sign = 1 if y2 > y1 else -1
        from_y, to_y = y1 + sign * BOX_HEIGHT // 2, y2 - sign * (BOX_HEIGHT // 2 + 3)
        left = side < 0
        place = (x1 + side + (-8 if left else 8), (from_y + to_y) // 2 + 4)
        return Arrow(f"M{x1 + side} {from_y}V{to_y}", _lines(*place, words, down=True), "end" if left else "start")
    return _slanted((x1, y1), (x2, y2), words, both_ways)


def _slanted(start: tuple[int, int], end: tuple[int, int], words: list[str], both_ways: bool) -> Arrow:
    """Between boxes of different rows and columns; the upper end is shifted, so that opposite arrows do not touch."""
    (x1, y1), (x2, y2) = start, end
    shift = 0 if not both_ways else (18 if y2 < y1 else -18)
    down = 1 if y2 > y1 else -1
    from_x, to_x = x1 + _towards(x1, x2) + shift, x2 + _towards(x2, x1) + shift
    from_y, to_y = y1 + down * BOX_HEIGHT // 2, y2 - down * (BOX_HEIGHT // 2 + 3)
    # The words stand near the arrow's tail, on the side where no other arrow runs, and clear of the line itself.
    near = 0.25 if both_ways else 0.42
    x, y = from_x + (to_x - from_x) * near, from_y + (to_y - from_y) * near
    right = shift >= 0 if both_ways else x2 < x1
    falls = (to_x > from_x) == (to_y > from_y)
    lines = _lines(int(x) + (10 if right else -10), int(y) + (-4 if right == falls else 10), words)
    return Arrow(f"M{from_x} {from_y}L{to_x} {to_y}", lines, "start" if right else "end")


def _towards(x: int, other: int) -> int:
    return (BOX_WIDTH // 3) * (1 if other > x else -1)


def _lines(x: int, y: int, words: list[str], *, down: bool = True) -> tuple[tuple[int, int, str], ...]:
    step = 15 if down else -15
    ordered = words if down else list(reversed(words))
    return tuple((x, y + index * step, word) for index, word in enumerate(ordered))


def _sentences(edges: _Edges) -> tuple[str, ...]:
    """The same in words, for who cannot see the picture."""
    return tuple(
        f"{'Start' if start is None else STATE_WORDS[start][0]} to {STATE_WORDS[end][0]}: {', '.join(words)}."
        for (start, end), words in edges.items()
    )


def rows() -> list[dict[str, object]]:
    """The table for people: one row per action and target, its sources joined."""
    found: dict[tuple[object, ...], dict[str, object]] = {}
    for move in TABLE:
        key = (move.action, move.to, move.roles, move.needs_reason, move.independent)
        target = STATE_WORDS[move.to][0] if move.to else "stays"
        row = found.setdefault(
            key, {"move": move, "words": WORDS[move.action], "sources": [], "target": target, "who": who(move)}
        )
        sources = row["sources"]
        assert isinstance(sources, list)
        sources.append(STATE_WORDS[move.source][0] if move.source else "")
    return list(found.values())
