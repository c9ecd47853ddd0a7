"""A small tus client over Django's test client: what a test wants to say about an upload, in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.test import Client

from archive.models import Dataset, Upload, User
from archive.services import uploading
from tests.archive.tus_headers import BYTES, metadata

ROOT = "/api/v1/uploads/"


@dataclass
class Tus:
    """Uploads of one person to one dataset."""

    dataset: Dataset
    user: User | None = None
    headers: Mapping[str, str] = ()

    def __post_init__(self) -> None:
        self.client = Client()
        if self.user is not None:
            self.client.force_login(self.user)

    def send(self, method: str, url: str, body: bytes = b"", content_type: str = BYTES, **headers: str):
        sent = {"Tus-Resumable": "1.0.0", **dict(self.headers), **headers}
        return self.client.generic(method, url, body, content_type if body else "", headers=sent)

    def create(self, path: str, size: int, body: bytes = b"", headers: Mapping[str, str] = (), **more: str):
        words = metadata(dataset=self.dataset.accession, relativePath=path, **more)
        sent = {"Upload-Length": str(size), "Upload-Metadata": words, **dict(headers)}
        return self.send("POST", ROOT, body, **sent)

    def patch(self, url: str, offset: int, body: bytes, **headers: str):
        return self.send("PATCH", url, body, **{"Upload-Offset": str(offset)}, **headers)

    def head(self, url: str):
        return self.send("HEAD", url)

    def upload(self, path: str, content: bytes, **more: str):
        """Creation with upload: the whole file in one request."""
        return self.create(path, len(content), content, **more)


def deposit(dataset: Dataset, path: str, content: bytes, **more: object) -> Upload:
    """An upload by the services alone, without HTTP."""
    upload = uploading.create_upload(user=dataset.created_by, dataset=dataset, path=path, size=len(content), **more)
    if content:
        uploading.append_bytes(upload=upload, offset=0, stream=BytesIO(content), length=len(content))
    return upload


def deposit_tree(dataset: Dataset, folder: Path, at: str = "", order=sorted) -> None:
    """Files one after another; those of a folder that is one image all begin before the first one is done."""
    files = order(file for file in folder.rglob("*") if file.is_file())
    names = [f"{at}/{file.relative_to(folder)}" if at else str(file.relative_to(folder)) for file in files]
    if at.endswith(".zarr"):
        for file, name in zip(files, names, strict=True):
            size = file.stat().st_size
            uploading.create_upload(user=dataset.created_by, dataset=dataset, path=name, size=size)
    for file, name in zip(files, names, strict=True):
        deposit(dataset, name, file.read_bytes())
