"""The page of a plate: fields, colours by a deposited table, the same for a plate of any size and for every reader."""

import re

import pytest
from django.test import Client
from openpyxl import Workbook

from archive.models import Image, Plate, Well
from archive.services import well_tables
from tests.factories.archive import (
    BlobFactory,
    FileFactory,
    ImageFactory,
    PlateFactory,
    ReleasedDatasetFactory,
    WellFactory,
)
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset():
    return ReleasedDatasetFactory()


@pytest.fixture
def plate(dataset) -> Plate:
    """One well with two fields, and one with the first alone."""
    plate = PlateFactory(dataset=dataset, rows=2, columns=3, name="P1")
    first, second = (WellFactory(plate=plate, row=0, column=column) for column in (0, 2))
    for number, (well, field) in enumerate(((first, 0), (first, 1), (second, 0)), start=1):
        ImageFactory(dataset=dataset, number=number, well=well, field=field)
    return plate


def table(dataset, text: str | bytes, path: str = "tables/wells.csv"):
    content = text.encode() if isinstance(text, str) else text
    return FileFactory(dataset=dataset, path=path, size=len(content), blob=BlobFactory(content=content), state="kept")


def see(plate: Plate, query: str = "") -> str:
    response = Client().get(plate.get_absolute_url() + query)
    assert response.status_code == 200
    assert problems_of(response.text) == []
    return response.text


def wells(plate: Plate, query: str = "") -> list[bool]:
    text = see(plate, query)
    return [f'href="/images/{plate.dataset.accession}-I{number}/"' in text for number in (1, 2, 3)]


class TestFields:
    def test_one_field_is_shown_at_a_time_or_all(self, plate):
        assert wells(plate) == [True, False, True]
        assert wells(plate, "?field=2") == [False, True, False]
        assert wells(plate, "?field=all") == [True, True, True]
        assert 'aria-label="A1, field 2' in see(plate, "?field=all")

    def test_the_fields_and_the_empty_wells_are_named(self, plate):
        text = see(plate)
        assert 'href="?field=2"' in text
        assert "2 × 3 wells, 2 with images" in text
        assert "A2, no image" in text
        assert "means that no image" in text

    def test_where_every_well_has_an_image_no_dash_is_explained(self, dataset):
        plate = PlateFactory(dataset=dataset, rows=1, columns=1)
        ImageFactory(dataset=dataset, well=WellFactory(plate=plate, row=0, column=0))
        text = see(plate)
        assert "means that no image" not in text
        assert "each with images" in text

    @pytest.mark.parametrize("written", ["0", "99", "²", "-1", "x", "9" * 30])
    def test_a_strange_field_does_no_harm(self, plate, written):
        assert Client().get(plate.get_absolute_url(), {"field": written}).status_code == 200


