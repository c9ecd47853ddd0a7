"""How bytes reach a reader, for pages and API alike: pictures, originals, manifests, OME-XML.

The caller has found the record through access.py. Pictures are ours and may be shown; what was deposited is hostile: an
attachment of no type, sandboxed. Whatever is not public is cached by nobody but its reader's browser.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator

from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from archive.compression import is_compressed
from archive.errors import FieldProblem, Invalid, NotFound, WrongState
from archive.imaging.model import Rendered
from archive.links import NAME, SIGNATURE
from archive.models import File, Image, Rendition, Version
from archive.referees import Referee
from archive.selectors.ome_xml import ome_xml_of
from archive.selectors.origins import listing_of
from archive.services.exporting import Export
from archive.services.memberlists import find_member, read_members
from archive.services.packing import Package
from archive.states import FileKind, FileState
from archive.storage import S3Storage, chunks_of, derived, originals, read_range, size_of

SMALL, LARGE = "small", "large"
PICTURE_SIZES = (SMALL, LARGE)
# The word that asks for a document as its file holds it (`?as=deposited`).
DEPOSITED = "deposited"
_PUBLIC = "public, max-age=3600"
_IMMUTABLE = "public, max-age=604800, immutable"
_PRIVATE = "private, no-cache"
_SIGNED_SECONDS = 300
# Parts of an address that change nothing in what is sent.
_NOT_ASKED = frozenset({"v", SIGNATURE, NAME})
# Metadata of a Zarr group or array, or a shard of one.
_OBJECT = re.compile(r"(?:\d{1,3}/)?zarr\.json|\d{1,3}/c(?:/\d{1,10}){5}")
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
    facts = f"{key}|{dataset.standing}|{dataset.access}|{is_public(image)}"
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
    _set_caching(response, is_public=is_public(image) and request.GET.get("v") == version)
    return response


def _picture_key(image: Image, size: str) -> str:
    return image.thumbnail_large if size == LARGE else image.thumbnail_small


def is_public(image: Image) -> bool:
    """Whether anybody may see it: part of a released version of a public dataset."""
    return image.dataset.is_public and image.from_version <= (image.dataset.latest_version or 0)


# --- drawn on demand


def view_version(image: Image) -> str:
    """Part of the address of everything that is drawn of an image: another one when its file or its access changes."""
    dataset = image.dataset
    digest = image.file.tree_digest or (image.file.blob.sha256 if image.file.blob else "")
    facts = f"{digest}|{image.pk}|{dataset.standing}|{dataset.access}|{is_public(image)}"
    return hashlib.sha256(facts.encode()).hexdigest()[:24]


def drawn_response(
    request: HttpRequest, image: Image, draw: Callable[[], Rendered], *, name: str = ""
) -> HttpResponseBase:
    """What `draw` draws, unless the reader has it already: the same address always shows the same pixels."""
    version = view_version(image)
    asked = "&".join(sorted(f"{key}={value}" for key, value in request.GET.items() if key not in _NOT_ASKED))
    etag = quote_etag(hashlib.sha256(f"{version}|{request.path}|{asked}".encode()).hexdigest()[:32])
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        drawn = draw()
        response = HttpResponse(drawn.data, content_type=f"image/{drawn.kind}")
        response["X-Content-Type-Options"] = "nosniff"
        if name:
            response["Content-Disposition"] = content_disposition_header(True, name)
    response["ETag"] = etag
    may_be_kept = is_public(image) and request.GET.get("v") == version
    _set_caching(response, is_public=may_be_kept)
    if may_be_kept:
        response["Cache-Control"] = _IMMUTABLE
    return response


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
    if isinstance(storage, S3Storage) and not is_compressed(key):
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
    def read(start: int, length: int) -> Iterator[bytes]:
        return read_range(storage, key, start, length)

    response = _spanned(request, etag, size, read, "application/octet-stream")
    if name and response.status_code < 300:
        _set_attachment(response, name)
    _set_caching(response, is_public=False)
    return response


def _spanned(
    request: HttpRequest, etag: str, size: int, read: Callable[[int, int], Iterator[bytes]], content_type: str
) -> HttpResponseBase:
    """What `read` gives, whole or the range that is asked for; nothing if the reader has it already."""
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
        response["ETag"] = etag
        return response
    span = _span(request, size, etag)
    if span is None:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    start, length = span
    response = StreamingHttpResponse(read(start, length), content_type=content_type)
    if length != size:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{start + length - 1}/{size}"
    response["Content-Length"] = str(length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
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


def package_response(request: HttpRequest, package: Package) -> HttpResponseBase:
    """A ZIP as it streams, whole or the rest of it."""
    response = _spanned(request, quote_etag(package.etag), package.length, package.stream, "application/zip")
    if response.status_code < 300:
        _set_attachment(response, f"{package.top}.zip")
    _set_caching(response, is_public=False)
    return response


def export_response(request: HttpRequest, image: Image, export: Export) -> HttpResponseBase:
    """A file that is made while it is sent, whole or the rest of it."""
    asked = "&".join(sorted(f"{key}={value}" for key, value in request.GET.items() if key not in _NOT_ASKED))
    etag = quote_etag(hashlib.sha256(f"{view_version(image)}|{export.name}|{asked}".encode()).hexdigest()[:32])
    response = _spanned(request, etag, export.length, export.read, "image/tiff")
    if response.status_code < 300:
        _set_attachment(response, export.name)
    _set_caching(response, is_public=False)
    return response


# --- renditions


def rendition_response(request: HttpRequest, image: Image, made: Rendition, key: str) -> HttpResponseBase:
    """An object of an image's OME-Zarr, whole or a range of it."""
    name = f"{made.prefix}/{key}"
    if not _OBJECT.fullmatch(key):
        raise NotFound("The group has no object of this name.")
    try:
        size = size_of(derived(), name)
    except FileNotFoundError as error:
        # Zarr means it so: a shard that is absent holds the fill value.
        raise NotFound("The group has no object of this name.") from error
    if key.endswith(".json") and isinstance(request.user, Referee) and request.user.is_anonymised:
        said = json.loads(b"".join(chunks_of(derived(), name)))
        return HttpResponse(json.dumps(request.user.names.scrub_value(said)), content_type="application/json")
    etag = quote_etag(hashlib.sha256(name.encode()).hexdigest()[:32])
    response = _ranged(request, derived(), name, size, etag, "")
    if key.endswith(".json"):
        response["Content-Type"] = "application/json"
    _set_caching(response, is_public=is_public(image))
    return response


