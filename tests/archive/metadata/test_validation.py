"""Every fault has a code, a place and a sentence; and nothing good is called a fault."""

import datetime as dt
from dataclasses import dataclass

import pytest

from archive.metadata import Code, Tier, UnusableDocument, clean_document, curies_in, validate

from .builders import LIGHT, document, every_type


@dataclass(frozen=True)
class FakeTerm:
    label: str
    obsolete: bool = False
    replaced_by: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        return name.casefold() in {each.casefold() for each in (self.label, *self.synonyms)}


class Table:
    """A lookup of four terms that knows all of FBbi and not all of NCBITaxon."""

    terms = {
        "NCBITaxon:9606": FakeTerm("Homo sapiens", synonyms=("human",)),
        "FBbi:00000251": FakeTerm("confocal microscopy"),
        "FBbi:00000002": FakeTerm("old method", obsolete=True, replaced_by=("FBbi:00000251",)),
        "FBbi:00000003": FakeTerm("older method", obsolete=True),
    }

    def get(self, curie):
        return self.terms.get(curie)

    def covers(self, vocabulary):
        return vocabulary == "FBbi"

    def knows(self, vocabulary):
        return vocabulary in ("FBbi", "NCBITaxon")

    def named(self, label, vocabulary):
        found = (c for c, term in self.terms.items() if term.label == label and c.startswith(f"{vocabulary}:"))
        return next(found, "")


def found(**changes):
    return {(problem.pointer, problem.code) for problem in validate(LIGHT, document(**changes), Table())}


def blocking(**changes):
    return {(p.pointer, p.code) for p in validate(LIGHT, document(**changes), Table()) if p.blocks}


