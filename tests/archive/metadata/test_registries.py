"""Identifiers elsewhere: read however they are written, kept in one form, refused with an example of their archive."""

import pytest

from archive.metadata.registries import REGISTRIES, advice, identify

HASH = "94a9ed024d3859793618152ea559a168bbcbb5e2"


@pytest.mark.parametrize(
    ("typed", "kept", "url"),
    [
        ("pdb 1abc", "PDB:1ABC", "https://www.rcsb.org/structure/1ABC"),
        ("https://www.rcsb.org/structure/1ABC", "PDB:1ABC", "https://www.rcsb.org/structure/1ABC"),
        ("https://www.ebi.ac.uk/pdbe/entry/pdb/1abc/index", "PDB:1ABC", "https://www.rcsb.org/structure/1ABC"),
        ("PDB_00001ABC", "PDB:pdb_00001abc", "https://www.rcsb.org/structure/pdb_00001abc"),
        ("pdb:pdb_00001abc", "PDB:pdb_00001abc", "https://www.rcsb.org/structure/pdb_00001abc"),
        ("emd-1234", "EMDB:EMD-1234", "https://www.ebi.ac.uk/emdb/EMD-1234"),
        ("EMPIAR-10012", "EMPIAR:EMPIAR-10012", "https://www.ebi.ac.uk/empiar/EMPIAR-10012/"),
        ("PRJEB1234", "ENA:PRJEB1234", "https://www.ebi.ac.uk/ena/browser/view/PRJEB1234"),
        ("SRA: SRR1234567", "ENA:SRR1234567", "https://www.ebi.ac.uk/ena/browser/view/SRR1234567"),
        ("GSE1234", "GEO:GSE1234", "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE1234"),
        (
            "E-MTAB-1234",
            "ArrayExpress:E-MTAB-1234",
            "https://www.ebi.ac.uk/biostudies/arrayexpress/studies/E-MTAB-1234",
        ),
        ("EGAD00001000001", "EGA:EGAD00001000001", "https://ega-archive.org/datasets/EGAD00001000001"),
        ("EGA:EGAS00001000001", "EGA:EGAS00001000001", "https://ega-archive.org/studies/EGAS00001000001"),
        ("UniProt: P12345", "UniProt:P12345", "https://www.uniprot.org/uniprotkb/P12345"),
        ("S-BIAD144", "BioImage Archive:S-BIAD144", "https://www.ebi.ac.uk/biostudies/bioimages/studies/S-BIAD144"),
        ("S-BSST33", "BioStudies:S-BSST33", "https://www.ebi.ac.uk/biostudies/studies/S-BSST33"),
        ("IDR0013", "IDR:idr0013", "https://idr.openmicroscopy.org/search/?query=Name:idr0013"),
        ("ssbd-repos-000118", "SSBD:ssbd-repos-000118", "https://ssbd.riken.jp/repository/ssbd-repos-000118/"),
        (
            f"swh:1:rev:{HASH}",
            f"Software Heritage:swh:1:rev:{HASH}",
            f"https://archive.softwareheritage.org/swh:1:rev:{HASH}",
        ),
        ("doi:10.17504/protocols.io.x", "10.17504/protocols.io.x", "https://doi.org/10.17504/protocols.io.x"),
        ("arXiv:2101.00001v2", "10.48550/arXiv.2101.00001", "https://doi.org/10.48550/arXiv.2101.00001"),
        ("www.example.org/code", "https://www.example.org/code", "https://www.example.org/code"),
        ("MG-D1042", "MG-D1042", "/datasets/MG-D1042/"),
        ("MG-D1042.2", "MG-D1042.2", "/datasets/MG-D1042/v2/"),
    ],
)
def test_it_is_read_and_kept_in_one_form(typed, kept, url):
    found = identify(f" {typed} ")
    assert (found.text, found.url) == (kept, url)
    assert identify(found.text) == found


@pytest.mark.parametrize("registry", [one for one in REGISTRIES if "…" not in one.example], ids=lambda one: one.example)
def test_every_example_is_one_of_its_archive_and_its_address_leads_back(registry):
    found = identify(f"{registry.name}:{registry.example}")
    assert found.registry == registry.name
    if registry.name != "IDR":  # whose address is a search
        assert identify(found.url) == found


@pytest.mark.parametrize("typed", ["our own data", "ftp://a.b/c", "E-MTAB", "12"])
def test_what_could_be_anything_is_not_guessed(typed):
    assert identify(typed) is None
    assert advice(typed).startswith(f"“{typed}” is not an identifier that is known here. Paste the address, a DOI,")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1abc", "“1abc” does not say whose identifier it is. Write PDB:1ABC, if that is meant."),
        ("2024", "“2024” does not say whose identifier it is. Write PDB:2024, if that is meant."),
        ("p12345", "“p12345” does not say whose identifier it is. Write UniProt:P12345, if that is meant."),
        ("EMD-12", "“EMD-12” is not an identifier of EMDB; those look like EMD-1234. Correct it."),
        ("PDB:12", "“12” is not an identifier of PDB; those look like 1ABC. Correct it."),
        ("GEO: 1234", "“1234” is not an identifier of GEO; those look like GSE1234. Correct it."),
    ],
)
def test_a_wrong_one_of_a_known_archive_is_explained_by_an_example(typed, sentence):
    assert identify(typed) is None
    assert advice(typed) == sentence
