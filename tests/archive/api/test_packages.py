"""A version as one ZIP: whole, some of it, by range, and only what its reader may see."""

import hashlib
import io
import json
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from archive.models import Blob, Dataset, FileAttributes
from archive.selectors import taking
from archive.services.memberlists import Member, write_members
from archive.states import DatasetRole, FileState, FileTableState
from archive.storage import new_key, originals
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    FileFactory,
    FileTableFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
FILES = {"raw/a.tif": b"first" * 1000, "raw/b %1.tif": b"second" * 500, "table.csv": b"x,y\n"}
MEMBERS = {"zarr.json": b"{}", "0/c/0": b"chunk" * 99}


@pytest.fixture
def dataset() -> Dataset:
    """Three files and a bundle, all with bytes."""
    dataset = ReleasedDatasetFactory()
    for path, content in FILES.items():
        FileFactory(dataset=dataset, path=path, blob=BlobFactory(content=content))
    members = [
        Member(path, len(content), originals().save(new_key("blobs"), ContentFile(content)), _sha256(content))
        for path, content in sorted(MEMBERS.items())
    ]
    BundleFactory(dataset=dataset, path="image.zarr", members_key=write_members(members).key)
    return dataset


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def fetch(dataset: Dataset, client: Client | None = None, headers: dict[str, str] | None = None, **query: object):
    return (client or Client()).get(f"/api/v1/datasets/{dataset.accession}/archive.zip", query, headers=headers or {})


def content_of(response) -> bytes:
    return b"".join(response.streaming_content)


def opened(response) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content_of(response))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_comes_with_checksums_and_a_record(dataset):
    response = fetch(dataset)
    top = f"{dataset.accession}.1"
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert f'filename="{top}.zip"' in response["Content-Disposition"]
    found = opened(response)
    expected = FILES | {f"image.zarr/{path}": content for path, content in MEMBERS.items()}
    assert {name.removeprefix(f"{top}/data/"): data for name, data in found.items() if "/data/" in name} == expected
    lines = dict(line.split("  ")[::-1] for line in found[f"{top}/manifest-sha256.txt"].decode().splitlines())
    assert lines == {f"data/{name.replace('%', '%25')}": _sha256(data) for name, data in expected.items()}
    assert found[f"{top}/bagit.txt"].startswith(b"BagIt-Version: 1.0\n")
    assert json.loads(found[f"{top}/dataset.json"])["number"] == 1


def test_its_length_is_told_and_a_broken_download_goes_on(dataset):
    whole = fetch(dataset)
    content = content_of(whole)
    assert int(whole["Content-Length"]) == len(content)
    rest = fetch(dataset, headers={"Range": "bytes=3000-", "If-Range": whole["ETag"]})
    assert rest.status_code == 206
    assert content[:3000] + content_of(rest) == content
    assert fetch(dataset, headers={"If-None-Match": whole["ETag"]}).status_code == 304


def test_a_selection_is_files_a_folder_or_an_images_files(dataset):
    main, part = dataset.files.get(path="raw/a.tif"), dataset.files.get(path="table.csv")
    part.main = main
    part.save()
    image = ImageFactory(dataset=dataset, file=main)

    def names(**query: object) -> set[str]:
        return {name.split("/data/")[1] for name in opened(fetch(dataset, **query)) if "/data/" in name}

    assert names(file=[main.pk]) == {"raw/a.tif"}
    assert names(folder="raw") == {"raw/a.tif", "raw/b %1.tif"}
    assert names(image=[image.accession]) == {"raw/a.tif", "table.csv"}
    assert names(image=[image.accession], folder="image.zarr") == {"raw/a.tif", "table.csv"}


def test_damaged_bytes_and_those_of_a_draft_are_left_out(dataset):
    dataset.files.filter(path="table.csv").update(state=FileState.DAMAGED)
    FileFactory(dataset=dataset, path="next.tif", from_version=2, blob=BlobFactory(content=b"later"))
    owner = UserFactory()
    MembershipFactory(dataset=dataset, user=owner, role=DatasetRole.OWNER)
    client = Client()
    client.force_login(owner)
    names = opened(fetch(dataset, client))
    assert not any(name.endswith(("table.csv", "next.tif")) for name in names)


def test_images_of_too_many_files_are_refused_and_none_is_left_out(dataset, monkeypatch):
    monkeypatch.setattr(taking, "MOST_JOINED", 1)
    monkeypatch.setattr(taking, "paths_of_images", lambda accessions: ["raw/a.tif", "table.csv"])
    response = fetch(dataset, image=["MG-D1-I1"])
    assert response.status_code == 422
    assert "Choose fewer images" in response.json()["errors"][0]["message"]


def test_nothing_to_take_is_said(dataset):
    response = fetch(dataset, file=[999_999])
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/file"
    assert fetch(dataset, file=["x"]).status_code == 400


def test_bytes_that_change_have_another_etag_and_checksums_are_learnt_once(dataset):
    before = fetch(dataset)["ETag"]
    assert not Blob.objects.filter(files__dataset=dataset, crc32=None).exists()
    file = dataset.files.get(path="table.csv")
    file.blob = BlobFactory(content=b"other")
    file.save()
    assert fetch(dataset)["ETag"] != before


def test_what_is_private_is_not_found(dataset):
    dataset.access = "controlled"
    dataset.save()
    assert fetch(dataset).status_code in {404, 422}


def test_what_tables_say_of_files_comes_along(dataset):
    def names():
        return [name.partition("/")[2] for name in opened(fetch(dataset))]

    assert "files.csv" not in names()
    file = dataset.files.get(path="raw/a.tif")
    FileAttributes.objects.create(file=file, values={"Gene": "TP53"}, from_version=1)
    FileTableFactory(dataset=dataset, state=FileTableState.APPLIED, order=["Gene"])
    assert "files.csv" in names()
    listed = opened(fetch(dataset, file=file.pk))[f"{dataset.accession}.1/files.csv"]
    head, row = listed.decode("utf-8-sig").splitlines()
    assert (head.split(",")[-1], row.split(",")[0], row.split(",")[-1]) == ("Gene", "raw/a.tif", "TP53")
