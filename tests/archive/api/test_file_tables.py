"""A script fills in the table of files, uploads it, and reads what is said of files."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from archive.models import FileAttributes, FileTable
from archive.services import file_tables
from archive.states import FileTableState
from tests.factories.archive import (
    ComponentFactory,
    DepositionFactory,
    FileFactory,
    FileTableFactory,
    ReleasedDatasetFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition():
    deposition = DepositionFactory()
    for path in ("a.tif", "b.tif"):
        FileFactory(dataset=deposition.dataset, path=path)
    return deposition


@pytest.fixture
def url(deposition):
    return f"/api/v1/depositions/{deposition.dataset.accession}"


@pytest.fixture
def script(deposition, with_token):
    return with_token(deposition.created_by, "read", "deposit")


def upload(script, url, text) -> dict:
    table = SimpleUploadedFile("t.csv", text.encode())
    response = script.post(f"{url}/file-tables", {"table": table}, format="multipart")
    assert response.status_code == 202, response.content
    return work(script, url, response.json()["id"])


def work(script, url, pk) -> dict:
    file_tables.work_on(table_id=pk)
    return script.get(f"{url}/file-tables/{pk}").json()


def test_from_the_filled_table_to_the_files(script, url, deposition):
    filled = script.get(f"{url}/file-table?as=csv")
    assert b"".join(filled.streaming_content) == b"\xef\xbb\xbfpath\r\na.tif\r\nb.tif\r\n"
    table = upload(script, url, "path,Gene,dose\na.tif,TP53,1\nb.tif,KIF11,\n")
    assert (table["state"], table["counts"]["changed"], table["problems"]) == ("checked", 2, [])
    assert script.post(f"{url}/file-tables/{table['id']}/apply").status_code == 202
    assert work(script, url, table["id"])["state"] == "applied"
    files = script.get(f"{url}/files").json()["results"]
    assert [file["attributes"] for file in files] == [{"Gene": "TP53", "dose": "1"}, {"Gene": "KIF11"}]
    assert [row["id"] for row in script.get(f"{url}/file-tables").json()] == [table["id"]]
    assert script.post(f"{url}/file-tables/{table['id']}/undo").status_code == 202
    assert work(script, url, table["id"])["state"] == "undone"
    assert not FileAttributes.objects.exists()


def test_errors_are_told_and_nothing_is_applied_without_a_word(script, url):
    table = upload(script, url, "path,Gene\na.tif,1-Mar\nb.tif,TP53\n")
    (problem,) = table["problems"]
    assert (problem["row"], problem["column"], problem["value"], problem["level"]) == (2, "Gene", "1-Mar", "error")
    assert "MARCHF1" in problem["sentence"]
    refused = script.post(f"{url}/file-tables/{table['id']}/apply", {}, format="json")
    assert refused.status_code == 422
    assert "One row has errors" in refused.json()["detail"]
    applied = script.post(f"{url}/file-tables/{table['id']}/apply", {"good_rows_only": True}, format="json")
    assert applied.status_code == 202
    listed = b"".join(script.get(f"{url}/file-tables/{table['id']}/problems?as=tsv").streaming_content)
    assert listed.startswith(b"row\tcolumn\tvalue\tlevel\twhat to do\r\n2\tGene\t1-Mar\terror\t")


def test_a_table_is_discarded(script, url):
    table = upload(script, url, "path,x\na.tif,1\n")
    assert script.post(f"{url}/file-tables/{table['id']}/discard").json()["state"] == "discarded"
    assert script.post(f"{url}/file-tables/{table['id']}/discard").status_code == 409


@pytest.mark.parametrize(
    ("content", "status"),
    [(SimpleUploadedFile("t.ods", b"x"), 422), (None, 422)],
    ids=["wrong ending", "none"],
)
def test_what_is_no_table_is_a_problem(script, url, content, status):
    response = script.post(f"{url}/file-tables", {"table": content} if content else {}, format="multipart")
    assert response.status_code in (status, 400)
    assert response["Content-Type"] == "application/problem+json"


def test_another_form_is_a_problem_with_its_place(script, url):
    response = script.get(f"{url}/file-table?as=pdf")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/as"


def test_a_reading_token_uploads_nothing(deposition, url, with_token):
    reader = with_token(deposition.created_by, "read")
    assert reader.post(f"{url}/file-tables", {}, format="multipart").status_code == 403
    assert FileTable.objects.count() == 0


def test_each_version_says_what_it_said(client, django_assert_max_num_queries):
    dataset = ReleasedDatasetFactory(latest_version=2)
    ComponentFactory(dataset=dataset, key="second", name="Second")
    for number in range(20):
        file = FileFactory(dataset=dataset, path=f"{number:02d}.tif")
        FileAttributes.objects.create(file=file, values={"x": "1"}, from_version=1, until_version=2)
        FileAttributes.objects.create(
            file=file, values={"x": "2", "a": "3"}, associations={"component": "Second"}, from_version=2
        )
    FileTableFactory(dataset=dataset, number=2, state=FileTableState.APPLIED, order=["x", "a"])
    with django_assert_max_num_queries(12):
        latest = client.get(f"/api/v1/datasets/{dataset.accession}/files").json()["results"]
    assert [list(file["attributes"].items()) for file in latest[:1]] == [[("x", "2"), ("a", "3")]]
    assert (latest[0]["component"], latest[0]["associations"]) == ("second", {"component": "Second"})
    listed = client.get(f"/api/v1/datasets/{dataset.accession}/versions/2/file-list?as=csv")
    rows = b"".join(listed.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[0] == "path,size,sha256,component,biosample,specimen,x,a"
    assert rows[1].endswith(",Second,,,2,3")
