"""What the depositor states of pixels, beside what the files state."""

import pytest
from django.urls import reverse

from archive.selectors import quality
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, ImageFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db


def _document(value: float, unit: str = "µm") -> dict:
    document = complete_document()
    document["acquisition"]["pixel_size"] = {"value": value, "unit": unit}
    return document


def _codes(deposition) -> list[str]:
    return [problem["code"] for problem in quality.metadata_problems(deposition)]


@pytest.mark.parametrize(("value", "unit"), [(0.1, "µm"), (103, "nm"), (1, "Å")])
@pytest.mark.parametrize("in_file", [None, 0.103])
def test_only_what_no_file_bears_out_is_a_contradiction(value, unit, in_file):
    deposition = DepositionFactory(metadata=_document(value, unit))
    ImageFactory(dataset=deposition.dataset, physical_x_um=in_file)
    assert ("size-differs" in _codes(deposition)) is (in_file is not None and unit == "Å")


def test_the_finding_stands_beside_the_field(client):
    deposition = DepositionFactory(metadata=_document(5))
    ImageFactory(dataset=deposition.dataset, physical_x_um=0.1)
    client.force_login(deposition.created_by)
    text = client.get(reverse("archive:deposition", args=[deposition.dataset.accession])).text
    note = text.split('data-note="acquisition.pixel_size"')[1].split("</p>")[0]
    assert "You state 5\u00a0µm; your files state 0.1\u00a0µm" in note
    assert "hidden" not in note.split(">")[0]


@pytest.mark.parametrize("in_file", [None, 0.1])
def test_the_depositors_word_is_shown_where_the_file_has_none(client, in_file):
    dataset = ReleasedDatasetFactory()
    dataset.versions.update(metadata=_document(5))
    image = ImageFactory(dataset=dataset, physical_x_um=in_file, physical_y_um=in_file)
    for page in (dataset.get_absolute_url(), image.get_absolute_url()):
        assert ("5\u00a0µm, stated by the depositor" in client.get(page).text) is (in_file is None)
