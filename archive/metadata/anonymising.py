"""Names that must not be told, and texts, paths and documents without them.

What is hidden is over-hidden: a word that happens to be somebody's name goes as well. The names are those of a deposit:
its authors, the people who work on it, their addresses, affiliations, identifiers, funders and grants.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from archive.metadata.model import Document, FieldType, Template

HIDDEN = "[hidden]"
HIDDEN_PATH = "hidden"
# A shorter name is only found as a word of its own: it is part of too many others.
_WORD = 5
# A name so long is no word of the portal's own pages.
_TELLING = 9
# What a file is may be told.
_ENDING = re.compile(
    r"(?:\.ome|\.companion)?\.(?:csv|czi|dcm|gz|h5|ims|ini|jpe?g|jp2|json|lif|log|lsm|map|mrcs?|mrxs|nd2|ndpi|oib|oif|ome"
    r"|pdf|png|scn|stk|svs|tiff?|tsv|txt|vsi|webp|xlsx?|xml|zarr|zip)$",
    re.IGNORECASE,
)
# Shorter parts of a name are initials, and particles such as “de”.
_LEAST = 2
_PARTICLES = frozenset(
    {"da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "la", "le"}
)
_PARTICLES |= {"los", "of", "op", "ten", "ter", "the", "van", "von", "zu"}
_GERMAN = {ord(a): b for a, b in {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}.items()}
_NORDIC = {ord(a): b for a, b in {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "ß": "ss"}.items()}
_DROPPED_TYPES = frozenset(
    {FieldType.PEOPLE, FieldType.GRANTS, FieldType.PUBLICATION, FieldType.IDENTIFIERS, FieldType.EMAIL, FieldType.ORCID}
)
_DROPPED = frozenset({("study", "acknowledgements"), ("study", "funding"), ("study", "links"), ("study", "related")})


@dataclass(frozen=True)
class Person:
    name: str = ""
    email: str = ""
    orcid: str = ""
    affiliations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """`words` in every spelling, as they would stand in a text. Comparing is without case and accents' encoding."""

    words: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def digest(self) -> str:
        """The same for the same names: what was searched for these needs no second search."""
        return hashlib.sha256("\n".join(sorted(self.words)).encode()).hexdigest()

    @cached_property
    def _long(self) -> re.Pattern[str] | None:
        """Wherever it stands, also inside a word: Doe is a word, quillfeather2021 holds a name."""
        return _pattern([word for word in self.words if len(word) >= _WORD], re.IGNORECASE)

    @cached_property
    def _short(self) -> re.Pattern[str] | None:
        """As a word, written as a name is: “Li” and “LI”, not “li”."""
        words = {
            spelling for word in self.words if len(word) < _WORD for spelling in (word, word.title(), word.upper())
        }
        return _pattern(sorted(words), re.NOFLAG, is_word=True)

    @cached_property
    def _in_path(self) -> re.Pattern[str] | None:
        """In paths also short ones in any case, between whatever is no letter: /home/li/ and li_01.tif."""
        return _pattern([word for word in self.words if len(word) < _WORD], re.IGNORECASE, is_word=True)

    def found_in(self, text: str) -> bool:
        text = unicodedata.normalize("NFC", text)
        return any(pattern.search(text) for pattern in (self._long, self._short) if pattern)

    def tells(self, text: str, written: Callable[[str], str] = str) -> bool:
        """Whether a whole page holds a name that is no common word; `written` is how the page writes a text."""
        folded = text.casefold()
        return any(written(word).casefold() in folded for word in self._telling)

    @cached_property
    def _telling(self) -> tuple[str, ...]:
        """Of several words, with figures, or long: an author called Green is not told by a channel of that name."""
        words = (word for word in self.words if len(word) >= _TELLING or (len(word) >= _WORD and not word.isalpha()))
        return tuple(sorted(words))

    def scrub(self, text: str) -> str:
        """The text with every name replaced. What looks like a path is treated as one."""
        if _is_path(text):
            return self.scrub_path(text)
        normal = unicodedata.normalize("NFC", text)
        for pattern in (self._long, self._short):
            normal = pattern.sub(HIDDEN, normal) if pattern else normal
        return normal

    def scrub_path(self, path: str) -> str:
        """Each part of a path that is or holds a name is replaced as a whole; of the last one the ending stays."""
        parts = re.split(r"([/\\])", unicodedata.normalize("NFC", path))
        return "".join(self._scrub_part(part) for part in parts)

    def _scrub_part(self, part: str) -> str:
        if not any(pattern.search(part) for pattern in (self._long, self._short, self._in_path) if pattern):
            return part
        ending = _ENDING.search(part)
        return HIDDEN_PATH + (ending.group() if ending else "")

    def scrub_value(self, value: Any) -> Any:
        """JSON with every text in it scrubbed, keys that hold a name too."""
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, Mapping):
            return {
                self.scrub(key) if isinstance(key, str) else key: self.scrub_value(one) for key, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.scrub_value(one) for one in value]
        return value


