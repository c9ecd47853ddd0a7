"""Validation of OME-XML without a network: the schema of 2016-06 that lies beside the tests."""

from functools import cache
from pathlib import Path

from lxml import etree

_FILE = Path(__file__).resolve().parents[2] / "data/schemas/ome-2016-06/ome.xsd"
_IMPORT = "{http://www.w3.org/2001/XMLSchema}import"


@cache
def schema() -> etree.XMLSchema:
    """OME's schema imports that of the `xml:` attributes from the network and uses none of them."""
    tree = etree.parse(_FILE, etree.XMLParser(no_network=True))
    for element in tree.getroot().findall(_IMPORT):
        tree.getroot().remove(element)
    return etree.XMLSchema(tree)


def faults(document: bytes) -> list[str]:
    """What is wrong with a document, a sentence each; empty for a valid one."""
    validator = schema()
    validator.validate(etree.fromstring(document))
    return [f"line {error.line}: {error.message}" for error in validator.error_log]
