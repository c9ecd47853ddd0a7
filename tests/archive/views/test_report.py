"""The validation report as page and as JSON: what it counts, what it names, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.imaging import quality
from archive.models import File
from archive.states import FileState, ImageState
from tests.factories.archive import (
    BlobFactory,
    FileFactory,
    ImageFactory,
    ReleasedDatasetFactory,
    VersionFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def finding(code: str) -> dict[str, str]:
    row = quality.BY_CODE[code]
    return {"code": code, "severity": str(row.severity), "sentence": f"A sentence on {code}.", "fix": row.fix}


@pytest.fixture
def dataset():
    return ReleasedDatasetFactory()


def fill(dataset, count: int) -> None:
    first = dataset.images.count()
    for number in range(first + 1, first + count + 1):
        found = [finding("saturated"), finding("blank")] if number % 2 else []
        ImageFactory(dataset=dataset, number=number, findings=found, file__blob=BlobFactory(sha256=f"{number:064}"))


def see(client, dataset, **query) -> str:
    response = client.get(reverse("archive:report", args=[dataset.accession, 1]), query)
    assert response.status_code == 200
    assert problems_of(response.text) == []
    return response.text


def report(client, dataset) -> dict:
    response = client.get(reverse("archive-api:dataset-quality", args=[dataset.accession]))
    assert response.status_code == 200
    return response.json()


def counts(client, dataset) -> dict[str, tuple[int, int]]:
    checks = report(client, dataset)["checks"]
    assert [row["code"] for row in checks] == [row.code for row in quality.ALL]
    return {row["code"]: (row["images"], row["files"]) for row in checks if row["images"] or row["files"]}


def test_it_counts_what_each_check_found(client, dataset):
    fill(dataset, 5)
    assert counts(client, dataset) == {"saturated": (3, 0), "blank": (3, 0)}
    text = see(client, dataset)
    assert "A sentence on saturated." in text
    assert text.count("A sentence on blank.") == 3


def test_images_that_were_not_checked_are_not_said_to_be(client, dataset):
    ImageFactory(dataset=dataset, number=1)
    ImageFactory(dataset=dataset, number=2, state=ImageState.FOUND)
    ImageFactory(dataset=dataset, number=3, state=ImageState.FAILED, reason="It has no pixels.")
    images = report(client, dataset)["images"]
    assert images == {"total": 3, "checked": 1, "waiting": 1, "failed": 1, "with_findings": 0}
    assert counts(client, dataset) == {"not-drawn": (1, 0)}
    assert "It has no pixels." in see(client, dataset)


def test_a_scanners_own_pictures_are_not_counted(client, dataset):
    ImageFactory(dataset=dataset, number=1, findings=[finding("blank")], role="label")
    assert report(client, dataset)["images"]["total"] == 0
    assert counts(client, dataset) == {}


def test_files_that_could_not_be_read_say_why(client, dataset):
    kept = {"state": FileState.KEPT, "dataset": dataset}
    FileFactory(path="notes.txt", reason_code="not-an-image", **kept)
    FileFactory(path="cut.tif", reason_code="truncated", reason="The file ends early.", kept_on_purpose=True, **kept)
    FileFactory(path="odd.tif", reason_code="xml-broken", reason="The OME-XML is broken.", **kept)
    FileFactory(path="part.ome.tif", reason_code="incomplete", reason="It needs b.tif.", missing=["b.tif"], **kept)
    FileFactory(path="hurt.tif", dataset=dataset, state=FileState.DAMAGED, reason="Its bytes changed.")
    assert counts(client, dataset) == {
        "truncated": (0, 1), "missing-files": (0, 1), "damaged": (0, 1), "unreadable": (0, 1),
    }  # fmt: skip
    totals = report(client, dataset)["files"]
    assert (totals["total"], totals["kept"], totals["unread"], totals["damaged"]) == (5, 4, 3, 1)
    text = see(client, dataset)
    for sentence in ("The file ends early.", "The OME-XML is broken.", "It needs b.tif.", "Its bytes changed."):
        assert sentence in text
    assert "kept on purpose" in text
    assert "notes.txt" not in text


def test_files_with_the_same_bytes_are_told(client, dataset):
    for path in ("a.tif", "b.tif"):
        FileFactory(dataset=dataset, path=path, size=5, blob=BlobFactory(sha256="ee" * 32))
    assert counts(client, dataset) == {"duplicate": (0, 2)}
    assert "It has the same bytes as “b.tif”." in see(client, dataset)


def test_only_files_with_every_byte_read_are_verified(client, dataset):
    FileFactory(dataset=dataset, path="a.tif")
    File.objects.get().blob.__class__.objects.update(verified_at=None)
    assert report(client, dataset)["files"]["verified"] == 0


def test_completeness_is_told_by_tier(client, dataset):
    found = report(client, dataset)["completeness"]
    assert set(found) == {"required", "desirable", "optional", "missing"}
    text = see(client, dataset)
    for tier in ("Required", "Desirable", "Optional"):
        assert tier in text


def test_an_old_version_has_its_own_report(client, dataset):
    fill(dataset, 1)
    dataset.images.update(until_version=2)
    VersionFactory(dataset=dataset, number=2)
    dataset.__class__.objects.filter(pk=dataset.pk).update(latest_version=2)
    ImageFactory(dataset=dataset, number=2, from_version=2)
    assert "A sentence on blank." in see(client, dataset)
    assert report(client, dataset)["images"]["with_findings"] == 0


def test_the_table_of_images_has_pages(client, dataset):
    fill(dataset, 51)
    text = see(client, dataset)
    assert f">{dataset.accession}-I50<" in text
    assert f">{dataset.accession}-I51<" not in text
    following = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert f">{dataset.accession}-I51<" in client.get(following.split("#")[0]).text


@pytest.mark.parametrize(
    "name", ["archive:report", "archive-api:dataset-quality", "archive-api:dataset-quality-images"]
)
def test_it_costs_the_same_for_five_and_for_fifty_images(client, dataset, name):
    address = reverse(name, args=[dataset.accession] if name.startswith("archive-api") else [dataset.accession, 1])
    costs = []
    for count in (5, 45):
        fill(dataset, count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 25


def test_the_findings_of_each_image_are_listed_for_programs(client, dataset):
    fill(dataset, 2)
    found = client.get(reverse("archive-api:dataset-quality-images", args=[dataset.accession])).json()["results"]
    assert [[one["code"] for one in image["findings"]] for image in found] == [["saturated", "blank"], []]


def test_the_record_and_the_image_lead_to_the_report(client, dataset):
    fill(dataset, 1)
    link = f'href="{reverse("archive:report", args=[dataset.accession, 1])}"'
    text = client.get(dataset.get_absolute_url()).text
    assert link in text
    assert "1 of " in text
    assert link in client.get(dataset.images.get().get_absolute_url()).text
