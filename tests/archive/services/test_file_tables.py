"""Tables of files from upload to undo: what is checked, applied and kept, over versions and over killed workers."""

import io
import json

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook

from archive.errors import Invalid, NotAllowed, TooLarge, WrongState
from archive.models import AuditEntry, FileAttributes, FileTable, Term
from archive.selectors import attributes
from archive.selectors import file_tables as selectors
from archive.selectors.versions import files_of_version
from archive.services import (
    applying_tables,
    auditing,
    checking_tables,
    components,
    depositing,
    discarding,
    file_tables,
    manifests,
)
from archive.services.attributes import drop_draft, give
from archive.states import DepositionState, FileTableState
from archive.storage import originals
from tests.factories.archive import (
    DepositionFactory,
    FileFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PATHS = ("Plate1/A01.tif", "Plate1/A02.tif", "Plate2/A01.tif")
DOCUMENT = {
    "study": {"title": "A screen"},
    "biosample": {"organism": [{"label": "human", "curie": "NCBITaxon:9606"}]},
    "components": [{"name": "First", "folder": "Plate1"}, {"name": "Second"}],
}


@pytest.fixture
def deposition():
    deposition = DepositionFactory(metadata=DOCUMENT)
    for path in PATHS:
        FileFactory(dataset=deposition.dataset, path=path)
    components.sync_components(dataset=deposition.dataset, document=DOCUMENT)
    return deposition


def upload(deposition, text, name="files.csv") -> FileTable:
    content = ContentFile(text.encode() if isinstance(text, str) else text)
    user = deposition.dataset.created_by
    table = file_tables.upload_table(deposition=deposition, user=user, name=name, content=content)
    file_tables.work_on(table_id=table.pk)
    table.refresh_from_db()
    return table


def apply(deposition, table, **how) -> FileTable:
    user = deposition.dataset.created_by
    file_tables.begin_to_apply(deposition=deposition, user=user, table=table, **how)
    file_tables.work_on(table_id=table.pk)
    table.refresh_from_db()
    return table


def undo(deposition, table) -> FileTable:
    file_tables.begin_to_undo(deposition=deposition, user=deposition.dataset.created_by, table=table)
    file_tables.work_on(table_id=table.pk)
    table.refresh_from_db()
    return table


def said(deposition, number=None) -> dict[str, dict[str, str]]:
    number = number or deposition.number
    files = deposition.dataset.files.filter(until_version__isnull=True)
    return {
        file.path: {**attributes.shown(file).values, **attributes.shown(file).associations}
        for file in attributes.with_attributes(files, number)
        if not attributes.shown(file).is_empty
    }


# --- checking


def test_the_preview_counts_what_would_change(deposition):
    table = upload(
        deposition,
        "path,Gene,Well\nPlate1/A01.tif,TP53,A1\nPlate1/A02.tif,2-Sep,A2\nplate2/a01.TIF,KIF11,A1\nx,PLK1,B1\n",
    )
    assert table.state == FileTableState.CHECKED
    assert table.counts == {
        "rows": 4, "changed": 1, "unchanged": 0, "unknown": 2, "left_out": 1, "errors": 3, "hints": 0, "wrong": 3,
    }  # fmt: skip
    assert [(problem["row"], problem["column"], problem["level"]) for problem in table.problems] == [
        (3, "Gene", "error"),
        (4, "path", "error"),
        (5, "path", "error"),
    ]
    assert "Did you mean “Plate2/A01.tif”?" in table.problems[1]["sentence"]
    assert "upload the file first" in table.problems[2]["sentence"]
    assert table.sentence == "“Well”: 4 values became a letter and two digits, as A01."
    assert [(column["name"], column["use"], column["is_new"]) for column in table.columns] == [
        ("path", "path", False),
        ("Gene", "gene", True),
        ("Well", "well", True),
    ]
    assert said(deposition) == {}


@pytest.mark.parametrize(
    ("path", "proposal"),
    [
        ("plate1/a02.tif", "Did you mean “Plate1/A02.tif”?"),
        ("A02.tif", "Did you mean “Plate1/A02.tif”?"),
        ("A02.tiff", "Did you mean “Plate1/A02.tif”?"),
        ("Plate 1/A02.tif", "Did you mean “Plate1/A02.tif”?"),
        ("A01.tif", "write the path with its folders"),
        ("other.png", "upload the file first"),
    ],
)
def test_a_path_that_is_not_there_comes_with_a_proposal(deposition, path, proposal):
    (problem,) = upload(deposition, f"path,x\n{path},1\n").problems
    assert proposal in problem["sentence"]


def test_a_workbook_is_checked_like_text(deposition):
    book, content = Workbook(), io.BytesIO()
    for row in (["path", "Gene"], ["Plate1\\A01.tif", "TP53"], ["Plate1/A02.tif", "=A1"]):
        book.active.append(row)
    book.save(content)
    table = upload(deposition, content.getvalue(), "files.xlsx")
    assert (table.counts["changed"], table.counts["errors"]) == (1, 1)
    assert "formula without a value" in table.problems[0]["sentence"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("well,x\nA01,1\n", "No column is called “path”"),
        (b"PK\3\4 cut", "cannot be read"),
        (b"\0\1\2\0\0\0", "CSV, TSV"),
    ],
    ids=["no path", "broken", "binary"],
)
def test_a_table_that_cannot_be_read_says_why_and_is_not_kept(deposition, content, sentence):
    table = upload(deposition, content)
    assert table.state == FileTableState.REFUSED
    assert sentence in table.sentence


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [("files.ods", "x", Invalid), ("files.csv", "", Invalid), ("files.xlsx", "12345", TooLarge)],
    ids=["ending", "empty", "large"],
)
def test_what_is_no_table_is_not_taken(deposition, monkeypatch, name, content, error):
    monkeypatch.setattr(file_tables, "MOST_WORKBOOK_BYTES", 4)
    with pytest.raises(error):
        upload(deposition, content, name)


