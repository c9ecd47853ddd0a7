"""Related data from the form to the record: read however they are typed, refused beside their row, shown as links."""

import pytest
from django.urls import reverse

from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, ImageFactory, ReleasedDatasetFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


def test_what_is_pasted_is_kept_in_its_form_and_a_wrong_one_is_told_beside_its_row(client):
    deposition = DepositionFactory(metadata=complete_document(), template_version="1.2")
    client.force_login(deposition.created_by)
    typed = {
        "revision": "0",
        "study.related.0.identifier": "https://www.rcsb.org/structure/1abc",
        "study.related.0.relation": "supplement",
        "study.related.1.identifier": "EMDB: 12",
        "study.related.1.relation": "code",
    }
    client.post(deposition.get_absolute_url(), typed)
    deposition.refresh_from_db()
    assert [row["identifier"] for row in deposition.metadata["study"]["related"]] == ["PDB:1ABC", "EMDB: 12"]
    page = client.get(deposition.get_absolute_url() + "?tried=1").text
    assert problems_of(page) == []
    assert 'href="#f-study-related-1-identifier"' in page
    assert "“12” is not an identifier of EMDB; those look like EMD-1234. Correct it." in page


def test_the_record_shows_them_as_links_by_what_they_are_and_the_image_its_figures(client):
    dataset = ReleasedDatasetFactory()
    document = complete_document(
        related=[
            {"identifier": "PDB:1ABC", "relation": "supplement", "description": "the complex"},
            {"identifier": "https://github.com/a/b", "relation": "code", "version": "v2"},
            {"identifier": "MG-D7", "relation": "derived-from"},
        ]
    )
    document["figures"] = [{"label": "Figure 2b", "images": ["fig2/*.tif"]}]
    dataset.versions.update(metadata=document, template_version="1.2")
    page = client.get(dataset.get_absolute_url()).text
    assert problems_of(page) == []
    assert 'href="https://www.rcsb.org/structure/1ABC"' in page
    assert "PDB:1ABC, the complex" in page
    assert "Code that was used" in page
    assert 'href="/datasets/MG-D7/"' in page
    inside, outside = (ImageFactory(dataset=dataset, file__path=path) for path in ("fig2/a.tif", "fig3/a.tif"))
    pages = [client.get(reverse("archive:image", args=[image.accession])).text for image in (inside, outside)]
    assert ["in Figure 2b of the paper" in text for text in pages] == [True, False]
