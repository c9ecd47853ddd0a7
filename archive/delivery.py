"""How bytes reach a reader, for pages and API alike: pictures, originals, manifests, OME-XML.

The caller has found the record through access.py. Pictures are ours and may be shown; what was deposited is hostile: an
attachment of no type, sandboxed. Whatever is not public is cached by nobody but its reader's browser.
"""

import hashlib
import json
import re
from collections.abc import Iterator

from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from archive.errors import NotFound, WrongState
from archive.models import File, Image, Version
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import CHUNK, S3Storage, chunks_of, derived, originals

SMALL, LARGE = "small", "large"
PICTURE_SIZES = (SMALL, LARGE)
_PUBLIC = "public, max-age=3600"
_PRIVATE = "private, no-cache"
_SIGNED_SECONDS = 300
_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
_HOSTILE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# --- pictures


def picture_version(image: Image, size: str = SMALL) -> str:
    """Part of a picture's address: another one whenever the picture, or whether it is public, changes."""
    key = _picture_key(image, size)
    dataset = image.dataset
    facts = f"{key}|{dataset.standing}|{dataset.access}|{_is_public(image)}"
    return hashlib.sha256(facts.encode()).hexdigest()[:24] if key else ""


def picture_response(request: HttpRequest, image: Image, size: str = SMALL) -> HttpResponseBase:
    """The picture (WebP). Cached publicly only where it is public and asked for under its present address (`v`)."""
    key = _picture_key(image, size)
    if not key:
        raise NotFound(image.reason or "There is no picture of this image yet. Look again in a moment.")
    version = picture_version(image, size)
    etag = quote_etag(version)
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        with derived().open(key) as file:
            response = HttpResponse(file.read(), content_type="image/webp")
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    _set_caching(response, is_public=_is_public(image) and request.GET.get("v") == version)
    return response


def _picture_key(image: Image, size: str) -> str:
    return image.thumbnail_large if size == LARGE else image.thumbnail_small


def _is_public(image: Image) -> bool:
    """Whether anybody may see it: part of a released version of a public dataset."""
    return image.dataset.is_public and image.from_version <= (image.dataset.latest_version or 0)


# --- what was deposited


def original_response(request: HttpRequest, file: File) -> HttpResponseBase:
    """The file as an attachment, whole or a range of it; from S3 by a signed address that expires."""
    if file.kind == FileKind.BUNDLE:
        raise WrongState("A folder is downloaded file by file. Take its list of members.")
    if file.state == FileState.DAMAGED:
        raise WrongState("The bytes of this file are not those that were sent. Wait until it was uploaded again.")
    return _download(request, file.blob.key, file.blob.size, file.blob.sha256, file.name)


def _download(request: HttpRequest, key: str, size: int, sha256: str, name: str) -> HttpResponseBase:
    storage = originals()
    if isinstance(storage, S3Storage):
        return _signed(storage, key, name)
    etag = quote_etag(sha256 or hashlib.sha256(key.encode()).hexdigest())
    return _ranged(request, storage, key, size, etag, name)


def _signed(storage: S3Storage, key: str, name: str) -> HttpResponseBase:
    parameters = {
        "ResponseContentDisposition": content_disposition_header(True, name),
        "ResponseContentType": "application/octet-stream",
    }
    response = HttpResponseRedirect(storage.url(key, parameters=parameters, expire=_SIGNED_SECONDS))
    response["Cache-Control"] = "private, no-store"
    return response


def _ranged(request: HttpRequest, storage: Storage, key: str, size: int, etag: str, name: str) -> HttpResponseBase:
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
        response["ETag"] = etag
        _set_caching(response, is_public=False)
        return response
    span = _span(request, size, etag)
    if span is None:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    start, length = span
    response = StreamingHttpResponse(_bytes(storage, key, start, length), content_type="application/octet-stream")
    if length != size:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    response["Content-Length"] = str(length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    _set_attachment(response, name)
    return response


def _span(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Start and length of what is asked for; None if it cannot be given. Anything but one plain range means all."""
    match = _RANGE.match(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return (size - length, length) if length else None
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if start >= size:
        return None
    return (start, end - start + 1) if start <= end else (0, size)


def _bytes(storage: Storage, key: str, start: int, length: int) -> Iterator[bytes]:
    with storage.open(key, "rb") as file:
        file.seek(start)
        while length > 0:
            chunk = file.read(min(CHUNK, length))
            if not chunk:
                return
            length -= len(chunk)
            yield chunk


# --- lists and documents in storage


def manifest_response(request: HttpRequest, version: Version) -> HttpResponseBase:
    """The manifest line by line, as it was frozen."""
    name = f"{version.dataset.accession}.{version.number}.manifest.jsonl"
    etag = quote_etag(version.tree_digest)
    return _stored(request, originals(), version.manifest_key, etag, name, "application/x-ndjson")


def ome_xml_response(request: HttpRequest, image: Image) -> HttpResponseBase:
    """The OME-XML as the file holds it."""
    if not image.ome_xml_key:
        raise NotFound("This file holds no OME-XML. What was read from it is in the image's record.")
    etag = quote_etag(image.ome_xml_sha256)
    name = f"{image.accession}.ome.xml"
    return _stored(request, derived(), image.ome_xml_key, etag, name, "application/xml")


def members_response(request: HttpRequest, file: File) -> HttpResponseBase:
    """The members of a bundle, one JSON line each: path, size, sha256."""
    if file.kind != FileKind.BUNDLE:
        raise NotFound("This file is no folder. Download it as it is.")
    lines = (
        json.dumps({"path": member.path, "size": member.size, "sha256": member.sha256}, ensure_ascii=False) + "\n"
        for member in read_members(file.members_key)
    )
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    _set_attachment(response, f"{file.name}.members.jsonl")
    _set_caching(response, is_public=False)
    return response


def member_response(request: HttpRequest, file: File, path: str) -> HttpResponseBase:
    """One member of a bundle as an attachment."""
    member = next((member for member in read_members(file.members_key) if member.path == path), None)
    if member is None:
        raise NotFound(f"“{file.path}” has no member of this path. Take its list of members.")
    return _download(request, member.key, member.size, member.sha256, member.path.rsplit("/", 1)[-1])


def _stored(
    request: HttpRequest, storage: Storage, key: str, etag: str, name: str, content_type: str
) -> HttpResponseBase:
    """Asked for anew each time, by an ETag: the address does not change when a retraction takes it back."""
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = StreamingHttpResponse(chunks_of(storage, key), content_type=content_type)
        _set_attachment(response, name)
    response["ETag"] = etag
    _set_caching(response, is_public=False)
    return response


# --- headers


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the reader has these bytes already."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return etag in known or "*" in known


def _set_attachment(response: HttpResponseBase, name: str) -> None:
    response["Content-Disposition"] = content_disposition_header(True, name)
    for header, value in _HOSTILE.items():
        response[header] = value
    response.setdefault("Cache-Control", _PRIVATE)


def _set_caching(response: HttpResponseBase, *, is_public: bool) -> None:
    response["Cache-Control"] = _PUBLIC if is_public else _PRIVATE
    if not is_public:
        patch_vary_headers(response, ("Cookie", "Authorization"))
