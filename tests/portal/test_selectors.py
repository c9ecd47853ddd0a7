"""What the home page chooses to show."""

from portal.selectors import _varied
from search.results import Hit


def hit(dataset: str, number: int) -> Hit:
    accession = f"{dataset}-I{number}"
    return Hit(accession, accession, "", shown={"dataset": dataset})


def test_datasets_take_turns_in_the_order_of_the_search():
    found = (hit("MG-D1", 1), hit("MG-D1", 2), hit("MG-D1", 3), hit("MG-D2", 1), hit("MG-D3", 1), hit("MG-D2", 2))
    accessions = [found.accession for found in _varied(found)]
    assert accessions == ["MG-D1-I1", "MG-D2-I1", "MG-D3-I1", "MG-D1-I2", "MG-D2-I2", "MG-D1-I3"]


def test_a_hit_that_names_no_dataset_stands_for_itself():
    assert _varied((Hit("1", "MG-D1-I1", ""), Hit("2", "MG-D2-I1", ""))) != ()
