"""Folders and buckets beside the portal from which curators take files, such as a facility's (PORTAL_IMPORT_ROOTS).

A root is named by its administrator; nothing outside of it is ever read: paths are checked, symbolic links are not
followed. All paths here are relative, with `/` between their parts, and files come in one order, so that a reader who
stopped can go on behind the last one.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from botocore.exceptions import ClientError
from django.conf import settings
from django.utils.module_loading import import_string

from archive.errors import NotFound
from archive.storage import S3Storage

# What file managers leave in folders.
LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_MOST_LISTED = 1_000


@dataclass(frozen=True)
class Found:
    path: str
    size: int


class Root(Protocol):
    def folders(self, folder: str) -> list[str]:
        """The names of the folders within one, at most the first thousand. Raises NotFound."""

    def files(self, folder: str, after: str = "") -> Iterator[Found]:
        """All files below a folder, or those behind one of them, each with its path from the root."""

    def open(self, path: str) -> "ContextStream":
        """Raises FileNotFoundError."""


class ContextStream(Protocol):
    def __enter__(self) -> BinaryIO: ...
    def __exit__(self, *error: object) -> None: ...


def roots() -> Mapping[str, Root]:
    """By name, in the order of the setting."""
    return {name: _root(name) for name in settings.PORTAL_IMPORT_ROOTS}


def root(name: str) -> Root:
    """Raises NotFound."""
    if name not in settings.PORTAL_IMPORT_ROOTS:
        known = ", ".join(settings.PORTAL_IMPORT_ROOTS) or "none is configured"
        raise NotFound(f"There is no folder “{name[:80]}” to import from. Choose one of: {known}.")
    return _root(name)


@cache
def _root(name: str) -> Root:
    declared = settings.PORTAL_IMPORT_ROOTS[name]
    return cast(Root, import_string(declared["BACKEND"])(**declared["OPTIONS"]))


def checked(folder: str) -> str:
    """A folder's path without slashes at its ends. Raises NotFound for one that leads elsewhere."""
    parts = PurePosixPath(folder.strip().strip("/")).parts
    if ".." in parts or "\0" in folder:
        raise NotFound("This is no folder of that place. Choose one of those that are listed.")
    return "/".join(part for part in parts if part != ".")


class LocalRoot:
    """A folder of the server."""

    def __init__(self, location: str) -> None:
        self._top = Path(location)

    def folders(self, folder: str) -> list[str]:
        with os.scandir(self._folder(folder)) as entries:
            found = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        return [name for name in found if not name.startswith(".")][:_MOST_LISTED]

    def files(self, folder: str, after: str = "") -> Iterator[Found]:
        yield from self._walk(self._folder(folder), tuple(PurePosixPath(folder).parts), PurePosixPath(after).parts)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        place = self._folder(str(PurePosixPath(path).parent)) / PurePosixPath(path).name
        # A link that was put into the file's place meanwhile is an error, and not followed.
        with os.fdopen(os.open(place, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            yield file

    def _folder(self, folder: str) -> Path:
        place = self._top / checked(folder)
        # Where a part of the path is a link, it is another folder than the one that was named.
        if place.resolve() != self._top.resolve() / checked(folder) or not place.is_dir():
            raise NotFound(f"There is no folder “{folder[:200]}” in that place. Choose one of those that are listed.")
        return place

    def _walk(self, place: Path, parts: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Found]:
        with os.scandir(place) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            own = (*parts, entry.name)
            if own < after[: len(own)] or entry.name in LITTER:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(Path(entry.path), own, after)
            elif entry.is_file(follow_symlinks=False) and own > after:
                yield Found("/".join(own), entry.stat(follow_symlinks=False).st_size)


class BucketRoot:
    """A prefix of a bucket of S3, or of a compatible server."""

    def __init__(self, **options: object) -> None:
        self._storage = S3Storage(**options)

    def folders(self, folder: str) -> list[str]:
        top = self._key(folder)
        answer = self._client.list_objects_v2(
            Bucket=self._storage.bucket_name, Prefix=top, Delimiter="/", MaxKeys=_MOST_LISTED
        )
        return [item["Prefix"].removeprefix(top).rstrip("/") for item in answer.get("CommonPrefixes", ())]

    def files(self, folder: str, after: str = "") -> Iterator[Found]:
        own, top = self._key(""), self._key(folder)
        start = {"StartAfter": f"{own}{after}"} if after else {}
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._storage.bucket_name, Prefix=top, **start
        )
        for item in (item for page in pages for item in page.get("Contents", ())):
            path = item["Key"].removeprefix(own)
            # A key that ends with a slash stands for a folder, as consoles make them.
            if not path.endswith("/") and path.rsplit("/", 1)[-1] not in LITTER:
                yield Found(path, item["Size"])

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        try:
            answer = self._client.get_object(Bucket=self._storage.bucket_name, Key=f"{self._key('')}{path}")
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise FileNotFoundError(path) from error
            raise
        with answer["Body"] as body:
            yield body

    def _key(self, folder: str) -> str:
        """What the keys below a folder begin with."""
        parts = [part for part in (self._storage.location.strip("/"), checked(folder)) if part]
        return "/".join([*parts, ""]) if parts else ""

    @property
    def _client(self):
        return self._storage.client
