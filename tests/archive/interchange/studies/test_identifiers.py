"""Identifiers, licences and dates in the forms that sources have."""

import pytest

from archive.interchange.studies import identifiers as ids


@pytest.mark.parametrize(
    ("text", "vocabulary", "curie"),
    [
        ("http://purl.obolibrary.org/obo/FBbi_00000251", "", "FBbi:00000251"),
        ("obo:FBbi_00000251", "FBbi", "FBbi:00000251"),
        ("Fbbi:00000246", "", "FBbi:00000246"),
        ("NCBI:txid9534", "", "NCBITaxon:9534"),
        ("http://purl.obolibrary.org/obo/NCBITaxon_07227", "", "NCBITaxon:7227"),
        ("4932", "NCBITaxon", "NCBITaxon:4932"),
        ("#imaging-technique-1", "FBbi", ""),
        ("mouse", "NCBITaxon", ""),
    ],
)
def test_terms_are_named_by_curies(text, vocabulary, curie):
    assert ids.curie(text, vocabulary) == curie


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/DOI: 10.26508/lsa.202403067", "10.26508/lsa.202403067"),
        ("https://doi.org/10.1101/2025.04.08.647723 Funding", "10.1101/2025.04.08.647723"),
        ("arXiv:2504.18737v1 ", "10.48550/arXiv.2504.18737"),
        ("2024.09.23.614351", ""),
    ],
)
def test_a_doi_is_found_in_what_was_typed(text, doi):
    assert ids.doi(text) == doi


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Julia Nöth <julia.noeth@ufz.de>", "julia.noeth@ufz.de"),
        ("y.okada@ riken.jp", "y.okada@riken.jp"),
        ("a.b@gmail.coma.b@gmail.com", ""),
        ("huw.williams@williams@nottingham.ac.uk", ""),
        ("oona.paavolainen@ut", ""),
    ],
)
def test_an_address_that_could_be_two_is_none(text, email):
    assert ids.email(text) == email


@pytest.mark.parametrize(
    ("texts", "licence"),
    [
        (("CC-BY 4.0",), "CC-BY-4.0"),
        (("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/legalcode"), "CC-BY-4.0"),
        (("https://creativecommons.org/publicdomain/zero/1.0/",), "CC0-1.0"),
        (("CC0",), "CC0-1.0"),
        (("CC BY-NC-SA 3.0",), "CC-BY-NC-SA-3.0"),
        (("All rights reserved",), "All rights reserved"),
        ((), ""),
    ],
)
def test_licences_have_the_names_of_spdx(texts, licence):
    assert ids.licence(*texts) == licence


@pytest.mark.parametrize(
    ("text", "kind", "scheme", "url"),
    [
        ("EMD-8000", "", "EMDB", "https://www.ebi.ac.uk/emdb/EMD-8000"),
        ("ERP116793", "ENA", "ENA", "https://www.ebi.ac.uk/ena/browser/view/ERP116793"),
        ("1abc", "PDB", "PDB", "https://www.ebi.ac.uk/pdbe/entry/pdb/1abc"),
        ("doi.org/10.17632/8gcncg6zkt.3", "", "DOI", "https://doi.org/10.17632/8gcncg6zkt.3"),
        ("https://idr.openmicroscopy.org/study/idr0042/", "", "IDR", "https://idr.openmicroscopy.org/study/idr0042/"),
        ("github.com/lab/code", "", "", "https://github.com/lab/code"),
    ],
)
def test_links_are_typed_by_their_form(text, kind, scheme, url):
    link = ids.link(text, kind)
    assert (link.scheme, link.url) == (scheme, url)


def test_what_leads_nowhere_is_no_link():
    assert ids.link("LC3 and p62 ") is None