def set_cross_origin(response: HttpResponseBase) -> HttpResponseBase:
    """Pages of other sites may read it, without their reader's cookies."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Range, If-None-Match, If-Range"
    response["Access-Control-Expose-Headers"] = "Content-Length, Content-Range, ETag, Accept-Ranges, Retry-After"
    response["Access-Control-Max-Age"] = "86400"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# --- lists and documents in storage


def manifest_response(request: HttpRequest, version: Version) -> HttpResponseBase:
    """The manifest line by line, as it was frozen."""
    name = f"{version.dataset.accession}.{version.number}.manifest.jsonl"
    etag = quote_etag(version.tree_digest)
    return _stored(request, originals(), version.manifest_key, etag, name, "application/x-ndjson")


def listing_response(request: HttpRequest, version: Version) -> HttpResponseBase:
    """The files that an imported version lists at its origin, line by line."""
    imported = listing_of(version)
    name = f"{version.dataset.accession}.{version.number}.listed-files.jsonl"
    etag = quote_etag(imported.listing_digest)
    return _stored(request, originals(), imported.listing_key, etag, name, "application/x-ndjson")


def ome_xml_response(request: HttpRequest, image: Image) -> HttpResponseBase:
    """OME-XML of this image, written from what was read; with `?as=deposited` the document as the file holds it."""
    wanted = request.GET.get("as", "")
    if wanted not in ("", DEPOSITED):
        raise Invalid("There is no OME-XML of that kind.", [FieldProblem("/as", f"Say {DEPOSITED}, or leave it out.")])
    if wanted:
        return _deposited_ome_xml(request, image)
    content = ome_xml_of(image)
    etag = quote_etag(hashlib.sha256(content).hexdigest())
    return _document(request, iter([content]), etag, f"{image.accession}.ome.xml", "application/xml")


def _deposited_ome_xml(request: HttpRequest, image: Image) -> HttpResponseBase:
    if not image.ome_xml_key:
        raise NotFound("This file holds no OME-XML. Leave out as=deposited to have one written from what was read.")
    etag = quote_etag(image.ome_xml_sha256)
    name = f"{image.accession}.deposited.ome.xml"
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
    member = find_member(file.members_key, path)
    if member is None:
        raise NotFound(f"“{file.path}” has no member of this path. Take its list of members.")
    return _download(request, member.key, member.size, member.sha256, member.path.rsplit("/", 1)[-1])


def _stored(
    request: HttpRequest, storage: Storage, key: str, etag: str, name: str, content_type: str
) -> HttpResponseBase:
    return _document(request, chunks_of(storage, key), etag, name, content_type)


def _document(
    request: HttpRequest, content: Iterator[bytes], etag: str, name: str, content_type: str
) -> HttpResponseBase:
    """Asked for anew each time, by an ETag: the address does not change when a retraction takes it back."""
    if _is_known(request, etag):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = StreamingHttpResponse(content, content_type=content_type)
        _set_attachment(response, name)
    response["ETag"] = etag
    _set_caching(response, is_public=False)
    return response


# --- headers


def _is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the reader has these bytes already."""
    # A proxy that compresses weakens what it passes on; here the two kinds are compared alike (RFC 9110, 13.1.2).
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
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
