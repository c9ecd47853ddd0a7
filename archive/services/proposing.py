"""Which files of a draft look like one image by their names: proposed once its files are at rest, again as they change.

It looks at rows alone, opens no file, and changes no image. May be called at any time, and twice.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePosixPath

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from archive.imaging.name_parts import AxisName
from archive.imaging.name_patterns import Group, propose
from archive.models import Deposition, File, Grouping, Image
from archive.services import filing, joining
from archive.states import EDITABLE_DEPOSITIONS, FileKind, FileState, GroupingState

# Larger groups are read too slowly to be one image; a plate of 384 wells, nine fields and five channels fits.
MOST_MEMBERS = 20_000
MOST_IN_FOLDER = 200_000
MOST_GROUPS = 2_000
_MOST_ABSENT = 100
# Of so many files a second is spent on proposals at most: while many arrive, they are looked at ever more rarely.
_FILES_A_SECOND = 1000

# Sizes and type of what a file holds; groups are of one kind.
_Kind = tuple[object, ...]
_KIND = ("size_x", "size_y", "pixel_type", "rgb", "size_z", "size_c", "size_t")


def propose_groupings(*, dataset_id: int) -> None:
    deposition = Deposition.objects.filter(dataset=dataset_id, state__in=EDITABLE_DEPOSITIONS).first()
    if deposition is None or _current(dataset_id).filter(state__in=(FileState.STORED, FileState.VERIFIED)).exists():
        return
    mark, count = _mark(dataset_id)
    rest = timedelta(seconds=count // _FILES_A_SECOND)
    is_soon = deposition.grouped_at is not None and timezone.now() - deposition.grouped_at < rest
    if mark == deposition.grouped_mark or is_soon:
        return
    groups = _proposals(dataset_id)
    with transaction.atomic():
        filing.lock_names(dataset_id)
        if _mark(dataset_id)[0] != mark:
            return  # files moved meanwhile, and send their own message
        _keep(dataset_id, deposition.number, groups)
        Deposition.objects.filter(pk=deposition.pk).update(grouped_mark=mark, grouped_at=timezone.now())


def _current(dataset_id: int) -> QuerySet[File]:
    return File.objects.filter(dataset=dataset_id, until_version__isnull=True)


def _mark(dataset_id: int) -> tuple[str, int]:
    """The same as long as no file comes, goes or is read again; and how many there are."""
    found = _current(dataset_id).aggregate(count=Count("pk"), last=Max("pk"), moved=Max("moved_at"))
    moved = found["moved"].isoformat() if found["moved"] else ""
    return f"{found['count']} {found['last']} {moved}", found["count"]


def _proposals(dataset_id: int) -> list[Group]:
    """Groups of files that are alike. Those of confirmed groups are looked at too: others may have come to them."""
    kinds = _kinds(dataset_id)
    confirmed = Grouping.objects.filter(
        dataset=dataset_id, until_version__isnull=True, state=GroupingState.CONFIRMED
    ).values_list("members", flat=True)
    joined = {path for members in confirmed for path, *_ in members}
    folders = Counter(str(PurePosixPath(path).parent) for path in kinds)
    crowded = {folder for folder, count in folders.items() if count > MOST_IN_FOLDER}
    paths = [path for path in kinds if not crowded or str(PurePosixPath(path).parent) not in crowded]
    groups = propose(sorted({*paths, *joined}))
    return [group for group in groups if _is_one(group, kinds)]


def _kinds(dataset_id: int) -> dict[str, _Kind]:
    """Files that hold a single image of their own, by path."""
    images = Image.objects.filter(
        dataset=dataset_id, until_version__isnull=True, grouping__isnull=True, file__until_version__isnull=True,
        file__state=FileState.READ, file__kind=FileKind.FILE, file__main__isnull=True, file__grouping__isnull=True,
    )  # fmt: skip
    rows = images.order_by().values_list("file__path", "role", "well_id", *_KIND)
    found: dict[str, _Kind] = {}
    several: set[str] = set()
    for path, role, well, *kind in rows.iterator(chunk_size=5000):
        if path in found or role or well:
            several.add(path)
        found[path] = tuple(kind)
    return {path: kind for path, kind in found.items() if path not in several}


def _is_one(group: Group, kinds: dict[str, _Kind]) -> bool:
    """Few enough files of one kind, which hold nothing that the names count already."""
    found = {kinds[member.path] for member in group.members if member.path in kinds}
    if len(found) > 1 or len(group.members) > MOST_MEMBERS:
        return False
    names = {axis.name for axis in group.axes}
    for _, _, _, is_rgb, *own in found:
        counts = dict(zip((AxisName.Z, AxisName.C, AxisName.T), own, strict=True))
        if any(name in names and count > 1 and not (name is AxisName.C and is_rgb) for name, count in counts.items()):
            return False
    return True


def _keep(dataset_id: int, number: int, groups: Iterable[Group]) -> None:
    rows = Grouping.objects.filter(dataset=dataset_id, until_version__isnull=True).select_related("dataset")
    known = {row.key: row for row in rows}
    new: list[Grouping] = []
    for group in groups:
        key = _digest(group.key)
        row = known.pop(key, None)
        if row is None:
            new.append(_filled(Grouping(dataset_id=dataset_id, key=key, from_version=number), group))
        elif row.members != _members(group):
            _changed(row, group, number)
    gone = [row.pk for row in known.values() if row.state != GroupingState.CONFIRMED]
    Grouping.objects.filter(pk__in=gone).delete()
    Grouping.objects.bulk_create(new[:MOST_GROUPS], batch_size=100)


def _changed(row: Grouping, group: Group, number: int) -> None:
    """Files came or went. A confirmed group is asked for again, once its files were read apart; a no stays a no."""
    if row.state == GroupingState.CONFIRMED:
        row = joining.apart(row, number)
        row.state, row.decided_by, row.decided_at = GroupingState.PROPOSED, None, None
    elif row.state == GroupingState.UNFIT:
        row.state, row.reason = GroupingState.PROPOSED, ""
    _filled(row, group).save()


def _filled(row: Grouping, group: Group) -> Grouping:
    row.pattern = _digest(group.pattern)
    row.label, row.why = group.label[:500], group.why
    row.axes = [{"name": str(axis.name), "values": list(axis.values)} for axis in group.axes]
    row.members = _members(group)
    row.member_count, row.image_count = len(group.members), len(group.images())
    row.absent, row.absent_count = list(group.absent[:_MOST_ABSENT]), len(group.absent)
    return row


def _members(group: Group) -> list[list[object]]:
    return [[member.path, *member.places] for member in group.members]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
