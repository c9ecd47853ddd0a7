"""The way from sample to figure on the record: each step leads to what the record says of it."""

import re

import pytest
from django.urls import reverse

from archive.models import Component
from tests.archive.documents import complete_document
from tests.factories.archive import FileFactory, ImageFactory, ReleasedDatasetFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db

WAY = {
    "biosamples": [{"name": "wild type"}, {"name": "mutant", "strain": "gip1"}],
    "components": [{"name": "Roots", "biosamples": ["mutant"]}, {"name": "Leaves"}],
    "analysis": [{"result": "Nuclei", "components": ["Roots"]}],
    "figures": [{"label": "Figure 1", "analysis": ["Nuclei"], "components": ["Roots"]}],
}


@pytest.fixture
def dataset():
    dataset = ReleasedDatasetFactory()
    dataset.versions.update(metadata=complete_document() | WAY, template_version="1.3")
    return dataset


def test_the_record_shows_the_way_and_each_step_leads_to_what_is_said_of_it(client, dataset):
    page = client.get(dataset.get_absolute_url()).text
    assert problems_of(page) == []
    table = page.split('id="trails-h"')[1].split("</table>")[0]
    assert re.findall(r"<th scope=\"col\">(.*?)</th>", table) == [
        "Study component", "Biosample", "Image analysis", "Figure",
    ]  # fmt: skip
    steps = re.findall(r'<a href="#(.*?)">(.*?)</a>', table)
    assert steps == [("components-1", "Roots"), ("biosamples-2", "mutant"), ("analysis-1", "Nuclei"),
                     ("figures-1", "Figure 1")]  # fmt: skip
    for anchor, _ in steps:
        assert f'id="{anchor}"' in page


def test_a_record_that_links_nothing_has_no_such_table(client):
    page = client.get(ReleasedDatasetFactory().get_absolute_url()).text
    assert "From sample to figure" not in page


def test_an_image_says_the_figure_of_its_component(client, dataset):
    Component.objects.create(dataset=dataset, key="roots", name="Roots")
    inside = ImageFactory(dataset=dataset, file=FileFactory(dataset=dataset, component="roots"))
    outside = ImageFactory(dataset=dataset)
    pages = [client.get(reverse("archive:image", args=[image.accession])).text for image in (inside, outside)]
    assert ["in Figure 1 of the paper" in page for page in pages] == [True, False]
