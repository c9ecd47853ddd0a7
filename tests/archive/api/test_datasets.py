"""Datasets, versions, files, images and bytes, as readers get them."""

import datetime as dt
import hashlib
import json

import pytest
from django.core.files.base import ContentFile

from archive.models import Dataset
from archive.services import depositing, releasing
from archive.services.memberlists import Member, write_members
from archive.states import DatasetRole, DepositionState, FileState, PortalRole, Standing
from archive.storage import derived, new_key, originals
from tests.archive.documents import complete_document
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    ControlledDatasetFactory,
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    MembershipFactory,
    PlateFactory,
    ReleasedDatasetFactory,
    RetractedDatasetFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bytes_in_folders")]
URL = "/api/v1/datasets/"
CONTENT = b"0123456789" * 100


def _stored(content: bytes, kind: str, storage=derived) -> str:
    return storage().save(new_key(kind), ContentFile(content))


@pytest.fixture
def released() -> Dataset:
    """A dataset released by the services, with one file of known bytes, one drawn image, and an author's e-mail."""
    document = complete_document()
    document["study"]["authors"][0]["email"] = "ada@example.org"
    deposition = DepositionFactory(state=DepositionState.READY, metadata=document)
    dataset = deposition.dataset
    file = FileFactory(dataset=dataset, path="raw/cell <1>.tif", blob=BlobFactory(content=CONTENT))
    ImageFactory(
        dataset=dataset,
        file=file,
        number=1,
        thumbnail_small=_stored(b"small", "thumbnails"),
        thumbnail_large=_stored(b"large", "thumbnails"),
        ome_xml_key=_stored(b"<OME/>", "ome-xml"),
        ome_xml_sha256=hashlib.sha256(b"<OME/>").hexdigest(),
    )
    releasing.release_deposition(deposition=deposition, user=dataset.created_by)
    return Dataset.objects.get(pk=dataset.pk)


# --- records


def test_a_record_has_metadata_counts_digest_and_links(client, released):
    record = client.get(f"{URL}{released.accession}/").json()

    assert record["metadata"]["study"]["title"] == "Mitosis in HeLa cells"
    assert (record["latest_version"], record["file_count"], record["image_count"]) == (1, 1, 1)
    assert record["doi"] == f"10.5072/{released.accession}.1".lower()
    assert record["tree_digest"] == released.versions.get().tree_digest
    for link in record["links"].values():
        assert client.get(link).status_code == 200


def test_addresses_of_authors_are_for_its_people_and_curators_only(client, as_user, released):
    def emails(reader):
        record = reader.get(f"{URL}{released.accession}/").json()
        version = reader.get(f"{URL}{released.accession}/versions/1").json()
        return {json.dumps(document).count("ada@example.org") for document in (record, version)}

    assert emails(client) == {0}
    assert emails(as_user(UserFactory())) == {0}
    assert emails(as_user(released.created_by)) == {1}
    assert emails(as_user(UserFactory(roles=[PortalRole.CURATOR]))) == {1}


def test_the_list_holds_public_datasets_and_ones_own(client, as_user, released):
    private = DatasetFactory()

    assert [row["accession"] for row in client.get(URL).json()["results"]] == [released.accession]
    mine = as_user(private.created_by)
    assert {row["accession"] for row in mine.get(URL).json()["results"]} == {released.accession, private.accession}
    assert [row["accession"] for row in mine.get(URL, {"mine": 1}).json()["results"]] == [private.accession]
    assert client.get(URL, {"mine": 1}).json()["results"] == []


def test_pages_follow_each_other_by_cursor(client):
    made = {ReleasedDatasetFactory().accession for _ in range(5)}
    seen, address = [], f"{URL}?size=2"
    while address:
        page = client.get(address).json()
        seen += [row["accession"] for row in page["results"]]
        address = page["next"]

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("count", [5, 50])
def test_lists_cost_the_same_whatever_their_length(client, count, django_assert_max_num_queries):
    datasets = [ReleasedDatasetFactory() for _ in range(count)]
    for number in range(count):
        ImageFactory(dataset=datasets[0], number=number + 1, file__dataset=datasets[0])
    address = f"{URL}{datasets[0].accession}"
    for wanted in (URL, f"{address}/images", f"{address}/files"):
        with django_assert_max_num_queries(8):
            assert len(client.get(wanted).json()["results"]) == count


