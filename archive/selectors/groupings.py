"""Groups of files that only their names join: those of a deposition, and the files behind an image that was joined."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from archive.imaging.name_parts import AxisName
from archive.imaging.name_patterns import Axis, Member
from archive.imaging.series_manifest import SeriesManifest
from archive.models import Deposition, File, Grouping, Image
from archive.states import EDITABLE_DEPOSITIONS, FileState, GroupingState

_CHUNK = 500
# Patterns that a page asks for at once; each may stand for any number of groups.
MOST_PATTERNS = 20


@dataclass(frozen=True)
class Question:
    """Groups of one pattern and state, which are answered together. `first` stands for them all."""

    state: GroupingState
    pattern: str
    groups: int
    files: int
    images: int
    absent: int
    first: Grouping


def groupings_of(deposition: Deposition) -> QuerySet[Grouping]:
    """The groups of a draft as they are now, the question to each or its answer."""
    rows = Grouping.objects.filter(dataset=deposition.dataset_id, until_version__isnull=True)
    return rows.select_related("decided_by").order_by("pk")


def unanswered(deposition: Deposition) -> QuerySet[Grouping]:
    return groupings_of(deposition).filter(state__in=(GroupingState.PROPOSED, GroupingState.UNFIT))


def are_awaited(deposition: Deposition) -> bool:
    """Whether files were read since groups were proposed last: a question about them may still come."""
    read = File.objects.filter(dataset=deposition.dataset_id, until_version__isnull=True, state=FileState.READ)
    if deposition.grouped_at is not None:
        read = read.filter(moved_at__gt=deposition.grouped_at)
    return deposition.state in EDITABLE_DEPOSITIONS and read.exists()


def questions_of(deposition: Deposition) -> list[Question]:
    """Groups of one pattern together, those that wait for an answer first; a few queries, however many they are."""
    rows = groupings_of(deposition)
    sums = {"groups": Count("pk"), "files": Sum("member_count"), "images": Sum("image_count")}
    found = rows.order_by().values("state", "pattern").annotate(**sums, absent=Sum("absent_count"))
    order = [GroupingState.UNFIT, GroupingState.PROPOSED, GroupingState.CONFIRMED, GroupingState.DECLINED]
    ranked = sorted(found, key=lambda row: (order.index(row["state"]), -row["files"], row["pattern"]))
    shown = ranked[:MOST_PATTERNS]
    firsts = (rows.filter(state=row["state"], pattern=row["pattern"]).first() for row in shown)
    return [Question(first=first, **row) for row, first in zip(shown, firsts, strict=True) if first is not None]


def series_of(grouping: Grouping) -> SeriesManifest:
    axes = tuple(Axis(AxisName(axis["name"]), tuple(axis["values"])) for axis in grouping.axes)
    return SeriesManifest(grouping.label, axes, tuple(Member(path, tuple(at)) for path, *at in grouping.members))


def series_of_image(grouping: Grouping, number: int) -> SeriesManifest:
    """The files of one image of a group: a plate may have thousands."""
    return next(part for part in series_of(grouping).images() if part.image == number)


def files_of_group(grouping: Grouping, paths: Sequence[str]) -> list[File]:
    """The files of these paths in their order, as they were when the group was valid."""
    files = File.objects.select_related("blob").filter(dataset_id=grouping.dataset_id)
    if grouping.until_version:
        until = Q(until_version__isnull=True) | Q(until_version__gte=grouping.until_version)
        files = files.filter(until, from_version__lt=grouping.until_version)
    else:
        files = files.filter(until_version__isnull=True)
    chunks = (files.filter(path__in=paths[at : at + _CHUNK]) for at in range(0, len(paths), _CHUNK))
    found = {file.path: file for chunk in chunks for file in chunk}
    return [found[path] for path in paths if path in found]


def files_of_image(image: Image) -> tuple[File, ...]:
    """All files with planes of an image; the one that describes it is the first."""
    if image.grouping_id is None:
        return (image.file, *image.file.parts.select_related("blob").order_by("path"))
    grouping = Grouping.objects.get(pk=image.grouping_id)
    members = series_of_image(grouping, image.series).members
    return tuple(files_of_group(grouping, [member.path for member in members])) or (image.file,)


def describing_file(image: Image) -> File:
    """The first of `files_of_image`, without the others."""
    if image.grouping_id is None:
        return image.file
    grouping = Grouping.objects.get(pk=image.grouping_id)
    first = series_of_image(grouping, image.series).members[0]
    return next(iter(files_of_group(grouping, [first.path])), image.file)


def paths_of_images(accessions: Iterable[str]) -> list[str]:
    """The files of those of these images that only their names join."""
    images = Image.objects.select_related("grouping").filter(accession__in=accessions, grouping__isnull=False)
    wanted: dict[Grouping, set[int]] = defaultdict(set)
    for image in images:
        wanted[image.grouping].add(image.series)
    parts = (
        part for grouping, numbers in wanted.items() for part in series_of(grouping).images() if part.image in numbers
    )
    return [member.path for part in parts for member in part.members]
