"""The pages of released datasets and of their images, and who gets their bytes."""

import hashlib

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from archive.models import Image
from archive.storage import originals
from tests.archive.documents import complete_document
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    PlateFactory,
    ReleasedDatasetFactory,
    RetractedDatasetFactory,
    UserFactory,
    VersionFactory,
    WellFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db
CONTENT = b"II*\x00 pixels"


def see(client, address: str, status: int = 200) -> str:
    """The page at this address, sound as every page must be."""
    response = client.get(address)
    assert response.status_code == status
    assert problems_of(response.text) == []
    return response.text


def address_of(file, name: str = "file") -> str:
    return reverse(f"archive:{name}", args=[file.dataset.accession, file.pk])


def is_elsewhere(response) -> bool:
    """Whether the portal leads to a signed address of S3, which holds the bytes."""
    return response.status_code == 302 and "X-Amz-Signature" in response["Location"]


def body(response) -> bytes:
    if is_elsewhere(response):
        return requests.get(response["Location"], timeout=10).content
    return b"".join(response.streaming_content)


@pytest.fixture
def dataset():
    """One version, with a file that has bytes."""
    dataset = ReleasedDatasetFactory()
    dataset.versions.update(metadata=complete_document(title=dataset.title))
    FileFactory(dataset=dataset, path="raw/a.tif", blob=BlobFactory(content=CONTENT))
    return dataset


class TestRetracted:
    @pytest.fixture
    def retracted(self):
        dataset = RetractedDatasetFactory()
        dataset.versions.update(metadata=complete_document(title=dataset.title))
        FileFactory(dataset=dataset, path="raw/secret.tif", blob=BlobFactory(content=CONTENT))
        ImageFactory(dataset=dataset)
        return dataset

    @pytest.mark.parametrize("person", [None, UserFactory], ids=["anonymous", "stranger"])
    @pytest.mark.parametrize("tail", ["", "v1/"])
    def test_strangers_find_the_tombstone_with_reason_and_citation(self, client, retracted, person, tail):
        if person:
            client.force_login(person())
        text = see(client, retracted.get_absolute_url() + tail, status=410)
        assert retracted.title in text
        assert retracted.retraction_reason in text
        assert f"Retracted on {timezone.localtime(retracted.retracted_at):%-d %B %Y}" in text
        assert "Ada Lovelace" in text
        assert "raw/secret.tif" not in text
        assert "/pictures/" not in text

    @pytest.mark.parametrize("tail", ["", "v1/"])
    def test_its_people_still_read_the_record_and_why(self, client, retracted, tail):
        client.force_login(retracted.created_by)
        text = see(client, retracted.get_absolute_url() + tail)
        assert "raw/secret.tif" in text
        assert retracted.retraction_reason in text
        assert 'class="state bad">Retracted' in text

    def test_its_files_and_pictures_are_withheld_from_strangers(self, client, retracted):
        image = Image.objects.get()
        for address in (
            address_of(retracted.files.get(path="raw/secret.tif")),
            reverse("archive:manifest", args=[retracted.accession, 1]),
            reverse("archive:picture", args=[image.accession, "small"]),
            image.get_absolute_url(),
        ):
            assert client.get(address).status_code == 404


class TestVersions:
    @pytest.fixture
    def two(self, dataset):
        """Version 2 replaces the file of version 1."""
        dataset.versions.update(metadata=complete_document(title="The first title"))
        dataset.files.update(until_version=2)
        VersionFactory(dataset=dataset, number=2, metadata=complete_document(title="The second title"))
        FileFactory(dataset=dataset, path="raw/b.tif", from_version=2)
        dataset.latest_version = 2
        dataset.save()
        return dataset

    def test_the_address_of_the_dataset_shows_the_latest(self, client, two):
        text = see(client, two.get_absolute_url())
        assert "The second title" in text
        assert "raw/b.tif" in text
        assert "raw/a.tif" not in text
        assert "This is an earlier version." not in text

    def test_an_earlier_version_keeps_its_words_and_files_and_says_so(self, client, two):
        text = see(client, f"{two.get_absolute_url()}v1/")
        assert "The first title" in text
        assert "raw/a.tif" in text
        assert "raw/b.tif" not in text
        assert "This is an earlier version." in text
        assert f'<a href="{two.get_absolute_url()}">Version 2</a>' in text

    def test_a_version_that_is_not_there_is_a_sentence(self, client, two):
        response = client.get(f"{two.get_absolute_url()}v3/")
        assert response.status_code == 404
        assert "has no version 3" in response.text