def test_a_tombstone_tells_the_reason_and_withholds_the_rest(client, as_user):
    dataset = RetractedDatasetFactory()
    image = ImageFactory(dataset=dataset)
    address = f"{URL}{dataset.accession}"

    record = client.get(f"{address}/").json()
    assert (record["standing"], record["withheld"]) == ("retracted", True)
    assert "cell line" in record["retraction_reason"]
    assert client.get(f"{address}/versions").json()["results"] == []
    assert client.get(f"{address}/files").json()["results"] == []
    assert client.get(f"{address}/manifest").status_code == 404
    assert client.get(f"/api/v1/images/{image.accession}/").status_code == 404
    assert as_user(dataset.created_by).get(f"/api/v1/images/{image.accession}/").status_code == 200


def test_a_controlled_dataset_shows_its_metadata_only(client):
    dataset = ControlledDatasetFactory()
    image = ImageFactory(dataset=dataset)

    record = client.get(f"{URL}{dataset.accession}/").json()
    assert (record["access"], record["withheld"]) == ("controlled", True)
    assert client.get(f"{URL}{dataset.accession}/images").json()["results"] == []
    assert client.get(f"/api/v1/images/{image.accession}/thumbnail").status_code == 404


def test_files_of_a_draft_of_the_next_version_are_not_public(client, as_user, released):
    depositing.start_new_version(dataset=released, user=released.created_by)
    FileFactory(dataset=released, path="new.tif", from_version=2)
    released.files.filter(path__startswith="raw").update(until_version=2)

    rows = client.get(f"{URL}{released.accession}/files").json()["results"]
    assert [row["path"] for row in rows] == ["raw/cell <1>.tif"]
    own = as_user(released.created_by).get(f"{URL}{released.accession}/files").json()["results"]
    assert [row["path"] for row in own] == ["raw/cell <1>.tif"]


@pytest.mark.parametrize("version", ["x", "-1", "²", "99", "9" * 40])
def test_a_version_that_is_none_is_an_answer(client, released, version):
    response = client.get(f"{URL}{released.accession}/files", {"version": version})
    assert response.status_code in {404, 422}


# --- bytes


def _content(released) -> str:
    return f"{URL}{released.accession}/files/{released.files.get().pk}/content"


def test_an_original_is_an_attachment_in_a_sandbox(client, released):
    response = client.get(_content(released))

    assert b"".join(response.streaming_content) == CONTENT
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert "public" not in response["Cache-Control"]


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-9", 206, CONTENT[:10]),
        ("bytes=995-", 206, CONTENT[995:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=990-99999", 206, CONTENT[990:]),
        ("bytes=-99999", 200, CONTENT),
        ("bytes=1000-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=0-1,5-6", 200, CONTENT),
        ("bytes=9-2", 200, CONTENT),
        ("bytes=-", 200, CONTENT),
        ("pages=1-2", 200, CONTENT),
    ],
)
def test_ranges(client, released, asked, status, content):
    response = client.get(_content(released), HTTP_RANGE=asked)

    assert response.status_code == status
    if status == 416:
        assert response["Content-Range"] == "bytes */1000"
        return
    assert b"".join(response.streaming_content) == content
    assert int(response["Content-Length"]) == len(content)


def test_a_range_of_other_bytes_than_were_begun_is_the_whole(client, released):
    response = client.get(_content(released), HTTP_RANGE="bytes=0-9", HTTP_IF_RANGE='"other"')
    assert response.status_code == 200
    response.close()


def test_what_a_reader_has_is_not_sent_again(client, released):
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert client.get(_content(released), HTTP_IF_NONE_MATCH=f'"{digest}"').status_code == 304
    assert client.get(_content(released), HTTP_IF_NONE_MATCH=f'"other", W/"{digest}"').status_code == 304


def test_damaged_bytes_are_not_handed_out(client, released):
    released.files.update(state=FileState.DAMAGED)
    assert client.get(_content(released)).status_code == 409


def test_a_bundle_is_given_member_by_member_and_tells_no_keys(client):
    dataset = ReleasedDatasetFactory()
    key = _stored(b"chunk", "blobs", originals)
    written = write_members([Member("0/0", 5, key, hashlib.sha256(b"chunk").hexdigest())])
    bundle = BundleFactory(dataset=dataset, members_key=written.key)
    address = f"{URL}{dataset.accession}/files/{bundle.pk}"

    text = b"".join(client.get(f"{address}/members").streaming_content).decode()
    assert json.loads(text) == {"path": "0/0", "size": 5, "sha256": hashlib.sha256(b"chunk").hexdigest()}
    assert b"".join(client.get(f"{address}/content", {"member": "0/0"}).streaming_content) == b"chunk"
    assert client.get(f"{address}/content", {"member": "../0"}).status_code == 404
    assert client.get(f"{address}/content").status_code == 409