def _is_path(text: str) -> bool:
    return ("/" in text or "\\" in text) and "://" not in text and not re.search(r"\s\w+\s\w+\s", text)


def _pattern(words: Iterable[str], flags: re.RegexFlag, *, is_word: bool = False) -> re.Pattern[str] | None:
    """Longest first. Between the words of a name may stand what file names have there."""
    spelled = [r"[\s_.,+-]+".join(map(re.escape, word.split())) for word in sorted(words, key=lambda w: (-len(w), w))]
    if not spelled:
        return None
    joined = "|".join(spelled)
    return re.compile(rf"(?<![^\W\d_])(?:{joined})(?![^\W\d_])" if is_word else f"(?:{joined})", flags)


def names_of(people: Iterable[Person], others: Iterable[str] = (), *, without: Iterable[str] = ()) -> Names:
    """The names of people and of `others` (grants, funders, DOIs), but for those in `without`: the portal's own."""
    words: set[str] = set()
    for person in people:
        words |= _of_name(person.name) | _of_email(person.email) | _of_orcid(person.orcid)
        for affiliation in person.affiliations:
            words |= _of_affiliation(affiliation)
    words |= {" ".join(other.split()) for other in others if len(other.strip()) >= 4}
    words = {spelling for word in words for spelling in _spellings(word)}
    own = " ".join(without).casefold()
    return Names(frozenset(word for word in words if len(word) >= _LEAST and word.casefold() not in own))


def _of_name(name: str) -> set[str]:
    """“Quillfeather, Zephyrine A.”: the whole, both orders, each part, and what accounts are made of them."""
    family, comma, given = name.partition(",")
    ordered = f"{given} {family}" if comma else name
    parts = [part.strip(".'’") for part in re.split(r"[\s.]+", ordered) if part.strip(".'’")]
    telling = [part for part in parts if len(part) >= _LEAST and part.casefold() not in _PARTICLES]
    words = {" ".join(name.split()), " ".join(parts), *telling}
    words |= {piece for part in telling for piece in part.split("-") if len(piece) > _LEAST}
    if len(parts) > 1:
        first, last = parts[0], parts[-1]
        words |= {f"{first} {last}", f"{last} {first}", f"{first}{last}", f"{last}{first}"}
        words |= {f"{first[0]}{last}", f"{last}{first[0]}"}
    return words


def _of_email(email: str) -> set[str]:
    local, _, domain = email.strip().partition("@")
    words = {email.strip(), local if len(local) > _LEAST else "", domain}
    return {word for word in words if word}


def _of_orcid(orcid: str) -> set[str]:
    bare = orcid.rstrip("/").rpartition("/")[2].strip()
    return {bare, bare.replace("-", "")} if bare else set()


