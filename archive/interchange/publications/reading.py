"""PURE: out of JSON of any shape, what is there in the shape that is expected; and text without its markup."""

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from archive.metadata.identifiers import is_orcid
from archive.metadata.model import FieldType
from archive.metadata.shaped import canonical, has_shape

_BLOCKS = frozenset({"p", "title", "sec", "list-item", "h1", "h2", "h3", "h4", "h5", "h6", "br", "div", "li"})
_LICENCE = re.compile(r"creativecommons\.org/(?:licenses/([a-z-]+)|publicdomain/(zero))/([0-9.]+)", re.IGNORECASE)
_SHORT_LICENCE = re.compile(r"cc[ -]?(by(?:-n[cd]|-sa)*|0|zero)(?:[ -]([0-9]\.[0-9]))?", re.IGNORECASE)


def at(value: Any, *path: str) -> Any:
    """What stands below these names, or None."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def records(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def strings(value: Any) -> list[str]:
    return [text for item in value if (text := string(item))] if isinstance(value, list) else []


def string(value: Any) -> str:
    """A text or a whole number, in one line and plain."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return " ".join(plain(value).split()) if isinstance(value, str) else ""


def year(value: Any) -> int | None:
    text = string(value)[:4]
    return int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else None


def doi(value: Any) -> str:
    """Bare, in lower case as DOIs are compared; empty if it is none."""
    text = canonical(FieldType.DOI, string(value)).lower()
    return text if has_shape(FieldType.DOI, text) else ""


def pmid(value: Any) -> str:
    text = string(value)
    return text if has_shape(FieldType.PMID, text) else ""


def orcid(value: Any) -> str:
    text = canonical(FieldType.ORCID, string(value))
    return text if is_orcid(text) else ""


def licence(value: Any) -> str:
    """An SPDX name for a Creative Commons address or abbreviation; anything else as it is said."""
    text = string(value)
    if found := _LICENCE.search(text):
        return f"CC0-{found[3]}" if found[2] else f"CC-{found[1]}-{found[3]}".upper()
    if found := _SHORT_LICENCE.fullmatch(text):
        name = "CC0" if found[1].casefold() in {"0", "zero"} else f"CC-{found[1]}".upper()
        return f"{name}-{found[2]}" if found[2] else name
    return text


class _Text(HTMLParser):
    """The words, with a line end around whatever stands as a block; unknown tags vanish, their words stay."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def _break(self, tag: str) -> None:
        if tag.rpartition(":")[2] in _BLOCKS:
            self.parts.append("\n\n")


def plain(text: str) -> str:
    """HTML or JATS as paragraphs of plain text, with an empty line between them."""
    reader = _Text()
    reader.feed(text)
    reader.close()
    blocks = html.unescape("".join(reader.parts)).split("\n\n")
    lines = [" ".join(block.split()) for block in blocks]
    return "\n\n".join(line for line in lines if line)


def abstract(value: Any) -> str:
    """Plain, without the heading that says that it is one."""
    text = plain(value) if isinstance(value, str) else ""
    return re.sub(r"\A(abstract|summary)\b[.:]?\s*\n+", "", text, flags=re.IGNORECASE)
