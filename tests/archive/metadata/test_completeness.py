"""What is missing is named with what answering it buys; what is there is counted once."""

from archive.metadata import Tier, blank_document, completeness

from .builders import LIGHT, document


def test_a_first_draft_is_ready_and_not_complete():
    result = completeness(LIGHT, document())
    assert result.ready
    assert result.required.percent == 100
    assert result.desirable.filled + result.required.filled > 0
    assert 0 < result.percent < 100


def test_a_blank_document_lacks_what_is_required_first():
    result = completeness(LIGHT, blank_document(LIGHT))
    assert not result.ready
    required = [missing.pointer for missing in result.missing if missing.tier is Tier.REQUIRED]
    assert required == [missing.pointer for missing in result.missing][: len(required)]
    assert "/study/title" in required
    assert result.required.filled == 1  # the licence has a default


def test_what_is_missing_says_what_it_buys_and_where_it_is():
    missing = {m.pointer: m for m in completeness(LIGHT, document()).missing}
    assert missing["/acquisition/pixel_size"].why.startswith("Found by resolution")
    assert missing["/acquisition/pixel_size"].label == "Pixel size"
    assert all(m.tier is Tier.DESIRABLE for m in missing.values())


def test_items_of_a_repeated_section_are_each_counted():
    none = completeness(LIGHT, document())
    two = completeness(LIGHT, document(components=[{"name": "a"}, {"name": "b", "description": "x"}]))
    assert two.required.total == none.required.total + 2
    assert "/components/0/description" in {m.pointer for m in two.missing}
    assert "/components/1/description" not in {m.pointer for m in two.missing}


def test_blanks_units_and_nameless_authors_do_not_count():
    blank = document(study__authors=[{"affiliation": "EMBL"}], acquisition__pixel_size={"value": "", "unit": "µm"})
    pointers = {missing.pointer for missing in completeness(LIGHT, blank).missing}
    assert {"/study/authors", "/acquisition/pixel_size"} <= pointers


def test_sections_add_up_to_the_whole():
    result = completeness(LIGHT, document(study__keywords=["a"]))
    filled = sum(section.count.filled for section in result.sections)
    assert filled == result.required.filled + result.desirable.filled
    assert result.of(Tier.OPTIONAL) is result.optional


def test_a_document_of_wrong_types_is_counted_without_fail():
    result = completeness(LIGHT, {"study": "text", "components": {"a": 1}, "biosample": None})
    assert not result.ready
