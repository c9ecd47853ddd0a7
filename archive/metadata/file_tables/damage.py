"""PURE: what spreadsheets do to values: genes made dates, identifiers made numbers, spaces that nobody sees.

Cases from Ziemann, Eren & El-Osta 2016 (doi:10.1186/s13059-016-1044-7), Abeysooriya et al. 2021
(doi:10.1371/journal.pcbi.1008984) and HGNC's renaming of 2020 (doi:10.1038/s41588-020-0669-3).
"""

import re
import unicodedata
from functools import lru_cache

from ..well_tables import position_of

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mrz": 3, "mär": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "sept": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
# As spreadsheets show them: 2-Sep, 02.Sep, Sep-02, 2-Sep-26, and with the day first or last in figures.
_DAY_MONTH = re.compile(rf"(\d{{1,2}})[-. /]{{1,2}}({_MONTH})\.?(?:[-. /]\d{{2,4}})?", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"({_MONTH})[-. /]{{1,2}}(\d{{1,2}})", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T].*)?")
_FIGURES = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{2}|\d{4})")
DATE_WORD = re.compile(
    f"(?:{_DAY_MONTH.pattern}|{_MONTH_DAY.pattern}|{_ISO.pattern}|\\d{{1,2}}[./]\\d{{1,2}}[./]\\d{{2,4}})",
    re.IGNORECASE,
)
# The present name and the one that became a date.
_GENES = {
    9: (15, "SEPTIN{n} (formerly SEPT{n})"),
    3: (11, "MARCHF{n} (formerly MARCH{n}), or MTARC{n} (formerly MARC{n})"),
    12: (2, "DELEC{n} (formerly DEC{n}), or BHLHE40 or BHLHE41"),
    10: (11, "POU5F1 (OCT4) or another OCT{n}"),
    11: (2, "CCN3 (formerly NOV)"),
    4: (5, "apr-{n}"),
    2: (11, "FEB{n}"),
}
GENE = re.compile(r"[A-Z][A-Z0-9]{1,9}(?:-?[A-Z0-9]{1,4})?")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_FLOATED = re.compile(r"(\d)(?:[.,](\d{1,16}))?E\+?(\d{2})", re.IGNORECASE)
UNIT_NUMBER = re.compile(
    r"([+-]?\d+(?:[.,]\d+)?)\s*"
    r"(%|°C|[µμunpm]?[MmLlgs]|[ck]?[gm]|kDa|Da|min|h|hrs?|hours?|d|days?|Å|[kmM]?Hz|[kmµ]?V|rpm|x|fold|cells?|px|ng/ml|[µu]g/ml)",
    re.IGNORECASE,
)
_COMMA = re.compile(r"-?\d{1,3},\d{1,4}|-?\d{1,3}(?:\.\d{3})+,\d+")
_HIDDEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
SEVERAL = re.compile(r"\s*(?:[;|\n\r]|, |,(?=[A-Za-z]))\s*")
ERROR_TEXT = re.compile(r"#(?:REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC)[!?]?")
NOTHING = re.compile(r"(?:n/?a|nan|none|null|nil|-{1,3}|\?+|\.)", re.IGNORECASE)


def clean(text: str) -> str:
    """Without hard, doubled and hidden spaces, in NFC; line breaks inside stay."""
    if text.isascii() and "  " not in text and "\t" not in text:
        return text.strip()
    text = _SPACES.sub(" ", _HIDDEN.sub("", unicodedata.normalize("NFC", text)))
    return text.strip()


@lru_cache(maxsize=20_000)
def well_of(text: str) -> str:
    """A01 for A1, a01, A-1; empty for what no plate has: the largest have 32 rows and 48 columns."""
    position = position_of(text)
    if position is None or position[0] >= 32 or position[1] >= 48:
        return ""
    first, last = divmod(position[0], 26)
    return f"{chr(64 + first) if first else ''}{chr(65 + last)}{position[1] + 1:02d}"


def is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text))


# --- genes


def gene_of_date(text: str) -> str:
    """Which gene a date in a column of genes may have been; empty where the text is no date."""
    found = _month_and_day(text)
    if found is None:
        return ""
    most, name = _GENES.get(found[0], (0, ""))
    if not name or found[1] > most:
        return "the gene’s own name"
    return name.format(n=found[1])


def _month_and_day(text: str) -> tuple[int, int] | None:
    if match := _DAY_MONTH.fullmatch(text):
        return _MONTHS[match[2].lower()], int(match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _MONTHS[match[1].lower()], int(match[2])
    if match := _ISO.fullmatch(text):
        return int(match[2]), int(match[3])
    if match := _FIGURES.fullmatch(text):
        first, second = int(match[1]), int(match[3])
        return (second, first) if match[2] == "." else (first, second)
    return None


def is_floated(text: str) -> bool:
    """Whether it is a number with an exponent, as which a spreadsheet shows the RIKEN clone 2310009E13."""
    return bool(_FLOATED.fullmatch(text))


_MOUSE = re.compile(r"[A-Z][a-z]{1,5}\d{1,4}[a-z]?\d?")
_HUMAN = re.compile(r"[A-Z]{2,5}\d{1,3}[A-Z]?\d?")
_NO_GENES = re.compile(
    r"(?i)(?:day|clone|ctrl|control|plate|well|sample|mix|pool|exon|line|batch|rep|cond|test|mock|neg|pos|guide|oligo|"
    r"site|type|site|set|time|dose|group|h|t)\d+[a-z]?\d?"
)


def other_species(text: str, species: str) -> str:
    """Whose gene it looks like, if not this one's (human or mouse)."""
    if _NO_GENES.fullmatch(text):
        return ""
    if species == "human" and _MOUSE.fullmatch(text):
        return "mouse"
    return "human" if species == "mouse" and _HUMAN.fullmatch(text) else ""


# --- numbers


def lost_digits(text: str, *, is_cell_number: bool) -> str:
    """How a long number was damaged; empty where it was not."""
    match = _FLOATED.fullmatch(text)
    if match and int(match[3]) >= 11 and len(match[2] or "") < int(match[3]):
        return "was shortened to a power of ten"
    digits = text.removesuffix(".0").lstrip("-")
    if digits.isdecimal() and len(digits) > 15 and (is_cell_number or not digits[15:].strip("0")):
        return "was rounded: a spreadsheet keeps 15 digits of a number"
    return ""


def without_comma(text: str) -> str:
    """A number with a decimal comma, with a point."""
    return text.replace(".", "").replace(",", ".") if _COMMA.fullmatch(text) else ""
