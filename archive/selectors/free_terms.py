"""Words in term fields that are no term: of the latest public version of each dataset, for curators.

A depositor's words are never changed; what a curator sees here is which of them a term, a synonym or advice would help.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, QuerySet

from archive.access import Reader, visible_to
from archive.models import Dataset, FreeTerm, Term
from archive.selectors.templates import templates
from archive.selectors.term_search import names_of_terms
from archive.states import Standing
from archive.terms.words import key

# As many are listed; the rest come when these are done, or with a narrower filter.
MOST_FREE_TERMS = 200
MOST_DATASETS = 100


@dataclass(frozen=True)
class FreeTermCount:
    """`term` is what the words name by now, in a vocabulary of the field; None if nothing."""

    field: str
    label: str
    text: str
    key: str
    datasets: int
    term: Term | None


def _latest(user: Reader) -> QuerySet[FreeTerm]:
    seen = visible_to(Dataset.objects.filter(standing=Standing.CURRENT), user)
    return FreeTerm.objects.filter(version__dataset__in=seen, version__number=F("version__dataset__latest_version"))


def free_term_counts(
    user: Reader, *, field: str = "", words: str = "", accession: str = ""
) -> tuple[list[FreeTermCount], int]:
    """The most frequent first, at most MOST_FREE_TERMS, and how many there are.

    `words` are the beginning of the text; `accession` asks for those of one dataset.
    """
    rows = _latest(user)
    if field:
        rows = rows.filter(field=field)
    if words:
        rows = rows.filter(key__startswith=key(words))
    if accession:
        rows = rows.filter(version__dataset__accession=accession.strip().upper())
    counted = rows.values("field", "key").annotate(datasets=Count("version__dataset", distinct=True), text=Max("text"))
    found = list(counted.order_by("-datasets", "field", "key")[:MOST_FREE_TERMS])
    total = counted.count() if len(found) == MOST_FREE_TERMS else len(found)
    return _with_terms(found), total


def _with_terms(rows: list[dict[str, Any]]) -> list[FreeTermCount]:
    fields = term_fields()
    named = names_of_terms((row["text"] for row in rows), {name for _, known in fields.values() for name in known})
    return [FreeTermCount(**row, label=fields.get(row["field"], (row["field"],))[0], term=_term(row, fields, named))
            for row in rows]  # fmt: skip


def _term(row: Mapping[str, Any], fields: Mapping[str, tuple], named: Mapping[tuple[str, str], Term]) -> Term | None:
    vocabularies: Iterable[str] = fields[row["field"]][1] if row["field"] in fields else ()
    return next((named[key(row["text"]), name] for name in vocabularies if (key(row["text"]), name) in named), None)


def term_fields() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The label and the vocabularies of every term field, by `section.field`; the newest templates say."""
    return {
        f"{section.name}.{field.name}": (field.label, field.vocabularies)
        for template in reversed(templates().all())
        for section, field in template.fields()
        if field.vocabularies
    }


def datasets_with_free_term(user: Reader, *, field: str, words: str) -> list[Dataset]:
    """Those whose latest version has exactly these words in the field, at most MOST_DATASETS, the newest first."""
    found = _latest(user).filter(field=field, key=key(words)).values("version__dataset")
    return list(Dataset.objects.filter(pk__in=found).order_by("-released_at", "-pk")[:MOST_DATASETS])
