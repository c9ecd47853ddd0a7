"""PURE: the headers of tus 1.0 (https://tus.io/protocols/resumable-upload), read and checked."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,termination,expiration"
ALGORITHMS = {"sha256": 32, "sha1": 20}
CONTENT_TYPE = "application/offset+octet-stream"
_MAX_METADATA = 16_000
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class BadHeader(ValueError):
    """A header that the protocol does not allow, in a sentence."""


@dataclass(frozen=True)
class Wanted:
    """What `Upload-Metadata` says of the file."""

    dataset: str
    path: str
    sha256: str = ""
    replaces: bool = False


@dataclass(frozen=True)
class Checksum:
    algorithm: str
    digest: bytes


def whole_number(headers: Mapping[str, str], name: str) -> int:
    """A header that must be a number of bytes."""
    text = headers.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadHeader(f"The header {name} must be a whole number of bytes; it is “{text[:40]}”.")
    return int(text)


def metadata(headers: Mapping[str, str]) -> Wanted:
    """`Upload-Metadata: dataset TUctRDE=,relativePath …`: keys with base64 values; unknown keys are ignored."""
    text = headers.get("Upload-Metadata", "")
    if len(text) > _MAX_METADATA:
        raise BadHeader(f"The header Upload-Metadata is longer than {_MAX_METADATA} characters.")
    pairs = dict(_pair(item.strip()) for item in text.split(",") if item.strip())
    path = pairs.get("relativePath") or pairs.get("filename") or ""
    if not pairs.get("dataset") or not path:
        raise BadHeader(
            "Upload-Metadata must name `dataset` (its accession) and `relativePath` or `filename`, each in base64."
        )
    sha256 = pairs.get("sha256", "")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise BadHeader("`sha256` in Upload-Metadata must be 64 hexadecimal digits.")
    return Wanted(pairs["dataset"], path, sha256.lower(), pairs.get("replace", "") in {"1", "true", "yes"})


def _pair(item: str) -> tuple[str, str]:
    key, _, value = item.partition(" ")
    try:
        return key, base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadHeader(f"The value of `{key[:40]}` in Upload-Metadata is not text in base64.") from error


def metadata_header(values: Mapping[str, str]) -> str:
    """The same, written."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items() if value)


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """`Upload-Checksum: sha256 <base64>`; None when the header is absent."""
    text = headers.get("Upload-Checksum", "").strip()
    if not text:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise BadHeader(f"The checksum algorithm “{algorithm[:20]}” is not known; use {' or '.join(ALGORITHMS)}.")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS[algorithm]:
        raise BadHeader(f"Upload-Checksum must be `{algorithm}`, a space, and the digest's bytes in base64.")
    return Checksum(algorithm, digest)
