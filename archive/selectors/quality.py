"""What is wrong with a deposition: metadata and files in one list, each problem at its place with what to do.

Problems are dicts as they are stored and sent: {pointer, code, message, tier}. Pointers of files are `/files/<path>`
(escaped as JSON pointers are). `required` blocks, `desirable` and `optional` advise.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from archive.imaging.model import Severity
from archive.metadata import Tier, validate
from archive.metadata.problems import pointer_of
from archive.models import Deposition, File, Image, Upload
from archive.selectors.templates import template_of
from archive.selectors.terms import DocumentTerms
from archive.states import FileState, ImageState, UploadState

Problem = dict[str, Any]

# A deposition of half a million broken files is mended in rounds.
MOST_PROBLEMS = 500
# Kept as they are without a question: no images, or images that only we cannot read yet (archive/imaging/registry.py).
NO_QUESTION = frozenset({"", "not-an-image", "packed", "format-not-read-yet"})
SETTLED = (FileState.READ, FileState.KEPT, FileState.DAMAGED)
# Still on their way. Fields of plates are drawn when somebody looks at them, so nobody waits for those.
UNDRAWN = (ImageState.FOUND, ImageState.DESCRIBED)


def metadata_problems(deposition: Deposition) -> list[Problem]:
    """What validation finds, what blocks first."""
    document = deposition.metadata
    found = validate(template_of(deposition), document, DocumentTerms(document))
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
    return found


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
    """Images whose pictures somebody waits for: fields of plates are drawn when they are looked at."""
    return current_images(deposition).filter(state__in=UNDRAWN, well__isnull=True)


def file_problems(deposition: Deposition) -> list[Problem]:
    """What became of files and images that only the depositor can mend."""
    found = [_of_file(file) for file in unread_files(deposition).order_by("path")[:MOST_PROBLEMS]]
    images = current_images(deposition).filter(file__kept_on_purpose=False).select_related("file")
    failed = images.filter(Q(state=ImageState.FAILED) | ~Q(findings=[])).order_by("-problem_count", "number")
    for image in failed[:MOST_PROBLEMS].iterator(chunk_size=MOST_PROBLEMS):
        found += _of_image(image)
    return found[:MOST_PROBLEMS]


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
    """What keeps it from being submitted."""
    return blocking([*metadata_problems(deposition), *arriving_problems(deposition)])


def all_problems(deposition: Deposition) -> list[Problem]:
    """The validation report: everything known now, what blocks first."""
    found = [*metadata_problems(deposition), *arriving_problems(deposition), *file_problems(deposition)]
    return sorted(found, key=lambda problem: list(Tier).index(Tier(problem["tier"])))


def is_unsettled(deposition: Deposition) -> bool:
    """Whether a file, image or upload is still on its way, so that no verdict can be given yet."""
    if current_files(deposition).exclude(state__in=SETTLED).exists():
        return True
    if undrawn_images(deposition).exists():
        return True
    waiting = (UploadState.OPEN, UploadState.COMPLETE)
    return Upload.objects.filter(dataset=deposition.dataset_id, state__in=waiting).exists()
