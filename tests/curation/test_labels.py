"""The kinds of labels."""

from curation.labels import BY_KIND, LABELS, VALUE_LABELS, LabelKind


def test_every_kind_says_what_it_means_and_how_it_is_granted():
    assert set(BY_KIND) == set(LabelKind)
    for label in LABELS:
        assert label.meaning.endswith(".")
        assert label.granted and label.lapses


def test_facet_and_badge_use_the_same_words():
    assert VALUE_LABELS == {"reference": "Reference", "highly-used": "Highly used", "curated": "Curated"}
