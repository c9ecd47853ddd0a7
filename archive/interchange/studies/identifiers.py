"""Identifiers, licences and dates in the many forms in which sources write them, in the one form in which we do.

Each function gives an empty text for what is not of its kind.
"""

import re

from archive.metadata.identifiers import is_orcid
from archive.metadata.model import FieldType
from archive.metadata.shaped import canonical, has_shape, is_date

from .model import Link

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_ARXIV = re.compile(r"arxiv[:./\s]\s*(?:abs/|pdf/)?(\d{4}\.\d{4,5})(v\d+)?", re.IGNORECASE)
_TERM = re.compile(r"(?:^|[/#:])(?P<prefix>[A-Za-z]+)[_:](?P<local>[A-Za-z0-9]+)/?$")
_TAXID = re.compile(r"(?:txid|taxonomy/|wwwtax\.cgi\?id=|^)0*([1-9]\d*)/?$", re.IGNORECASE)
_PREFIXES = {name.lower(): name for name in ("FBbi", "NCBITaxon", "EFO", "GO", "CL", "CLO", "UBERON", "CMPO", "MONDO")}
_CREATIVE = re.compile(r"creativecommons\.org/licenses/(?P<kind>[a-z-]+)/(?P<version>\d\.\d)", re.IGNORECASE)
_CC = re.compile(r"CC[\s-]*(?P<kind>BY(?:[\s-]+(?:NC|SA|ND))*)[\s-]*(?P<version>\d\.\d)?(?!\w)", re.IGNORECASE)
_ZERO = re.compile(r"publicdomain/zero|\bCC[\s-]?0\b|\bCC[\s-]?zero\b", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[A-Za-z]{2,}")

# A scheme with the pattern of its identifiers and where they lead; in running order, the strictest first.
_SCHEMES: tuple[tuple[str, str, str], ...] = (
    ("EMPIAR", r"EMPIAR-\d{4,6}", "https://www.ebi.ac.uk/empiar/{}/"),
    ("EMDB", r"EMD-\d{4,6}", "https://www.ebi.ac.uk/emdb/{}"),
    ("IDR", r"idr\d{4}", "https://idr.openmicroscopy.org/search/?query=Name:{}"),
    ("BioStudies", r"S-[A-Z]{3,5}\d+", "https://www.ebi.ac.uk/biostudies/studies/{}"),
    ("ArrayExpress", r"E-[A-Z]{4}-\d+", "https://www.ebi.ac.uk/biostudies/arrayexpress/studies/{}"),
    ("ENA", r"(?:PRJ(?:EB|NA|DB)\d+|[ESD]RP\d{6,}|SAM[END][AG]?\d+)", "https://www.ebi.ac.uk/ena/browser/view/{}"),
    ("GEO", r"GSE\d+", "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc={}"),
    ("EGA", r"EGA[SD]\d{11}", "https://ega-archive.org/search/{}"),
    ("PRIDE", r"PXD\d{6,}", "https://www.ebi.ac.uk/pride/archive/projects/{}"),
    ("MetaboLights", r"MTBLS\d+", "https://www.ebi.ac.uk/metabolights/{}"),
    ("PMC", r"PMC\d+", "https://www.ncbi.nlm.nih.gov/pmc/articles/{}/"),
)
_TYPED = {"pdb": ("PDB", r"\d[A-Za-z0-9]{3}", "https://www.ebi.ac.uk/pdbe/entry/pdb/{}")}


def doi(text: str) -> str:
    """Bare, whatever stands before it; an arXiv identifier gives the DOI that arXiv registered for it."""
    match = _DOI.search(text)
    if match:
        return match.group().rstrip(".,;)")
    arxiv = _ARXIV.search(text)
    return f"10.48550/arXiv.{arxiv[1]}" if arxiv else ""


def pmid(text: str) -> str:
    value = canonical(FieldType.PMID, text)
    return value if has_shape(FieldType.PMID, value) else ""


def pmcid(text: str) -> str:
    match = re.search(r"(?:PMC)?(\d{4,9})/?$", text.strip(), re.IGNORECASE)
    return f"PMC{match[1]}" if match else ""


def orcid(text: str) -> str:
    value = canonical(FieldType.ORCID, text)
    return value if is_orcid(value) else ""


def email(text: str) -> str:
    """The one address in a text; nothing where there are several, or one that is none."""
    found = _EMAIL.findall(text) or _EMAIL.findall(re.sub(r"\s+", "", text))
    return str(found[0]) if len(found) == 1 and text.count("@") == 1 else ""


def ror(text: str) -> str:
    match = re.search(r"(?:^|ror\.org/)(0[a-z0-9]{6}\d{2})/?$", text.strip().lower())
    return f"https://ror.org/{match[1]}" if match else ""


def day(text: str) -> str:
    """YYYY-MM-DD of a date or a time."""
    value = text.strip()[:10]
    return value if is_date(value) else ""


def curie(text: str, vocabulary: str = "") -> str:
    """`http://purl.obolibrary.org/obo/FBbi_00000251`, `obo:FBbi_…`, `NCBI:txid9606`; digits alone with a vocabulary."""
    text = text.strip()
    if vocabulary == "NCBITaxon" or "txid" in text.lower():
        taxon = re.search(r"ncbitaxon[_:/]0*([1-9]\d*)/?$", text, re.IGNORECASE) or _TAXID.search(text)
        return f"NCBITaxon:{taxon[1]}" if taxon else ""
    match = _TERM.search(text)
    if not match:
        return f"{vocabulary}:{text}" if vocabulary and text.isdigit() else ""
    prefix = _PREFIXES.get(match["prefix"].lower(), match["prefix"])
    if prefix == "NCBITaxon":
        return curie(text, "NCBITaxon")
    return f"{prefix}:{match['local']}" if any(character.isdigit() for character in match["local"]) else ""


def licence(*texts: str) -> str:
    """The SPDX name of the first that is known, or the first as it is."""
    for text in texts:
        if _ZERO.search(text):
            return "CC0-1.0"
        match = _CREATIVE.search(text) or _CC.search(text)
        if match and match["version"]:
            kind = "-".join(re.split(r"[\s-]+", match["kind"].upper()))
            return f"CC-{kind}-{match['version']}"
    return next((text for text in texts if text), "")


def address(text: str) -> str:
    """An address as it can be followed: white space out, https:// in front where a host stands alone."""
    tight = re.sub(r"\s+", "", text)
    if re.match(r"https?://[^/?#]+\.[^/?#]+", tight, re.IGNORECASE):
        return tight
    return f"https://{tight}" if re.match(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/|$)", tight, re.IGNORECASE) else ""


def link(text: str, kind: str = "", description: str = "") -> Link | None:
    """A link with its scheme, told by the form of the identifier or by `kind`; None for what leads nowhere."""
    text = text.strip()
    typed = _TYPED.get(kind.strip().lower())
    for scheme, pattern, target in (*([typed] if typed else []), *_SCHEMES):
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match:
            return Link(target.format(text), scheme, text, description)
    if doi(text):
        return Link(f"https://doi.org/{doi(text)}", "DOI", doi(text), description)
    url = address(text)
    if not url:
        return None
    for scheme, pattern, _ in _SCHEMES:
        match = re.search(rf"(?<![\w-]){pattern}(?![\w-])", url, re.IGNORECASE)
        if match:
            return Link(url, scheme, match.group(), description)
    return Link(url, "", "", description or kind)
