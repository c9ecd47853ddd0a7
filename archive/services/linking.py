"""Links that open private bytes for a day; making one is in the audit trail, the link itself is nowhere."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.db import transaction
from django.http import QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone

from archive import access, links
from archive.errors import FieldProblem, Invalid
from archive.models import Dataset, User
from archive.selectors import datasets, files, images, versions
from archive.services import auditing
from archive.states import DatasetRole


@dataclass(frozen=True)
class Link:
    """`address` is path and query, with the signature."""

    dataset: Dataset
    address: str
    expires_at: datetime


def make_link(*, user: User, dataset: Dataset, address: str) -> Link:
    """Sign an address of the API that gives bytes of the dataset. For its people; raises NotFound, NotAllowed, Invalid.

    `address` may be whole or begin with its path; a ZIP's must name its version, so that the next one is not meant. Of
    an OME-Zarr it is the address of the group or of any object in it, and the link opens them all.
    """
    access.require_role(user, dataset, tuple(DatasetRole))
    parts = urlsplit(address)
    query = QueryDict(parts.query)
    match = _match(parts.path)
    if _dataset_behind(match, query, user) != dataset:
        raise _not_linked(f"The address is not of {dataset.accession}.")
    digest = links.digest_behind(match.url_name or "", match.kwargs, query)
    if not digest:
        raise _not_linked("There are no bytes yet behind this address. Try again when the file was verified.")
    path, query = (parts.path, query) if match.url_name in links.TARGETS else (_group(match), QueryDict())
    kept = [(key, value) for key, values in query.lists() for value in values if key != links.SIGNATURE]
    signature = links.sign(user=user, dataset=dataset, path=path, query=query, digest=digest)
    expires_at = timezone.now() + links.LIFE
    with transaction.atomic():
        data = {"query": urlencode(kept), "until": expires_at.isoformat()}
        auditing.record(dataset=dataset, action="link.make", actor=user, subject=path, data=data)
    return Link(dataset, _signed(match, path, kept, signature), expires_at)


def _signed(match: ResolverMatch, path: str, kept: list[tuple[str, str]], signature: str) -> str:
    if match.url_name not in links.TARGETS:
        return _group(match, signature)
    # The name comes last: some programs go by how an address ends.
    kept.sort(key=lambda pair: pair[0] == links.NAME)
    at = len(kept) - sum(key == links.NAME for key, _ in kept)
    return f"{path}?{urlencode([*kept[:at], (links.SIGNATURE, signature), *kept[at:]])}"


def _group(match: ResolverMatch, signature: str = "") -> str:
    """The OME-Zarr to which an object belongs; with its signature, which stands in the path."""
    route = links.SIGNED_ZARR if signature else links.ZARR_OBJECT
    signed = [signature] if signature else []
    address = reverse(f"archive-api:{route}", args=[match.kwargs["accession"], *signed, "zarr.json"])
    return address.removesuffix("/zarr.json")


def _match(path: str) -> ResolverMatch:
    try:
        match = resolve(f"{path}/zarr.json" if path.endswith("/ome.zarr") else path)
    except Resolver404 as error:
        raise _not_linked("Nothing stands at this address. Copy it from the page that offers the download.") from error
    if match.url_name not in links.TARGETS | {links.ZARR_OBJECT} or match.app_names != ["archive-api"]:
        raise _not_linked(
            "Links are made for files, ZIPs, OME-TIFF, OME-Zarr and pictures. Copy the address of one of them."
        )
    return match


def _dataset_behind(match: ResolverMatch, query: QueryDict, user: User) -> Dataset:
    accession = match.kwargs["accession"]
    if match.url_name == "file-content":
        return files.get_file(accession, match.kwargs["file_id"], user).dataset
    if match.url_name != "dataset-archive":
        return images.get_image(accession, user).dataset
    dataset = datasets.get_dataset(accession, user)
    number = query.get("version", "")
    if not (number.isascii() and number.isdecimal()):
        raise _not_linked("Name the version in the address of the ZIP, as in ?version=1.")
    versions.get_version(dataset, int(number[:9]), user)
    return dataset


def _not_linked(sentence: str) -> Invalid:
    return Invalid("No link can be made for this address.", [FieldProblem("/address", sentence)])
