"""The pages of released datasets and of their images, and who gets their bytes."""

import hashlib

import pytest
import requests
from django.urls import reverse
from django.utils import timezone

from archive.models import Image
from archive.states import FileState, PortalRole
from archive.storage import derived, originals
from tests.archive.answers import body, is_elsewhere
from tests.archive.documents import complete_document
from tests.archive.interchange.ome_schema import faults
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    ReleasedDatasetFactory,
    RetractedDatasetFactory,
    UserFactory,
    VersionFactory,
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
    def test_its_ome_xml_is_given_as_deposited_where_the_file_holds_one(self, client, every_state):
        image = every_state.scenes["released"].image
        link = f"{reverse('archive:ome-xml', args=[image.accession])}?as=deposited"
        assert f'href="{link}"' in see(client, image.get_absolute_url())
        response = client.get(link)
        assert response["Content-Type"] == "application/xml"
        with derived().open(image.ome_xml_key) as stored:
            assert body(response) == stored.read()
        Image.objects.filter(pk=image.pk).update(ome_xml_key="", ome_xml_sha256="")
        assert link not in see(client, image.get_absolute_url())
        assert client.get(link).status_code == 404

    def test_every_image_has_ome_xml_of_its_own(self, client, dataset):
        image = ImageFactory(dataset=dataset, file=dataset.files.get(), series=3, name="mitosis.tif")
        Image.objects.filter(pk=image.pk).update(metadata=image.metadata | {"name": ""})
        link = reverse("archive:ome-xml", args=[image.accession])
        assert f'href="{link}"' in see(client, image.get_absolute_url())
        response = client.get(link)
        document = body(response)
        assert faults(document) == []
        assert image.accession.encode() in document
        assert image.file.path.encode() in document
        assert b'Name="mitosis.tif"' in document
        assert client.get(link, headers={"If-None-Match": response["ETag"]}).status_code == 304

    def test_ome_xml_of_an_unknown_kind_says_which_there_are(self, client, dataset):
        image = ImageFactory(dataset=dataset, file=dataset.files.get())
        response = client.get(reverse("archive:ome-xml", args=[image.accession]), {"as": "2010-06"})
        assert response.status_code == 422

    def test_it_tells_pixels_channels_and_file(self, client, dataset):
        image = ImageFactory(dataset=dataset, file=dataset.files.get())
        text = see(client, image.get_absolute_url())
        assert 'width="512"' in text
        assert 'height="256"' in text
        assert "DAPI" in text
        assert hashlib.sha256(CONTENT).hexdigest() in text

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ("z=4", "There is no section 4: the last one of this image is 0."),
            ("z=0-4", "There is no section 4: the last one of this image is 0."),
            ("t=1", "There is no time point 1: the last one of this image is 0."),
            ("c=0,9", "There is no channel 9: the last one of this image is 1."),
        ],
    )
    def test_without_scripts_an_address_beyond_the_image_says_where_it_ends(self, client, dataset, query, said):
        image = ImageFactory(dataset=dataset, file=dataset.files.get())
        assert said in see(client, f"{image.get_absolute_url()}?{query}")
        assert "There is no" not in see(client, f"{image.get_absolute_url()}?z=0&t=0&c=1")


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


def test_a_scanner_s_own_pictures_are_in_no_gallery_and_are_found_beside_the_slide(client, dataset):
    slide = dataset.images.order_by("number").first() or ImageFactory(dataset=dataset)
    label = ImageFactory(dataset=dataset, file=slide.file, series=1, role="label", name="label")
    for address in (dataset.get_absolute_url(), reverse("archive:images", args=[dataset.accession])):
        assert label.accession not in see(client, address)
    assert f'<a href="{label.get_absolute_url()}">slide label</a>' in see(client, slide.get_absolute_url())
    assert "<h1>Slide label</h1>" in see(client, label.get_absolute_url())


def test_what_is_cited_with_its_version_leads_there(client):
    dataset = ReleasedDatasetFactory()
    image = ImageFactory(dataset=dataset)
    version = dataset.versions.get()
    assert client.get(f"/datasets/{version}/").url == version.get_absolute_url()
    assert client.get(f"/datasets/{version}/", follow=True).status_code == 200
    assert client.get(f"/images/{image.accession}.1/").url == image.get_absolute_url()
    assert client.get(f"/datasets/{dataset.accession}.7/", follow=True).status_code == 404


def test_the_table_of_files_says_what_each_is(client):
    dataset = ReleasedDatasetFactory()
    main = ImageFactory(dataset=dataset, size_z=5).file
    FileFactory(dataset=dataset, path="planes/1.tif", main=main)
    FileFactory(dataset=dataset, path="table.csv", state=FileState.KEPT, reason_code="not-an-image", reason="A text.")
    FileFactory(dataset=dataset, path="raw.zip", state=FileState.KEPT, reason_code="packed", reason="This is a ZIP.")
    table = client.get(dataset.get_absolute_url()).text.split('aria-label="List of files"')[1].split("</table>")[0]
    assert "OME-TIFF image" in table
    assert "512 × 256\u00a0px · 5 sections · 2 channels · 0.1\u00a0µm/px" in table
    assert f"Planes of {main.path}" in table
    assert "Not an image" in table
    assert "This is a ZIP." in table
    assert "Drawn" not in table


class TestRetraction:
    @pytest.fixture
    def dataset(self):
        return ReleasedDatasetFactory()

    def test_a_curator_retracts_with_a_reason(self, client, dataset):
        client.force_login(UserFactory(roles=[PortalRole.CURATOR]))
        address = f"/datasets/{dataset.accession}/retract/"
        assert f'href="{address}"' in client.get(dataset.get_absolute_url()).text
        assert problems_of(client.get(address).text) == []
        refused = client.post(address, {"reason": " "})
        assert refused.status_code == 422
        assert 'aria-invalid="true"' in refused.text
        client.post(address, {"reason": "The images are of another cell line."})
        tombstone = client.get(dataset.get_absolute_url())
        assert tombstone.status_code == 410
        assert "The images are of another cell line." in tombstone.text
        assert client.get(address).url == dataset.get_absolute_url()

    def test_others_find_no_such_button(self, client, dataset):
        client.force_login(dataset.created_by)
        assert "/retract/" not in client.get(dataset.get_absolute_url()).text
        assert client.post(f"/datasets/{dataset.accession}/retract/", {"reason": "x"}).status_code == 403
        dataset.refresh_from_db()
        assert not dataset.is_retracted
