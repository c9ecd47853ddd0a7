"""Publications as three services describe them: what is there is read, what is missing or broken is no fault."""

import copy
from typing import Any

import pytest

from archive.interchange.publications import crossref, datacite_record, europe_pmc, reading
from archive.interchange.publications.identifiers import Identifier, Kind, read_identifier
from archive.interchange.publications.model import Author, Grant, Publication, merged
from archive.interchange.publications.proposal import changes, propose
from tests.archive.publication_services import ARXIV, CROSSREF, DATACITE, DOI, EUROPE_PMC, PMID

FIELDS = {"title", "description", "authors", "publication", "grants"}
READERS = [(crossref, CROSSREF), (europe_pmc, EUROPE_PMC), (datacite_record, DATACITE)]


def test_europe_pmc():
    found = europe_pmc.publication(EUROPE_PMC)
    assert found == Publication(
        doi=DOI,
        pmid=PMID,
        title="A call for public archives for biological image data",
        journal="Nature methods",
        year=2018,
        authors=(
            Author("Ellenberg", "Jan", "0000-0001-5909-701X", "EMBL, Heidelberg, Germany"),
            Author("Swedlow", "Jason R"),
            Author("Image Data Consortium"),
        ),
        abstract="Background\n\nPublic data archives are the backbone of biology (p < 0.05).",
        grants=(
            Grant("Wellcome Trust", "203285/B/16/Z"),
            Grant("Biotechnology and Biological Sciences Research Council", "BB/M018423/1"),
        ),
        licence="CC-BY",
    )


def test_crossref():
    found = crossref.publication(CROSSREF)
    assert (found.doi, found.journal, found.year) == (DOI, "Nature Methods", 2018)
    assert found.authors == (
        Author("Ellenberg", "Jan", "0000-0001-5909-701X"),
        Author("Swedlow", "Jason R.", "0000-0002-2198-1958", "University of Dundee"),
    )
    assert found.abstract == "Public data archives."
    assert found.grants == (
        Grant("Wellcome", "203285/B/16/Z"),
        Grant("European Commission", "653493"),
        Grant("EMBL"),
    )
    assert (found.licence, found.preprints) == ("CC-BY-4.0", ("10.1101/123456",))


def test_datacite():
    found = datacite_record.publication(DATACITE)
    assert (found.doi, found.title, found.journal, found.year) == (ARXIV, "An archive", "arXiv", 2018)
    assert found.authors == (
        Author("Lovelace", "Ada", "0000-0002-1825-0097", "Institute of Examples"),
        Author("Babbage", "Charles", affiliation="Analytical Engines"),
        Author("Royal Society"),
    )
    assert (found.abstract, found.grants, found.licence) == ("On archives.", (Grant("ERC", "852448"),), "CC0-1.0")
    assert found.preprint_of == (DOI,)


def test_a_data_set_that_is_a_version_was_no_preprint():
    answer = copy.deepcopy(DATACITE)
    answer["data"]["attributes"]["types"] = {"resourceTypeGeneral": "Dataset"}
    assert datacite_record.publication(answer).preprint_of == ()


def without_each_part(value: Any):
    """The answer with every single part of it taken away, or replaced by what does not belong there."""
    for place in list(places(value)):
        for other in (None, [], {}, "text", 7, [None, 3, "x"], {"a": "b"}):
            changed = copy.deepcopy(value)
            holder = changed
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = other
            yield changed


def places(value: Any, path: tuple = ()):
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        yield (*path, step)
        yield from places(part, (*path, step))


@pytest.mark.parametrize(("reader", "answer"), READERS, ids=["crossref", "europe-pmc", "datacite"])
def test_no_missing_or_broken_part_is_a_fault(reader, answer):
    for changed in without_each_part(answer):
        found = reader.publication(changed)
        assert found is None or (found.title and isinstance(found.authors, tuple))
        if found:
            propose(found, {}, FIELDS)
    for nothing in (None, [], "", {}, {"message": None}, {"data": []}, {"resultList": {"result": [None]}}):
        assert reader.publication(nothing) is None


def test_old_records_have_a_line_of_authors():
    answer = copy.deepcopy(EUROPE_PMC)
    hit = answer["resultList"]["result"][0]
    del hit["authorList"]
    hit["authorString"] = "Lovelace AK, von Humboldt A, Royal Society."
    assert europe_pmc.publication(answer).authors == (
        Author("Lovelace", "AK"),
        Author("von Humboldt", "A"),
        Author("Royal Society"),
    )


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("10.1038/S41592-018-0195-8", Kind.DOI, DOI),
        (" https://doi.org/10.1038/s41592-018-0195-8. ", Kind.DOI, DOI),
        ("doi: 10.1038/s41592-018-0195-8", Kind.DOI, DOI),
        ("30377375", Kind.PMID, PMID),
        ("PMID: 30377375", Kind.PMID, PMID),
        ("https://pubmed.ncbi.nlm.nih.gov/30377375/", Kind.PMID, PMID),
        ("10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2", Kind.DOI, None),
    ],
)
def test_identifiers(typed, kind, value):
    assert read_identifier(typed) == Identifier(kind, value or typed)


