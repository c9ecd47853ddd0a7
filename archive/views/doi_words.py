"""DOIs as pages show them: a link only where DataCite has said that it leads somewhere."""

from dataclasses import dataclass

from django.conf import settings

from archive.models import Dataset, Doi
from archive.selectors.dois import dois_of
from archive.states import DoiState

_WORDS = {
    DoiState.RESERVED: "reserved, not registered",
    DoiState.DRAFT: "reserved at DataCite, not registered",
    DoiState.FINDABLE: "registered",
    DoiState.HIDDEN: "registered, leads to the reason of the retraction",
}


@dataclass(frozen=True)
class ShownDoi:
    """`url` is empty while it leads nowhere."""

    label: str
    name: str
    words: str
    url: str


def shown_dois(dataset: Dataset, number: int) -> tuple[ShownDoi, ...]:
    """That of the version, and that of the dataset over all its versions."""
    rows = dois_of(dataset)
    labels = {number: f"Version {number}", None: "All versions"}
    return tuple(_shown(rows[key], label) for key, label in labels.items() if key in rows)


def _shown(doi: Doi, label: str) -> ShownDoi:
    url = f"{settings.PORTAL_DOI_RESOLVER}/{doi.name}" if doi.is_registered else ""
    return ShownDoi(label, doi.name, _WORDS[DoiState(doi.state)], url)
