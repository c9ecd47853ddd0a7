"""What a file may do to its reader, in sentences for its depositor; and errors as JSON."""

from typing import Any

from archive.imaging.errors import Overloaded, Unreadable

TOO_SLOW = Unreadable(
    "too-slow",
    "Reading the file took longer than is allowed, so we stopped. It is kept as it is; "
    "if it opens in your own software, save it again in tiles or as OME-TIFF.",
    hostile=True,
)
TOO_LARGE = Unreadable(
    "too-large",
    "Reading the file needed more memory than is allowed, so we stopped. It is kept as it is; "
    "if its size is real, save it in tiles and with a pyramid (OME-TIFF or OME-Zarr).",
    hostile=True,
)
CRASHED = Unreadable(
    "crashed",
    "The file broke the program that reads it, so it is damaged or made to harm. It is kept as it is; "
    "check it in your own software and upload it again.",
    hostile=True,
)
BROKEN = Unreadable(
    "broken",
    "The file contradicts itself and could not be read to the end. It is kept as it is; "
    "check it in your own software and upload it again.",
)
OUTSIDE = Unreadable(
    "path-outside",
    "The file leads out of its own folder, or may not be opened there. Upload the file itself, not a link to it.",
    hostile=True,
)
OVERLOADED = "Many images are being read at this moment. Try again in a few seconds."


def refusal(error: Unreadable) -> dict[str, Any]:
    return {"error": {"code": error.code, "sentence": error.sentence, "hostile": error.hostile}}


def overloaded() -> dict[str, Any]:
    return {"error": {"code": "overloaded", "sentence": OVERLOADED, "hostile": False}}


def raise_from(header: dict[str, Any]) -> None:
    """The error that a reply carries, if it does."""
    error = header.get("error")
    if not isinstance(error, dict):
        return
    if error.get("code") == "overloaded":
        raise Overloaded(OVERLOADED)
    raise Unreadable(str(error.get("code")), str(error.get("sentence")), hostile=bool(error.get("hostile")))