def test_a_first_draft_has_no_problem():
    assert validate(LIGHT, document(), Table()) == ()


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("study__title", "/study/title"),
        ("study__description", "/study/description"),
        ("study__licence", "/study/licence"),
        ("study__human_material", "/study/human_material"),
        ("study__authors", "/study/authors"),
        ("biosample__organism", "/biosample/organism"),
        ("biosample__description", "/biosample/description"),
        ("acquisition__imaging_method", "/acquisition/imaging_method"),
    ],
)
@pytest.mark.parametrize("blank", [None, "", "  \n", [], {}], ids=["absent", "empty", "white space", "list", "object"])
def test_what_is_required_and_blank_is_asked_for(path, pointer, blank):
    assert blocking(**{path: blank}) == {(pointer, Code.REQUIRED)}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        pytest.param({"study__title": "Hi"}, "/study/title", Code.TOO_SHORT, id="short title"),
        pytest.param({"study__title": "x" * 501}, "/study/title", Code.TOO_LONG, id="long title"),
        pytest.param({"study__title": 7}, "/study/title", Code.TYPE, id="number for a title"),
        pytest.param({"study__title": ["a", "b"]}, "/study/title", Code.TYPE, id="list for a title"),
        pytest.param({"study__human_material": "maybe"}, "/study/human_material", Code.CHOICE, id="no choice"),
        pytest.param({"study__human_material": True}, "/study/human_material", Code.TYPE, id="boolean choice"),
        pytest.param({"study__authors": "Ada"}, "/study/authors", Code.TYPE, id="text for authors"),
        pytest.param({"study__authors": ["Ada"]}, "/study/authors/0", Code.TYPE, id="text for an author"),
        pytest.param(
            {"study__authors": [{"affiliation": "EMBL"}]}, "/study/authors/0/name", Code.REQUIRED, id="nameless"
        ),
        pytest.param(
            {"study__authors": [{"name": "A", "orcid": "0000-0002-1825-0098"}]},
            "/study/authors/0/orcid",
            Code.ORCID,
            id="check digit",
        ),
        pytest.param(
            {"study__authors": [{"name": "A", "email": "a at b"}]}, "/study/authors/0/email", Code.EMAIL, id="e-mail"
        ),
        pytest.param({"study__publication": {"doi": "11.5/x"}}, "/study/publication/doi", Code.DOI, id="DOI"),
        pytest.param({"study__publication": {"pmid": "PMC12"}}, "/study/publication/pmid", Code.PMID, id="PubMed"),
        pytest.param({"study__publication": "10.1/x"}, "/study/publication", Code.TYPE, id="text for a publication"),
        pytest.param({"study__keywords": "a, b"}, "/study/keywords", Code.TYPE, id="text for keywords"),
        pytest.param({"study__keywords": ["a", 3]}, "/study/keywords/1", Code.TYPE, id="number among keywords"),
        pytest.param({"study__keywords": ["k"] * 51}, "/study/keywords", Code.TOO_MANY, id="many keywords"),
        pytest.param({"study__keywords": ["x" * 501]}, "/study/keywords/0", Code.TOO_LONG, id="a novel as keyword"),
        pytest.param(
            {"study__links": [{"url": "javascript:alert(1)"}]}, "/study/links/0/url", Code.URL, id="no address"
        ),
        pytest.param({"acquisition__date": "2024-02-30"}, "/acquisition/date", Code.DATE, id="no such day"),
        pytest.param({"acquisition__date": "31.3.2024"}, "/acquisition/date", Code.DATE, id="German date"),
        pytest.param({"acquisition__date": "20240331"}, "/acquisition/date", Code.DATE, id="compact date"),
        pytest.param({"light__numerical_aperture": 3}, "/light/numerical_aperture", Code.TOO_LARGE, id="aperture"),
        pytest.param({"light__numerical_aperture": 0}, "/light/numerical_aperture", Code.TOO_SMALL, id="no light"),
        pytest.param({"light__numerical_aperture": "1,4"}, "/light/numerical_aperture", Code.TYPE, id="comma"),
        pytest.param({"light__numerical_aperture": True}, "/light/numerical_aperture", Code.TYPE, id="true is no 1"),
        pytest.param(
            {"acquisition__pixel_size": {"value": 1, "unit": "inch"}},
            "/acquisition/pixel_size/unit",
            Code.UNIT,
            id="inches",
        ),
        pytest.param(
            {"acquisition__pixel_size": {"value": -1, "unit": "nm"}},
            "/acquisition/pixel_size/value",
            Code.TOO_SMALL,
            id="negative size",
        ),
        pytest.param({"acquisition__pixel_size": "0.1 µm"}, "/acquisition/pixel_size", Code.TYPE, id="unit in text"),
        pytest.param({"biosample__organism": ["human"]}, "/biosample/organism/0", Code.TYPE, id="text for a term"),
        pytest.param(
            {"biosample__organism": [{"curie": "9606 human", "label": "x"}]},
            "/biosample/organism/0/curie",
            Code.CURIE,
            id="no CURIE",
        ),
        pytest.param({"components": {"name": "one"}}, "/components", Code.TYPE, id="object for a repeated section"),
        pytest.param({"components": [{"folder": "x"}]}, "/components/0/name", Code.REQUIRED, id="nameless component"),
        pytest.param({"components": ["one"]}, "/components/0", Code.TYPE, id="text for a component"),
        pytest.param({"components": [{"name": "c"}] * 201}, "/components", Code.TOO_MANY, id="many components"),
        pytest.param({"light": "Leica"}, "/light", Code.TYPE, id="text for a section"),
        pytest.param(
            {"acquisition__imaging_method": [{"curie": "FBbi:99999999", "label": "magic"}]},
            "/acquisition/imaging_method/0",
            Code.TERM_UNKNOWN,
            id="unknown term",
        ),
        pytest.param(
            {"biosample__organism": [{"curie": "NCBITaxon:72zorgblat27", "label": "Homo sapiens"}]},
            "/biosample/organism/0",
            Code.TERM_UNKNOWN,
            id="no taxon has letters",
        ),
        pytest.param(
            {"biosample__organism": [{"curie": "NCBITaxon:99999999", "label": "Homo sapiens"}]},
            "/biosample/organism/0",
            Code.TERM_UNKNOWN,
            id="a name that is known with another identifier",
        ),
        pytest.param({"acquisition__date": "2999-01-01"}, "/acquisition/date", Code.DATE_FUTURE, id="to come"),
    ],
)
def test_a_wrong_value_blocks_with_its_code_and_place(changes, pointer, code):
    assert (pointer, code) in blocking(**changes)


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("CC-BY-NC-4.0", "non-commercial"),
        ("CC BY-NC-ND 4.0", "non-commercial"),
        ("CC-BY-ND-4.0", "derivatives"),
        ("CC-BY-SA-4.0", "share-alike"),
        ("GPL-3.0", "share-alike"),
        ("CC-BY-3.0", "version 4.0"),
        ("All rights reserved", "holder of the rights"),
    ],
)
def test_other_licences_are_refused_with_the_reason(licence, reason):
    (problem,) = validate(LIGHT, document(study__licence=licence))
    assert (problem.pointer, problem.code) == ("/study/licence", Code.REFUSED)
    assert reason in problem.message
    assert "CC0-1.0" in problem.message or "CC-BY-4.0" in problem.message


