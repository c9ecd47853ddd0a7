"""Referees: readers of one unreleased dataset, by a link that one of its owners made.

The link's token is exchanged for a cookie at once. While a browser has it, the addresses below are read as the referee,
by whoever is signed in: what an anonymised link shows must not depend on who opens it.
"""

from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from archive.anonymity import names_in
from archive.metadata.anonymising import Names
from archive.models import Deposition, RefereeLink
from archive.states import OPEN_DEPOSITIONS

COOKIE = "referee"
_SALT = "archive.referees"
# Of several journals at a time; the oldest are forgotten.
_MOST = 10
METHODS = frozenset({"GET", "HEAD"})

_PAGES = "dataset images image image-view picture ome-xml file members plate"
_API = (
    "dataset dataset-files dataset-images dataset-plates file-content file-members image image-thumbnail image-viewer "
    "image-dzi image-tile image-regions image-mask image-overlays image-label-tile image-render image-section "
    "image-histogram image-pixel image-ome-tiff image-ome-zarr image-ome-zarr-object image-ome-xml image-original"
)
# All that a referee may read, by the names of the routes. Whatever is not named here knows no referees.
ROUTES = frozenset(
    {
        *(f"archive:{name}" for name in _PAGES.split()),
        *(f"archive-api:{name}" for name in _API.split()),
    }
)


class Referee(AnonymousUser):
    """Signed in nowhere, and allowed to read one dataset."""

    is_referee = True

    def __init__(self, link: RefereeLink) -> None:
        super().__init__()
        self.link = link
        self.dataset_id = link.dataset_id
        self.is_anonymised = link.is_anonymised

    @cached_property
    def names(self) -> Names:
        """What an anonymised link hides."""
        return names_in(self.dataset_id)


def valid_links() -> QuerySet[RefereeLink]:
    """Those that open something: neither revoked nor late, of what is not released, and holds nothing of people."""
    drafts = Deposition.objects.filter(
        dataset=OuterRef("dataset"), state__in=OPEN_DEPOSITIONS, metadata__study__human_material="no"
    )
    return RefereeLink.objects.filter(
        Exists(drafts), revoked_at__isnull=True, expires_at__gt=timezone.now(), dataset__latest_version__isnull=True
    ).select_related("dataset")


def remember(request: HttpRequest, response: HttpResponseBase, link: RefereeLink) -> None:
    """The cookie that the token is exchanged for."""
    links = [*(pk for pk in remembered(request) if pk != link.pk), link.pk][-_MOST:]
    response.set_cookie(
        COOKIE,
        signing.dumps(links, salt=_SALT),
        expires=link.expires_at,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def forget(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def remembered(request: HttpRequest) -> list[int]:
    """The links whose tokens this browser has shown."""
    try:
        return list(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT))
    except signing.BadSignature:
        return []


def referee_of(request: HttpRequest, route: str, arguments: dict[str, Any]) -> Referee | None:
    """As whom this address is read; None where no link opens it. The stricter of two links of a dataset counts."""
    if request.method not in METHODS or route not in ROUTES or COOKIE not in request.COOKIES:
        return None
    accession = str(arguments.get("accession", "")).split("-I")[0]
    links = valid_links().filter(pk__in=remembered(request), dataset__accession=accession)
    link = links.order_by("-is_anonymised", "-pk").first()
    return Referee(link) if link else None