class TestColours:
    TEXT = "Well,gene,cells,index\nA1,a,10,0.5\nA3,b,20,\nB2,c,15,0.25\n"

    def test_wells_are_coloured_by_the_first_column_and_say_its_value(self, dataset, plate):
        table(dataset, self.TEXT)
        text = see(plate)
        assert 'class="heat h0"' in text
        assert 'class="heat h19"' in text
        assert 'aria-label="A3, 20"' in text
        assert re.search(r"<b>10</b>.*<b>20</b>", text)
        # A well without an image keeps its value; one without a value is hatched and says so.
        assert "B2, 15, no image" in text
        assert "A2, no value" in text

    def test_another_column_is_chosen_by_the_address_and_the_field_stays(self, dataset, plate):
        file = table(dataset, self.TEXT)
        text = see(plate, f"?field=2&by={file.pk}:index")
        assert f'value="{file.pk}:index" selected' in text
        assert re.search(r"<b>0.25</b>.*<b>0.5</b>", text)
        assert 'name="field" value="2"' in text
        assert "by=" in re.search(r'href="\?([^"]*)"[^>]*>All', text)[1]

    def test_the_same_numbers_stand_in_a_table(self, dataset, plate):
        table(dataset, self.TEXT)
        text = see(plate, "?table=1")
        assert '<th scope="row">B2</th><td class="num">15</td>' in text
        assert "heat h" not in text.split('id="heat"')[1].split("<form")[1]

    @pytest.mark.parametrize("by", ["x", "1:nothing", "<script>"])
    def test_a_strange_column_does_no_harm(self, dataset, plate, by):
        table(dataset, self.TEXT)
        assert Client().get(plate.get_absolute_url(), {"by": by}).status_code == 200

    def test_what_a_table_says_is_no_markup(self, dataset, plate):
        table(dataset, 'Well,"<script>x"\nA1,1\n')
        assert "<script>x" not in see(plate)

    def test_a_table_of_other_plates_says_so(self, dataset, plate):
        table(dataset, "Plate,Well,x\nP8,A1,1\nP9,A1,2\n")
        assert "no value for a well of this plate" in see(plate)

    def test_tables_that_name_no_wells_are_passed_over(self, dataset, plate):
        table(dataset, "a,b\n1,2\n")
        assert "Colour by" not in see(plate)

    def test_the_table_of_a_draft_is_not_shown_beside_the_public_plate(self, dataset, plate):
        file = table(dataset, self.TEXT)
        type(file).objects.filter(pk=file.pk).update(from_version=2)
        assert "Colour by" not in see(plate)

    def test_a_value_for_every_well_alike_is_a_colour_too(self, dataset, plate):
        table(dataset, "Well,x\nA1,3\nA2,3\n")
        assert 'class="heat h10"' in see(plate)


class TestLargeTables:
    def test_a_workbook_is_read_by_the_task_and_then_shown(self, dataset, plate, tmp_path):
        book = Workbook()
        for row in (["Well", "cells"], ["A1", 4], ["A3", 8]):
            book.active.append(row)
        book.save(tmp_path / "wells.xlsx")
        file = table(dataset, (tmp_path / "wells.xlsx").read_bytes(), "wells.xlsx")
        assert "wells.xlsx is being read." in see(plate)
        well_tables.read_table(file_id=file.pk)
        well_tables.read_table(file_id=file.pk)
        text = see(plate)
        assert "is being read" not in text
        assert 'aria-label="A3, 8"' in text

    def test_what_is_no_table_is_read_once_and_not_asked_for_again(self, dataset, plate):
        file = table(dataset, b"PK nonsense", "wells.xlsx")
        well_tables.read_table(file_id=file.pk)
        text = see(plate)
        assert "is being read" not in text
        assert "Colour by" not in text

    def test_a_large_table_is_not_read_while_somebody_waits(self, dataset, plate, monkeypatch):
        monkeypatch.setattr(well_tables, "AT_ONCE", 10)
        assert table(dataset, TestColours.TEXT)
        assert "wells.csv is being read." in see(plate)


def full_plate(dataset, rows: int, columns: int) -> Plate:
    plate = PlateFactory(dataset=dataset, rows=rows, columns=columns)
    file = FileFactory(dataset=dataset, path="plate.ome.tif")
    Well.objects.bulk_create(Well(plate=plate, row=r, column=c) for r in range(rows) for c in range(columns))
    like = ImageFactory(dataset=dataset, file=file, number=1_000_000, thumbnail_small="pictures/x.webp")
    fields = {f.attname: getattr(like, f.attname) for f in Image._meta.concrete_fields if f.name not in {"id", "well"}}
    Image.objects.bulk_create(
        Image(**{**fields, "accession": f"{dataset.accession}-I{n}", "number": n, "series": n, "well": well})
        for n, well in enumerate(plate.wells.all(), start=1)
    )
    return plate


@pytest.mark.parametrize(("rows", "columns"), [(8, 12), (16, 24), (32, 48)])
def test_queries_do_not_grow_with_the_plate(dataset, rows, columns, django_assert_max_num_queries):
    plate = full_plate(dataset, rows, columns)
    table(dataset, "Well,x\n" + "".join(f"{well.name},{well.column}\n" for well in plate.wells.all()))
    client = Client()
    client.get(plate.get_absolute_url())
    with django_assert_max_num_queries(6):
        text = client.get(plate.get_absolute_url()).text
    assert text.count('loading="lazy"') == rows * columns
    assert len(text) < 850 * rows * columns + 20_000
