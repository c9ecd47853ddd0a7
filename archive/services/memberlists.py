"""The member list of a bundle: an object in storage with one line of JSON per member, sorted by path.

Lists grow to hundreds of thousands of lines, so they are read and written as streams. A list is never changed; a new
one takes its place.
"""

import hashlib
import heapq
import itertools
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from django.conf import settings
from django.core.files.base import File as Content

from archive.storage import new_key, originals
from archive.uploads.paths import sort_key


@dataclass(frozen=True)
class Member:
    """A file inside a bundle, `path` relative to it. `sha256` is empty until a worker has read every byte."""

    path: str
    size: int
    key: str
    sha256: str = ""
    announced_sha256: str = ""
    crc32: int | None = None


@dataclass(frozen=True)
class Written:
    """A list that was written: its key, and what it adds up to."""

    key: str
    count: int
    size: int
    tree_digest: str


def read_members(key: str) -> Iterator[Member]:
    """The members in the order of their paths; none for an empty key."""
    if not key:
        return
    with originals().open(key, "rb") as stored:
        for line in stored:
            yield Member(**json.loads(line))


def find_member(key: str, path: str) -> Member | None:
    """One member; only lines that hold its path are parsed, as a list may have a hundred thousand."""
    if not key:
        return None
    written = json.dumps(path, ensure_ascii=False).encode()
    with originals().open(key, "rb") as stored:
        likely = (Member(**json.loads(line)) for line in stored if written in line)
        return next((member for member in likely if member.path == path), None)


def write_members(members: Iterable[Member]) -> Written:
    """Write sorted members as a new list. The tree digest is the SHA-256 of lines as sha256sum prints them."""
    digest, count, size = hashlib.sha256(), 0, 0
    settings.PORTAL_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.PORTAL_SCRATCH_DIR) as draft:
        for member in members:
            draft.write(json.dumps(asdict(member), separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
            digest.update(f"{member.sha256}  {member.path}\n".encode())
            count, size = count + 1, size + member.size
        draft.seek(0)
        key = originals().save(new_key("bundles", ".jsonl"), Content(draft))
    return Written(key, count, size, digest.hexdigest())


def merged(old: Iterable[Member], new: Iterable[Member], replaced: list[str]) -> Iterator[Member]:
    """Both lists in one order; where both have a path the new one stands and the old one's key goes to `replaced`."""
    ordered = heapq.merge(
        ((sort_key(member.path), 0, member) for member in new),
        ((sort_key(member.path), 1, member) for member in old),
        key=lambda item: item[:2],
    )
    for _, same in itertools.groupby(ordered, key=lambda item: item[0]):
        first, *others = (item[2] for item in same)
        replaced.extend(member.key for member in others if member.key != first.key)
        yield first
