"""Pages by cursor: whole, in order, without repetition, and closed to forged marks."""

import pytest

from archive.errors import Invalid
from archive.models import Dataset, Deposition, File
from archive.selectors.paging import page_of
from tests.factories.archive import DatasetFactory, DepositionFactory, FileFactory

pytestmark = pytest.mark.django_db


def _all_pages(rows, order, size):
    cursor, pages = "", []
    while True:
        page = page_of(rows, order=order, cursor=cursor, size=size)
        pages.append([row.pk for row in page.items])
        cursor = page.next_cursor
        if not cursor:
            return pages


@pytest.mark.parametrize("order", [("path",), ("-pk",), ("-size", "path"), ("size", "-pk")], ids="/".join)
@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_all_rows_come_once_in_order(order, size):
    dataset = DatasetFactory()
    for number in range(7):
        FileFactory(dataset=dataset, size=number % 2)
    pages = _all_pages(File.objects.all(), order, size)

    assert [pk for page in pages for pk in page] == list(File.objects.order_by(*order).values_list("pk", flat=True))


def test_rows_that_come_and_go_do_not_shift_a_page():
    made = [DatasetFactory().pk for _ in range(6)]
    first = page_of(Dataset.objects.all(), order=("pk",), size=3)
    Dataset.objects.filter(pk=made[1]).delete()
    second = page_of(Dataset.objects.all(), order=("pk",), cursor=first.next_cursor, size=3)

    assert [row.pk for row in second.items] == made[3:]


@pytest.mark.parametrize("cursor", ["x", "WzFd:1:forged", "☃"])
def test_a_forged_mark_is_refused(cursor):
    with pytest.raises(Invalid):
        page_of(Dataset.objects.all(), order=("pk",), cursor=cursor)


def test_a_mark_of_another_list_is_refused():
    for _ in range(3):
        FileFactory()
    cursor = page_of(File.objects.all(), order=("size", "path"), size=1).next_cursor
    with pytest.raises(Invalid):
        page_of(File.objects.all(), order=("path",), cursor=cursor, size=1)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_an_order_by_moments_goes_on_to_the_microsecond(size):
    for _ in range(5):
        DepositionFactory()
    pages = _all_pages(Deposition.objects.all(), ("-updated_at", "-pk"), size)
    wanted = Deposition.objects.order_by("-updated_at", "-pk").values_list("pk", flat=True)

    assert [pk for page in pages for pk in page] == list(wanted)


def test_a_mark_of_a_list_with_as_many_fields_of_other_kinds_is_refused():
    for _ in range(3):
        DepositionFactory()
    cursor = page_of(Deposition.objects.all(), order=("state", "pk"), size=1).next_cursor
    with pytest.raises(Invalid):
        page_of(Deposition.objects.all(), order=("-updated_at", "-pk"), cursor=cursor, size=1)