class TestFiles:
    def test_a_file_comes_back_as_it_was_sent(self, client, dataset):
        response = client.get(address_of(dataset.files.get()))
        assert hashlib.sha256(body(response)).digest() == hashlib.sha256(CONTENT).digest()
        if is_elsewhere(response):
            served = requests.get(response["Location"], timeout=10)
            assert served.headers["Content-Disposition"] == 'attachment; filename="a.tif"'
            return
        assert response["Content-Disposition"] == 'attachment; filename="a.tif"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]

    def test_a_bundle_leads_to_the_list_of_its_members(self, client, every_state):
        scene = every_state.scenes["released"]
        members = address_of(scene.bundle, "members")
        assert f'href="{members}"' in see(client, scene.dataset.get_absolute_url())
        assert f'"path": "{scene.path}/0"' in body(client.get(members)).decode()
        assert client.get(address_of(scene.bundle)).status_code == 409

    def test_the_row_of_a_bundle_counts_its_members(self, client, dataset):
        bundle = BundleFactory(dataset=dataset, member_count=1234)
        text = see(client, dataset.get_absolute_url())
        assert bundle.path in text
        assert "1,234 members" in text

    def test_the_manifest_is_the_one_that_was_frozen(self, client, every_state):
        scene = every_state.scenes["released"]
        response = client.get(reverse("archive:manifest", args=[scene.dataset.accession, 1]))
        with originals().open(scene.dataset.versions.get().manifest_key) as frozen:
            assert body(response) == frozen.read()
        assert f"{scene.dataset.accession}.1.manifest.jsonl" in response["Content-Disposition"]


class TestImage:
    def test_its_ome_xml_is_a_link_where_the_file_holds_one(self, client, every_state):
        image = every_state.scenes["released"].image
        link = reverse("archive:ome-xml", args=[image.accession])
        assert f'href="{link}"' in see(client, image.get_absolute_url())
        assert client.get(link)["Content-Type"] == "application/xml"
        Image.objects.filter(pk=image.pk).update(ome_xml_key="", ome_xml_sha256="")
        assert link not in see(client, image.get_absolute_url())
        assert client.get(link).status_code == 404

    def test_it_tells_pixels_channels_and_file(self, client, dataset):
        image = ImageFactory(dataset=dataset, file=dataset.files.get())
        text = see(client, image.get_absolute_url())
        assert 'width="512"' in text
        assert 'height="256"' in text
        assert "DAPI" in text
        assert hashlib.sha256(CONTENT).hexdigest() in text


class TestPlate:
    @pytest.fixture
    def plate(self, dataset):
        """One well with two fields, and one with the first alone."""
        plate = PlateFactory(dataset=dataset, rows=2, columns=3)
        first, second = (WellFactory(plate=plate, row=0, column=column) for column in (0, 2))
        for number, (well, field) in enumerate(((first, 0), (first, 1), (second, 0)), start=1):
            ImageFactory(dataset=dataset, number=number, well=well, field=field)
        return plate

    def wells(self, client, plate, query: str = "") -> list[bool]:
        text = see(client, plate.get_absolute_url() + query)
        return [f'href="/images/{plate.dataset.accession}-I{number}/"' in text for number in (1, 2, 3)]

    def test_one_field_is_shown_at_a_time(self, client, plate):
        assert self.wells(client, plate) == [True, False, True]
        assert self.wells(client, plate, "?field=2") == [False, True, False]

    def test_the_fields_and_the_empty_wells_are_named(self, client, plate):
        text = see(client, plate.get_absolute_url())
        assert 'href="?field=2"' in text
        assert "2 × 3 wells, 2 with images" in text
        assert "A2, no image" in text

    @pytest.mark.parametrize("written", ["0", "99", "²", "-1", "x"])
    def test_a_strange_field_does_no_harm(self, client, plate, written):
        assert client.get(plate.get_absolute_url(), {"field": written}).status_code == 200


class TestPrivateDraft:
    @pytest.fixture
    def secret(self):
        deposition = DepositionFactory()
        return FileFactory(dataset=deposition.dataset, path="secret.tif", blob=BlobFactory(content=CONTENT))

    def addresses(self, secret) -> list[str]:
        image = ImageFactory(dataset=secret.dataset, file=secret)
        bundle = BundleFactory(dataset=secret.dataset)
        return [
            address_of(secret),
            address_of(bundle, "members"),
            secret.dataset.get_absolute_url(),
            reverse("archive:images", args=[secret.dataset.accession]),
            image.get_absolute_url(),
            reverse("archive:picture", args=[image.accession, "large"]),
            reverse("archive:ome-xml", args=[image.accession]),
        ]

    @pytest.mark.parametrize("person", [None, UserFactory], ids=["anonymous", "stranger"])
    def test_nothing_of_it_is_served_to_strangers(self, client, secret, person):
        if person:
            client.force_login(person())
        for address in self.addresses(secret):
            response = client.get(address)
            assert response.status_code == 404, address
            assert "secret.tif" not in response.text

    def test_its_people_get_their_file(self, client, secret):
        client.force_login(secret.dataset.created_by)
        assert body(client.get(address_of(secret))) == CONTENT

    def test_the_file_of_a_next_version_stays_private_beside_the_public_ones(self, client, dataset):
        added = FileFactory(dataset=dataset, path="raw/next.tif", from_version=2, blob=BlobFactory(content=CONTENT))
        assert client.get(address_of(added)).status_code == 404
        assert body(client.get(address_of(dataset.files.get(path="raw/a.tif")))) == CONTENT
        assert "raw/next.tif" not in see(client, dataset.get_absolute_url())

    def test_a_file_is_not_served_under_another_datasets_address(self, client, dataset, secret):
        assert client.get(reverse("archive:file", args=[dataset.accession, secret.pk])).status_code == 404
