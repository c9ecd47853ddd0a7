"""The table of files on the deposit page: without script, from the download to the undo."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from archive import table_delivery
from archive.metadata.spreadsheets import open_workbook
from archive.models import FileAttributes, FileTable
from archive.services import components, file_tables
from archive.states import FileTableState
from archive.views.table_words import summary_of
from tests.factories.archive import DepositionFactory, FileFactory, FileTableFactory, ReleasedDatasetFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db

PATHS = ("P1/A01.tif", "P1/A02.tif", "P2/A01.tif")


@pytest.fixture
def deposition(client):
    deposition = DepositionFactory()
    for path in PATHS:
        FileFactory(dataset=deposition.dataset, path=path)
    client.force_login(deposition.created_by)
    return deposition


def address(name, deposition, *more) -> str:
    return reverse(f"archive:{name}", args=[deposition.dataset.accession, *more])


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def send(client, deposition, text, name="files.csv"):
    file = SimpleUploadedFile(name, text.encode())
    response = client.post(address("file-table-upload", deposition), {"table": file})
    work()
    return response


def work():
    table = FileTable.objects.order_by("-pk").first()
    if table is not None:
        file_tables.work_on(table_id=table.pk)


def press(client, deposition, word):
    table = FileTable.objects.order_by("-pk").first()
    client.post(address("file-table-answer", deposition, table.pk), {"answer": word})
    work()
    return client.get(address("file-table", deposition, table.pk)).content.decode()


def test_the_page_offers_the_table(client, deposition):
    html = client.get(deposition.get_absolute_url()).content.decode()
    for form in ("csv", "tsv", "xlsx"):
        assert f"{address('file-table-download', deposition)}?as={form}" in html
    assert problems_of(html) == []


def test_the_table_comes_filled_with_what_the_paths_say(client, deposition):
    csv = body(client.get(address("file-table-download", deposition) + "?as=csv"))
    assert csv == b"\xef\xbb\xbfpath,Plate,Well\r\nP1/A01.tif,P1,A01\r\nP1/A02.tif,P1,A02\r\nP2/A01.tif,P2,A01\r\n"
    tsv = client.get(address("file-table-download", deposition) + "?as=tsv")
    assert body(tsv).startswith(b"path\tPlate\tWell\r\n")
    assert tsv["Content-Disposition"] == f'attachment; filename="{deposition.dataset.accession}-files.tsv"'
    xlsx = io.BytesIO(body(client.get(address("file-table-download", deposition) + "?as=xlsx")))
    assert list(open_workbook(xlsx).rows)[1] == (2, ["P1/A01.tif", "P1", "A01"])


def test_a_workbook_of_too_many_files_is_refused_in_words(client, deposition, monkeypatch):
    monkeypatch.setattr(table_delivery, "MOST_WORKBOOK_ROWS", 2)
    response = client.get(address("file-table-download", deposition) + "?as=xlsx")
    assert response.status_code == 413
    assert "Take the table as CSV" in response.content.decode()


def test_a_table_from_preview_to_undo(client, deposition):
    response = send(client, deposition, "path,Gene\nP1/A01.tif,TP53\nP1/A02.tif,KIF11\n")
    html = client.get(response.url).content.decode()
    assert "2 rows change. One file is not in the table and stays as it is." in html
    assert "Waits for your word; nothing is applied yet" in html
    assert problems_of(html) == []
    html = press(client, deposition, "apply")
    assert "2 files changed" in html
    page = client.get(deposition.get_absolute_url()).content.decode()
    assert "<dt>Gene</dt>" in page
    assert "<dd>TP53</dd>" in page
    assert problems_of(page) == []
    assert "Undone" in press(client, deposition, "undo")
    assert not FileAttributes.objects.exists()


def test_errors_stand_with_row_column_value_and_what_to_do(client, deposition):
    send(client, deposition, "path,Gene\nP1/A01.tif,2-Sep\nP1/a02.tif,TP53\nP2/A01.tif,TP53\n")
    table = FileTable.objects.get()
    html = client.get(address("file-table", deposition, table.pk)).content.decode()
    assert "One row changes, 1 has errors, 1 path is not in the deposit." in html
    assert "Did you mean “P1/A02.tif”?" in html
    assert problems_of(html) == []
    listed = body(client.get(address("file-table-problems", deposition, table.pk))).decode("utf-8-sig").splitlines()
    assert listed[0] == "row,column,value,level,what to do"
    assert [line.split(",")[:3] for line in listed[1:]] == [["2", "Gene", "2-Sep"], ["3", "path", "P1/a02.tif"]]
    press(client, deposition, "apply")
    assert not FileAttributes.objects.exists()
    assert "1 file changed" in press(client, deposition, "apply-good")


def test_a_table_is_discarded(client, deposition):
    send(client, deposition, "path,x\nP1/A01.tif,1\n")
    assert "Discarded" in press(client, deposition, "discard")


def test_a_table_that_cannot_be_read_says_why(client, deposition):
    response = send(client, deposition, "well,x\nA01,1\n")
    html = client.get(response.url).content.decode()
    assert "No column is called “path”" in html
    assert problems_of(html) == []


@pytest.mark.parametrize("name", ["files.ods", ""], ids=["wrong ending", "none"])
def test_what_is_no_table_comes_back_with_a_sentence(client, deposition, name):
    data = {"table": SimpleUploadedFile(name, b"x")} if name else {}
    response = client.post(address("file-table-upload", deposition), data, follow=True)
    text = response.content.decode()
    assert "is no table. Choose a file that ends in .csv" in text or "No table was chosen" in text


def test_the_page_asks_again_while_it_is_checked(client, deposition):
    client.post(address("file-table-upload", deposition), {"table": SimpleUploadedFile("a.csv", b"path\na")})
    table = FileTable.objects.get()
    html = client.get(address("file-table", deposition, table.pk)).content.decode()
    assert 'hx-trigger="every 2s"' in html
    assert "Look again" in html
    assert problems_of(html) == []


def test_the_record_shows_what_is_said_and_gives_it_as_a_table(client):
    dataset = ReleasedDatasetFactory()
    file = FileFactory(dataset=dataset, path="a.tif")
    FileAttributes.objects.create(file=file, values={"Gene": "TP53"}, from_version=1)
    FileTableFactory(dataset=dataset, state=FileTableState.APPLIED, order=["Gene"])
    html = client.get(dataset.get_absolute_url()).content.decode()
    assert "<dt>Gene</dt><dd>TP53</dd>" in html.replace("\n", "")
    assert problems_of(html) == []
    rows = body(client.get(reverse("archive:file-list", args=[dataset.accession, 1]) + "?as=tsv")).decode().splitlines()
    assert rows[0].split("\t")[-1] == "Gene"
    assert rows[1].split("\t")[-1] == "TP53"


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"changed": 412, "wrong": 5, "unknown": 2},
         "412 rows change, 3 have errors, 2 paths are not in the deposit."),
        ({"changed": 1, "wrong": 1}, "One row changes, 1 has errors."),
        ({"unchanged": 3, "left_out": 7}, "No row changes, 3 say what is known already. 7 files are not in the table"
         " and stay as they are."),
    ],
)  # fmt: skip
def test_the_summary_is_a_sentence(counts, sentence):
    none = dict.fromkeys(("rows", "changed", "unchanged", "unknown", "left_out", "errors", "hints", "wrong"), 0)
    assert summary_of(FileTable(counts=none | counts)) == sentence


# --- which files are shown


@pytest.fixture
def listed(client):
    """Twelve files, two components, and what a table says of one of them."""
    document = {"components": [{"name": "First", "folder": "P1"}, {"name": "Second"}]}
    deposition = DepositionFactory(metadata=document)
    components.sync_components(dataset=deposition.dataset, document=document)
    files = [FileFactory(dataset=deposition.dataset, path=f"P{n // 6 + 1}/{n:02d}.tif") for n in range(12)]
    FileAttributes.objects.create(
        file=files[7], values={"Dose": "5 µM"}, associations={"component": "Second"}, from_version=1
    )
    FileAttributes.objects.create(file=files[0], associations={"component": "Second"}, from_version=1)
    client.force_login(deposition.created_by)
    return deposition


def found(client, deposition, **query) -> list[str]:
    response = client.get(deposition.get_absolute_url(), query)
    assert problems_of(response.content.decode()) == []
    return [row.file.path for row in response.context["files"]]


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ({"find": "/03"}, ["P1/03.tif"]),
        ({"find": "5 µm"}, ["P2/07.tif"]),
        ({"component": "First"}, [f"P1/{n:02d}.tif" for n in range(1, 6)]),
        ({"component": "Second"}, ["P1/00.tif", "P2/07.tif"]),
        ({"component": "Second", "find": "p2"}, ["P2/07.tif"]),
        ({"component": "Third"}, []),
        ({"find": "%"}, []),
        ({"find": "/03", "show": "problems"}, []),
    ],
)
def test_files_are_found_by_path_by_what_is_said_and_by_component(client, listed, query, paths):
    assert found(client, listed, **query) == paths


def test_the_list_keeps_what_was_asked_while_it_asks_again(client, listed):
    html = client.get(listed.get_absolute_url(), {"find": "tif", "component": "First"}).content.decode()
    assert "?show=all&amp;find=tif&amp;component=First" in html
    fragment = client.get(address("deposition-files", listed), {"find": "/03"}, headers={"HX-Request": "true"})
    assert fragment.content.decode().count('<li class="upload"') == 1


def test_where_nothing_is_found_a_link_leads_back(client, listed):
    assert "Show all files" in client.get(listed.get_absolute_url(), {"find": "nothing"}).content.decode()
