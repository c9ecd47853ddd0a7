"""Signed addresses: how programs that cannot sign in, such as wget or Fiji, get at private bytes for a day.

A link is one person's: it opens what that person may see, and of that the one address (path and query) that was
signed, for reading. Programs build the addresses within an OME-Zarr themselves: there the group is signed, and the
signature is part of the path. A link ends with its time, with the person's membership or account, and when other bytes
than those for which it was made lie behind the address. Nothing is stored; pages are never opened by a link.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import QueryDict

from archive import access
from archive.models import Dataset, File, Image, Membership, User, Version
from archive.states import DatasetRole

LIFE = timedelta(hours=24)
# Query parameters that are not part of what is signed: the signature, and a name for programs that go by endings.
SIGNATURE, NAME = "signature", "name"
# The API's routes that a link may open, by their names; each gives bytes.
TARGETS = frozenset({"file-content", "dataset-archive", "image-ome-tiff", "image-original", "image-render"})
ZARR_OBJECT, SIGNED_ZARR = "image-ome-zarr-object", "image-ome-zarr-signed"
_SALT = "archive.links"


def sign(*, user: User, dataset: Dataset, path: str, query: QueryDict, digest: str) -> str:
    """The signature that opens this address as this person, one of the dataset's people."""
    role = Membership.objects.filter(user=user, dataset=dataset).values_list("pk", flat=True).first()
    payload = {"user": user.pk, "membership": role or 0, "digest": digest[:16]}
    return signing.dumps(payload, salt=_salt(path, query))


def opened_by(*, path: str, query: QueryDict, route: str, arguments: Mapping[str, Any]) -> User | None:
    """The person as whom the address is read; None for a signature that is wrong, late, or withdrawn."""
    if route not in TARGETS | {SIGNED_ZARR}:
        return None
    try:
        said = signing.loads(query.get(SIGNATURE, ""), salt=_salt(path, query), max_age=LIFE)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=said["user"], is_active=True).first()
    if user is None or said["digest"] != digest_behind(route, arguments, query)[:16]:
        return None
    if said["membership"]:
        return user if Membership.objects.filter(pk=said["membership"], user=user).exists() else None
    # Administrators act as owners without being members.
    accession = str(arguments["accession"])
    whole = accession.rsplit("-I", 1)[0] if route.startswith("image-") else accession
    dataset = Dataset.objects.filter(accession=whole).first()
    return user if dataset and access.role_of(user, dataset) == DatasetRole.OWNER else None


def digest_behind(route: str, arguments: Mapping[str, Any], query: QueryDict) -> str:
    """What the bytes behind an address are now; empty where there are none."""
    accession = arguments["accession"]
    if route == "dataset-archive":
        written = query.get("version", "")
        number = int(written[:9]) if written.isascii() and written.isdecimal() else 0
        versions = Version.objects.filter(dataset__accession=accession, number=number)
        return versions.values_list("tree_digest", flat=True).first() or ""
    if route == "file-content":
        files = File.objects.filter(dataset__accession=accession, pk=arguments["file_id"])
    else:
        files = File.objects.filter(pk__in=Image.objects.filter(accession=accession).values("file"))
    found = files.values_list("blob__sha256", "tree_digest").first()
    return (found[0] or found[1]) if found else ""


def _salt(path: str, query: QueryDict) -> str:
    """Everything of the address that decides what is sent, whatever its order."""
    asked = sorted((key, value) for key, values in query.lists() for value in values if key not in {SIGNATURE, NAME})
    return f"{_SALT}|{path}?{urlencode(asked)}"
