"""What is offered to take away: kinds, sizes said before, a selection, OME-Zarr with its state, links for members."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from archive.models import Dataset, Rendition
from archive.states import Access, DatasetRole, FileState, RenditionState
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UserFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def see(client: Client, address: str, status: int = 200, **query: object) -> str:
    response = client.get(address, query)
    assert response.status_code == status
    assert problems_of(response.text) == []
    return response.text


@pytest.fixture
def dataset() -> Dataset:
    dataset = ReleasedDatasetFactory()
    for path, size in (("raw/a.tif", 1_500_000), ("raw/b.tif", 500_000), ("tables/t.csv", 200)):
        FileFactory(dataset=dataset, path=path, size=size, blob=BlobFactory(size=size))
    dataset.versions.update(file_count=3, byte_count=2_000_200)
    return dataset


@pytest.fixture
def image(dataset):
    return ImageFactory(dataset=dataset, file=dataset.files.get(path="raw/a.tif"))


def member_of(dataset: Dataset, role: DatasetRole = DatasetRole.VIEWER) -> Client:
    client = Client()
    client.force_login(MembershipFactory(dataset=dataset, user=UserFactory(), role=role).user)
    return client


def page(dataset: Dataset) -> str:
    return reverse("archive:take-away", args=[dataset.accession])


def image_page(image) -> str:
    return reverse("archive:image-take-away", args=[image.accession])


class TestDataset:
    def test_the_whole_is_offered_with_its_size_and_folders(self, client, dataset):
        text = see(client, page(dataset)).replace("\xa0", " ")
        assert f"/api/v1/datasets/{dataset.accession}/archive.zip?version=1" in text
        assert "3 files, 2.0 MB" in text
        assert "folder=raw" in text
        assert 'ZIP<span class="vh"> of tables</span>' in text
        assert "curl -fL" in text

    def test_a_selection_says_how_much_it_is(self, client, dataset, image):
        b, t = dataset.files.get(path="raw/b.tif").pk, dataset.files.get(path="tables/t.csv").pk
        text = see(client, page(dataset), file=[b, t]).replace("\xa0", " ")
        assert "2 files, 500 kB" in text
        assert f"archive.zip?version=1&amp;file={b}&amp;file={t}" in text
        text = see(client, page(dataset), image=image.accession).replace("\xa0", " ")
        assert "1 file, 1.5 MB" in text

    def test_ticks_are_counted_while_they_are_made(self, client, dataset):
        address = reverse("archive:selection", args=[dataset.accession])
        b = dataset.files.get(path="raw/b.tif").pk
        assert "1 file, 500 kB" in client.get(address, {"file": b, "version": 1}).text.replace("\xa0", " ")
        assert "Tick files" in client.get(address).text

    @pytest.mark.parametrize("query", [{"file": "x"}, {"file": "²"}, {"image": "nothing"}, {"folder": "/../"}])
    def test_a_strange_selection_does_no_harm(self, client, dataset, query):
        see(client, page(dataset), **query)

    @pytest.mark.parametrize("version", ["9", "99999999"])
    def test_a_version_that_is_not_there_is_a_sentence(self, client, dataset, version):
        assert "has no version" in see(client, page(dataset), 404, version=version)

    def test_its_queries_do_not_grow_with_the_files(self, client, dataset, django_assert_max_num_queries):
        for number in range(40):
            FileFactory(dataset=dataset, path=f"more/{number}.tif")
        with django_assert_max_num_queries(8):
            client.get(page(dataset))

    def test_the_record_offers_a_choice_of_files_and_a_zip_of_a_folder_that_is_one_image(self, client, dataset):
        bundle = BundleFactory(dataset=dataset, path="plate.ome.zarr", member_count=7)
        text = see(client, dataset.get_absolute_url())
        assert re.search(rf'form="take"\s+name="file"\s+value="{bundle.pk}"', text)
        assert f"archive.zip?version=1&amp;file={bundle.pk}" in text
        assert page(dataset) in text


class TestImage:
    def test_every_kind_is_offered(self, client, dataset, image):
        text = see(client, image_page(image))
        api = f"/api/v1/images/{image.accession}"
        for address in (f"{api}/ome-tiff", f"{api}/render", f"/files/{image.file_id}/content", "ome-xml/"):
            assert address in text

    def test_the_view_of_the_viewer_is_carried_on(self, client, image):
        text = see(client, image_page(image), c="0:00FF00:10:900", z="3-4", region="1,2,3,4")
        for field in ('name="c" value="0:00FF00:10:900"', 'name="z" value="3-4"', 'name="region" value="1,2,3,4"'):
            assert field in text

    def test_what_was_asked_for_is_no_markup(self, client, image):
        assert "<script>x" not in see(client, image_page(image), c='"><script>x')

    def test_the_menu_of_the_image_leads_there(self, client, image):
        assert image_page(image) in see(client, image.get_absolute_url())

    def test_a_scale_bar_is_offered_where_a_pixel_has_a_size(self, client, image):
        assert 'name="scale_bar"' in see(client, image_page(image))
        type(image).objects.update(physical_x_um=None, physical_y_um=None)
        assert "states no pixel size" in see(client, image_page(image))

    def test_a_damaged_file_is_not_offered(self, client, dataset, image):
        dataset.files.filter(pk=image.file_id).update(state=FileState.DAMAGED)
        assert f"/files/{image.file_id}/content" not in see(client, image_page(image))

    def test_the_folder_of_a_draft_has_no_zip_yet(self):
        dataset = DepositionFactory().dataset
        image = ImageFactory(dataset=dataset, file=BundleFactory(dataset=dataset))
        assert "A ZIP is there once the dataset is released." in see(member_of(dataset), image_page(image))


class TestZarr:
    def address(self, image) -> str:
        return reverse("archive:image-zarr", args=[image.accession])

    def test_anybody_who_is_signed_in_has_it_made(self, client, image):
        assert "Sign in to have it made" in see(client, image_page(image))
        assert client.post(self.address(image)).status_code == 302
        assert not Rendition.objects.exists()
        client.force_login(UserFactory())
        assert "Make it" in see(client, image_page(image))
        assert client.post(self.address(image))["Location"].endswith("#zarr")
        assert "Being made" in see(client, image_page(image))

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (RenditionState.MADE, "ome.zarr</code>"),
            (RenditionState.FAILED, "A reason."),
            (RenditionState.WANTED, "every 2s"),
        ],
    )
    def test_its_state_is_asked_for_until_it_is_made(self, client, image, state, words):
        reason = "A reason." if state == RenditionState.FAILED else ""
        Rendition.objects.create(image=image, dataset=image.dataset, state=state, reason=reason, raw_size=9, size=5)
        answer = client.get(self.address(image), headers={"HX-Request": "true"})
        assert words in answer.text
        assert ("every 2s" in answer.text) == (state == RenditionState.WANTED)
        assert client.get(self.address(image)).status_code == 302


class TestPrivate:
    @pytest.fixture
    def controlled(self, dataset):
        dataset.access = Access.CONTROLLED
        dataset.save()
        return dataset

    def test_strangers_find_nothing(self, client, controlled, image):
        assert client.get(page(controlled)).status_code == 404
        assert client.get(image_page(image)).status_code == 404

    def test_its_people_are_told_of_tokens_and_links(self, controlled, image):
        client = member_of(controlled)
        for address in (page(controlled), image_page(image)):
            text = see(client, address)
            assert "Bearer $PORTAL_TOKEN" in text
            assert "Make a link that works for 24 hours" in text

    def test_a_link_is_shown_once_with_its_lines(self, controlled):
        client = member_of(controlled)
        sent = {"address": f"/api/v1/datasets/{controlled.accession}/archive.zip?version=1", "name": "it's.zip"}
        address = reverse("archive:link", args=[controlled.accession])
        response = client.post(address, sent)
        assert problems_of(response.text) == []
        assert re.search(r"signature=[\w:-]+", response.text)
        assert "<title>" not in client.post(address, sent, headers={"HX-Request": "true"}).text
        assert client.post(address, sent | {"address": "/"}).status_code == 422

    def test_public_data_needs_no_link(self, dataset, image):
        text = see(member_of(dataset), image_page(image))
        assert "Make a link" not in text
        assert "PORTAL_TOKEN" not in text
