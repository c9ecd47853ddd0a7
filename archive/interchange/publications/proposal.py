"""PURE: what a publication offers to a deposit's study section, beside what stands there. Nothing is taken unasked."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archive.interchange.publications.model import Author, Grant, Publication, folded, same_person
from archive.metadata.model import is_blank

_LONGEST_AFFILIATION = 500


@dataclass(frozen=True)
class Proposal:
    """One thing to take. `found` and `now` are lines to show; `value` is what the study's field becomes.

    `is_safe`: nothing that stands in the form would be lost by it.
    """

    name: str
    label: str
    found: tuple[str, ...]
    now: tuple[str, ...]
    value: Any
    is_safe: bool


def propose(publication: Publication, study: Mapping[str, Any], fields: Collection[str]) -> tuple[Proposal, ...]:
    """For those of the study's `fields` that the publication says something of, and that do not say it already."""
    proposals = []
    for name, label, make in _OFFERS:
        if name not in fields:
            continue
        proposal = make(publication, study.get(name), name, label)
        if proposal and proposal.value != study.get(name):
            proposals.append(proposal)
    return tuple(proposals)


def changes(proposals: Iterable[Proposal], chosen: Collection[str]) -> dict[str, Any]:
    """By field path, as a deposition is edited."""
    return {f"study.{proposal.name}": proposal.value for proposal in proposals if proposal.name in chosen}


def _text(found: str, now: Any, name: str, label: str) -> Proposal | None:
    shown = (now,) if isinstance(now, str) and now else ()
    return Proposal(name, label, (found,), shown, found, is_blank(now)) if found else None


def _title(publication: Publication, now: Any, name: str, label: str) -> Proposal | None:
    return _text(publication.title, now, name, label)


def _description(publication: Publication, now: Any, name: str, label: str) -> Proposal | None:
    return _text(publication.abstract, now, name, label)


def _publication(publication: Publication, now: Any, name: str, label: str) -> Proposal | None:
    found = {"title": publication.title, "doi": publication.doi, "pmid": publication.pmid}
    before = _mapping(now)
    value = before | {part: text for part, text in found.items() if text}
    is_safe = all(is_blank(before.get(part)) or _alike(before[part], text) for part, text in found.items() if text)
    lines = (publication.title, _place(publication), _named("DOI", publication.doi), _named("PMID", publication.pmid))
    return Proposal(name, label, _lines(lines), _lines(before.values()), value, is_safe)


def _place(publication: Publication) -> str:
    return ", ".join(str(part) for part in (publication.journal, publication.year) if part)


def _named(name: str, value: str) -> str:
    return f"{name} {value}" if value else ""


def _alike(first: Any, second: str) -> bool:
    return folded(str(first)) == folded(second)


def _authors(publication: Publication, now: Any, name: str, label: str) -> Proposal | None:
    """The paper's order; what was typed of somebody stays, and who is not on the paper stays at the end."""
    if not publication.authors:
        return None
    left = list(_records(now))
    value: list[Mapping[str, Any]] = [_person(author, _taken(author, left)) for author in publication.authors]
    found = tuple(_described(person) for person in value)
    value += left
    return Proposal(name, label, found, tuple(_described(person) for person in _records(now)), value, _is_list(now))


def _taken(author: Author, left: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The row of the form that is this person, out of those that are left; by iD first."""
    alike = [row for row in left if same_person(author, _as_author(row)) or _alike(row.get("name"), author.name)]
    alike.sort(key=lambda row: row.get("orcid") != author.orcid)
    if not alike:
        return {}
    left.remove(alike[0])
    return alike[0]


def _as_author(row: Mapping[str, Any]) -> Author:
    """A name as it was typed: "Ada Lovelace", or "Lovelace, Ada"."""
    name = str(row.get("name") or "")
    family, comma, given = name.partition(",")
    if not comma:
        given, _, family = name.strip().rpartition(" ")
    return Author(family.strip(), given.strip(), str(row.get("orcid") or ""))


def _person(author: Author, typed: Mapping[str, Any]) -> dict[str, Any]:
    affiliation = author.affiliation
    if len(affiliation) > _LONGEST_AFFILIATION:
        affiliation = affiliation[:_LONGEST_AFFILIATION].rpartition("; ")[0] or affiliation[:_LONGEST_AFFILIATION]
    found = {"name": author.name, "orcid": author.orcid, "affiliation": affiliation}
    kept = {part: text for part, text in typed.items() if not is_blank(text)}
    return {part: text for part, text in found.items() if text} | kept


def _described(person: Mapping[str, Any]) -> str:
    return ", ".join(str(person[part]) for part in ("name", "orcid", "affiliation") if person.get(part))


def _grants(publication: Publication, now: Any, name: str, label: str) -> Proposal | None:
    """Those that are not in the form yet come after those that are."""
    before = list(_records(now))
    known = {_mark(str(row.get("funder") or ""), str(row.get("number") or "")) for row in before}
    new = [grant for grant in publication.grants if _mark(grant.funder, grant.award) not in known]
    if not new:
        return None
    value = before + [_row(grant) for grant in new]
    shown = tuple(_named(grant.funder, grant.award) or grant.funder for grant in new)
    lines = tuple(", ".join(str(part) for part in row.values() if part) for row in before)
    return Proposal(name, label, shown, lines, value, _is_list(now))


def _mark(funder: str, award: str) -> str:
    """Funders are written in many ways, award numbers in few."""
    return folded(award) or folded(funder)


def _row(grant: Grant) -> dict[str, str]:
    return {"funder": grant.funder, **({"number": grant.award} if grant.award else {})}


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _records(value: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else ()


def _is_list(now: Any) -> bool:
    """Whether all that stands there was understood, and is kept."""
    return is_blank(now) or (isinstance(now, list) and len(_records(now)) == len(now))


def _lines(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values if not is_blank(value))


_Make = Callable[[Publication, Any, str, str], Proposal | None]
_OFFERS: tuple[tuple[str, str, _Make], ...] = (
    ("publication", "Publication", _publication),
    ("title", "Title", _title),
    ("authors", "Authors", _authors),
    ("description", "Description", _description),
    ("grants", "Grants", _grants),
)
