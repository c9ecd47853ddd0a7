"""Studies of other archives, read from their own formats. Pure: no Django here.

    study = read_pagetab(path)            # BioStudies, BioImage Archive: JSON or TSV
    study = read_idr(path)                # an IDR study file with its library and annotation tables
    study = read_rocrate(path)            # ro-crate-metadata.json of BIA, IDR, SSBD, EMPIAR and others

Each gives one frozen `Study` or raises `BadStudy` with a sentence. What found no home is in `Study.unplaced`.
"""

from .idr import parse_idr, read_idr
from .model import ORIGINS, BadStudy, ListedFile, Study, Unplaced
from .pagetab import parse_pagetab, read_pagetab
from .rocrate import parse_rocrate, read_rocrate

__all__ = [
    "ORIGINS",
    "BadStudy",
    "ListedFile",
    "Study",
    "Unplaced",
    "parse_idr",
    "parse_pagetab",
    "parse_rocrate",
    "read_idr",
    "read_pagetab",
    "read_rocrate",
]
