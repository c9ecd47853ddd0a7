"""Which figure an image is in: by path, by pattern, by its number."""

import pytest

from archive.metadata.figures import figures_of

DOCUMENT = {
    "figures": [
        {"label": "Figure 1", "images": ["fig1/*.tif"]},
        {"label": "Figure 2b", "images": ["raw/cells [1].tif", "I7"]},
        {"label": "Figure 2b", "images": ["MG-D1-I9"]},
        {"label": "Figure 3"},
        "no figure",
    ]
}


@pytest.mark.parametrize(
    ("accession", "path", "labels"),
    [
        ("MG-D1-I1", "fig1/a.tif", ["Figure 1"]),
        ("MG-D1-I7", "fig1/b.tif", ["Figure 1", "Figure 2b"]),
        ("MG-D1-I17", "raw/cells [1].tif", ["Figure 2b"]),
        ("MG-D1-I9", "raw/cells 1.tif", ["Figure 2b"]),
        ("MG-D1-I2", "raw/other.tif", []),
    ],
)
def test_an_image_is_in_the_figures_that_name_it(accession, path, labels):
    assert figures_of(DOCUMENT, accession=accession, paths=[path]) == labels


@pytest.mark.parametrize("document", [{}, {"figures": "none"}, {"figures": [{"label": "1", "images": "a.tif"}]}])
def test_a_document_of_another_shape_names_none(document):
    assert figures_of(document, accession="MG-D1-I1", paths=["a.tif"]) == []
