"""What is wrong with a deposition: metadata and files in one list, each problem at its place with what to do.

Problems are dicts as they are stored and sent: {pointer, code, message, tier}. Pointers of files are `/files/<path>`
(escaped as JSON pointers are). `required` blocks, `desirable` and `optional` advise.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from archive.access import Reader
from archive.imaging.model import Severity
from archive.imaging.quality import BY_CODE
from archive.metadata import Tier, validate
from archive.metadata.problems import pointer_of
from archive.models import Deposition, File, FileTable, Image, Upload
from archive.selectors.duplicates import files_with_twins, sentence_of, twins_of
from archive.selectors.groupings import unanswered
from archive.selectors.pixel_sizes import contradictions
from archive.selectors.templates import template_of
from archive.selectors.terms import DocumentTerms
from archive.states import FileState, FileTableState, ImageState, UploadState

Problem = dict[str, Any]

# Whoever reads what is stored with a deposition: of other datasets no more is told than what everybody may see.
EVERYBODY = AnonymousUser()
# A deposition of half a million broken files is mended in rounds.
MOST_PROBLEMS = 500
MOST_UNANSWERED = 50
# Kept as they are without a question: no images, or images that only we cannot read yet (archive/imaging/registry.py).
NO_QUESTION = frozenset({"", "not-an-image", "packed", "format-not-read-yet", "format-not-installed"})
SETTLED = (FileState.READ, FileState.KEPT, FileState.DAMAGED)
# Still on their way. Fields of plates are drawn in the background, so nobody waits for those.
UNDRAWN = (ImageState.FOUND, ImageState.DESCRIBED)


def metadata_problems(deposition: Deposition) -> list[Problem]:
    """What validation finds, what blocks first."""
    document = deposition.metadata
    found = validate(template_of(deposition), document, DocumentTerms(document)) + contradictions(deposition)
    return [
        {"pointer": problem.pointer, "code": str(problem.code), "message": problem.message, "tier": str(problem.tier)}
        for problem in found
    ]


def current_files(deposition: Deposition) -> QuerySet[File]:
    """The files that the deposition's version will have."""
    return _valid(File.objects.filter(dataset=deposition.dataset_id), deposition)


def current_images(deposition: Deposition) -> QuerySet[Image]:
    return _valid(Image.objects.filter(dataset=deposition.dataset_id), deposition)


def _valid(rows: QuerySet, deposition: Deposition) -> QuerySet:
    return rows.filter(from_version__lte=deposition.number).filter(
        Q(until_version__isnull=True) | Q(until_version__gt=deposition.number)
    )


def arriving_problems(deposition: Deposition) -> list[Problem]:
    """No file at all, or uploads that have not come to their end."""
    uploads = Upload.objects.filter(dataset=deposition.dataset_id, state=UploadState.OPEN).order_by("path")
    found = [
        _problem(upload.path, "upload-unfinished", f"“{upload.path}” is not here yet. Finish or remove its upload.")
        for upload in uploads[:MOST_PROBLEMS]
    ]
    complete = Upload.objects.filter(dataset=deposition.dataset_id, state=UploadState.COMPLETE).exists()
    if not found and not complete and not current_files(deposition).exists():
        found = [_at("/files", "no-files", "There is no file yet. Add at least one.")]
    if is_being_applied(deposition.dataset_id):
        found.append(_at("/files", "table-at-work", "A table of files is being applied. Wait until it is done."))
    return found


def is_being_applied(dataset_id: int) -> bool:
    """Whether a table of files changes what is said of them at this moment."""
    working = (FileTableState.APPLYING, FileTableState.UNDOING)
    return FileTable.objects.filter(dataset=dataset_id, state__in=working).exists()


# Files on which the depositor has to act, or to say that they are meant.
NEEDS_DEPOSITOR = Q(state=FileState.DAMAGED) | Q(kept_on_purpose=False) & (
    (Q(state=FileState.KEPT) & ~Q(reason_code__in=NO_QUESTION)) | ~Q(missing=[])
)


def unread_files(deposition: Deposition) -> QuerySet[File]:
    return current_files(deposition).filter(NEEDS_DEPOSITOR)


def images_with_problems(deposition: Deposition) -> QuerySet[Image]:
    """Images that were not drawn, or whose pixels look wrong, and of which nobody said that it is meant."""
    images = current_images(deposition).filter(file__kept_on_purpose=False)
    return images.filter(Q(state=ImageState.FAILED) | Q(problem_count__gt=0))


def undrawn_images(deposition: Deposition) -> QuerySet[Image]:
    """Images whose pictures somebody waits for: fields of plates are drawn in the background."""
    return current_images(deposition).filter(state__in=UNDRAWN, well__isnull=True)