def test_all_problems_are_kept_and_the_first_are_shown(deposition, monkeypatch):
    monkeypatch.setattr(checking_tables, "SHOWN_PROBLEMS", 2)
    table = upload(deposition, "path,x\n" + "".join(f"none{number}.tif,1\n" for number in range(5)))
    assert [problem["row"] for problem in table.problems] == [2, 3]
    assert [problem["row"] for problem in checking_tables.lines_of(table.problems_key)] == [2, 3, 4, 5, 6]


def test_another_table_takes_the_place_of_one_that_waits(deposition):
    first = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    second = upload(deposition, "path,x\nPlate1/A01.tif,2\n")
    first.refresh_from_db()
    assert (first.state, selectors.busy_table(deposition)) == (FileTableState.DISCARDED, second)


# --- applying


def test_a_table_is_applied_and_says_so_once_in_the_audit(deposition):
    table = apply(deposition, upload(deposition, "path,Gene,component\nPlate1/A01.tif,TP53,Second\nPlate2/A01.tif,,\n"))
    assert (table.state, table.counts["applied"]) == (FileTableState.APPLIED, 1)
    assert said(deposition) == {"Plate1/A01.tif": {"Gene": "TP53", "component": "Second"}}
    (entry,) = AuditEntry.objects.filter(action__startswith="files.")
    assert (entry.action, entry.subject, entry.data["applied"]) == ("files.table-applied", "files.csv", 1)
    assert entry.data["sha256"] == table.sha256
    assert originals().exists(table.key)
    assert auditing.verify_chain(deposition.dataset) == []