def _of_affiliation(affiliation: str) -> set[str]:
    """The whole, and the parts between commas that name an institution rather than a town or country."""
    whole = " ".join(affiliation.split())
    parts = {part.strip() for part in re.split(r"[,;]", whole)}
    return {word for word in {whole, *(part for part in parts if " " in part and len(part) >= 10)} if word}


def _spellings(word: str) -> set[str]:
    """As it is, and as it is typed where there are no accents: Müller, Muller, Mueller."""
    word = unicodedata.normalize("NFC", word)
    return {word, _bare(word), _bare(word.translate(_GERMAN)), _bare(word).translate(_NORDIC)}


def _bare(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))


# ---- documents -------------------------------------------------------------------------------------------------


def people_in(template: Template, document: Document) -> list[Person]:
    """Everybody whom a document names in a field for people."""
    values = _values(template, document, FieldType.PEOPLE)
    return [_person(record) for value in values for record in value if isinstance(record, Mapping)]


def _person(record: Mapping[str, Any]) -> Person:
    said = record.get("affiliations") or record.get("affiliation") or ""
    affiliations = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    texts = (str(one.get("name", "")) if isinstance(one, Mapping) else str(one) for one in affiliations)
    ror = str(record.get("ror", "") or "")
    return Person(
        name=str(record.get("name") or ""),
        email=str(record.get("email") or ""),
        orcid=str(record.get("orcid") or ""),
        affiliations=tuple(text for text in (*texts, ror) if text),
    )


# What of a record of these types leads to the people; the title of a paper is no name.
_LEADING = {
    FieldType.GRANTS: ("funder", "number"),
    FieldType.PUBLICATION: ("doi", "pmid"),
    FieldType.IDENTIFIERS: ("value",),
}


def identifiers_in(template: Template, document: Document) -> list[str]:
    """Grant numbers, funders, and identifiers under which the publication or the study is known elsewhere."""
    found: list[str] = []
    for kind, parts in _LEADING.items():
        for value in _values(template, document, kind):
            records = value if isinstance(value, list) else [value]
            found += [
                str(record.get(part) or "") for record in records if isinstance(record, Mapping) for part in parts
            ]
    return [text for text in found if text]


def _values(template: Template, document: Document, kind: FieldType) -> Iterable[Any]:
    for section, one in template.fields():
        if one.type is not kind:
            continue
        held = document.get(section.name)
        for record in held if isinstance(held, list) else [held]:
            if isinstance(record, Mapping) and record.get(one.name):
                yield record[one.name]


def without_people(template: Template, document: Document, names: Names) -> dict[str, Any]:
    """The document as a referee reads it who is not to know whose it is."""
    known = {section.name: section for section in template.sections}
    kept: dict[str, Any] = {}
    for name, held in document.items():
        if name not in known:
            continue
        hidden = {
            one.name for one in known[name].fields if one.type in _DROPPED_TYPES or (name, one.name) in _DROPPED
        }  # fmt: skip
        kept[name] = [_without(one, hidden) for one in held] if isinstance(held, list) else _without(held, hidden)
    return dict(names.scrub_value(without_addresses(kept)))


# Of pages, people and papers: a code repository tells whose it is as well as a name does.
_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://\S+|\bwww\.\S+|\b(?:doi:\s*)?10\.\d{4,9}/\S+"
    r"|\b(?:github|gitlab|bitbucket|zenodo|orcid)\.(?:com|org)\b\S*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)


def without_addresses(value: Any) -> Any:
    """JSON whose texts lead nowhere."""
    if isinstance(value, str):
        return _ADDRESS.sub(HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: without_addresses(one) for key, one in value.items()}
    if isinstance(value, list):
        return [without_addresses(one) for one in value]
    return value


def _without(record: Any, hidden: set[str]) -> Any:
    return {key: one for key, one in record.items() if key not in hidden} if isinstance(record, Mapping) else record
