"""Every list of the API refuses a cursor that is not its own with a problem that names it."""

from base64 import b64encode

import pytest

from tests.factories.archive import DepositionFactory, FileFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db

LISTS = ["datasets/", "datasets/{0}/images", "datasets/{0}/versions", "datasets/{0}/files"]
FOREIGN = {
    "no-number": "p=abc",
    "empty": "p=",
    "fraction": "p=1.5",
    "endless": f"p={'9' * 5000}",
    "not-a-number": "p=NaN",
}


def _cursor(inside: str) -> str:
    return b64encode(inside.encode()).decode()


def _refused(answer) -> bool:
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "/cursor"


@pytest.mark.parametrize("inside", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("address", LISTS[:3])
def test_a_position_that_no_row_can_have_is_refused(client, address, inside):
    accession = ReleasedDatasetFactory().accession

    assert _refused(client.get(f"/api/v1/{address.format(accession)}", {"cursor": _cursor(inside)}))


@pytest.mark.parametrize("cursor", ["x", "cD1h☃", "//79/Q=="], ids=["short", "snow", "binary"])
@pytest.mark.parametrize("address", LISTS)
def test_what_was_never_a_cursor_is_refused(client, address, cursor):
    accession = ReleasedDatasetFactory().accession

    assert _refused(client.get(f"/api/v1/{address.format(accession)}", {"cursor": cursor}))


def test_a_text_with_a_zero_byte_is_no_path(client):
    accession = ReleasedDatasetFactory().accession

    assert _refused(client.get(f"/api/v1/datasets/{accession}/files", {"cursor": _cursor("p=a%00b")}))


@pytest.mark.parametrize("inside", ["p=99999999999999999999999", "p=-4", "o=1&p=1"])
def test_a_number_that_no_row_has_is_answered(client, inside):
    ReleasedDatasetFactory()

    assert client.get("/api/v1/datasets/", {"cursor": _cursor(inside)}).status_code == 200


def test_the_cursors_that_the_api_gives_lead_through_all_rows(as_user):
    deposition = DepositionFactory()
    for name in ("a", "é", "z"):
        FileFactory(dataset=deposition.dataset, path=f"{name}.tif")
    client = as_user(deposition.dataset.created_by)
    address, seen = f"/api/v1/depositions/{deposition.dataset.accession}/files?size=1", []
    while address:
        body = client.get(address).json()
        seen += [file["path"] for file in body["results"]]
        address = body["next"]

    assert seen == ["a.tif", "z.tif", "é.tif"]
