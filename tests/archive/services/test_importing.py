"""Imported studies: drafts or records without bytes, once for each origin, and never over what people did."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from archive.errors import NotAllowed, NotFound, WrongState
from archive.interchange.studies import ListedFile, Study, read_idr, read_pagetab, read_rocrate
from archive.interchange.studies.model import Person, TermRef
from archive.models import AuditEntry, Dataset, Deposition, File, Imported, Origin, Version
from archive.services import depositing
from archive.services.auditing import verify_chain
from archive.services.importing import Change, import_study
from archive.storage import chunks_of, originals
from tests.factories.archive import DatasetFactory, FileFactory, UserFactory

pytestmark = pytest.mark.django_db

DATA = Path("tests/data/studies")
STUDY = Study(
    origin="idr",
    identifier="idr9999",
    url="https://idr.openmicroscopy.org/study/idr9999/",
    title="Dividing cells",
    description="Cells that divide, and how they do it.",
    authors=(Person("Ada Lovelace"),),
    licence="CC0-1.0",
    release_date="2020-02-03",
    organisms=(TermRef("Mus musculus", "NCBITaxon:10090"),),
    files=lambda: iter([ListedFile("a.tif", 3, {"well": "A1"})]),
)


@pytest.fixture
def user():
    return UserFactory()


def _rows() -> list[list]:
    tables = (Dataset, Deposition, Version, Imported, Origin, AuditEntry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def _dataset() -> Dataset:
    return Dataset.objects.get(origin__identifier="idr9999")


@pytest.mark.parametrize("release", [False, True], ids=["draft", "released"])
def test_importing_twice_changes_nothing(user, release):
    first = import_study(study=STUDY, user=user, release=release)
    before = _rows()
    second = import_study(study=STUDY, user=user, release=release)
    assert (first.change, second.change) == (Change.CREATED, Change.UNCHANGED)
    assert _rows() == before


def test_a_released_record_holds_no_bytes_and_lists_the_files_of_its_origin(user):
    outcome = import_study(study=STUDY, user=user, release=True)
    dataset = _dataset()
    assert (outcome.state, dataset.latest_version, dataset.is_public) == ("released", 1, True)
    assert not File.objects.exists()
    imported = Imported.objects.get()
    lines = b"".join(chunks_of(originals(), imported.listing_key)).decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"path": "a.tif", "size": 3, "attributes": {"well": "A1"}}]
    assert (imported.listed_count, imported.byte_count) == (1, 3)
    assert dict(outcome.placed)["origin.released_on"] == "2020-02-03"
    assert verify_chain(dataset) == []


def test_a_changed_source_updates_the_draft(user):
    import_study(study=STUDY, user=user)
    outcome = import_study(study=replace(STUDY, title="Dividing mouse cells"), user=user)
    assert (outcome.change, outcome.version, _dataset().title) == (Change.UPDATED, 1, "Dividing mouse cells")


def test_a_changed_source_makes_the_next_version_of_a_released_record(user):
    import_study(study=STUDY, user=user, release=True)
    changed = replace(STUDY, files=lambda: iter([ListedFile("b.tif", 4)]))
    outcome = import_study(study=changed, user=user, release=True)
    assert (outcome.change, outcome.version, outcome.state) == (Change.NEXT_VERSION, 2, "released")
    kept = [b"".join(chunks_of(originals(), row.listing_key)) for row in Imported.objects.order_by("pk")]
    assert [json.loads(content)["path"] for content in kept] == ["a.tif", "b.tif"]


def test_what_people_edited_is_left_to_them(user):
    import_study(study=STUDY, user=user)
    draft = Deposition.objects.get()
    depositing.save_metadata(deposition=draft, user=user, revision=0, changes={"study.title": "My own title"})
    with pytest.raises(WrongState, match="edited"):
        import_study(study=replace(STUDY, title="Another title"), user=user)
    assert _dataset().title == "My own title"


def test_a_record_with_files_of_its_own_is_left_alone(user):
    import_study(study=STUDY, user=user)
    FileFactory(dataset=_dataset())
    with pytest.raises(WrongState, match="files"):
        import_study(study=replace(STUDY, title="Another title"), user=user)


def test_a_deposited_dataset_with_the_same_identifier_elsewhere_is_never_touched(user):
    own = DatasetFactory(source_identifiers=[{"scheme": "IDR", "value": "idr9999"}])
    before = Dataset.objects.filter(pk=own.pk).values().get()
    import_study(study=STUDY, user=user, release=True)
    assert Dataset.objects.filter(pk=own.pk).values().get() == before


def test_only_its_people_import_a_record_again(user):
    import_study(study=STUDY, user=user)
    with pytest.raises((NotAllowed, NotFound)):
        import_study(study=replace(STUDY, title="Another title"), user=UserFactory())


def test_an_origin_is_imported_once_says_the_database(user):
    import_study(study=STUDY, user=user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Origin.objects.create(dataset=DatasetFactory(), archive="idr", identifier="idr9999")


def test_many_listed_files_cost_no_row(user):
    many = replace(STUDY, files=lambda: (ListedFile(f"images/{n:06}.tif", n, {"n": str(n)}) for n in range(20_000)))
    import_study(study=many, user=user)
    assert (Imported.objects.get().listed_count, File.objects.count()) == (20_000, 0)


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (read_pagetab, "pagetab/S-BIAD1752_override.json"),
        (read_idr, "idr/idr0021-lawo-pericentriolarmaterial"),
        (read_rocrate, "crates/S-BIAD1009-ro-crate-metadata.json"),
        (read_rocrate, "crates/103-Hirayama-GlandReg-ro-crate-metadata.json"),
    ],
)
def test_real_studies_become_records_that_say_whose_they_are(client, user, read, path):
    study = read(DATA / path)
    outcome = import_study(study=study, user=user, release=True)
    page = client.get(f"/datasets/{outcome.accession}/").content.decode()
    assert "Imported from" in page
    assert f"({study.identifier})" in page
    answer = client.get(f"/api/v1/datasets/{outcome.accession}/").json()
    assert (answer["origin"]["archive"], answer["origin"]["identifier"]) == (study.origin, study.identifier)
    assert all(person.email not in page for person in study.authors if person.email)


def test_the_command_reports_as_table_and_json(user, tmp_path, capsys):
    report = tmp_path / "report.json"
    arguments = [str(DATA / "pagetab"), "--user", user.email, "--report", str(report)]
    call_command("import_pagetab", *arguments)
    call_command("import_pagetab", *arguments)
    rows = {row["identifier"]: row for row in json.loads(report.read_text())}
    assert sorted(rows) == ["S-BIAD15", "S-BIAD1752", "S-BIADTEST", "S-BSST592"]
    assert {row["change"] for row in rows.values()} == {"unchanged"}
    assert rows["S-BSST592"]["not_understood"][0]["key"] == "url"
    assert "4 of 4 studies: 4 unchanged." in capsys.readouterr().out


def test_the_command_says_what_was_not_imported(user, tmp_path):
    broken = tmp_path / "study.json"
    broken.write_text("{")
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("import_pagetab", str(broken), "--user", user.email)
