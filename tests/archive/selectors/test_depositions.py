"""The status that people see: the property and the filter say the same of every state."""

import pytest

from archive.models import Deposition
from archive.selectors import datasets, files, images, quality
from archive.selectors.depositions import Status, get_deposition, my_depositions, status_of, with_status
from archive.states import FileState

EXPECTED = {
    "draft": Status.DRAFT,
    "submitted": Status.CHECKING,
    "processing": Status.CHECKING,
    "needs-changes": Status.NEEDS_CHANGES,
    "ready": Status.READY,
    "planned": Status.PLANNED,
    "held": Status.HELD,
    "withdrawn": Status.WITHDRAWN,
    "released": Status.RELEASED,
    "retracted": Status.RETRACTED,
    "controlled": Status.RELEASED,
    "next-version": Status.DRAFT,
}


def test_same_states_has_its_status(same_states):
    found = {name: status_of(scene.deposition).status for name, scene in same_states.scenes.items()}
    assert found == EXPECTED


@pytest.mark.parametrize("status", Status)
def test_the_filter_agrees_with_the_property(same_states, status):
    rows = Deposition.objects.select_related("dataset")
    by_property = {row.pk for row in rows if status_of(row).status == status}

    assert by_property
    assert set(with_status(rows, status).values_list("pk", flat=True)) == by_property


@pytest.mark.parametrize("answer", [{}, {"study": {}}, {"study": "no"}, {"study": {"human_material": None}}], ids=repr)
def test_both_agree_where_the_question_is_unanswered(same_states, answer):
    Deposition.objects.filter(pk=same_states.scenes["ready"].deposition.pk).update(metadata=answer)
    deposition = Deposition.objects.select_related("dataset").get(pk=same_states.scenes["ready"].deposition.pk)

    assert status_of(deposition).status == Status.HELD
    assert deposition in with_status(Deposition.objects.all(), Status.HELD)
    assert deposition not in with_status(Deposition.objects.all(), Status.READY)


def test_my_depositions_are_mine_and_open_ones_first(same_states):
    rows = list(my_depositions(same_states.people["viewer"]))

    scenes = [scene.deposition.dataset_id for scene in same_states.scenes.values()]
    of_scenes = Deposition.objects.filter(dataset__in=scenes)
    assert {row.pk for row in rows} == {deposition.pk for deposition in of_scenes}
    is_open = [row.is_open for row in rows]
    assert is_open == sorted(is_open, reverse=True)
    draft = next(row for row in rows if row.pk == same_states.scenes["draft"].deposition.pk)
    assert draft.file_count == draft.dataset.files.count()
    assert not my_depositions(same_states.people["stranger"])


def test_a_dataset_leads_to_its_open_deposition(same_states):
    scene = same_states.scenes["next-version"]
    assert get_deposition(scene.dataset.accession, same_states.people["owner"]) == scene.deposition


def test_files_with_problems_come_first_and_are_counted(same_states):
    deposition = same_states.scenes["draft"].deposition
    ranks = [file.rank for file in files.page_of_deposition_files(deposition, size=500).items]
    counts = files.file_counts(deposition)

    assert ranks == sorted(ranks)
    assert {0, 1, 2} == set(ranks)
    assert counts.problems == ranks.count(0)
    assert counts.waiting == ranks.count(1) == 2
    assert counts.total == len(ranks) == sum(counts.by_state.values())
    assert counts.by_state[FileState.DAMAGED] == 1


def test_pages_of_files_join_without_gap(same_states):
    deposition = same_states.scenes["draft"].deposition
    cursor, seen = "", []
    while True:
        page = files.page_of_deposition_files(deposition, cursor=cursor, size=2)
        seen += [file.pk for file in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == [file.pk for file in files.ranked_files(deposition)]


def test_the_report_names_every_file_that_waits_for_its_depositor(same_states):
    deposition = same_states.scenes["draft"].deposition
    codes = {problem["code"] for problem in quality.blocking(quality.all_problems(deposition))}
    assert codes == {"damaged", "broken", "not-drawn", "upload-unfinished"}


def test_the_record_of_a_dataset_needs_few_queries(same_states, django_assert_max_num_queries):
    accession = same_states.scenes["released"].dataset.accession
    with django_assert_max_num_queries(6):
        datasets.dataset_record(accession, same_states.people["viewer"])


def test_a_plate_is_a_grid_with_its_images(same_states, django_assert_max_num_queries):
    scene = same_states.scenes["released"]
    with django_assert_max_num_queries(4):
        record = images.plate_record(scene.dataset, scene.plate.pk, same_states.people["anonymous"])

    assert [letter for letter, _ in record.rows] == ["A", "B"]
    cells = [cell for _, row in record.rows for cell in row]
    assert [cell.name for cell in cells] == ["A1", "A2", "A3", "B1", "B2", "B3"]
    assert [len(cell.images) for cell in cells] == [1, 0, 0, 0, 0, 0]


def test_covers_are_pictures_that_the_reader_may_see(same_states):
    ids = [scene.dataset.pk for scene in same_states.scenes.values()]
    for_all = datasets.covers(ids, same_states.people["anonymous"])
    for_owner = datasets.covers(ids, same_states.people["owner"])

    assert set(for_all) == {same_states.scenes["released"].dataset.pk}
    assert set(for_owner) == set(ids)


def test_an_image_knows_its_neighbours(same_states):
    scene = same_states.scenes["draft"]
    record = images.image_record(scene.image.accession, same_states.people["owner"])
    assert (record.previous, record.next) == ("", f"{scene.dataset.accession}-I2")
