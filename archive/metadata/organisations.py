"""PURE: research organisations with their ROR identifiers (https://ror.org), offered while an affiliation is typed.

A choice of some hundred, of ROR's data (CC0 1.0): whatever is not among them is typed, with its identifier or without.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "organisations.tsv"


@dataclass(frozen=True)
class Organisation:
    """`ror` is the identifier without its address, as in 052gg0110."""

    name: str
    ror: str

    @property
    def affiliation(self) -> str:
        """As it is written into a person's affiliation; exports find the identifier in it."""
        return f"{self.name} (https://ror.org/{self.ror})"


@lru_cache(maxsize=1)
def organisations() -> tuple[Organisation, ...]:
    """In the order of their names."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(Organisation(**row) for row in csv.DictReader(file, delimiter="\t"))
