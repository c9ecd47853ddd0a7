"""Answers of the portal whose bytes may come from S3: there it leads to a signed address instead of carrying them."""

import requests


def is_elsewhere(response) -> bool:
    """Whether the portal leads to a signed address of S3, which holds the bytes."""
    return response.status_code == 302 and "X-Amz-Signature" in response["Location"]


def _signed(response) -> requests.Response:
    return requests.get(response["Location"], timeout=10)


def status_of(response) -> int:
    """The status that a browser ends with."""
    return _signed(response).status_code if is_elsewhere(response) else response.status_code


def body(response) -> bytes:
    """The bytes that a browser ends with."""
    if is_elsewhere(response):
        return _signed(response).content
    return b"".join(response.streaming_content) if response.streaming else response.content
