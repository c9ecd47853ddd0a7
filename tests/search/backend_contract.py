"""What every search backend promises. Each engine's test module runs this one suite with the same expectations."""

import threading
from dataclasses import replace

import pytest

from search.address import from_params
from search.backends.base import SearchBackend
from search.backends.document import now_revision
from search.errors import IndexOutdated
from search.facets import FACETS, FacetDeclaration, FacetRegistry, Kind, registry
from search.query import SearchQuery
from search.results import Results
from tests.search.builders import CONFOCAL, CRESS, ELECTRON, HUMAN, MOUSE, YEAST, channel, dataset, image

PUBLIC = frozenset({"public"})
EVERYTHING = frozenset({"*"})

DOCUMENTS = (
    image(1, "Mitotic HeLa cells", HUMAN, CONFOCAL, channel("DAPI"), channel("GFP"), pixel_size=0.1, size_z=10,
          texts={"description": ["The nuclear envelope breaks down."]}, date="2024-03-01", size=300),
    image(2, "Interphase HeLa cell", HUMAN, CONFOCAL, channel("DAPI"), pixel_size=0.2, size_z=1,
          date="2025-01-01", size=100),
    image(3, "Mouse embryo", MOUSE, CONFOCAL, channel("GFP"), pixel_size=0.5, size_z=40, date="2026-06-01", size=200),
    image(4, "Budding yeast", YEAST, ELECTRON, pixel_size=0.002, size_z=1,
          texts={"description": ["An envelope that is nuclear."]}, date="2023-01-01", size=50),
    image(5, "Private mouse section", MOUSE, ELECTRON, access=("dataset:5",), pixel_size=0.004,
          date="2026-07-01", size=60),
    image(6, "Müller glia", MOUSE, channel("DAPI"),
          texts={"identifier": ["1ABC", "PDB:1ABC"], "file": ["plate1/A01_field2.tif"]},
          source_identifiers=("S-BIAD1234",), date="2022-01-01", size=70),
)  # fmt: skip
DATASETS = (
    dataset(1, "HeLa mitosis", HUMAN, CONFOCAL, images=120, bytes=5e9, pixel_size=[0.1, 0.4], date="2024-03-01"),
    dataset(2, "Mouse development", MOUSE, images=3, bytes=1e6, date="2025-03-01"),
)


def found(results: Results) -> list[int]:
    """The numbers of the images found, in order."""
    return [int(hit.accession.rsplit("I", 1)[1]) for hit in results.hits]


def counts(results: Results, name: str) -> dict[str, int]:
    facet = next(facet for facet in results.facets if facet.name == name)
    return {value.key: value.count for value in facet.values}


def ask(**params: str | list[str]) -> SearchQuery:
    listed = {name.replace("__", "."): value if isinstance(value, list) else [value] for name, value in params.items()}
    return from_params(Kind.IMAGE, listed)


