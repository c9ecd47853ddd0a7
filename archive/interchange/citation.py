"""PURE: how a version is cited in text (DataCite's recommended order: creators, year, title, version, publisher)."""

from collections.abc import Sequence

_ALL_NAMED = 6


def citation(*, authors: Sequence[str], year: int, title: str, version: int, publisher: str, identifier: str) -> str:
    """Beyond six authors the first three and "et al."; `identifier` is an accession or a DOI, said as it is."""
    named = [author for author in authors if author]
    names = ", ".join(named if len(named) <= _ALL_NAMED else [*named[:3], "et al."]) or publisher
    return f"{names} ({year}). {title.rstrip('.')} (version {version}). {publisher}. {identifier}"