def test_nothing_is_applied_when_errors_stand_unless_she_chooses_the_good_rows(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\nnone.tif,1\n")
    with pytest.raises(Invalid, match="One row has errors, and nothing was applied"):
        apply(deposition, table)
    assert said(deposition) == {}
    apply(deposition, table, good_rows_only=True)
    assert said(deposition) == {"Plate1/A01.tif": {"x": "1"}}


def test_empty_cells_take_away_and_absent_columns_stay(deposition):
    apply(deposition, upload(deposition, "path,Gene,dose\nPlate1/A01.tif,TP53,1\nPlate1/A02.tif,KIF11,2\n"))
    apply(deposition, upload(deposition, "path,gene\nPlate1/A01.tif,\nPlate1/A02.tif,KIF11\n"))
    assert said(deposition) == {"Plate1/A01.tif": {"dose": "1"}, "Plate1/A02.tif": {"Gene": "KIF11", "dose": "2"}}
    assert attributes.order_of(deposition.dataset_id, 1) == ["Gene", "dose"]


def test_a_table_that_changes_nothing_is_not_applied(deposition):
    apply(deposition, upload(deposition, "path,x\nPlate1/A01.tif,1\n"))
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    assert table.counts["unchanged"] == 1
    with pytest.raises(Invalid, match="nothing to apply"):
        apply(deposition, table)


def test_the_table_to_download_changes_nothing_when_it_comes_back(deposition):
    apply(deposition, upload(deposition, "path,Gene,component\nPlate1/A01.tif,TP53,Second\n"))
    columns = selectors.columns_of(deposition)
    rows = list(selectors.rows_to_fill(deposition, columns))
    assert rows[:2] == [
        ["path", "component", "Gene", "Plate", "Well"],
        ["Plate1/A01.tif", "Second", "TP53", "Plate1", "A01"],
    ]
    bare = "\n".join(",".join(row[:3]) for row in rows)
    assert upload(deposition, bare).counts["changed"] == 0


def test_files_that_went_meanwhile_are_passed_over(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\nPlate1/A02.tif,1\n")
    deposition.dataset.files.get(path="Plate1/A02.tif").delete()
    assert apply(deposition, table).counts["applied"] == 1


def test_only_those_who_may_change_the_files_do(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    viewer = MembershipFactory(dataset=deposition.dataset, role="viewer").user
    with pytest.raises(NotAllowed):
        file_tables.begin_to_apply(deposition=deposition, user=viewer, table=table)
    deposition.state = DepositionState.SUBMITTED
    deposition.save()
    with pytest.raises(WrongState):
        apply(deposition, table)


def test_nobody_submits_while_a_table_is_applied(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    file_tables.begin_to_apply(deposition=deposition, user=deposition.dataset.created_by, table=table)
    with pytest.raises(Invalid) as refusal:
        depositing.submit_deposition(deposition=deposition, user=deposition.dataset.created_by)
    assert any("table" in problem.message for problem in refusal.value.problems)


# --- interrupted


def test_a_killed_worker_goes_on_where_it_stopped(deposition, monkeypatch):
    monkeypatch.setattr(applying_tables, "BATCH", 1)
    table = upload(deposition, "path,x\n" + "".join(f"{path},1\n" for path in PATHS))
    file_tables.begin_to_apply(deposition=deposition, user=deposition.dataset.created_by, table=table)
    some, applied = applying_tables._apply_some, []

    def killed(table, batch):
        if len(applied) == 2:
            raise SystemExit
        applied.append(batch)
        return some(table, batch)

    monkeypatch.setattr(applying_tables, "_apply_some", killed)
    with pytest.raises(SystemExit):
        file_tables.work_on(table_id=table.pk)
    assert len(said(deposition)) == 2
    monkeypatch.setattr(applying_tables, "_apply_some", some)
    FileTable.objects.update(tries=0)
    file_tables.work_on(table_id=table.pk)
    table.refresh_from_db()
    assert (table.state, table.done, table.counts["applied"]) == (FileTableState.APPLIED, 3, 3)
    assert len(said(deposition)) == 3
    assert AuditEntry.objects.filter(action="files.table-applied").count() == 1


def test_what_cannot_be_applied_to_the_end_is_taken_back(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    file_tables.begin_to_apply(deposition=deposition, user=deposition.dataset.created_by, table=table)
    deposition.state = DepositionState.WITHDRAWN
    deposition.save()
    file_tables.work_on(table_id=table.pk)
    file_tables.work_on(table_id=table.pk)
    table.refresh_from_db()
    assert (table.state, said(deposition)) == (FileTableState.UNDONE, {})
    assert "taken back" in table.sentence


# --- undoing


def test_the_last_table_is_undone(deposition):
    first = apply(deposition, upload(deposition, "path,x\nPlate1/A01.tif,1\n"))
    second = apply(deposition, upload(deposition, "path,x,y\nPlate1/A01.tif,2,a\nPlate1/A02.tif,3,b\n"))
    with pytest.raises(WrongState, match="applied last"):
        undo(deposition, first)
    assert undo(deposition, second).state == FileTableState.UNDONE
    assert said(deposition) == {"Plate1/A01.tif": {"x": "1"}}
    assert attributes.order_of(deposition.dataset_id, 1) == ["x"]
    assert AuditEntry.objects.filter(action="files.table-undone").count() == 1
    with pytest.raises(WrongState):
        undo(deposition, second)


# --- versions


@pytest.fixture
def second_draft():
    """A released dataset that says x = 1 of its one file, and the draft of its next version."""
    dataset = ReleasedDatasetFactory()
    file = FileFactory(dataset=dataset, path="a.tif")
    FileAttributes.objects.create(file=file, values={"x": "1"}, from_version=1)
    return DepositionFactory(dataset=dataset, number=2)


def test_what_a_released_version_says_never_changes(second_draft):
    table = apply(second_draft, upload(second_draft, "path,x\na.tif,2\n"))
    assert said(second_draft, 1) == {"a.tif": {"x": "1"}}
    assert said(second_draft, 2) == {"a.tif": {"x": "2"}}
    undo(second_draft, table)
    assert said(second_draft, 2) == {"a.tif": {"x": "1"}}
    row = FileAttributes.objects.get()
    assert (row.from_version, row.until_version) == (1, None)


def test_a_draft_that_is_given_up_says_nothing(second_draft):
    apply(second_draft, upload(second_draft, "path,x\na.tif,2\n"))
    waiting = upload(second_draft, "path,x\na.tif,3\n")
    drop_draft(second_draft.dataset_id, 2)
    assert said(second_draft, 2) == {"a.tif": {"x": "1"}}
    waiting.refresh_from_db()
    assert waiting.state == FileTableState.DISCARDED
    assert selectors.undoable_table(second_draft) is None
    assert attributes.order_of(second_draft.dataset_id, 2) == []
    assert discarding.attributes.drop_draft is drop_draft


def test_the_list_of_a_released_version_is_a_table(second_draft):
    apply(second_draft, upload(second_draft, "path,x\na.tif,2\n"))
    dataset = second_draft.dataset
    digest = files_of_version(dataset, 1, UserFactory())[0].blob.sha256
    rows = list(selectors.rows_of_version(dataset, 1, UserFactory()))
    assert rows[0] == ["path", "size", "sha256", "component", "biosample", "specimen"]
    assert rows[1][:3] == ["a.tif", str(dataset.files.get().size), digest]


def test_a_component_that_a_table_names_goes_before_the_folder(deposition):
    apply(deposition, upload(deposition, "path,component\nPlate1/A01.tif,Second\n"))
    components.assign_components(dataset=deposition.dataset, document=DOCUMENT)
    keys = dict(deposition.dataset.files.values_list("path", "component"))
    assert keys == {"Plate1/A01.tif": "second", "Plate1/A02.tif": "first", "Plate2/A01.tif": ""}


def test_what_is_applied_is_told_line_by_line(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    assert [json.dumps(line) for line in checking_tables.lines_of(table.changes_key)] == [
        '{"path": "Plate1/A01.tif", "values": {"x": "1"}, "associations": {}}'
    ]


def test_the_manifest_says_it_of_those_files_alone(deposition):
    without = manifests.write_manifest(deposition)
    apply(deposition, upload(deposition, "path,Gene,component\nPlate1/A01.tif,TP53,Second\n"))
    manifest = manifests.write_manifest(deposition)
    with originals().open(manifest.key) as lines:
        first, *others = map(json.loads, lines)
    assert (first["attributes"], first["associations"]) == ({"Gene": "TP53"}, {"component": "Second"})
    assert [set(line) for line in others] == [{"path", "kind", "size", "sha256"}] * 2
    assert manifest.tree_digest != without.tree_digest


def test_a_file_that_is_replaced_keeps_what_is_said_of_it(deposition):
    apply(deposition, upload(deposition, "path,x\nPlate1/A01.tif,1\n"))
    file = deposition.dataset.files.get(path="Plate1/A01.tif")
    kept = attributes.said_of(file)
    file.delete()
    again = FileFactory(dataset=deposition.dataset, path="Plate1/A01.tif")
    give(again, kept, 1)
    assert said(deposition) == {"Plate1/A01.tif": {"x": "1"}}


@pytest.mark.parametrize(
    ("replaced_by", "advice"),
    [("CL:0000001", "Use CL:0000001."), ("CL:1 CL:2", "Use CL:1 or CL:2."), ("", "Choose another term.")],
)
def test_an_obsolete_term_is_a_hint_with_what_to_use(deposition, replaced_by, advice):
    Term.objects.create(
        curie="CL:0000003", ontology="CL", label="old cell", is_obsolete=True, replaced_by=replaced_by, version="1"
    )
    table = upload(deposition, "path,cell type\nPlate1/A01.tif,CL:0000003\n")
    (problem,) = table.problems
    assert (problem["level"], table.counts["changed"]) == ("hint", 1)
    assert problem["sentence"] == f"CL:0000003 (old cell) is obsolete. {advice}"


def test_of_two_workers_only_one_applies_a_batch(deposition):
    table = upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    file_tables.begin_to_apply(deposition=deposition, user=deposition.dataset.created_by, table=table)
    batch = list(checking_tables.lines_of(table.changes_key))
    other = FileTable.objects.get(pk=table.pk)
    assert applying_tables._apply_some(table, batch)
    assert not applying_tables._apply_some(other, batch)
    table.refresh_from_db()
    assert (table.done, table.counts["applied"]) == (1, 1)


def test_a_table_beside_another_is_refused_when_both_come_at_once(deposition, monkeypatch):
    upload(deposition, "path,x\nPlate1/A01.tif,1\n")
    monkeypatch.setattr(selectors, "busy_table", lambda deposition: None)
    with pytest.raises(WrongState, match="at the same moment"):
        upload(deposition, "path,x\nPlate1/A01.tif,2\n")
