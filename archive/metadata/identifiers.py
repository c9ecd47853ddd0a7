"""PURE: identifiers with a rule of their own."""

import re

_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)


def is_orcid(value: str) -> bool:
    """Four groups of digits whose last character fits ISO 7064 MOD 11-2 (support.orcid.org, structure of the iD)."""
    if not _ORCID.fullmatch(value):
        return False
    digits = value.replace("-", "")
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == digits[15]