@pytest.mark.parametrize("typed", ["", "a call for archives", "10.1038", "0", "10." + "9" * 400, "PMC6884425"])
def test_what_is_no_identifier(typed):
    assert read_identifier(typed) is None


def test_a_quotation_mark_cannot_leave_the_query():
    assert europe_pmc.query(Identifier(Kind.DOI, '10.1/a"or"b\\')) == 'DOI:"10.1/aorb"'


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("http://creativecommons.org/licenses/by-nc/3.0/legalcode", "CC-BY-NC-3.0"),
        ("cc0", "CC0"),
        ("cc by-nc-nd", "CC-BY-NC-ND"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("https://www.elsevier.com/tdm", "https://www.elsevier.com/tdm"),
    ],
)
def test_licences(said, name):
    assert reading.licence(said) == name


def test_markup_goes_and_its_words_stay():
    text = "<h4>Aim</h4>H<sub>2</sub>O at 5 < 6 &amp;amp; <script>alert(1)</script><p>More</p>"
    assert reading.plain(text) == "Aim\n\nH2O at 5 < 6 & alert(1)\n\nMore"


class TestMerging:
    both = merged(europe_pmc.publication(EUROPE_PMC), crossref.publication(CROSSREF))

    def test_orcids_come_from_one_and_pubmed_id_from_the_other(self):
        assert self.both.pmid == PMID
        assert [author.orcid for author in self.both.authors] == ["0000-0001-5909-701X", "0000-0002-2198-1958", ""]
        assert self.both.authors[1].affiliation == "University of Dundee"

    def test_each_award_stands_once(self):
        assert [grant.award for grant in self.both.grants] == ["203285/B/16/Z", "BB/M018423/1", "653493", ""]

    def test_a_licence_with_its_version_says_more(self):
        assert self.both.licence == "CC-BY-4.0"

    def test_two_of_one_name_are_nobody(self):
        first = Publication(authors=(Author("Wang", "Y"), Author("Wang", "Yi")))
        second = Publication(authors=(Author("Wang", "Yu", "0000-0002-1825-0097"),))
        assert [author.orcid for author in merged(first, second).authors] == ["", ""]


class TestProposals:
    paper = merged(europe_pmc.publication(EUROPE_PMC), crossref.publication(CROSSREF))

    def of(self, **study: Any) -> dict[str, Any]:
        return {proposal.name: proposal for proposal in propose(self.paper, study, FIELDS)}

    def test_an_empty_form_takes_everything_safely(self):
        offered = self.of()
        assert set(offered) == FIELDS
        assert all(proposal.is_safe for proposal in offered.values())
        taken = changes(offered.values(), FIELDS)
        assert taken["study.publication"] == {"title": self.paper.title, "doi": DOI, "pmid": PMID}
        assert taken["study.authors"][1] == {
            "name": "Jason R Swedlow",
            "orcid": "0000-0002-2198-1958",
            "affiliation": "University of Dundee",
        }
        assert taken["study.grants"][3] == {"funder": "EMBL"}

    def test_what_is_typed_is_not_safe_to_replace(self):
        offered = self.of(title="Mine", description="My own words", publication={"doi": "10.1/other"})
        assert not any(offered[name].is_safe for name in ("title", "description", "publication"))
        assert changes(offered.values(), []) == {}

    def test_people_who_are_typed_stay_with_all_that_was_typed_of_them(self):
        typed = [
            {"name": "Swedlow, Jason", "email": "jason@example.org"},
            {"name": "Grace Hopper", "affiliation": "Navy"},
        ]
        authors = self.of(authors=typed)["authors"]
        assert authors.is_safe
        names = [person["name"] for person in authors.value]
        assert names == ["Jan Ellenberg", "Swedlow, Jason", "Image Data Consortium", "Grace Hopper"]
        assert authors.value[1]["email"] == "jason@example.org"
        assert authors.value[1]["orcid"] == "0000-0002-2198-1958"

    def test_an_orcid_finds_who_is_written_differently(self):
        authors = self.of(authors=[{"name": "J. Swedlow-Smith", "orcid": "0000-0002-2198-1958"}])["authors"]
        assert [person["name"] for person in authors.value][1] == "J. Swedlow-Smith"
        assert len(authors.value) == 3

    def test_grants_that_are_there_are_not_added_again(self):
        offered = self.of(grants=[{"funder": "Wellcome Trust (UK)", "number": "203285/B/16/Z"}])
        assert len(offered["grants"].value) == 4
        assert offered["grants"].found[0].startswith("Biotechnology")

    def test_what_stands_there_is_not_offered(self):
        taken = {path.removeprefix("study."): value for path, value in changes(self.of().values(), FIELDS).items()}
        assert self.of(**taken) == {}

    def test_a_form_of_a_wrong_shape_is_kept_unless_chosen(self):
        offered = self.of(authors="Ada and others", grants=["ERC"])
        assert not offered["authors"].is_safe
        assert not offered["grants"].is_safe

    def test_only_fields_of_the_template(self):
        assert [proposal.name for proposal in propose(self.paper, {}, {"title"})] == ["title"]
