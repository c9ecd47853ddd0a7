"""Studies of the Image Data Resource: the study file, and beside it its tables of plates, files and annotations.

A study file has a key and tab-separated values in each line; “Screen Number” or “Experiment Number” begins a component.
Rows of the tables become listed files with their columns as attributes; wells are listed as `screenA/PLATE/A1`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from . import identifiers as ids
from .fields import Entry, Fields, Ledger, text_of
from .gathering import Gathered, distinct, term
from .idr_tables import Tables, totals
from .model import (
    Acquisition,
    Analysis,
    BadStudy,
    Component,
    Organisation,
    Sample,
    Screen,
    Specimen,
    Study,
    TermRef,
)

_ADDRESS = "https://idr.openmicroscopy.org/study/{}/"
_MOST_BYTES = 32 << 20
_STARTS = re.compile(r"(Screen|Experiment) Number$", re.IGNORECASE)
_ACCESSION = re.compile(r"idr\d{4}")
# What wells differ in, by a word of the technology's name, as the screen template's choices.
_TECHNOLOGIES = (
    ("rnai", "rnai"),
    ("sirna", "rnai"),
    ("crispr", "crispr"),
    ("compound", "compound"),
    ("deletion", "deletion"),
    ("overexpression", "overexpression"),
    ("tag", "tagging"),
    ("antibod", "antibody"),
)
_KINDS = (("primary", "primary"), ("validation", "validation"), ("secondary", "validation"), ("profil", "profiling"))


def read_idr(path: Path) -> Study:
    """The study of a study file, or of the folder that holds one; its tables are read from the folder."""
    if path.is_dir():
        found = sorted(path.glob("*study.txt"))
        if len(found) != 1:
            raise BadStudy(f"{path.name} has {len(found)} study files (…-study.txt). Give one of them.")
        path = found[0]
    tables = Tables.of(path.parent)
    study = parse_idr(path.read_bytes(), path.name, tables)
    counted = totals(path.parent, study.identifier)
    return replace(study, file_count=counted[0], byte_count=counted[1]) if counted else study


def parse_idr(content: bytes, name: str = "The study file", tables: Tables | None = None) -> Study:
    """Raises BadStudy for what is no study file, and for nothing else."""
    if len(content) > _MOST_BYTES:
        raise BadStudy(f"{name} is larger than a study file can be. Give the file that ends in -study.txt.")
    ledger = Ledger()
    blocks = list(_blocks(content.decode("utf-8-sig", "replace"), name))
    accession = _accession(blocks, name)
    got = Gathered(ledger)
    head = Fields(blocks[0], ledger)
    head.entries("Comment[IDR Study Accession]")
    _study(got, head)
    doi = got.of_form(
        _opened(head, "Study Data DOI").entries("Study Data DOI"), ids.doi, "There is no DOI (10.…/…) in it."
    )
    head.leave()
    screens: list[Screen] = []
    for block in blocks[1:]:
        fields = Fields(block, ledger)
        _component(got, fields, screens)
        fields.leave()
    got.screen = _joined(screens)
    if tables is not None:
        _from_tables(got, tables)
    study = got.study(origin="idr", identifier=accession, url=_ADDRESS.format(accession))
    return replace(study, doi=doi, files=tables.files) if tables else replace(study, doi=doi)


def _blocks(text: str, name: str) -> Iterator[list[Entry]]:
    """The lines of the study, then those of each screen or experiment."""
    block: list[Entry] = []
    place = "study"
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter="\t"), start=1):
            key = row[0].strip() if row else ""
            if not key or key.startswith("#"):
                continue
            if _STARTS.match(key):
                yield block
                block, place = [], f"{key.split(' ')[0].lower()} {row[1].strip() if len(row) > 1 else ''}".strip()
            values = [cell.strip() for cell in row[1:]]
            while values and not values[-1]:
                values.pop()
            block.append(Entry(key, values, f"{place}, line {number}"))
    except csv.Error as error:
        raise BadStudy(f"{name} is no table that can be read: {error}. Save it as tab-separated text.") from error
    yield block


def _accession(blocks: list[list[Entry]], name: str) -> str:
    keys = {entry.key.lower() for entry in blocks[0]}
    if not any(key.startswith("study ") for key in keys):
        raise BadStudy(f"{name} is no study file of IDR: it has no line that begins with “Study”. Give another file.")
    for entry in (entry for block in blocks for entry in block if entry.key.lower().startswith("comment[idr")):
        match = _ACCESSION.search(" ".join(entry.value))
        if match:
            return match.group()
    match = _ACCESSION.search(name)
    if not match:
        raise BadStudy(f"{name} has no IDR accession (idr0001). Add the line “Comment[IDR Study Accession]”.")
    return match.group()


def _columns(fields: Fields, *names: str) -> list[str]:
    """All cells of a key, blank ones too, so that columns stay aligned."""
    return [text_of(cell) for entry in fields.entries(*names)[:1] for cell in entry.value]


def _cell(column: list[str], at: int) -> str:
    return column[at] if at < len(column) else ""


def _terms(fields: Fields, name: str, vocabulary: str) -> list[TermRef]:
    labels = _columns(fields, name)
    curies = _columns(fields, f"{name} Term Accession")
    fields.entries(f"{name} Term Source REF")
    width = max(len(labels), len(curies))
    found = [term(_cell(labels, at), _cell(curies, at), vocabulary) for at in range(width)]
    return [item for item in found if item.label or item.curie]


def _study(got: Gathered, fields: Fields) -> None:
    got.title = fields.text("Study Title")
    got.description = "\n\n".join(distinct(fields.texts("Study Description")))
    got.organisms += _terms(fields, "Study Organism", "NCBITaxon")
    got.release_date = got.day(_opened(fields, "Study Public Release Date"), "Study Public Release Date")
    got.licence = ids.licence(*fields.texts("Study License"), *fields.texts("Study License URL"))
    got.keywords += fields.texts("Study Key Words", "Study Keywords")
    for key in ("Study External URL", "Study BioStudies Accession"):
        for text in fields.texts(key):
            for part in re.split(r"[\s;,]+(?=http)", text):
                got.link(f"study/{key}", part)
    _publications(got, fields)


def _opened(fields: Fields, name: str) -> Fields:
    """Cells as entries of their own."""
    cells = [replace(entry, value=cell) for entry in fields.entries(name) for cell in entry.value]
    return Fields(cells, fields.ledger)


def _publications(got: Gathered, fields: Fields) -> None:
    columns = {
        name: fields.entries(f"Study {key}")[:1]
        for name, key in (("pmid", "PubMed ID"), ("pmcid", "PMC ID"), ("doi", "DOI"))
    }
    titles, authors = _columns(fields, "Study Publication Title"), _columns(fields, "Study Author List")
    widths = [len(entry.value) for found in columns.values() for entry in found]
    for at in range(max([len(titles), *widths])):
        parts = {
            name: [replace(e, value=_cell(e.value, at)) for e in found if _cell(e.value, at)]
            for name, found in columns.items()
        }
        got.publication(
            title=_cell(titles, at),
            authors=_cell(authors, at),
            doi=parts["doi"],
            pmid=parts["pmid"],
            pmcid=parts["pmcid"],
        )
    _people(got, fields, _cell(authors, 0))


def _people(got: Gathered, fields: Fields, listed: str) -> None:
    """The authors of the paper in its order; the contacts add e-mail, address and first names to theirs."""
    names = [name for name in re.split(r"\s*[;,]\s*|\s+and\s+", listed.rstrip(". ")) if name]
    got.authors = [got.person(name=name) for name in names]
    columns = {
        key: _columns(fields, f"Study Person {key}")
        for key in ("Last Name", "First Name", "Email", "ORCID", "Address", "Roles")
    }
    for at in range(max(len(column) for column in columns.values())):
        last, first = _cell(columns["Last Name"], at), _cell(columns["First Name"], at)
        address = _cell(columns["Address"], at)
        contact = got.person(
            name=f"{first} {last}".strip(),
            orcid=_entries(columns["ORCID"], at, "ORCID"),
            email=_entries(columns["Email"], at, "Email"),
            affiliations=[Organisation(address)] if address else (),
            roles=[_cell(columns["Roles"], at)],
        )
        same = [n for n, author in enumerate(got.authors) if _is_same(author.name, last, first)]
        if len(same) == 1:
            got.authors[same[0]] = contact
        elif contact.name:
            got.authors.append(contact)


def _entries(column: list[str], at: int, name: str) -> list[Entry]:
    return [Entry(name, _cell(column, at), f"study/Study Person {name}")] if _cell(column, at) else []


def _is_same(name: str, last: str, first: str) -> bool:
    """“Hériché JK” is Jean-Karim Heriche."""
    words = _plain(name).split(" ")
    wanted = _plain(last).split(" ")
    initial = _plain(first)[:1]
    return words[: len(wanted)] == wanted and (not initial or words[-1][:1] == initial or len(words) == len(wanted))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[^\w]+", " ", "".join(c for c in folded if not unicodedata.combining(c))).strip()


def _component(got: Gathered, fields: Fields, screens: list[Screen]) -> None:
    is_screen = bool(fields.entries("Screen Number"))
    kind = "Screen" if is_screen else "Experiment"
    fields.entries("Experiment Number")
    name = fields.text(f"Comment[IDR {kind} Name]") or f"{kind} {len(got.components) + 1}"
    methods = _terms(fields, f"{kind} Imaging Method", "FBbi")
    description = "\n".join(distinct(fields.texts(f"{kind} Description")))
    got.methods += methods
    got.components.append(Component(name.rpartition("/")[2], description, methods=tuple(methods)))
    for text in fields.texts(f"{kind} Example Images", f"{kind} Example Image"):
        if text.startswith("http"):
            got.link(f"{kind.lower()}/Example Images", text, description="Example image in IDR")
    for text in fields.texts(f"{kind} Data DOI"):
        got.link(f"{kind.lower()}/Data DOI", text)
    if description:
        got.samples.append(Sample(title=name.rpartition("/")[2], description=description))
    _protocols(got, fields)
    if is_screen:
        screens.append(_screen(fields))


def _protocols(got: Gathered, fields: Fields) -> None:
    """Each by the words of its type: growth, acquisition, analysis; whatever else was done prepares the sample."""
    kinds, names = _columns(fields, "Protocol Type"), _columns(fields, "Protocol Name")
    texts = _columns(fields, "Protocol Description")
    fields.entries("Protocol Type Term Source REF", "Protocol Type Term Accession")
    growth, preparation = [], []
    for at, text in enumerate(texts):
        title = _cell(kinds, at) or _cell(names, at)
        word = title.lower()
        if not text:
            continue
        if "growth" in word:
            growth.append(text)
        elif "acqui" in word or "aquis" in word or "imag" in word:
            got.acquisitions.append(Acquisition(title, parameters=text))
        elif "analysis" in word:
            got.analyses.append(Analysis(title, text))
        else:
            preparation.append(text)
    if growth or preparation:
        got.specimens.append(Specimen("", "\n\n".join(preparation), "\n\n".join(growth)))


def _screen(fields: Fields) -> Screen:
    technology, kind = fields.text("Screen Technology Type"), fields.text("Screen Type")
    makers = (fields.text("Library Manufacturer"), fields.text("Library Type"), fields.text("Library Version"))
    for name in ("Screen Technology", "Screen Type", "Library Type"):
        fields.entries(f"{name} Term Source REF", f"{name} Term Accession")
    return Screen(
        kind=_by_word(kind, _KINDS),
        technology=_by_word(technology, _TECHNOLOGIES),
        library=", ".join(text for text in makers if text),
        phenotypes=distinct(fields.texts("Phenotype Name")),
        controls=fields.text("Quality Control Description"),
    )


def _by_word(text: str, table: tuple[tuple[str, str], ...]) -> str:
    lower = text.lower()
    return next((choice for word, choice in table if word in lower), "other") if text else ""


def _joined(screens: list[Screen]) -> Screen | None:
    """What the screens of a study say together."""
    if not screens:
        return None
    first = screens[0]
    return replace(
        first,
        library="; ".join(distinct(screen.library for screen in screens if screen.library)),
        phenotypes=distinct(name for screen in screens for name in screen.phenotypes),
        controls="\n".join(distinct(screen.controls for screen in screens if screen.controls)),
    )


def _from_tables(got: Gathered, tables: Tables) -> None:
    said = tables.characteristics()
    got.organisms += said.organisms
    if said.cell_lines or said.strains:
        sample = Sample(
            title="Tables",
            organisms=tuple(said.organisms),
            cell_lines=said.cell_lines,
            strain="; ".join(said.strains),
        )
        got.samples.append(sample)
