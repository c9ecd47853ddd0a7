"""Chips, reasons and facet values, as pages show them."""

import pytest

from search.address import from_params
from search.backends.counting import terms_facet
from search.facets import BadValue, FacetDeclaration, FacetRegistry, Kind, number, registry
from search.presentation import chips, params_of
from search.results import Reason
from search.words import GAP, indexed, stems


def test_a_chip_links_to_the_search_without_it():
    query = from_params(Kind.IMAGE, {"q": ["cell"], "licence": ["CC0-1.0", "CC-BY-4.0"], "pixel_size.max": ["0.2"]})
    found = {chip.value: params_of(chip) for chip in chips(query)}
    assert found["CC0 1.0"] == {"q": ["cell"], "licence": ["CC-BY-4.0"], "pixel_size.max": ["0.2"]}
    assert found["up to 0.2\u00a0µm"] == {"q": ["cell"], "licence": ["CC0-1.0", "CC-BY-4.0"]}


def test_a_reason_is_cut_at_its_marks():
    reason = Reason("organism", "Homo sapiens (synonym of human)", ((25, 30),))
    assert reason.parts == (("Homo sapiens (synonym of ", False), ("human", True), (")", False))


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [("pixel_size", "65 nm", 0.065), ("pixel_size", "0.1", 0.1), ("bytes", "1.5 GB", 1.5e9), ("size_x", "2,048", 2048)],
)
def test_a_number_is_read_in_its_unit(name, written, value):
    assert number(registry.find(Kind.IMAGE, name), written) == pytest.approx(value)


@pytest.mark.parametrize("written", ["", "nm", "65 kg", "nan", "inf", "1e999", "<script>"])
def test_what_is_no_number_gets_a_sentence(written):
    with pytest.raises(BadValue, match="Pixel size needs a number"):
        number(registry.find(Kind.IMAGE, "pixel_size"), written)


def test_words_fold_and_stem_and_phrases_stop_at_values():
    assert stems("Müller's Cells, H2B") == ("muller", "s", "cell", "h2b")
    assert indexed(["a b", "c"]) == f"a b {GAP} c"


def test_years_come_newest_first():
    facet = terms_facet(registry.find(Kind.IMAGE, "year"), [("2020", 9), ("2026", 1)], ())
    assert [value.key for value in facet.values] == ["2026", "2020"]


def test_two_facets_of_one_name_are_a_mistake():
    facets = FacetRegistry([FacetDeclaration("label", "Label")])
    facets.add(FacetDeclaration("label", "Label"))
    with pytest.raises(ValueError, match="already a facet"):
        facets.add(FacetDeclaration("label", "Badge"))