def file_problems(deposition: Deposition, reader: Reader = EVERYBODY) -> list[Problem]:
    """What became of files and images that only the depositor can mend."""
    found = [_of_file(file) for file in unread_files(deposition).order_by("path")[:MOST_PROBLEMS]]
    images = current_images(deposition).filter(file__kept_on_purpose=False).select_related("file")
    failed = images.filter(Q(state=ImageState.FAILED) | ~Q(findings=[])).order_by("-problem_count", "number")
    for image in failed[:MOST_PROBLEMS].iterator(chunk_size=MOST_PROBLEMS):
        found += _of_image(image)
    if len(found) < MOST_PROBLEMS:
        found += _of_twins(deposition, reader)
        found += _of_groupings(deposition)
    return found[:MOST_PROBLEMS]


def _of_groupings(deposition: Deposition) -> list[Problem]:
    """Files that look like one image, and of which nobody has said whether they are: they stay apart."""
    rows = unanswered(deposition).defer("absent")[:MOST_UNANSWERED]
    advice = "They stay separate images unless you say so at the list of files."
    return [
        _problem(
            row.paths[0],
            "grouping-unanswered",
            f"{row.member_count} files from “{row.paths[0]}” on look like {_images(row.image_count)}. {advice}",
            Tier.OPTIONAL,
        )
        for row in rows
    ]


def _images(count: int) -> str:
    return "one image" if count == 1 else f"{count} images"


def _of_twins(deposition: Deposition, reader: Reader) -> list[Problem]:
    """Files that are there twice, as far as this reader may know."""
    dataset, number, row = deposition.dataset, deposition.number, BY_CODE["duplicate"]
    rows = files_with_twins(current_files(deposition), dataset, number, reader).select_related("blob").order_by("path")
    files = list(rows[:MOST_PROBLEMS])
    twins = twins_of(files, dataset, number, reader)
    return [
        _problem(file.path, row.code, f"{sentence_of(twins[file.pk], dataset)} {row.fix}", Tier.OPTIONAL)
        for file in files
        if file.pk in twins
    ]


def _of_file(file: File) -> Problem:
    if file.state == FileState.DAMAGED:
        sentence = file.reason or "Its bytes are not those that were sent. Upload it again."
        return _problem(file.path, "damaged", sentence)
    if file.missing:
        names = ", ".join(str(name) for name in file.missing[:3]) + ("…" if len(file.missing) > 3 else "")
        sentence = f"It names files that are not here: {names}. Add them, or say that it is kept as it is."
        return _problem(file.path, "missing-files", sentence)
    advice = "Replace or remove it, or say that it is kept as it is."
    return _problem(file.path, file.reason_code, f"{file.reason} {advice}".strip())


def _of_image(image: Image) -> Iterable[Problem]:
    if image.state == ImageState.FAILED:
        yield _problem(
            image.file.path, "not-drawn", f"{image.reason} Replace the file, or say that it is kept as it is."
        )
    for finding in image.findings:
        is_problem = finding.get("severity") == Severity.PROBLEM
        sentence = " ".join(part for part in (finding.get("sentence"), finding.get("fix")) if part)
        tier = Tier.REQUIRED if is_problem else Tier.OPTIONAL
        yield _problem(image.file.path, finding.get("code", "finding"), sentence, tier)


def _problem(path: str, code: str, message: str, tier: Tier = Tier.REQUIRED) -> Problem:
    return _at(pointer_of("files", path), code, message, tier)


def _at(pointer: str, code: str, message: str, tier: Tier = Tier.REQUIRED) -> Problem:
    return {"pointer": pointer, "code": code, "message": message, "tier": str(tier)}


def blocking(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.get("tier") == Tier.REQUIRED]


def submission_problems(deposition: Deposition) -> list[Problem]:
    """What keeps it from being submitted; then also what is known of its files, so that all is mended in one round."""
    found = blocking([*metadata_problems(deposition), *arriving_problems(deposition)])
    return [*found, *blocking(file_problems(deposition))] if found else []


def all_problems(deposition: Deposition, reader: Reader = EVERYBODY) -> list[Problem]:
    """The validation report: everything known now, what blocks first."""
    found = [*metadata_problems(deposition), *arriving_problems(deposition), *file_problems(deposition, reader)]
    return sorted(found, key=lambda problem: list(Tier).index(Tier(problem["tier"])))


def is_unsettled(deposition: Deposition) -> bool:
    """Whether a file, image or upload is still on its way, so that no verdict can be given yet."""
    if current_files(deposition).exclude(state__in=SETTLED).exists():
        return True
    if undrawn_images(deposition).exists():
        return True
    waiting = (UploadState.OPEN, UploadState.COMPLETE)
    return Upload.objects.filter(dataset=deposition.dataset_id, state__in=waiting).exists()
