"""What another archive says of a study, whatever its format: one frozen `Study`, and what found no home in it.

Values are as the source has them, tidied (white space, form of identifiers), never guessed; what is absent is empty.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class BadStudy(ValueError):
    """The source cannot be read as a study at all. The message is a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class TermRef:
    """A term as the source names it: `curie` is empty where it gives a name alone."""

    label: str
    curie: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str
    ror: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    orcid: str = ""
    email: str = ""
    affiliations: tuple[Organisation, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Publication:
    """DOI bare (10.…), PMID and PMCID as PubMed writes them."""

    title: str = ""
    doi: str = ""
    pmid: str = ""
    pmcid: str = ""
    authors: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    funder: str
    number: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address, and where it is known what kind of identifier stands behind it ("EMDB", "EMD-8000")."""

    url: str
    scheme: str = ""
    value: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A biosample (REMBI)."""

    title: str = ""
    description: str = ""
    entity: str = ""
    organisms: tuple[TermRef, ...] = ()
    cell_lines: tuple[str, ...] = ()
    tissues: tuple[TermRef, ...] = ()
    strain: str = ""
    sex: str = ""
    intrinsic: tuple[str, ...] = ()
    extrinsic: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Specimen:
    title: str = ""
    preparation: str = ""
    growth: str = ""


@dataclass(frozen=True, slots=True)
class Acquisition:
    title: str = ""
    instrument: str = ""
    parameters: str = ""
    methods: tuple[TermRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    title: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Correlation:
    title: str = ""
    alignment: str = ""
    fiducials: str = ""
    transformation: str = ""


@dataclass(frozen=True, slots=True)
class AnnotationSet:
    """Annotations (MIFA)."""

    title: str = ""
    overview: str = ""
    method: str = ""
    types: tuple[str, ...] = ()
    criteria: str = ""
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A study component; `samples`, `specimens` and `acquisitions` are the titles of those that it uses."""

    name: str
    description: str = ""
    samples: tuple[str, ...] = ()
    specimens: tuple[str, ...] = ()
    acquisitions: tuple[str, ...] = ()
    methods: tuple[TermRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """What is perturbed in the wells of a screen's plates."""

    kind: str = ""
    technology: str = ""
    library: str = ""
    controls: str = ""
    phenotypes: tuple[str, ...] = ()
    hit_calling: str = ""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that the source names; its bytes stay there. `size` is None where it is not said."""

    path: str
    size: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A key and value without a home. `understood`: kept as an attribute; otherwise `why` says what is wrong."""

    place: str
    key: str
    value: str
    understood: bool = True
    why: str = ""


def _no_files() -> Iterator[ListedFile]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Study:
    """`files` opens the list of files anew at each call and streams it; `file_count` is what the source states.

    `subjects` are terms of what is in the images, such as cellular components.
    """

    origin: str
    identifier: str
    url: str = ""
    doi: str = ""
    title: str = ""
    description: str = ""
    authors: tuple[Person, ...] = ()
    licence: str = ""
    release_date: str = ""
    keywords: tuple[str, ...] = ()
    organisms: tuple[TermRef, ...] = ()
    methods: tuple[TermRef, ...] = ()
    subjects: tuple[TermRef, ...] = ()
    samples: tuple[Sample, ...] = ()
    specimens: tuple[Specimen, ...] = ()
    acquisitions: tuple[Acquisition, ...] = ()
    analyses: tuple[Analysis, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    annotations: tuple[AnnotationSet, ...] = ()
    components: tuple[Component, ...] = ()
    screen: Screen | None = None
    links: tuple[Link, ...] = ()
    publications: tuple[Publication, ...] = ()
    grants: tuple[Grant, ...] = ()
    funding: str = ""
    acknowledgements: str = ""
    file_count: int | None = None
    byte_count: int | None = None
    unplaced: tuple[Unplaced, ...] = ()
    files: Callable[[], Iterator[ListedFile]] = field(default=_no_files, compare=False, repr=False)


ORIGINS: Mapping[str, str] = {
    "bioimage-archive": "BioImage Archive",
    "biostudies": "BioStudies",
    "empiar": "EMPIAR",
    "idr": "IDR",
    "ssbd": "SSBD",
    "ro-crate": "RO-Crate",
}


def shorten(value: Any, most: int = 2000) -> str:
    """A value as one text for the report."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"
