"""A Zarr store over Django's storage: a group's objects lie under one prefix, on a folder or in S3 alike.

Objects are written once. Zarr asks for it from its own threads.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from zarr.abc.store import ByteRequest, OffsetByteRequest, RangeByteRequest, Store, SuffixByteRequest
from zarr.core.buffer import Buffer, BufferPrototype

from archive.storage import read_range, remove_tree, size_of


class StorageStore(Store):
    """Keys are paths below `prefix`. Lists nothing: what is written knows its own names."""

    supports_writes = True
    supports_deletes = True
    supports_listing = False

    def __init__(self, storage: Storage, prefix: str, *, read_only: bool = False) -> None:
        super().__init__(read_only=read_only)
        self._storage = storage
        self.prefix = prefix

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StorageStore) and (self._storage, self.prefix) == (other._storage, other.prefix)

    __hash__ = None

    def with_read_only(self, read_only: bool = False) -> "StorageStore":
        return StorageStore(self._storage, self.prefix, read_only=read_only)

    def _name(self, key: str) -> str:
        return f"{self.prefix}/{key}"

    async def get(self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None) -> Buffer | None:
        found = await asyncio.to_thread(self._read, key, byte_range)
        return None if found is None else prototype.buffer.from_bytes(found)

    def _read(self, key: str, wanted: ByteRequest | None) -> bytes | None:
        try:
            size = size_of(self._storage, self._name(key))
        except FileNotFoundError:
            return None
        start, end = 0, size
        if isinstance(wanted, RangeByteRequest):
            start, end = wanted.start, min(size, wanted.end)
        elif isinstance(wanted, OffsetByteRequest):
            start = wanted.offset
        elif isinstance(wanted, SuffixByteRequest):
            start = max(0, size - wanted.suffix)
        return b"".join(read_range(self._storage, self._name(key), start, end - start))

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        return [await self.get(key, prototype, wanted) for key, wanted in key_ranges]

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._storage.exists, self._name(key))

    async def set(self, key: str, value: Buffer) -> None:
        self._check_writable()
        await asyncio.to_thread(self._write, key, value.to_bytes())

    def _write(self, key: str, content: bytes) -> None:
        """A second write of a name takes the place of the first: Zarr writes a group's metadata once more."""
        if self._storage.exists(self._name(key)):
            self._storage.delete(self._name(key))
        self._storage.save(self._name(key), ContentFile(content))

    async def delete(self, key: str) -> None:
        self._check_writable()
        await asyncio.to_thread(self._storage.delete, self._name(key))

    async def delete_dir(self, prefix: str) -> None:
        """Everything below it. Zarr asks before it creates a group: a new prefix has nothing."""
        await asyncio.to_thread(remove_tree, self._storage, f"{self.prefix}/{prefix}".rstrip("/"))

    def list(self) -> AsyncIterator[str]:
        raise NotImplementedError("The store lists nothing.")

    def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError("The store lists nothing.")

    def list_dir(self, prefix: str) -> AsyncIterator[str]:
        raise NotImplementedError("The store lists nothing.")
