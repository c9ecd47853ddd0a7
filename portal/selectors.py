"""What the site's own pages read: the home page's figures and pictures, and how the engines are.

Everything on the home page is public, whoever looks: it can be kept for some minutes without asking who reads it.
A search that is down takes its parts off the page and nothing else.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from botocore.exceptions import BotoCoreError, ClientError
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models import Count, F, Sum
from django.utils import timezone

from archive.access import visible_to
from archive.models import Deposition, Image, Version
from archive.states import Access, Standing
from search.errors import SearchUnavailable
from search.facets import Kind, registry
from search.query import SearchQuery, Sort
from search.results import Hit, Results
from search.selectors import finding

logger = logging.getLogger(__name__)
KEEP_SECONDS = 300
ANYBODY = AnonymousUser()
LATEST = 4
REFERENCES = 8
# From so many, images of different datasets are taken.
_LOOKED_AT = 100
# The median looks at the depositions that were submitted last.
RECENT_DEPOSITIONS = 500


@dataclass(frozen=True)
class Figures:
    """What the archive holds for everybody. None means: not known now (no search), or not yet."""

    counted_at: datetime
    datasets: int
    images: int
    byte_count: int
    organisms: int | None
    reference_datasets: int | None
    minutes_to_submission: int | None


@dataclass(frozen=True)
class Gallery:
    """Some images of a search, and how many there are in all. `is_reference` when they carry the label."""

    hits: tuple[Hit, ...]
    total: int
    is_reference: bool


@dataclass(frozen=True)
class FieldOfView:
    """The large picture beside the search box, and what its caption says."""

    image: Image
    organism: str = ""
    how: str = ""
    channels: tuple[str, ...] = ()
    # How much of the world it shows, in µm; None where the file does not say.
    across_um: float | None = None


@dataclass(frozen=True)
class Home:
    figures: Figures
    latest: tuple[Hit, ...]
    gallery: Gallery
    field_of_view: FieldOfView | None
    is_search_down: bool


@dataclass(frozen=True)
class Check:
    """One engine, and a sentence where it does not answer."""

    name: str
    is_ok: bool
    sentence: str = ""


def home() -> Home:
    """Everything that the home page shows."""
    figures = home_figures()
    try:
        gallery = reference_images()
        return Home(figures, latest_datasets(), gallery, field_of_view(gallery), is_search_down=False)
    except SearchUnavailable:
        return Home(figures, (), Gallery((), 0, is_reference=False), None, is_search_down=True)


def home_figures() -> Figures:
    """Counted at most every five minutes."""
    return cache.get_or_set("home-figures", _count, KEEP_SECONDS)


def _count() -> Figures:
    versions = Version.objects.filter(
        number=F("dataset__latest_version"), dataset__standing=Standing.CURRENT, dataset__access=Access.OPEN
    )
    totals = versions.aggregate(datasets=Count("pk"), byte_count=Sum("byte_count"))
    return Figures(
        counted_at=timezone.now(),
        datasets=totals["datasets"],
        images=visible_to(Image.objects.filter(role=""), ANYBODY).count(),
        byte_count=totals["byte_count"] or 0,
        organisms=_distinct_values("organism"),
        reference_datasets=_labelled("reference"),
        minutes_to_submission=_minutes_to_submission(),
    )


def _distinct_values(facet: str) -> int | None:
    try:
        return finding.facet(SearchQuery(Kind.DATASET), ANYBODY, facet, "", 1).distinct
    except SearchUnavailable:
        return None


def _labelled(label: str) -> int | None:
    """How many public datasets carry a label; None where no upper layer gives labels."""
    if registry.find(Kind.DATASET, "label") is None:
        return None
    try:
        return finding.count(SearchQuery(Kind.DATASET, filters={"label": (label,)}), ANYBODY)
    except SearchUnavailable:
        return None


def _minutes_to_submission() -> int | None:
    """The median time that people took from the first save of a first version to sending it in."""
    spans = (
        Deposition.objects.filter(number=1, submitted_at__isnull=False)
        .order_by("-submitted_at")
        .values_list("created_at", "submitted_at")[:RECENT_DEPOSITIONS]
    )
    minutes = [(submitted - created).total_seconds() / 60 for created, submitted in spans]
    return max(1, round(median(minutes))) if minutes else None


def latest_datasets() -> tuple[Hit, ...]:
    """The public datasets released last; raises SearchUnavailable."""
    return _find(Kind.DATASET, LATEST, Sort.NEWEST).hits


def reference_images() -> Gallery:
    """Images with the reference label; where there are none (yet), the latest images. Raises SearchUnavailable."""
    if registry.find(Kind.IMAGE, "label") is not None:
        found = _find(Kind.IMAGE, _LOOKED_AT, Sort.RELEVANCE, {"label": ("reference",)})
        if found.total:
            return Gallery(_varied(found.hits)[:REFERENCES], found.total, is_reference=True)
    found = _find(Kind.IMAGE, _LOOKED_AT, Sort.NEWEST)
    return Gallery(_varied(found.hits)[:REFERENCES], found.total, is_reference=False)


def _varied(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The first image of each dataset, then the second of each, and so on: a time series would fill the page alone."""
    turns: Counter[str] = Counter()
    placed = []
    for position, hit in enumerate(hits):
        dataset = hit.shown.get("dataset", hit.accession)
        placed.append((turns[dataset], position, hit))
        turns[dataset] += 1
    return tuple(hit for _, _, hit in sorted(placed, key=lambda place: place[:2]))


def _find(kind: Kind, size: int, sort: Sort, filters: dict[str, tuple[str, ...]] | None = None) -> Results:
    return finding.find(SearchQuery(kind, filters=filters or {}, sort=sort, size=size, facets=()), ANYBODY)


def field_of_view(gallery: Gallery) -> FieldOfView | None:
    """Of the gallery's images the one with the most channels, then the largest; None where none has a picture."""
    hits = {hit.accession: hit for hit in gallery.hits}
    pictured = Image.objects.select_related("dataset").filter(accession__in=hits).exclude(thumbnail_large="")
    image = visible_to(pictured, ANYBODY).order_by("rgb", "-size_c", "-thumbnail_width", "number").first()
    if image is None:
        return None
    shown = hits[image.accession].shown
    return FieldOfView(
        image=image,
        organism=next(iter(shown.get("organisms", ())), ""),
        how=shown.get("imaging_method", ""),
        channels=tuple(shown.get("channels", ())),
        across_um=image.size_x * image.physical_x_um if image.physical_x_um else None,
    )


def checks() -> tuple[Check, ...]:
    """Whether the engines answer, asked in the way that pages ask them."""
    return (_database(), _search(), _files())


def _database() -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer.")
        return Check("database", False, "The database does not answer; its log says why.")
    return Check("database", True)


def _search() -> Check:
    try:
        finding.count(SearchQuery(Kind.DATASET), ANYBODY)
    except SearchUnavailable:
        return Check("search", False, "The search index does not answer; records and deposits work without it.")
    return Check("search", True)


def _files() -> Check:
    try:
        default_storage.exists("health")
    except (OSError, BotoCoreError, ClientError):
        return Check("files", False, "The storage of files does not answer; uploads and downloads wait for it.")
    return Check("files", True)
