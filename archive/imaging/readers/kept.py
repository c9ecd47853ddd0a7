"""PURE: a few files kept open, so that the tiles of one image do not open and parse it again each time."""

import atexit
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")
_Key = tuple[str, int, int]


class Kept(Generic[T]):
    """What `opened` makes of a path, for as long as the file stays the same and few others push it out."""

    def __init__(self, opened: Callable[[Path], T], closed: Callable[[T], object], most: int = 2) -> None:
        self._opened = opened
        self._closed = closed
        self._most = most
        self._items: OrderedDict[_Key, T] = OrderedDict()
        atexit.register(self.clear)

    def get(self, path: Path) -> T:
        state = path.stat()
        key = (str(path), state.st_mtime_ns, state.st_size)
        if key not in self._items:
            self._items[key] = self._opened(path)
            while len(self._items) > self._most:
                self._closed(self._items.popitem(last=False)[1])
        self._items.move_to_end(key)
        return self._items[key]

    def clear(self) -> None:
        """Close every kept file."""
        while self._items:
            self._closed(self._items.popitem()[1])