def test_the_manifest_is_streamed_as_it_was_frozen(client, released):
    response = client.get(f"{URL}{released.accession}/versions/1/manifest")
    content = b"".join(response.streaming_content)

    assert hashlib.sha256(content).hexdigest() == released.versions.get().tree_digest
    assert response["ETag"] == f'"{released.versions.get().tree_digest}"'
    assert response["Content-Disposition"].endswith('.1.manifest.jsonl"')


# --- images


def _image(released) -> str:
    return f"/api/v1/images/{released.images.get().accession}/"


def test_an_image_says_what_was_read_and_where_its_bytes_are(client, released):
    record = client.get(_image(released)).json()

    assert (record["size_x"], record["physical_x_um"], record["dataset"]) == (512, 0.1, released.accession)
    assert [channel["name"] for channel in record["metadata"]["channels"]] == ["DAPI", "GFP"]
    assert [file["path"] for file in record["files"]] == ["raw/cell <1>.tif"]
    assert client.get(record["thumbnail"]).content == b"small"
    assert client.get(record["picture"]).content == b"large"
    assert b"".join(client.get(record["ome_xml_deposited"]).streaming_content) == b"<OME/>"
    assert record["accession"].encode() in b"".join(client.get(record["ome_xml"]).streaming_content)
    assert b"".join(client.get(record["original"]).streaming_content) == CONTENT


def test_a_public_picture_is_cached_publicly_under_its_present_address_only(client, released):
    address = client.get(_image(released)).json()["thumbnail"]

    assert client.get(address)["Cache-Control"].startswith("public")
    assert client.get(address.split("&v=")[0])["Cache-Control"].startswith("private")
    assert client.get(address, HTTP_IF_NONE_MATCH=client.get(address)["ETag"]).status_code == 304


@pytest.mark.parametrize(
    "change", [{"standing": Standing.RETRACTED}, {"access": "controlled"}], ids=["retracted", "closed"]
)
def test_a_pictures_address_changes_when_it_is_public_no_longer(client, as_user, released, change):
    owner = as_user(released.created_by)
    before = owner.get(_image(released)).json()["thumbnail"]
    if "standing" in change:
        change |= {"retracted_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "retraction_reason": "Wrong cells."}
    Dataset.objects.filter(pk=released.pk).update(**change)

    assert client.get(before).status_code == 404
    response = owner.get(before)
    assert response["Cache-Control"].startswith("private")
    assert "Cookie" in response["Vary"]
    assert owner.get(_image(released)).json()["thumbnail"] != before


def test_an_undrawn_image_has_no_picture_and_says_why(client):
    image = ImageFactory(dataset=ReleasedDatasetFactory(), thumbnail_small="", reason="It has no pixels.")
    response = client.get(f"/api/v1/images/{image.accession}/thumbnail")

    assert (response.status_code, response.json()["detail"]) == (404, "It has no pixels.")
    assert client.get(f"/api/v1/images/{image.accession}/thumbnail", {"size": "huge"}).status_code == 422


def test_plates_of_the_latest_version(client):
    plate = PlateFactory(dataset=ReleasedDatasetFactory())
    rows = client.get(f"{URL}{plate.dataset.accession}/plates").json()
    assert [(row["name"], row["rows"]) for row in rows] == [("Plate 1", 8)]


# --- people


def test_owners_share_and_take_back(as_user, released):
    owner, friend = as_user(released.created_by), UserFactory(email="friend@example.org")
    address = f"{URL}{released.accession}/members"

    given = owner.post(address, {"email": "Friend@example.org", "role": "viewer"}, format="json").json()
    assert {(row["user"], row["role"]) for row in given} >= {(friend.pk, "viewer")}
    taking = as_user(friend).post(address, {"email": "friend@example.org", "role": "owner"}, format="json")
    assert taking.status_code == 403
    assert as_user(friend).get(address).status_code == 200
    assert as_user(UserFactory()).get(address).status_code == 403
    assert owner.delete(f"{address}/{friend.pk}").status_code == 204
    assert owner.delete(f"{address}/{released.created_by.pk}").status_code == 409


def test_a_new_version_and_a_retraction(as_user, released):
    contributor = MembershipFactory(dataset=released, role=DatasetRole.CONTRIBUTOR).user
    made = as_user(contributor).post(f"{URL}{released.accession}/new-version")
    assert (made.status_code, made.json()["number"]) == (201, 2)

    curator = as_user(UserFactory(roles=[PortalRole.CURATOR]))
    assert curator.post(f"{URL}{released.accession}/retract", {}, format="json").status_code == 400
    done = curator.post(f"{URL}{released.accession}/retract", {"reason": "Wrong cells."}, format="json")
    assert done.json()["standing"] == "retracted"
