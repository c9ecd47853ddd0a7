"""PageTab, the exchange format of BioStudies, as a tree of sections: from JSON, or from its tab-separated form.

Both give the same plain dictionaries: {accno, type, attributes: [{name, value, reference, valqual}], links, files,
subsections}. See https://ebibiostudies.github.io/biostudies-backend-services/docs/pagetab.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from .model import BadStudy

Node = dict[str, Any]
# A submission without its file lists; what is larger is something else.
MOST_BYTES = 64 << 20
_TABLE = re.compile(r"^(?P<type>[^\[\]]+)\[(?P<parent>[^\[\]]*)\]$")
_LISTS = {"link": "links", "links": "links", "file": "files", "files": "files"}


def read_tree(content: bytes, name: str) -> Node:
    """The submission; raises BadStudy where there is none."""
    if len(content) > MOST_BYTES:
        raise BadStudy(f"{name} is larger than a submission can be. Give the submission, without its file lists.")
    text = content.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] not in ("{", "["):
        return _from_table(text, name)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadStudy(f"{name} is no JSON that can be read. Export the submission again.") from error
    if not isinstance(tree, dict):
        raise BadStudy(f"{name} is no submission: an object with accno and section is needed.")
    return tree


def _from_table(text: str, name: str) -> Node:
    blocks = list(_blocks(text, name))
    if not blocks or blocks[0][0][0].strip().lower() != "submission":
        raise BadStudy(f"{name} is no PageTab: its first line must begin with “Submission”.")
    head = blocks[0]
    tree: Node = {"accno": _cell(head[0], 1), "type": "submission", "attributes": _attributes(head[1:])}
    sections: dict[str, Node] = {}
    current: Node | None = None
    for block in blocks[1:]:
        current = _add(block, tree, sections, current)
    if "section" not in tree:
        raise BadStudy(f"{name} has a submission without a section. Add the study, or export it again.")
    return tree


def _blocks(text: str, name: str) -> Iterator[list[list[str]]]:
    """Lines between blank lines, as cells; comments left out."""
    block: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter="\t"):
            if any(cell.strip() for cell in row):
                if not row[0].startswith("#"):
                    block.append(row)
            elif block:
                yield block
                block = []
    except csv.Error as error:
        raise BadStudy(f"{name} is no table that can be read: {error}. Save it as tab-separated text.") from error
    if block:
        yield block


def _add(block: list[list[str]], tree: Node, sections: dict[str, Node], current: Node | None) -> Node | None:
    """Put a block in its place; returns the section that links and files behind it belong to."""
    kind, accession, parent = _cell(block[0], 0), _cell(block[0], 1), _cell(block[0], 2)
    owner = current if current is not None else tree.get("section")
    if kind.lower() in _LISTS and owner is not None:
        _add_leaves(owner, kind.lower(), block)
        return current
    table = _TABLE.match(kind)
    if table:
        above = sections.get(table["parent"]) or tree.setdefault("section", {"type": "Study"})
        above.setdefault("subsections", []).extend(_rows(table["type"].strip(), block))
        return current
    node: Node = {"type": kind, "attributes": _attributes(block[1:])}
    if accession:
        node["accno"] = accession
        sections[accession] = node
    if "section" not in tree:
        tree["section"] = node
    else:
        (sections.get(parent) or tree["section"]).setdefault("subsections", []).append(node)
    return node


def _add_leaves(owner: Node, kind: str, block: list[list[str]]) -> None:
    """`Link\turl` with attributes below it, or a table `Links\tattribute…` with a row for each."""
    key, name = _LISTS[kind], "url" if kind.startswith("link") else "path"
    leaves = owner.setdefault(key, [])
    if kind.endswith("s"):
        header = block[0][1:]
        for row in block[1:]:
            pairs = [{"name": title, "value": cell} for title, cell in zip(header, row[1:], strict=False) if title]
            leaves.append({name: row[0], "attributes": pairs})
    else:
        leaves.append({name: _cell(block[0], 1), "attributes": _attributes(block[1:])})


def _rows(kind: str, block: list[list[str]]) -> Iterator[Node]:
    """A table of sections: the first column is their accession."""
    header = block[0][1:]
    for row in block[1:]:
        lines = [[title, cell] for title, cell in zip(header, row[1:], strict=False) if title]
        yield {"type": kind, "accno": row[0], "attributes": _attributes(lines)}


def _attributes(lines: list[list[str]]) -> list[Node]:
    """`name\tvalue`; `<name>` refers to a section; `[qualifier]` and `(qualifier)` say more of the line before."""
    attributes: list[Node] = []
    for line in lines:
        name, value = line[0].strip(), _cell(line, 1)
        if re.fullmatch(r"\[.+\]|\(.+\)", name) and attributes:
            attributes[-1].setdefault("valqual", []).append({"name": name[1:-1], "value": value})
        elif re.fullmatch(r"<.+>", name):
            attributes.append({"name": name[1:-1], "value": value, "reference": True})
        elif name:
            attributes.append({"name": name, "value": value})
    return attributes


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""
