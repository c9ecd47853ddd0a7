"""Where an imported record came from, and the files that it lists there. Visibility is that of the version."""

from archive.errors import NotFound
from archive.models import Dataset, Imported, Origin, Version
from archive.states import DepositionState


def origin_of(dataset: Dataset) -> Origin | None:
    """None for what was deposited here."""
    return getattr(dataset, "origin", None)


def imported_of(version: Version) -> Imported | None:
    """What the import behind a released version brought."""
    rows = Imported.objects.filter(deposition__dataset=version.dataset_id, deposition__number=version.number)
    return rows.filter(deposition__state=DepositionState.RELEASED).first()


def listing_of(version: Version) -> Imported:
    """Raises NotFound where the version lists no files of its origin."""
    imported = imported_of(version)
    if imported is None or not imported.listing_key:
        raise NotFound(f"{version} lists no files of another archive. Take its manifest for the files that are here.")
    return imported
