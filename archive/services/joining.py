"""Files that only their names join: what the depositor says to a proposal, and how files that were joined are read.

A confirmed group is read through its first file, like a set that a companion file describes: the row of that file says
how far it is, the other files have it as `main`. Taken apart, each file is read again by itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from archive import access
from archive.errors import WrongState
from archive.events import Event, emit
from archive.imaging.model import Description, Outcome
from archive.models import Deposition, File, Grouping, User
from archive.services import auditing, filing, reading, steps, workspace
from archive.services.claims import MAX_TRIES
from archive.services.imaging import pool
from archive.services.moving import wrong_state
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, FileKind, FileState, GroupingState

_CHUNK = 500
_INTERRUPTED = "The portal was interrupted each time it joined these files. Keep them apart, or try again."


class Answer(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    UNDO = "undo"  # as if nobody had answered


_TO = {
    Answer.CONFIRM: GroupingState.CONFIRMED,
    Answer.DECLINE: GroupingState.DECLINED,
    Answer.UNDO: GroupingState.PROPOSED,
}


@transaction.atomic
def answer_groupings(*, deposition: Deposition, user: User, answer: Answer, groupings: Sequence[int]) -> list[Grouping]:
    """The depositor's word on proposed groups, all or none; raises NotAllowed, WrongState."""
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    if deposition.state not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "change-its-files")
    filing.lock_names(deposition.dataset_id)
    rows = Grouping.objects.filter(dataset=deposition.dataset_id, until_version__isnull=True, pk__in=groupings)
    found = list(rows.order_by("pk"))
    if not found or len(found) < len(set(groupings)):
        raise WrongState("These files are not the same any more. Reload the page to see what belongs together now.")
    answered = [_answer(grouping, deposition.number, user, answer) for grouping in found]
    emit(Event.DATASET_CHANGED, dataset_id=deposition.dataset_id)
    return answered


def _answer(grouping: Grouping, number: int, user: User, answer: Answer) -> Grouping:
    before = grouping.state
    if before == _TO[answer]:
        return grouping
    if before == GroupingState.CONFIRMED:
        grouping = apart(grouping, number)
    if answer is Answer.CONFIRM:
        _join(grouping)
    is_open = answer is Answer.UNDO
    grouping.state, grouping.reason, grouping.from_version = _TO[answer], "", number
    grouping.decided_by, grouping.decided_at = (None, None) if is_open else (user, timezone.now())
    grouping.full_clean(exclude=["axes", "members", "absent"])
    grouping.save()
    auditing.record(
        dataset=grouping.dataset,
        action=f"grouping.{answer}",
        actor=user,
        subject=grouping.label[:120],
        from_state=before,
        to_state=grouping.state,
        data={"files": grouping.member_count, "first": grouping.members[0][0]},
    )
    return grouping


def apart(grouping: Grouping, number: int) -> Grouping:
    """A confirmed group taken apart in draft `number`: the row to go on with, which is a new one where it was released.

    To be called in a transaction.
    """
    filing.part_group(grouping, number)
    if grouping.from_version < number:
        grouping = Grouping.objects.get(pk=grouping.pk)
        grouping.pk, grouping.from_version, grouping.until_version = None, number, None
        grouping._state.adding = True
    return grouping


def _join(grouping: Grouping) -> None:
    """Its files are marked, and the first one goes through the reader again, which makes the images."""
    pks: dict[str, int] = {}
    for at in range(0, grouping.member_count, _CHUNK):
        free = File.objects.filter(
            dataset_id=grouping.dataset_id, until_version__isnull=True, grouping__isnull=True, main__isnull=True,
            kind=FileKind.FILE, state=FileState.READ, path__in=grouping.paths[at : at + _CHUNK],
        )  # fmt: skip
        pks |= dict(free.values_list("path", "pk"))
    if len(pks) < grouping.member_count:
        raise WrongState(
            f"Files of “{grouping.label}” have changed, or are still being read. Wait a moment, then answer again."
        )
    members = list(pks.values())
    for at in range(0, len(members), _CHUNK):
        File.objects.filter(pk__in=members[at : at + _CHUNK]).update(grouping=grouping)
    filing.reread(File.objects.filter(pk=pks[grouping.paths[0]]))


def read_joined(file: File) -> None:
    """Read a file of a confirmed group: the first one gets the images of them all, another belongs to that one."""
    grouping = Grouping.objects.select_related("dataset").get(pk=file.grouping_id)
    first = grouping.members[0][0]
    if file.path != first:
        reading.apply(file, Description(file.path, Outcome.MEMBER, main=first))
        return
    description = _described(grouping, file)
    if description.outcome is Outcome.READ:
        reading.apply(file, replace(description, path=file.path))
    else:
        _give_up(grouping, file, _why(description))


def _described(grouping: Grouping, file: File) -> Description:
    if file.tries > MAX_TRIES:
        return Description(file.path, Outcome.REFUSED)
    root, path = workspace.prepare_group(grouping)
    return pool().describe(root, path)


def _why(description: Description) -> str:
    if description.reason:
        return description.reason.sentence
    return reading.missing_sentence(description.missing) if description.missing else _INTERRUPTED


@transaction.atomic
def _give_up(grouping: Grouping, file: File, sentence: str) -> None:
    """The files turned out not to be one image: they stay apart, and the depositor is told which one is odd."""
    filing.lock_names(grouping.dataset_id)
    if grouping.from_version <= (grouping.dataset.latest_version or 0):
        # Released as it is: what cannot be read today was read before.
        rows = File.objects.filter(pk=file.pk, state=FileState.VERIFIED, grouping=grouping)
        rows.update(state=FileState.READ, tries=0, moved_at=timezone.now())
        return
    rows = Grouping.objects.filter(pk=grouping.pk, state=GroupingState.CONFIRMED)
    if not rows.update(state=GroupingState.UNFIT, reason=sentence):
        return
    steps.note(
        dataset_id=grouping.dataset_id, action="grouping.unfit", subject=grouping.label,
        from_state=GroupingState.CONFIRMED, to_state=GroupingState.UNFIT, reason=sentence,
    )  # fmt: skip
    filing.part_group(grouping, grouping.from_version)