def test_an_unheard_of_licence_is_answered_with_the_choices():
    (problem,) = validate(LIGHT, document(study__licence="Beerware"))
    assert problem.code is Code.CHOICE
    assert "CC0-1.0, CC-BY-4.0" in problem.message


@pytest.mark.parametrize(
    ("changes", "pointer", "code", "tier"),
    [
        pytest.param(
            {"biosample__organism": [{"curie": "", "label": "yeast (?)"}]},
            "/biosample/organism/0",
            Code.TERM_FREE_TEXT,
            Tier.DESIRABLE,
            id="free text",
        ),
        pytest.param(
            {"biosample__organism": [{"curie": "FBbi:00000251", "label": "confocal microscopy"}]},
            "/biosample/organism/0",
            Code.TERM_VOCABULARY,
            Tier.DESIRABLE,
            id="a method as organism",
        ),
        pytest.param(
            {"biosample__organism": [{"curie": "NCBITaxon:9606", "label": "Mus musculus"}]},
            "/biosample/organism/0",
            Code.TERM_LABEL,
            Tier.DESIRABLE,
            id="label of another",
        ),
        pytest.param(
            {"acquisition__imaging_method": [{"curie": "FBbi:00000002", "label": ""}]},
            "/acquisition/imaging_method/0",
            Code.TERM_OBSOLETE,
            Tier.DESIRABLE,
            id="obsolete",
        ),
        pytest.param(
            {"biosample__organism": [{"curie": "NCBITaxon:123456", "label": "Rare beast"}]},
            "/biosample/organism/0",
            Code.TERM_UNCHECKED,
            Tier.DESIRABLE,
            id="of a vocabulary that is here in part",
        ),
        pytest.param(
            {"acquisition__date": "1850-01-01"}, "/acquisition/date", Code.DATE_EARLY, Tier.DESIRABLE, id="long ago"
        ),
        pytest.param({"study__moon": "full"}, "/study/moon", Code.UNKNOWN_FIELD, Tier.OPTIONAL, id="unknown field"),
        pytest.param({"extra": {"a": 1}}, "/extra", Code.UNKNOWN_FIELD, Tier.OPTIONAL, id="unknown section"),
        pytest.param(
            {"components": [{"name": "c", "a/b~c": "x"}]},
            "/components/0/a~1b~0c",
            Code.UNKNOWN_FIELD,
            Tier.OPTIONAL,
            id="escaped pointer",
        ),
    ],
)
def test_what_does_not_block_is_said_all_the_same(changes, pointer, code, tier):
    problems = validate(LIGHT, document(**changes), Table())
    assert [(problem.pointer, problem.code, problem.tier) for problem in problems] == [(pointer, code, tier)]


def test_an_obsolete_term_names_its_replacement():
    methods = [{"curie": "FBbi:00000002", "label": ""}, {"curie": "FBbi:00000003", "label": ""}]
    first, second = validate(LIGHT, document(acquisition__imaging_method=methods), Table())
    assert "Use FBbi:00000251 (confocal microscopy) instead." in first.message
    assert "Choose a current term." in second.message


def test_tomorrow_is_today_somewhere():
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    assert found(acquisition__date=tomorrow.isoformat()) == set()


