"""Puts the demonstration into the portal through the same services that people use: nothing is written past them.

Idempotent: a dataset that is there (known by its origin's identifier) is left alone, one that an interrupted run left
half-way is carried on from where it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.utils.module_loading import import_string

from archive.models import Dataset, Deposition, File, User
from archive.selectors import groupings
from archive.services import depositing, ingesting, joining, people, proposing, releasing, uploading
from archive.states import DepositionState, FileState, GroupingState, PortalRole
from portal import demo
from portal.demo import DemoDataset, DemoFile

PASSWORD = "micrographia-demo"
DEPOSITOR = "depositor@example.org"
PEOPLE = (
    (DEPOSITOR, "Demo Depositor", ()),
    ("curator@example.org", "Demo Curator", (PortalRole.CURATOR,)),
    ("reviewer.one@example.org", "Demo Reviewer One", (PortalRole.REVIEWER,)),
    ("reviewer.two@example.org", "Demo Reviewer Two", (PortalRole.REVIEWER,)),
    ("editor@example.org", "Demo Editor", (PortalRole.EDITOR,)),
    ("biologist@example.org", "Demo Biologist", ()),
)
ADMINISTRATOR = "administrator@example.org"


@dataclass(frozen=True)
class Loaded:
    """What became of one dataset of the demonstration."""

    slug: str
    accession: str
    state: str


def load_people() -> dict[str, User]:
    """The accounts of the demonstration, by name. Their password is public: only for a portal on one's own machine."""
    administrator = User.objects.filter(email=ADMINISTRATOR).first()
    if administrator is None:
        administrator = User.objects.create_superuser(ADMINISTRATOR, PASSWORD, name="Demo Administrator")
    found = {administrator.name: administrator}
    for email, name, roles in PEOPLE:
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, PASSWORD, name=name)
        for role in roles:
            people.grant_role(actor=administrator, user=user, role=role)
        found[name] = user
    return found


def load_datasets(accounts: dict[str, User]) -> Iterator[Loaded]:
    """Deposit, submit and release each dataset; then what curators did with it, where curation is installed."""
    for dataset in demo.read_datasets():
        record = _deposit(dataset, accounts["Demo Depositor"])
        if apps.is_installed("curation"):
            import_string("portal.demo_reviews.review_dataset")(dataset, record, accounts)
        yield Loaded(dataset.slug, record.accession, dataset.state)


def _deposit(dataset: DemoDataset, depositor: User) -> Dataset:
    identifiers = [dict(identifier) for identifier in dataset.source_identifiers]
    record = Dataset.objects.filter(source_identifiers=identifiers, created_by=depositor).first()
    if record is None:
        deposition = depositing.start_deposition(
            user=depositor,
            template=demo.template_name(dataset),
            metadata=demo.to_document(dataset),
            source_identifiers=identifiers,
            credit=dataset.credit,
        )
        record = deposition.dataset
    if dataset.joined:
        _join_files(record, dataset.files, depositor)
    _version(record, 1, dataset.files, depositor, release=dataset.state == demo.State.RELEASED)
    if dataset.next_version:
        record.refresh_from_db()
        _next_version(record, dataset, depositor)
    record.refresh_from_db()
    return record


def _join_files(record: Dataset, files: tuple[DemoFile, ...], depositor: User) -> None:
    """Say yes to what the portal proposes, once all files are there and read."""
    deposition = Deposition.objects.select_related("dataset").get(dataset=record, number=1)
    if deposition.state != DepositionState.DRAFT:
        return
    for file in files:
        _upload(record, file, depositor)
    proposing.propose_groupings(dataset_id=record.pk)
    proposed = groupings.groupings_of(deposition).filter(state=GroupingState.PROPOSED)
    if found := list(proposed.values_list("pk", flat=True)):
        joining.answer_groupings(deposition=deposition, user=depositor, answer=joining.Answer.CONFIRM, groupings=found)


def _next_version(record: Dataset, dataset: DemoDataset, depositor: User) -> None:
    if record.latest_version != 1:
        return
    if not Deposition.objects.filter(dataset=record, number=2).exists():
        depositing.start_new_version(dataset=record, user=depositor)
    _version(record, 2, dataset.next_version.files, depositor, release=True, note=dataset.next_version.reason)


def _version(
    record: Dataset, number: int, files: tuple[DemoFile, ...], depositor: User, *, release: bool, note: str = ""
) -> None:
    """Bring one version as far as it should come, from wherever an earlier run left it."""
    deposition = Deposition.objects.select_related("dataset").get(dataset=record, number=number)
    if deposition.state == DepositionState.DRAFT:
        for file in files:
            _upload(record, file, depositor)
    if not release or deposition.state == DepositionState.RELEASED:
        return
    if deposition.state == DepositionState.DRAFT:
        _keep_what_is_no_image(deposition, depositor)
        depositing.submit_deposition(deposition=deposition, user=depositor)
    depositing.settle_deposition(deposition_id=deposition.pk)
    deposition.refresh_from_db()
    if deposition.state != DepositionState.READY:
        sentences = "; ".join(problem["message"] for problem in deposition.problems) or "It is not settled."
        raise demo.BadDemo(f"{record.accession} ({record.title[:60]}) cannot be released: {sentences}")
    why = "" if releasing.names_publication(deposition) else "Its source names none."
    releasing.release_deposition(deposition=deposition, user=depositor, change_note=note, no_publication=why)


def _keep_what_is_no_image(deposition: Deposition, depositor: User) -> None:
    """The depositor's word for files of the demonstration that nobody can read, or that look odd, on purpose."""
    for file in File.objects.filter(dataset=deposition.dataset, kept_on_purpose=False):
        depositing.keep_file_as_it_is(
            deposition=deposition, user=depositor, file_id=file.pk, reason="Part of the demonstration."
        )


def _upload(record: Dataset, file: DemoFile, depositor: User) -> None:
    for path, source in _parts(file):
        if record.files.filter(path=path, until_version__isnull=True).exists():
            continue
        size = source.stat().st_size
        upload = uploading.create_upload(user=depositor, dataset=record, path=path, size=size)
        with source.open("rb") as stream:
            stream.seek(upload.offset)
            uploading.append_bytes(upload=upload, offset=upload.offset, stream=stream, length=size - upload.offset)

    if file.bundle:
        # Otherwise its verification waits a moment for further members.
        for bundle in record.files.filter(path=file.path, state=FileState.STORED):
            ingesting.verify_file(file_id=bundle.pk)


def _parts(file: DemoFile) -> list[tuple[str, Path]]:
    """A file, or every member of a bundle under the bundle's path."""
    if not file.bundle:
        return [(file.path, file.source)]
    members = sorted(path for path in file.source.rglob("*") if path.is_file())
    return [(f"{file.path}/{member.relative_to(file.source)}", member) for member in members]
