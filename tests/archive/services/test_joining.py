"""Files that only their names join, on real bytes: proposed, confirmed, declined, changed, released, given up."""

from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from django.utils import timezone

from archive import events
from archive.errors import NotAllowed, NotFound, WrongState
from archive.models import AuditEntry, File, Grouping, Image, Plate
from archive.selectors.images import image_record
from archive.services import (
    depositing,
    filing,
    ingesting,
    joining,
    looking,
    pixels,
    proposing,
    releasing,
    sweeping,
    uploading,
)
from archive.services.joining import Answer
from archive.states import DepositionState, FileState, GroupingState, ImageState
from portal.celery import app
from tests.archive.documents import complete_document
from tests.archive.tus import deposit
from tests.factories.archive import UserFactory

DEMO = Path(__file__).resolve().parents[3] / "demo" / "images"
EMBRYO = DEMO / "cellprofiler" / "ExampleTrackObjects"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


def tiff(plane: np.ndarray) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, plane)
    return out.getvalue()


def textured(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(10, 4000, shape or (24, 32), dtype=np.uint16)


def send(dataset, names, **more) -> None:
    for seed, name in enumerate(names):
        deposit(dataset, name, tiff(textured(seed)), **more)


@contextmanager
def no_messages():
    """A broker that loses everything."""
    table = dict(events._table)
    events.connect({})
    try:
        yield
    finally:
        events.connect(table)


STACK = [f"raw/cell_z{z}_c{c}.tif" for c in (1, 2) for z in range(3)]


def answer(deposition, word, *groupings, user=None):
    return joining.answer_groupings(
        deposition=deposition,
        user=user or deposition.dataset.created_by,
        answer=Answer(word),
        groupings=[grouping.pk for grouping in groupings or Grouping.objects.filter(until_version__isnull=True)],
    )


def valid_images(dataset) -> list[str]:
    return [image.file.path for image in dataset.images.filter(until_version__isnull=True).order_by("file__path")]


def test_files_of_one_image_are_proposed_and_stay_apart_until_somebody_answers(works, dataset):
    send(dataset, [*STACK, "notes_1.tif"])
    grouping = Grouping.objects.get()
    assert (grouping.state, grouping.member_count, grouping.image_count) == (GroupingState.PROPOSED, 6, 1)
    assert (grouping.label, grouping.absent_count, grouping.paths) == ("cell", 0, STACK)
    assert len(valid_images(dataset)) == 7


def test_a_yes_makes_them_one_image_with_its_planes_bit_for_bit(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    image = Image.objects.get()
    assert (image.size_z, image.size_c, image.state, image.file.path) == (3, 2, ImageState.RENDERED, STACK[0])
    assert image.grouping == Grouping.objects.get(state=GroupingState.CONFIRMED)
    assert set(File.objects.exclude(path=STACK[0]).values_list("main__path", "state")) == {(STACK[0], FileState.READ)}
    read = pixels.pixels_of(image)
    for seed, name in enumerate(STACK):
        z, c = int(name[10]), int(name[13]) - 1
        assert np.array_equal(read(c, z, 0, (0, 0, 32, 24)), textured(seed)), name
    assert looking.histograms(image, z=1, t=0)[1].greatest == textured(4).max()
    assert [file.path for file in image_record(image.accession, dataset.created_by).files] == STACK


def test_a_no_leaves_them_apart_also_when_more_of_them_come(works, deposition, dataset):
    send(dataset, STACK[:4])
    answer(deposition, "decline")
    send(dataset, STACK[4:])
    grouping = Grouping.objects.get()
    assert (grouping.state, grouping.member_count) == (GroupingState.DECLINED, 6)
    assert len(valid_images(dataset)) == 6


def test_an_answer_can_be_undone_until_the_deposition_is_submitted(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    answer(deposition, "undo")
    grouping = Grouping.objects.get()
    assert (grouping.state, grouping.decided_by) == (GroupingState.PROPOSED, None)
    assert valid_images(dataset) == sorted(STACK)
    assert not File.objects.exclude(main=None, grouping=None).exists()
    answer(deposition, "confirm")
    answer(deposition, "decline")
    assert valid_images(dataset) == sorted(STACK)
    actions = list(AuditEntry.objects.filter(action__startswith="grouping.").values_list("action", flat=True))
    assert actions == ["grouping.confirm", "grouping.undo", "grouping.confirm", "grouping.decline"]
    deposition.state = DepositionState.READY
    deposition.save()
    with pytest.raises(WrongState):
        answer(deposition, "undo")


def test_the_same_answer_twice_changes_nothing(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    before = list(Image.objects.values("pk", "accession", "state", "thumbnail_large"))
    answer(deposition, "confirm")
    for file in File.objects.all():
        ingesting.read_file(file_id=file.pk)
    proposing.propose_groupings(dataset_id=dataset.pk)
    assert list(Image.objects.values("pk", "accession", "state", "thumbnail_large")) == before
    assert Grouping.objects.get().state == GroupingState.CONFIRMED


@pytest.mark.parametrize("which", [0, 3], ids=["the first file", "another file"])
def test_removing_a_file_opens_the_question_again(works, deposition, dataset, which):
    send(dataset, STACK)
    answer(deposition, "confirm")
    uploading.remove_file(user=dataset.created_by, file=File.objects.get(path=STACK[which]))
    grouping = Grouping.objects.get()
    assert (grouping.state, grouping.member_count, grouping.absent_count) == (GroupingState.PROPOSED, 5, 1)
    assert valid_images(dataset) == sorted(set(STACK) - {STACK[which]})
    answer(deposition, "confirm")
    image = Image.objects.get()
    assert [finding["code"] for finding in image.findings if finding["code"] == "absent-planes"]
    absent = STACK[which]
    plane = pixels.pixels_of(image)(int(absent[13]) - 1, int(absent[10]), 0, (0, 0, 32, 24))
    assert not plane.any()


def test_replacing_a_file_opens_the_question_again(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    deposit(dataset, STACK[1], tiff(textured(99)), replaces=True)
    assert Grouping.objects.get().state == GroupingState.PROPOSED
    answer(deposition, "confirm")
    assert np.array_equal(pixels.pixels_of(Image.objects.get())(0, 1, 0, (0, 0, 32, 24)), textured(99))


def test_a_file_that_comes_later_opens_the_question_again(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    send(dataset, ["raw/cell_z3_c1.tif"])
    grouping = Grouping.objects.get()
    assert (grouping.state, grouping.member_count, grouping.absent_count) == (GroupingState.PROPOSED, 7, 1)
    assert len(valid_images(dataset)) == 7


def test_files_of_other_sizes_are_not_proposed(works, dataset):
    send(dataset, STACK[:3])
    deposit(dataset, STACK[3], tiff(textured(1, 24, 33)))
    assert not Grouping.objects.exists()


def test_files_that_turn_out_not_to_be_alike_stay_apart_and_the_odd_one_is_named(works, deposition, dataset):
    send(dataset, STACK[:2])
    deposit(dataset, STACK[2], tiff(textured(2, 24, 33)))
    # As if the rows said otherwise: the reader trusts nobody.
    Image.objects.update(size_x=32)
    deposition.refresh_from_db()
    type(deposition).objects.update(grouped_mark="")
    proposing.propose_groupings(dataset_id=dataset.pk)
    answer(deposition, "confirm")
    grouping = Grouping.objects.get(state=GroupingState.UNFIT)
    assert grouping.reason.startswith(f"“{STACK[2]}” is not like the others: it holds 33 × 24 pixels")
    assert valid_images(dataset) == sorted(STACK[:3])
    assert not File.objects.exclude(main=None, grouping=None).exists()
    assert answer(deposition, "undo", grouping)[0].state == GroupingState.PROPOSED


def test_wells_and_fields_make_a_plate(works, deposition, dataset):
    names = [f"run_{well}_f{field}_d{c}.tif" for well in ("B02", "C03") for field in (1, 2) for c in (0, 1)]
    send(dataset, names)
    assert Grouping.objects.get().image_count == 4
    answer(deposition, "confirm")
    plate = Plate.objects.get()
    assert [well.name for well in plate.wells.all()] == ["B2", "C3"]
    assert Image.objects.filter(well__isnull=False, size_c=2).count() == 4
    image = Image.objects.get(well__row=2, field=1)
    assert np.array_equal(pixels.pixels_of(image)(1, 0, 0, (0, 0, 32, 24)), textured(7))


def test_several_groups_are_answered_at_once(works, deposition, dataset):
    send(dataset, [f"embryo{number}/plane_z{z}.tif" for number in (1, 2, 3) for z in range(2)])
    groupings = list(Grouping.objects.all())
    assert len({grouping.pattern for grouping in groupings}) == 1
    answer(deposition, "confirm", *groupings)
    assert Image.objects.count() == 3


def test_only_who_works_on_it_answers_and_only_what_is_there(works, deposition, dataset):
    send(dataset, STACK[:2])
    with pytest.raises((NotAllowed, NotFound)):
        answer(deposition, "confirm", user=UserFactory())
    with pytest.raises(WrongState, match="Reload"):
        joining.answer_groupings(
            deposition=deposition, user=dataset.created_by, answer=Answer.CONFIRM, groupings=[987_654]
        )


def test_a_worker_that_dies_after_the_yes_leaves_a_row_that_another_one_reads(works, deposition, dataset):
    send(dataset, STACK[:3])
    answer(deposition, "confirm")
    first = Image.objects.get()
    # Died between the images and the files that belong to them: the row says verified, and all is done again.
    File.objects.filter(path=STACK[0]).update(state=FileState.VERIFIED, tries=0)
    File.objects.exclude(path=STACK[0]).update(main=None)
    ingesting.read_file(file_id=File.objects.get(path=STACK[0]).pk)
    assert Image.objects.get().accession == first.accession
    assert set(File.objects.exclude(path=STACK[0]).values_list("main__path", flat=True)) == {STACK[0]}


def test_the_sweep_sends_on_what_nobody_read_after_the_yes(imaging, deposition, dataset, restless):
    app.conf.task_always_eager = True
    send(dataset, STACK[:3])
    app.conf.task_always_eager = False
    with no_messages():
        answer(deposition, "confirm")
    assert Image.objects.filter(until_version=None).count() == 3  # nothing is lost before the group is read
    File.objects.filter(path=STACK[0]).update(moved_at=timezone.now() - timedelta(hours=5))
    app.conf.task_always_eager = True
    try:
        sweeping.sweep()
    finally:
        app.conf.task_always_eager = False
    assert Image.objects.get().size_z == 3


def _release(deposition) -> None:
    deposition.refresh_from_db()
    deposition.state, deposition.metadata = DepositionState.READY, complete_document()
    deposition.save()
    releasing.release_deposition(deposition=deposition, user=deposition.dataset.created_by)


def test_a_released_image_stays_when_the_next_draft_takes_it_apart(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    _release(deposition)
    released = Image.objects.get()
    dataset.refresh_from_db()
    draft = depositing.start_new_version(dataset=dataset, user=dataset.created_by)
    uploading.remove_file(user=dataset.created_by, file=File.objects.get(path=STACK[4]))
    released.refresh_from_db()
    assert (released.from_version, released.until_version) == (1, 2)
    assert set(dataset.images.filter(until_version=None).values_list("from_version", flat=True)) == {2}
    assert Grouping.objects.get(until_version=None).state == GroupingState.PROPOSED
    assert np.array_equal(pixels.pixels_of(released)(1, 1, 0, (0, 0, 32, 24)), textured(4))
    record = image_record(released.accession, dataset.created_by)
    assert [file.path for file in record.files] == STACK
    answer(draft, "confirm")
    assert dataset.images.filter(until_version=None).get().from_version == 2


def test_a_draft_that_is_given_up_leaves_the_released_image_as_it_was(works, deposition, dataset):
    send(dataset, STACK)
    answer(deposition, "confirm")
    _release(deposition)
    dataset.refresh_from_db()
    released = Image.objects.get()
    draft = depositing.start_new_version(dataset=dataset, user=dataset.created_by)
    answer(draft, "decline")
    assert dataset.images.filter(until_version=None).count() == 6
    depositing.withdraw_deposition(deposition=draft, user=dataset.created_by, reason="A mistake.")
    assert list(dataset.images.values_list("accession", "until_version")) == [(released.accession, None)]
    assert Grouping.objects.get().state == GroupingState.CONFIRMED
    assert set(File.objects.exclude(path=STACK[0]).values_list("main__path", flat=True)) == {STACK[0]}


def test_real_files_in_time(works, deposition, dataset):
    for file in sorted(EMBRYO.glob("*.tif")):
        deposit(dataset, file.name, file.read_bytes())
    answer(deposition, "confirm")
    image = Image.objects.get()
    assert (image.size_t, image.size_c, image.rgb, image.state) == (4, 3, True, ImageState.RENDERED)


def test_of_many_files_that_are_taken_apart_one_message_is_sent(works, deposition, dataset, monkeypatch):
    monkeypatch.setattr(filing, "_CHUNK", 2)
    send(dataset, STACK[:3])
    answer(deposition, "confirm")
    answer(deposition, "undo")
    assert valid_images(dataset) == sorted(STACK[:3])


def test_the_page_of_an_image_names_its_own_file_and_the_others(works, deposition, dataset, client):
    send(dataset, [f"run_{well}_d{c}.tif" for well in ("B02", "C03") for c in (0, 1)])
    answer(deposition, "confirm")
    client.force_login(dataset.created_by)
    html = client.get(Image.objects.get(well__row=2).get_absolute_url()).content.decode()
    assert '<code class="file">run_C03_d0.tif</code>' in html
    assert "1 more file</a>, joined by their names" in html
    assert "run_B02" not in html