class BackendContract:
    """Subclasses give `backend`, a SearchBackend with no document in it; `with_facets` opens it for other facets."""

    def with_facets(self, backend: SearchBackend, facets: FacetRegistry) -> SearchBackend:
        raise NotImplementedError

    @pytest.fixture
    def filled(self, backend: SearchBackend) -> SearchBackend:
        backend.index([*DOCUMENTS, *DATASETS])
        for kind in Kind:
            backend.refresh(kind)
        return backend

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", {1, 2, 3, 4, 6}),
            ("cell", {1, 2}),
            ("cells hela", {1, 2}),
            ("mitosis", set()),
            ("nuclear envelope", {1, 4}),
            ('"nuclear envelope"', {1}),
            ("human", {1, 2}),
            ("mammalia", {1, 2, 3, 6}),
            ("organism:fungi", {4}),
            ('organism:"house mouse"', {3, 6}),
            ("organism:mouse", {3, 6}),
            ("organism:mice", set()),
            ("organism:mous*", {3, 6}),
            ("organism:house", set()),
            ("organism:musculus", {3, 6}),
            ('organism:"Mus musculus"', {3, 6}),
            ("method:confocal", {1, 2, 3}),
            ("method:light", {1, 2, 3}),
            ("hela -interphase", {1}),
            ("NOT hela", {3, 4, 6}),
            ("yeast OR embryo", {3, 4}),
            ("(yeast OR hela) confocal", {1, 2}),
            ("mit*", {1}),
            ("title:mit*", {1}),
            ("muller", {6}),
            ("S-BIAD1234", {6}),
            ("file:A01_field2", {6}),
            ("MG-D1-I4", {4}),
            ("pixel_size:<0.2", {1, 4}),
            ("pixel_size:100nm..200nm", {1, 2}),
            ("size_z:>=10", {1, 3}),
            ("-pixel_size:<0.2", {2, 3, 6}),
        ],
    )
    def test_words_find_exactly_their_set(self, filled, text, expected):
        results = filled.search(ask(q=text), PUBLIC)
        assert set(found(results)) == expected
        assert results.total == len(expected)

    def test_a_word_inside_a_synonym_is_no_value_of_a_field(self, filled):
        filled.index([image(7, "A rosette", CRESS), image(8, "A seed", channel("mouse anti-GFP"))])
        filled.refresh(Kind.IMAGE)
        assert set(found(filled.search(ask(q="organism:mouse"), PUBLIC))) == {3, 6}
        assert set(found(filled.search(ask(q='organism:"thale cress"'), PUBLIC))) == {7}
        assert set(found(filled.search(ask(q="organism:plants"), PUBLIC))) == {7}
        assert 7 in found(filled.search(ask(q="mouse"), PUBLIC))
        (reason,) = filled.search(ask(q="organism:mouse"), PUBLIC).hits[0].why
        assert reason.text == "Mus musculus (synonym of mouse)"

    def test_counts_are_exact_for_what_is_found(self, filled):
        results = filled.search(ask(q="hela"), PUBLIC)
        assert counts(results, "channel") == {"DAPI": 2, "GFP": 1}
        assert counts(results, "organism") == {"Homo sapiens": 2}

    def test_a_facet_s_own_choice_does_not_restrict_its_own_counts(self, filled):
        results = filled.search(ask(organism="Homo sapiens"), PUBLIC)
        assert set(found(results)) == {1, 2}
        assert counts(results, "organism") == {"Homo sapiens": 2, "Mus musculus": 2, "Saccharomyces cerevisiae": 1}
        assert counts(results, "channel") == {"DAPI": 2, "GFP": 1}

    def test_several_values_of_a_facet_widen_and_several_facets_narrow(self, filled):
        query = ask(organism=["Homo sapiens", "Mus musculus"], channel="DAPI")
        results = filled.search(query, PUBLIC)
        assert set(found(results)) == {1, 2, 6}
        assert counts(results, "organism") == {"Homo sapiens": 2, "Mus musculus": 1}
        assert counts(results, "channel") == {"DAPI": 3, "GFP": 2}
        assert [v.key for f in results.facets if f.name == "channel" for v in f.values if v.selected] == ["DAPI"]

    def test_a_chosen_value_without_documents_is_still_listed(self, filled):
        results = filled.search(ask(organism="Danio rerio"), PUBLIC)
        assert results.total == 0
        assert counts(results, "organism")["Danio rerio"] == 0

    def test_counts_are_exact_over_many_values_and_shards(self, backend):
        rare = [image(at, "", channel(f"dye {at}"), channel("common")) for at in range(300)]
        backend.index(rare)
        backend.refresh(Kind.IMAGE)
        facet = backend.facet(ask(), PUBLIC, "channel")
        assert facet.distinct == 301
        assert {value.key: value.count for value in facet.values} == {
            "common": 300, **{f"dye {at}": 1 for at in range(300)}}  # fmt: skip

    def test_a_search_lists_the_first_values_and_says_how_many_more_there_are(self, backend):
        backend.index([image(at, "", channel(f"dye {at:02}")) for at in range(30)])
        backend.refresh(Kind.IMAGE)
        facet = next(f for f in backend.search(ask(), PUBLIC).facets if f.name == "channel")
        assert facet.hidden == 30 - len(facet.values) > 0
        assert [v.key for v in backend.facet(ask(), PUBLIC, "channel", contains="dye 2").values] == [
            f"dye {at}" for at in range(20, 30)]  # fmt: skip

    def test_ranges_restrict_and_tell_their_ends(self, filled):
        results = filled.search(ask(pixel_size__min="0.1", pixel_size__max="0.2"), PUBLIC)
        assert set(found(results)) == {1, 2}
        ends = next(facet for facet in results.facets if facet.name == "pixel_size")
        assert (ends.low, ends.high) == (0.002, 0.5)

    def test_a_document_with_several_numbers_is_found_by_any(self, filled):
        query = from_params(Kind.DATASET, {"pixel_size.min": ["0.3"]})
        assert [hit.accession for hit in filled.search(query, PUBLIC).hits] == ["MG-D1"]
        query = from_params(Kind.DATASET, {"bytes.max": ["1"], "bytes.unit": ["GB"]})
        assert [hit.accession for hit in filled.search(query, PUBLIC).hits] == ["MG-D2"]

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            ("date", [3, 2, 1, 4, 6]),
            ("-date", [6, 4, 1, 2, 3]),
            ("title", [4, 2, 1, 3, 6]),
            ("size", [1, 3, 2, 6, 4]),
            ("accession", [1, 2, 3, 4, 6]),
        ],
    )
    def test_explicit_orders(self, filled, sort, expected):
        assert found(filled.search(ask(sort=sort), PUBLIC)) == expected

    def test_relevance_puts_the_title_first(self, backend):
        backend.index([image(1, "Cells", texts={"description": ["a golgi"]}), image(2, "Golgi")])
        backend.refresh(Kind.IMAGE)
        assert found(backend.search(ask(q="golgi"), PUBLIC)) == [2, 1]

    @pytest.mark.parametrize("sort", ["relevance", "date", "-date", "title", "size", "accession"])
    def test_pages_show_everything_once(self, backend, sort):
        backend.index([image(at, f"Cell {at % 7}", date=f"2024-01-{at % 5 + 1:02}", size=at % 3) for at in range(53)])
        backend.refresh(Kind.IMAGE)
        seen, query = [], ask(q="cell", sort=sort, size="10")
        for _ in range(6):
            results = backend.search(query, PUBLIC)
            assert results.total == 53
            seen += found(results)
            query = replace(query, cursor=results.cursor)
        assert sorted(seen) == list(range(53))
        assert not results.cursor

    def test_a_last_page_that_is_full_is_the_last(self, filled):
        assert filled.search(ask(size="5"), PUBLIC).cursor == ""
        assert filled.search(ask(size="4"), PUBLIC).cursor

    def test_a_page_goes_on_after_its_last_hit_though_others_came_before_it(self, backend):
        backend.index([image(at, f"Cell {at:02}") for at in range(10, 30)])
        backend.refresh(Kind.IMAGE)
        first = backend.search(ask(sort="title", size="10"), PUBLIC)
        backend.index([image(at, f"Cell {at:02}") for at in range(5)])
        backend.delete(Kind.IMAGE, ["MG-D2-I12"])
        backend.refresh(Kind.IMAGE)
        second = backend.search(ask(sort="title", size="10", cursor=first.cursor), PUBLIC)
        assert found(first) + found(second) == list(range(10, 30))

    @pytest.mark.parametrize(
        ("access", "expected"),
        [
            (PUBLIC, {1, 2, 3, 4, 6}),
            (PUBLIC | {"dataset:5"}, {1, 2, 3, 4, 5, 6}),
            (frozenset({"dataset:5"}), {5}),
            (frozenset({"dataset:6"}), set()),
            (frozenset(), set()),
            (EVERYTHING, {1, 2, 3, 4, 5, 6}),
        ],
        ids=["anonymous", "member", "private-only", "stranger", "nothing", "administrator"],
    )
    def test_readers_find_count_and_complete_only_what_they_may_see(self, filled, access, expected):
        results = filled.search(ask(), access)
        assert set(found(results)) == expected
        assert results.total == filled.count(Kind.IMAGE, access) == len(expected)
        mice = counts(results, "organism").get("Mus musculus", 0)
        assert mice == len(expected & {3, 5, 6})
        assert {v.key: v.count for v in filled.facet(ask(), access, "organism").values}.get("Mus musculus", 0) == mice
        titles = [each.text for each in filled.suggest(Kind.IMAGE, "priv", access)]
        assert titles == (["Private mouse section"] if 5 in expected else [])

    def test_suggestions_carry_counts(self, filled):
        first = filled.suggest(Kind.IMAGE, "mus", PUBLIC)[0]
        assert (first.field, first.text, first.count) == ("organism", "Mus musculus", 2)
        assert filled.suggest(Kind.IMAGE, "…", PUBLIC) == ()

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("human", "Homo sapiens (synonym of human)"),
            ("mammalia", "Homo sapiens (narrower than Mammalia)"),
            ("DAPI", "DAPI"),
            ('"nuclear envelope"', "The nuclear envelope breaks down."),
        ],
    )
    def test_a_hit_says_why(self, filled, text, sentence):
        hit = next(hit for hit in filled.search(ask(q=text), PUBLIC).hits if hit.accession == "MG-D1-I1")
        assert sentence in [reason.text for reason in hit.why]

    def test_a_hit_carries_its_identifiers_elsewhere(self, filled):
        hit = filled.search(ask(q="S-BIAD1234"), PUBLIC).hits[0]
        assert (hit.accession, hit.title, hit.source_identifiers) == ("MG-D1-I6", "Müller glia", ("S-BIAD1234",))

    @pytest.mark.parametrize("text", ["1ABC", "1abc", "PDB:1ABC", "pdb:1abc", "S-BIAD1234", "BioStudies:S-BIAD1234"])
    def test_it_is_found_by_identifiers_of_what_belongs_to_it(self, filled, text):
        assert found(filled.search(ask(q=text), PUBLIC)) == [6]

    def test_deleted_documents_are_gone_and_deleting_twice_is_no_error(self, filled):
        for _ in range(2):
            filled.delete(Kind.IMAGE, ["MG-D1-I1", "MG-D9-I99"])
        filled.refresh(Kind.IMAGE)
        assert set(found(filled.search(ask(), PUBLIC))) == {2, 3, 4, 6}

    def test_a_later_document_replaces_and_an_earlier_reading_does_not(self, filled):
        later = image(1, "Renamed", revision=now_revision() + 1000)
        filled.index([later])
        filled.index([image(1, "Old name", revision=later.revision - 500)])
        filled.refresh(Kind.IMAGE)
        assert [hit.title for hit in filled.search(ask(q="MG-D1-I1"), PUBLIC).hits] == ["Renamed"]

    def test_a_rebuild_replaces_everything(self, filled):
        assert filled.rebuild(Kind.IMAGE, iter(DOCUMENTS[:2])) == 2
        filled.refresh(Kind.IMAGE)
        assert set(found(filled.search(ask(), EVERYTHING))) == {1, 2}
        assert sorted(filled.ids(Kind.IMAGE)) == ["MG-D1-I1", "MG-D1-I2"]
        assert filled.count(Kind.DATASET, PUBLIC) == 2

    def test_a_rebuild_that_fails_leaves_the_old_index(self, filled):
        def broken():
            yield DOCUMENTS[0]
            raise RuntimeError("the database went away")

        with pytest.raises(RuntimeError, match="went away"):
            filled.rebuild(Kind.IMAGE, broken())
        assert filled.count(Kind.IMAGE, PUBLIC) == 5
        filled.rebuild(Kind.IMAGE, iter(DOCUMENTS))
        filled.refresh(Kind.IMAGE)
        assert filled.count(Kind.IMAGE, PUBLIC) == 5

    def test_a_rebuild_under_load_loses_nothing_and_readers_never_see_half(self, backend):
        rows = {at: image(at, f"Cell {at}") for at in range(600)}
        backend.index(list(rows.values()))
        backend.refresh(Kind.IMAGE)
        totals, done = [], threading.Event()

        def read() -> None:
            while not done.is_set():
                totals.append(backend.search(ask(), PUBLIC).total)

        def reading_rows():
            for at in list(rows):
                yield rows[at]
                if at % 60 == 30:  # changes that come while the rebuild is reading
                    new = image(1000 + at, "Newcomer")
                    backend.index([new, image(at - 10, "Changed")])
                    backend.delete(Kind.IMAGE, [rows[at + 5].id])

        reader = threading.Thread(target=read)
        reader.start()
        try:
            backend.rebuild(Kind.IMAGE, reading_rows())
        finally:
            done.set()
            reader.join()
        backend.refresh(Kind.IMAGE)
        assert backend.search(ask(q="newcomer"), PUBLIC).total == 10
        assert backend.search(ask(q="changed"), PUBLIC).total == 10
        gone = {rows[at + 5].id for at in range(600) if at % 60 == 30}
        assert not gone & set(backend.ids(Kind.IMAGE))
        assert backend.count(Kind.IMAGE, PUBLIC) == 600
        assert totals
        assert min(totals) >= 590

    def test_every_declared_facet_can_be_counted(self, filled):
        for kind in Kind:
            results = filled.search(SearchQuery(kind), PUBLIC)
            assert [facet.name for facet in results.facets] == [facet.name for facet in registry.of(kind)]

    def test_ids_can_be_asked_by_token(self, filled):
        assert list(filled.ids(Kind.IMAGE, frozenset({"dataset:5"}))) == ["MG-D1-I5"]
        assert list(filled.ids(Kind.IMAGE, frozenset({"dataset:6"}))) == []
        assert len(list(filled.ids(Kind.IMAGE))) == len(DOCUMENTS)

    def test_an_index_of_other_facets_takes_nothing_until_it_is_rebuilt(self, filled):
        wider = FacetRegistry([*FACETS, FacetDeclaration("mood", "Mood")])
        other = self.with_facets(filled, wider)
        with pytest.raises(IndexOutdated):
            other.index([image(1)])
        other.rebuild(Kind.IMAGE, iter([image(1)]))
        other.refresh(Kind.IMAGE)
        assert other.count(Kind.IMAGE, PUBLIC) == 1

    def test_ping_returns(self, backend):
        backend.ping()
