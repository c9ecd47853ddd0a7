"""The pages of search, as a reader meets them: nothing typed is lost, nothing is cut silently."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from search import indexing
from tests.factories.archive import ImageFactory
from tests.search.conftest import study


@pytest.fixture
def site(released, index, client):
    """A client for a portal with one released dataset of two images."""
    dataset = released(images=2, metadata=study("Nuclear envelope breakdown"))
    put(dataset)
    client.dataset = dataset
    return client


def put(*datasets) -> None:
    for dataset in datasets:
        indexing.record_change(dataset_id=dataset.pk)
    indexing.drain_outbox()


def text_of(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_a_card_shows_what_was_found_and_why(site):
    response = site.get("/search/", {"q": "human"})
    assert response.status_code == 200
    text = text_of(response)
    for words in ("Nuclear envelope breakdown", "Ada Müller, B. Okafor", "Homo sapiens (synonym of human )",
                  "confocal microscopy", "Datasets 1", "Images 2", "1 dataset"):  # fmt: skip
        assert words in text, words
    assert f'href="/datasets/{site.dataset.accession}/"' in response.content.decode()


def test_images_stand_in_a_table(site):
    response = site.get("/search/images/")
    text = text_of(response)
    assert "2 images" in text
    assert "512 × 256 × 1 × 2 × 1" in text
    assert "DAPI, GFP" in text
    assert site.dataset.images.first().accession in text


def test_a_search_from_nothing_lists_all(site):
    assert "1 dataset" in text_of(site.get("/search/"))


@pytest.mark.parametrize("page", ["/search/", "/search/images/", "/search/facets/organism/"])
@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"q": "specie:mouse"}, 'Did you mean "species"?'),
        ({"q": "a*"}, "at least two letters"),
        ({"q": "(" * 30 + "x"}, "levels of parentheses"),
        ({"pixel_size.min": "small"}, "needs a number"),
        ({"pixel_size.min": "1e308", "pixel_size.unit": "mm"}, "needs a number"),
        ({"pixel_size.max": "-1e308 mm"}, "needs a number"),
        ({"q": "bytes:>1e300pb"}, "needs a number"),
        ({"released.max": "soon"}, "needs a day"),
        ({"sort": "nwest"}, "Unknown order"),
        ({"size": "1000000"}, "whole number"),
        ({"cursor": "made-by-hand"}, "first page"),
        ({"pixel_size.min": "2", "pixel_size.max": "1"}, "Swap them"),
    ],
)
def test_a_bad_query_gets_a_sentence_and_keeps_what_was_typed(site, page, params, sentence):
    if page.startswith("/search/facets/") and "cursor" in params:
        return  # the page of a facet has no cursor
    response = site.get(page, {"organism": "Homo sapiens", "q": "nuclei", **params})
    assert response.status_code == 400
    assert sentence in text_of(response)
    html = unescape(response.content.decode())
    for name, value in {"organism": "Homo sapiens", "q": "nuclei", **params}.items():
        if name not in {"sort", "size", "cursor", "pixel_size.unit"}:  # a unit is a choice of a list
            assert re.search(rf'name="{re.escape(name)}"[^>]*value="{re.escape(value)}"', html), name


def test_what_is_typed_is_text_never_markup(site):
    response = site.get("/search/", {"q": '"><script>alert(1)</script>', "organism": "<b>x</b>"})
    assert b"<script>alert" not in response.content
    assert b"<b>x</b>" not in response.content


def test_an_address_holds_only_what_was_said(site):
    blank = {"q": "", "size_x.min": "", "pixel_size.min": " ", "pixel_size.unit": "nm", "organism": "Homo sapiens"}
    response = site.get("/search/images/", blank)
    assert response.status_code == 302
    assert response.url == "/search/images/?organism=Homo+sapiens"
    assert site.get(response.url).status_code == 200
    assert site.get("/search/", {"q": ""}).url == "/search/"


def test_filters_become_chips_that_can_be_taken_off(site):
    response = site.get("/search/", {"q": "human", "organism": "Homo sapiens", "pixel_size.max": "200",
                                     "pixel_size.unit": "nm"})  # fmt: skip
    text = text_of(response)
    assert "up to 0.2\u00a0µm".replace("\u00a0", " ") in text
    link = re.search(r'href="([^"]*)" aria-label="Remove filter Organism', response.content.decode()).group(1)
    assert parse_qs(unescape(link).removeprefix("?")) == {"q": ["human"], "pixel_size.max": ["0.2"]}


def test_the_other_tab_keeps_the_search(site):
    html = site.get("/search/", {"q": "human", "organism": "Homo sapiens"}).content.decode()
    link = unescape(re.search(r'<a href="(/search/images/[^"]*)"', html).group(1))
    assert parse_qs(urlsplit(link).query) == {"q": ["human"], "organism": ["Homo sapiens"]}


def test_a_search_that_one_kind_cannot_answer_still_answers_for_the_other(site):
    response = site.get("/search/", {"q": "images:>1"})
    assert response.status_code == 200
    assert "1 dataset" in text_of(response)


def test_nothing_found_says_which_filter_to_drop(site):
    text = text_of(site.get("/search/", {"organism": "Homo sapiens", "licence": "CC0-1.0"}))
    assert "Nothing matches" in text
    assert "Without Licence: CC0 1.0 1" in text
    assert "Without Organism" not in text
    assert "Without any filter 1" in text


def test_nothing_found_offers_another_spelling(site):
    response = site.get("/search/", {"q": "humen"})
    assert "Did you mean human ?" in text_of(response)
    assert 'href="?q=human"' in response.content.decode()


def test_nothing_at_all_tells_how_to_search(site):
    assert "Try fewer words" in text_of(site.get("/search/", {"q": "xyzzyqwert"}))


def test_an_engine_that_is_down_says_so_and_keeps_what_was_typed(site, settings):
    settings.PORTAL_SEARCH_URL = "elasticsearch://127.0.0.1:9"
    for page in ("/search/", "/search/images/", "/search/facets/organism/"):
        response = site.get(page, {"q": "human nuclei", "organism": "Homo sapiens"})
        assert response.status_code == 503
        assert "Search does not answer at the moment" in text_of(response)
        assert 'value="human nuclei"' in response.content.decode()


def test_pages_of_results_go_on_and_come_back(site, released):
    put(*(released(images=0) for _ in range(4)))
    seen, url = set(), "/search/?size=2&sort=title"
    for _ in range(3):
        html = site.get(url).content.decode()
        seen |= set(re.findall(r'href="/datasets/([^"]+)/"', html))
        following = re.search(r'href="([^"]*)" rel="next"', html)
        url = "/search/" + unescape(following.group(1)) if following else ""
    assert len(seen) == 5
    assert "First page" in html
    assert not url


# ---- facets ----


@pytest.fixture
def dyes(site):
    """Thirty channels, more than the side of a page lists."""
    for at in range(30):
        ImageFactory(dataset=site.dataset, metadata={"channels": [{"name": f"Dye {at:02}"}]})
    put(site.dataset)
    return site


def test_a_long_facet_says_how_many_there_are_and_lists_all_on_its_page(dyes):
    html = dyes.get("/search/images/", {"q": "human"}).content.decode()
    assert "Show all 32" in html
    link = unescape(re.search(r'href="([^"]*)">Show all 32', html).group(1))
    response = dyes.get(link)
    assert all(f"Dye {at:02}" in text_of(response) for at in range(30))
    assert 'name="q" value="human"' in response.content.decode()


def test_a_value_is_found_by_name_with_and_without_script(dyes):
    response = dyes.get("/search/images/", {"channel.contains": "dye 07", "organism": "Homo sapiens"})
    assert response.status_code == 302
    page = dyes.get(response.url)
    assert "Dye 07" in text_of(page)
    assert "Dye 08" not in text_of(page)
    part = dyes.get(response.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'value="Dye 07"' in part


def test_the_page_of_a_facet_keeps_what_is_chosen_elsewhere(dyes):
    html = dyes.get("/search/images/facets/channel/", {"channel": ["DAPI", "Dye 01"], "channel.contains": "dye"})
    text = html.content.decode()
    assert re.search(r'value="DAPI" checked', text)
    assert re.search(r'value="Dye 01" checked', text)


def test_values_come_in_pages(dyes, monkeypatch):
    monkeypatch.setattr("search.views.facets.PER_PAGE", 20)
    first = dyes.get("/search/images/facets/channel/")
    assert "page 1 of 2" in text_of(first)
    second = dyes.get("/search/images/facets/channel/", {"page": "2"})
    listed = [
        re.findall(r'type="checkbox" id="[^"]*" name="channel" value="([^"]+)"', r.content.decode())
        for r in (first, second)
    ]
    assert len(set(listed[0]) | set(listed[1])) == 32


@pytest.mark.parametrize("name", ["nothing", "pixel_size", "images"])
def test_there_is_no_page_of_what_is_no_list(site, name):
    assert site.get(f"/search/facets/{name}/").status_code == 404


def test_only_reading_is_allowed(site):
    assert site.post("/search/").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_hits(site, released, django_assert_max_num_queries):
    put(*(released(images=1) for _ in range(30)))
    for size in ("5", "30"):
        with django_assert_max_num_queries(16) as caught:
            site.get("/search/", {"size": size})
        counted = len(caught)
        if size == "5":
            few = counted
    assert counted == few


def test_one_bad_filter_is_said_beside_it_and_everything_else_goes_on(site):
    params = {"organism": "Homo sapiens", "pixel_size.min": "0.5", "pixel_size.max": "0.1", "pixel_size.unit": "µm"}
    response = site.get("/search/images/", params)
    assert response.status_code == 400
    text, html = text_of(response), response.content.decode()
    assert "2 images" in text and "Remove filter Organism" in html
    assert html.count("Swap them") == 2  # in the summary, which leads there, and beside the fields
    assert 'href="#f-pixel_size-min"' in html
    facet = html.split('aria-label="Filters"', 1)[1]
    for name, value in (("min", "0.5"), ("max", "0.1")):
        assert re.search(rf'name="pixel_size.{name}"[^>]*value="{value}"[^>]*aria-invalid="true"', facet), name
    hidden = re.findall(r'<input type="hidden" name="(pixel_size\.\w+)" value="([^"]*)">', html)
    assert ("pixel_size.max", "0.1") in hidden  # the search box and the order keep it too


def test_a_range_is_asked_in_the_unit_of_the_results(site):
    html = site.get("/search/images/").content.decode()
    assert "<option selected>µm</option>" in html
    html = site.get("/search/images/", {"pixel_size.max": "200", "pixel_size.unit": "nm"}).content.decode()
    assert "<option selected>nm</option>" in html and re.search(r'name="pixel_size.max"[^>]*value="200"', html)


def test_an_accession_leads_to_its_record_at_once(site):
    image = site.dataset.images.first()
    assert site.get("/search/", {"q": image.accession.lower()}).url == image.get_absolute_url()
    assert site.get("/search/images/", {"q": f" {site.dataset.accession} "}).url == site.dataset.get_absolute_url()
    assert site.get("/search/", {"q": f"{site.dataset.accession}.1"}).url == f"{site.dataset.get_absolute_url()}v1/"
    assert site.get("/search/", {"q": f"{site.dataset.accession}.9"}).status_code == 200


def test_an_accession_that_is_not_to_be_seen_leads_nowhere(site, released):
    hidden = released(images=1, access="controlled")
    assert site.get("/search/", {"q": hidden.images.first().accession}).status_code == 200


def test_nothing_among_the_datasets_points_to_the_images_that_match(site):
    image = site.dataset.images.first()
    text = text_of(site.get("/search/", {"q": f"{image.accession} DAPI"}))
    assert "Nothing matches among the datasets" in text and "Images (1) match" in text


def test_who_searches_too_often_is_told_to_wait(site, monkeypatch):
    monkeypatch.setattr("search.throttling._PageThrottle.rate", "2/min", raising=False)
    answers = [site.get("/search/images/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "more than 2 times in a minute" in text_of(answers[-1])
    assert answers[-1].headers["Retry-After"]
