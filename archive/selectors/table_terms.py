"""Obsolete terms among the values of a table, by CURIE or label."""

import re
from collections.abc import Iterable

from archive.models import Term

_CURIE = re.compile(r"[A-Za-z]{2,20}:[A-Za-z0-9_]{1,20}")
_CHUNK = 400


def obsolete_terms(texts: Iterable[str]) -> dict[str, str]:
    """Folded text → a sentence with what to use instead, for those of these texts that are obsolete CURIEs.

    `replaced_by` may name several, apart by spaces.
    """
    curies = sorted({text for text in texts if _CURIE.fullmatch(text)})
    found: dict[str, str] = {}
    for at in range(0, len(curies), _CHUNK):
        rows = Term.objects.filter(curie__in=curies[at : at + _CHUNK], is_obsolete=True)
        found |= {curie.casefold(): _sentence(curie, label, other) for curie, label, other in _of(rows)}
    return found


def _of(rows: Iterable[Term]) -> Iterable[tuple[str, str, str]]:
    return ((row.curie, row.label, row.replaced_by) for row in rows)


def _sentence(curie: str, label: str, replaced_by: str) -> str:
    advice = f"Use {' or '.join(replaced_by.split())}." if replaced_by else "Choose another term."
    return f"{curie} ({label}) is obsolete. {advice}"
