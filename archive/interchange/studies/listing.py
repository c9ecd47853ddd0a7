"""Lists of files beside a study: JSON arrays of BioStudies, TSV and CSV tables. Streamed, a row at a time.

A list that cannot be read to its end raises BadStudy: a part of it would look like the whole.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from .fields import fold, items, text_of
from .model import BadStudy, ListedFile

_CHUNK = 1 << 16
# A single entry longer than this is no entry of a file list.
_LONGEST_ENTRY = 1 << 22
_PATHS = frozenset({"path", "filepath", "files", "file", "filename", "name", "imagefilepath"})
_SIZES = frozenset({"size", "sizeinbytes", "filesize"})


def beside(folder: Path | None, name: str) -> Path | None:
    """The file of this name in a folder or one below it; never outside, whatever the source calls it."""
    if folder is None or not name or "\0" in name:
        return None
    root = folder.resolve()
    stem, dot, _ = name.rpartition(".")
    for wanted in (name, f"{stem}.json", f"{stem}.tsv") if dot else (name,):
        for place in (root, root / "Files"):
            found = (place / wanted).resolve()
            if found.is_relative_to(root) and found.is_file():
                return found
    return None


def read_list(path: Path) -> Iterator[ListedFile]:
    """The files of a list, by the ending of its name."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        if path.suffix.lower() == ".json":
            yield from from_entries(_array(stream, path.name))
        else:
            yield from read_table(stream, path.name)


def from_entries(entries: Iterator[Any]) -> Iterator[ListedFile]:
    """Files as BioStudies writes them: {path, size, attributes: [{name, value}], type}, those that have a path."""
    for entry in entries:
        if isinstance(entry, Mapping) and text_of(entry.get("path")):
            attributes = {}
            for pair in items(entry.get("attributes")):
                if isinstance(pair, Mapping) and text_of(pair.get("name")) and text_of(pair.get("value")):
                    attributes[text_of(pair["name"])] = text_of(pair["value"])
            if entry.get("type") not in (None, "file"):
                attributes["type"] = text_of(entry["type"])
            yield ListedFile(text_of(entry["path"]), whole(entry.get("size")), attributes)


def read_table(stream: IO[str], name: str) -> Iterator[ListedFile]:
    """A table with a column for the path, perhaps one for the size, and others that are kept as attributes."""
    try:
        rows = csv.reader(stream, delimiter="," if name.lower().endswith(".csv") else "\t")
        header = [cell.strip() for cell in next(rows, [])]
        path_at = next((at for at, cell in enumerate(header) if fold(cell) in _PATHS), None)
        if path_at is None:
            return
        size_at = next((at for at, cell in enumerate(header) if fold(cell) in _SIZES), None)
        for row in rows:
            if len(row) > path_at and row[path_at].strip():
                pairs = enumerate(zip(header, row, strict=False))
                rest = {key: cell for at, (key, cell) in pairs if at not in (path_at, size_at) and key and cell}
                size = whole(row[size_at]) if size_at is not None and size_at < len(row) else None
                yield ListedFile(row[path_at].strip(), size, rest)
    except csv.Error as error:
        raise BadStudy(f"The file list {name} is no table: {error}. Save it as TSV and import again.") from error


def whole(value: Any) -> int | None:
    """A size or count; None where there is none that can be."""
    text = text_of(value).replace(",", "")
    if not text.isascii() or not text.replace(".0", "").isdigit() or len(text) > 18:
        return None
    return int(float(text)) if "." in text else int(text)


def _array(stream: IO[str], name: str) -> Iterator[Any]:
    """The items of a JSON array, one at a time."""
    decoder, buffer, begun = json.JSONDecoder(), "", False
    while True:
        buffer = buffer.lstrip(" \t\r\n," if begun else " \t\r\n")
        if not begun and buffer:
            if buffer[0] != "[":
                raise BadStudy(f"The file list {name} is no JSON array. Export it again from where it came.")
            begun, buffer = True, buffer[1:]
            continue
        if buffer.startswith("]"):
            return
        try:
            item, end = decoder.raw_decode(buffer)
        except (ValueError, RecursionError) as error:
            chunk = stream.read(_CHUNK)
            if not chunk or len(buffer) > _LONGEST_ENTRY:
                raise BadStudy(f"The file list {name} breaks off, or is no JSON. Export it again.") from error
            buffer += chunk
            continue
        yield item
        buffer = buffer[end:]
