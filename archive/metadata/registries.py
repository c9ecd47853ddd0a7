"""PURE: identifiers elsewhere: which archive gave one, whether it has that archive's form, and where it leads.

One table. The forms are those that the archives publish themselves and that identifiers.org lists; an identifier is
kept as `REGISTRY:identifier` (`PDB:1ABC`), a bare DOI, or an address.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from .model import FieldType
from .shaped import canonical, has_shape


@dataclass(frozen=True)
class Registry:
    """`pattern` is of the whole identifier, case ignored; `is_telling`: no other word looks so, no name is needed.

    `address` leads to the record, with {} for the identifier; `places` find it in addresses, as their group.
    """

    name: str
    pattern: str
    example: str
    address: str
    places: tuple[str, ...]
    is_telling: bool = True
    is_upper: bool = True
    aliases: tuple[str, ...] = ()

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self.pattern})", re.IGNORECASE | re.ASCII)

    def read(self, text: str) -> str:
        """The identifier as its archive writes it, or nothing."""
        if not self._whole.fullmatch(text):
            return ""
        return text.upper() if self.is_upper else text.lower()

    def read_address(self, text: str) -> str:
        for place in self.places:
            found = re.match(rf"https?://(?:www\.)?{place}", text, re.IGNORECASE | re.ASCII)
            if found and (identifier := self.read(found[1])):
                return identifier
        return ""


_BIOSTUDIES = r"ebi\.ac\.uk/biostudies/(?:[a-z]+/)?studies/([A-Z0-9-]+)"
REGISTRIES = (
    Registry(
        "PDB",
        r"[1-9][A-Z0-9]{3}",
        "1ABC",
        "https://www.rcsb.org/structure/{}",
        (r"rcsb\.org/structure/(\w+)", r"ebi\.ac\.uk/pdbe/entry/pdb/(\w+)"),
        is_telling=False,
        aliases=("pdbe", "wwpdb"),
    ),
    # The longer form, of which the wwPDB gives more when those of four letters are used up.
    Registry(
        "PDB",
        r"pdb_[0-9a-z]{8}",
        "pdb_00001abc",
        "https://www.rcsb.org/structure/{}",
        (r"rcsb\.org/structure/(\w+)", r"ebi\.ac\.uk/pdbe/entry/pdb/(\w+)"),
        is_upper=False,
        aliases=("pdbe", "wwpdb"),
    ),
    Registry(
        "EMDB",
        r"EMD-[0-9]{4,6}",
        "EMD-1234",
        "https://www.ebi.ac.uk/emdb/{}",
        (r"ebi\.ac\.uk/emdb/(?:entry/)?([\w-]+)",),
    ),
    Registry(
        "EMPIAR",
        r"EMPIAR-[0-9]{5,6}",
        "EMPIAR-10012",
        "https://www.ebi.ac.uk/empiar/{}/",
        (r"ebi\.ac\.uk/(?:pdbe/emdb/)?empiar/(?:entry/)?([\w-]+)",),
    ),
    Registry(
        "ENA",
        r"PRJ[DEN][A-Z][0-9]+|[DES]R[APRSXZ][0-9]{6,}|SAM(?:N|D|EA)[0-9]+",
        "PRJEB1234",
        "https://www.ebi.ac.uk/ena/browser/view/{}",
        (
            r"ebi\.ac\.uk/ena/(?:browser/view|data/view)/(\w+)",
            r"ncbi\.nlm\.nih\.gov/(?:sra|bioproject|biosample)/(\w+)",
        ),
        aliases=("sra", "bioproject", "biosample"),
    ),
    Registry(
        "GEO",
        r"G(?:SE|SM|PL|DS)[0-9]+",
        "GSE1234",
        "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc={}",
        (r"ncbi\.nlm\.nih\.gov/geo/query/acc\.cgi\?acc=(\w+)",),
    ),
    Registry(
        "ArrayExpress",
        r"E-[A-Z]{4}-[0-9]+",
        "E-MTAB-1234",
        "https://www.ebi.ac.uk/biostudies/arrayexpress/studies/{}",
        (_BIOSTUDIES, r"ebi\.ac\.uk/arrayexpress/experiments/([A-Z0-9-]+)"),
    ),
    Registry(
        "EGA",
        r"EGAS[0-9]{11}",
        "EGAS00001000001",
        "https://ega-archive.org/studies/{}",
        (r"ega-archive\.org/studies/(\w+)",),
    ),
    Registry(
        "EGA",
        r"EGAD[0-9]{11}",
        "EGAD00001000001",
        "https://ega-archive.org/datasets/{}",
        (r"ega-archive\.org/datasets/(\w+)",),
    ),
    Registry(
        "UniProt",
        r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2}",
        "P12345",
        "https://www.uniprot.org/uniprotkb/{}",
        (r"uniprot\.org/(?:uniprot|uniprotkb)/(\w+)",),
        is_telling=False,
        aliases=("uniprotkb",),
    ),
    Registry(
        "BioImage Archive",
        r"S-BIAD[0-9]+",
        "S-BIAD144",
        "https://www.ebi.ac.uk/biostudies/bioimages/studies/{}",
        (_BIOSTUDIES, r"ebi\.ac\.uk/bioimage-archive/galleries/([A-Z0-9-]+)"),
        aliases=("bia", "bioimagearchive"),
    ),
    Registry(
        "BioStudies", r"S-[A-Z]{3,}[0-9]+", "S-BSST144", "https://www.ebi.ac.uk/biostudies/studies/{}", (_BIOSTUDIES,)
    ),
    Registry(
        "IDR",
        r"idr[0-9]{4}",
        "idr0013",
        "https://idr.openmicroscopy.org/search/?query=Name:{}",
        (r"idr\.openmicroscopy\.org/.*\b(idr[0-9]{4})",),
        is_upper=False,
    ),
    Registry(
        "SSBD",
        r"ssbd-repos-[0-9]{6}",
        "ssbd-repos-000118",
        "https://ssbd.riken.jp/repository/{}/",
        (r"ssbd\.riken\.jp/repository/([\w-]+)",),
        is_upper=False,
    ),
    Registry(
        "Software Heritage",
        r"swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}",
        "swh:1:rev:…",
        "https://archive.softwareheritage.org/{}",
        (r"archive\.softwareheritage\.org/(swh:1:[^;/?#]+)",),
        is_upper=False,
        aliases=("swh",),
    ),
)
_BY_NAME = {
    name.casefold().replace(" ", ""): [one for one in REGISTRIES if registry.name == one.name]
    for registry in REGISTRIES
    for name in (registry.name, *registry.aliases)
}
# A dataset of this portal, or one version of it.
_OWN = re.compile(r"([A-Z]{2,10}-D[0-9]+)(?:\.([0-9]+))?", re.ASCII)
EXAMPLES = ", ".join(dict.fromkeys(f"{one.name}:{one.example}" for one in REGISTRIES[:3]))


@dataclass(frozen=True)
class Identified:
    """`registry` is empty for a DOI, for a dataset of this portal, whose `url` is a path, and for any other address."""

    registry: str
    value: str
    url: str

    @property
    def text(self) -> str:
        """As it is kept, and read again as the same."""
        return f"{self.registry}:{self.value}" if self.registry else self.value

    @property
    def is_doi(self) -> bool:
        return not self.registry and has_shape(FieldType.DOI, self.value)


def identify(text: str) -> Identified | None:
    """What was typed or pasted: an address, a DOI, `PDB:1ABC`, or an identifier that tells its archive by its form."""
    text = text.strip()
    for registry in REGISTRIES:
        if found := registry.read_address(text) or (registry.is_telling and registry.read(text)):
            return _identified(registry, found)
    if own := _OWN.fullmatch(text):
        return Identified("", text, f"/datasets/{own[1]}/" + (f"v{own[2]}/" if own[2] else ""))
    if prefixed := _prefixed(text):
        registries, identifier = prefixed
        return next((_identified(one, found) for one in registries if (found := one.read(identifier))), None)
    doi = canonical(FieldType.DOI, text)
    if has_shape(FieldType.DOI, doi):
        return Identified("", doi, f"https://doi.org/{doi}")
    address = canonical(FieldType.URL, text)
    return Identified("", address, address) if has_shape(FieldType.URL, address) else None


def is_archive(name: str) -> bool:
    """Whether it names an archive whose identifiers are known here: PDB, bioimage archive."""
    return name.casefold().replace(" ", "") in _BY_NAME


def advice(text: str) -> str:
    """What is wrong with an identifier that `identify` does not know, and what to do."""
    if prefixed := _prefixed(text.strip()):
        return _misshapen(prefixed[0][0], prefixed[1])
    if close := _close_to(text.strip()):
        return close
    return (
        f"“{text[:80]}” is not an identifier that is known here. Paste the address, a DOI, or the archive's name and "
        f"the identifier, such as {EXAMPLES}."
    )


def _close_to(text: str) -> str:
    """Of an identifier that needs its archive's name, or that begins as those of an archive do."""
    named = [f"{one.name}:{found}" for one in REGISTRIES if not one.is_telling and (found := one.read(text))]
    if named:
        return f"“{text}” does not say whose identifier it is. Write {' or '.join(named)}, if that is meant."
    begins = ((one, re.match(r"[A-Za-z]{2,}-?", one.example)) for one in REGISTRIES)
    for registry, letters in begins:
        if letters and len(letters[0]) > 2 and text.upper().startswith(letters[0].upper()):
            return _misshapen(registry, text)
    return ""


def _misshapen(registry: Registry, wrong: str) -> str:
    return f"“{wrong[:80]}” is not an identifier of {registry.name}; those look like {registry.example}. Correct it."


def _identified(registry: Registry, identifier: str) -> Identified:
    return Identified(registry.name, identifier, registry.address.format(identifier))


def _prefixed(text: str) -> tuple[list[Registry], str] | None:
    """`EMDB:EMD-1234`, `EMDB EMD-1234`: the archives of that name, and what stands behind it."""
    for separator in ":", " ":
        name, _, identifier = text.partition(separator)
        known = _BY_NAME.get(name.casefold().replace(" ", ""))
        if known and identifier.strip():
            return known, identifier.strip()
    return None