def test_an_unknown_term_says_what_to_do():
    organism = [{"curie": "NCBITaxon:72zorgblat27", "label": "Fly"}]
    (problem,) = validate(LIGHT, document(biosample__organism=organism), Table())
    assert "Choose one of the suggestions" in problem.message
    assert "write the name alone" in problem.message


def test_a_synonym_beside_its_identifier_is_right():
    assert found(biosample__organism=[{"curie": "NCBITaxon:9606", "label": "Human"}]) == set()


def test_free_text_that_names_a_term_says_which():
    organism = [{"curie": "", "label": "Homo sapiens"}]
    (problem,) = validate(LIGHT, document(biosample__organism=organism), Table())
    assert problem.code == Code.TERM_FREE_TEXT
    assert "is a name of NCBITaxon:9606" in problem.message


def test_every_message_is_a_sentence_that_says_what_to_do():
    faulty = document(
        study__title="", study__licence="NC", study__keywords=3, acquisition__date="x", components=[{}, {"folder": "a"}]
    )
    for problem in validate(LIGHT, faulty, Table()):
        assert problem.message[0].isupper() or problem.message[0] == "“"
        assert problem.message.endswith((".", "?"))


def test_the_terms_of_a_document_can_be_fetched_at_once():
    free = [{"curie": "", "label": "a beast"}]
    components = [{"name": "c", "organism": [{"curie": "NCBITaxon:10090", "label": "Mus musculus"}]}]
    curies = curies_in(LIGHT, document(biosample__organism=free, components=components))
    assert curies == {"FBbi:00000251", "NCBITaxon:10090"}


def test_what_blocks_comes_first():
    problems = validate(LIGHT, document(study__moon="x", acquisition__date="x", biosample__description=""))
    assert [problem.tier for problem in problems] == [Tier.REQUIRED, Tier.REQUIRED, Tier.OPTIONAL]


@pytest.mark.parametrize(
    "value", [None, 3, "text", [], {"study": None}, {"study": []}, {"study": {"authors": [None]}}, {"components": 5}]
)
def test_no_json_value_makes_validation_fail(value):
    assert any(problem.blocks for problem in validate(LIGHT, value))


@pytest.mark.parametrize(
    "value", [None, True, 1, 1.5, "x", [], [1], {}, {"a": 1}, [{"a": {"b": []}}], float("nan"), 10**400]
)
def test_any_value_in_any_field_gives_problems_and_no_error(value):
    template = every_type()
    for field in template.sections[0].fields:
        for problem in validate(template, {"one": {field.name: value}, "rows": [{field.name: value}]}):
            assert problem.message


def test_deep_nesting_is_refused_with_a_sentence():
    deep: dict = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(UnusableDocument, match="levels deep"):
        clean_document(LIGHT, {"study": deep})
    (problem,) = validate(LIGHT, {"study": deep})
    assert problem.code is Code.TYPE


def test_cleaning_trims_and_gives_identifiers_their_bare_form():
    author = {"name": " Ada ", "orcid": "https://orcid.org/000000021825009x", "affiliation": ""}
    cleaned = clean_document(
        LIGHT,
        document(
            study__authors=[author, {"name": ""}],
            study__publication={"doi": "https://doi.org/10.1038/nature08869", "pmid": "PMID: 123"},
            study__keywords=[" a ", ""],
            acquisition__pixel_size={"value": None, "unit": "µm"},
            components=[{}, {"name": "c"}],
            study__title="a\x00b\ud800\x0bc\x1f",
        ),
    )
    assert cleaned["study"]["authors"] == [{"name": "Ada", "orcid": "0000-0002-1825-009X"}]
    assert cleaned["study"]["publication"] == {"doi": "10.1038/nature08869", "pmid": "123"}
    assert cleaned["study"]["keywords"] == ["a"]
    assert "pixel_size" not in cleaned["acquisition"]
    assert cleaned["components"] == [{"name": "c"}]
    assert cleaned["study"]["title"] == "ab?\nc"


def test_cleaning_keeps_what_it_does_not_know():
    wrong = {"study": {"title": 5, "moon": {"phase": ["full"]}}, "else": {"x": 1}}
    assert clean_document(LIGHT, wrong) == wrong
