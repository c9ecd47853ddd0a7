"""The embedded broker: Celery's messages as files in a folder, safe against readers, writers and kills at any moment.

Kombu's own file-system transport writes a message where a reader may take it half written, and rewrites its table of
queues in place; either ends a worker. Here both appear whole by a rename, each queue has a folder of its own, and a
listing serves many messages.
"""

import fcntl
import json
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.filesystem import exchange_queue_t

_ENDING = ".msg"


class Channel(filesystem.Channel):
    """Reads and writes one folder per queue below `data_folder_in` (and `_out`, which is the same here)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listed: dict[str, deque[Path]] = {}

    def _folder(self, queue: str) -> Path:
        folder = Path(self.data_folder_in) / queue.replace("/", "_")
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:
        name = f"{time.time_ns():020}-{uuid.uuid4().hex}"
        folder = self._folder(queue)
        _write_whole(folder / f"{name}{_ENDING}", json.dumps(payload))

    def _get(self, queue: str) -> dict[str, Any]:
        """The oldest message, taken by a rename that only one reader can win."""
        listed = self._listed.setdefault(queue, deque())
        if not listed:
            listed.extend(_messages(self._folder(queue)))
        while listed:
            message = listed.popleft()
            taken = message.with_suffix(".taken")
            with suppress(FileNotFoundError):
                message.rename(taken)
                text = taken.read_text()
                taken.unlink()
                return json.loads(text)
        raise Empty

    def _size(self, queue: str) -> int:
        return len(_messages(self._folder(queue)))

    def _purge(self, queue: str) -> int:
        messages = _messages(self._folder(queue))
        for message in messages:
            message.unlink(missing_ok=True)
        return len(messages)

    def get_table(self, exchange: str) -> list[exchange_queue_t]:
        try:
            rows = json.loads(self._exchange_file(exchange).read_text())
        except (FileNotFoundError, ValueError):
            return []
        return [exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        row = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if row in self.get_table(exchange):
            return
        with self._changing() as folder:
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(self._exchange_file(exchange), json.dumps([row, *self.get_table(exchange)]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *args: Any, **kwargs: Any) -> None:
        self._purge(queue)
        row = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._changing():
            left = [other for other in self.get_table(exchange) if other != row]
            _write_whole(self._exchange_file(exchange), json.dumps(left))

    @contextmanager
    def _changing(self) -> Iterator[Path]:
        """One writer of the tables at a time; the lock is free as soon as its holder dies."""
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder


def _messages(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_ENDING}"))


def _write_whole(target: Path, text: str) -> None:
    draft = target.with_name(f".{uuid.uuid4().hex}")
    draft.write_text(text)
    draft.replace(target)


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """`filesystem://` means this transport in every process of the portal."""
    TRANSPORT_ALIASES["filesystem"] = "portal.broker:Transport"
