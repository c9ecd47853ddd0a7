"""Where an embedded index lies: numbered folders, a pointer to the current one, and the lock of its only writer.

images/current       the name of the folder that readers open
images/next          the name of the folder that a rebuild fills, while it runs
images/write.lock    held while something is written: one writer at a time, in whatever process
"""

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.errors import RebuildRunning, SearchUnavailable


class Generations:
    """The folders of one kind of document."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def current(self) -> Path | None:
        return self._read("current")

    @property
    def next(self) -> Path | None:
        return self._read("next")

    def new(self) -> Path:
        """An empty folder that nobody points at yet."""
        folder = self.root / uuid.uuid4().hex[:12]
        folder.mkdir(parents=True)
        return folder

    def point(self, name: str, folder: Path) -> None:
        """Readers see the old pointer or the new one, never half of it."""
        written = self.root / f"{name}.{uuid.uuid4().hex[:8]}"
        written.write_text(folder.name)
        written.replace(self.root / name)

    def forget_next(self) -> None:
        """Drop what an interrupted rebuild left."""
        folder = self.next
        (self.root / "next").unlink(missing_ok=True)
        if folder is not None and folder != self.current:
            shutil.rmtree(folder, ignore_errors=True)

    def swap(self) -> None:
        """The next becomes the current one; open readers keep the old files until they let go."""
        old, new = self.current, self.next
        if new is None:
            raise SearchUnavailable("The rebuilt index vanished before it could be swapped in.")
        self.point("current", new)
        (self.root / "next").unlink()
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Wait for the lock, then hold it."""
        with self._locked("write.lock", fcntl.LOCK_EX):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the right to rebuild, or raise RebuildRunning at once."""
        try:
            with self._locked("rebuild.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield
        except BlockingIOError as error:
            raise RebuildRunning("This index is being rebuilt already. Wait until that is done.") from error

    @contextmanager
    def _locked(self, name: str, mode: int) -> Iterator[None]:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            file = (self.root / name).open("w")
        except OSError as error:
            raise SearchUnavailable(f"The search folder cannot be written: {error}") from error
        with file:
            fcntl.flock(file, mode)
            yield

    def _read(self, name: str) -> Path | None:
        try:
            return self.root / (self.root / name).read_text()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SearchUnavailable(f"The search folder cannot be read: {error}") from error
