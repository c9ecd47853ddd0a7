"""One object in every state, and one person in every role: what permission, selector and search tests share."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from archive.interchange.studies import ListedFile
from archive.models import Dataset, Deposition, File, FileTable, Image, Imported, Plate, Term, Upload, User
from archive.services import auditing
from archive.services.listings import written_listing
from archive.services.memberlists import Member, write_members
from archive.states import (
    Access,
    DatasetRole,
    DepositionState,
    FileState,
    ImageState,
    PortalRole,
    Standing,
)
from archive.storage import derived, new_key, originals
from tests.archive.documents import complete_document
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    FileTableFactory,
    ImageFactory,
    MembershipFactory,
    PlateFactory,
    UploadFactory,
    UserFactory,
    VersionFactory,
    WellFactory,
)

ANONYMOUS, STRANGER, ADMINISTRATOR = "anonymous", "stranger", "administrator"
MEMBERS = tuple(str(role) for role in DatasetRole)
PORTAL_ROLES = ("curator", "reviewer", "editor")
ROLES = (ANONYMOUS, STRANGER, *MEMBERS, *PORTAL_ROLES, ADMINISTRATOR)
INSIDERS = frozenset({*MEMBERS, ADMINISTRATOR})


@dataclass
class Scene:
    """A dataset in one state. `file`, `bundle`, `image`, `plate` and `upload` are those that the state is about.

    `title` and `path` are words that stand nowhere else, so that a leak shows in any answer.
    """

    name: str
    dataset: Dataset
    deposition: Deposition
    title: str
    path: str
    file: File
    bundle: File
    image: Image
    plate: Plate
    upload: Upload
    file_table: FileTable
    record_is_public: bool = False
    contents_are_public: bool = False
    # Whether there is a released version, and whether anybody may read it.
    has_version: bool = False
    version_is_public: bool = False


@dataclass
class World:
    people: dict[str, User | AnonymousUser]
    scenes: dict[str, Scene] = field(default_factory=dict)
    # What curation made of two of them, where it is installed: the primary keys of a candidate and of a decision.
    candidates: dict[str, int] = field(default_factory=dict)


# --- people


def _people() -> dict[str, User | AnonymousUser]:
    people: dict[str, User | AnonymousUser] = {ANONYMOUS: AnonymousUser()}
    for role in ROLES[1:]:
        roles = [PortalRole(role)] if role in {*PORTAL_ROLES, ADMINISTRATOR} else []
        people[role] = UserFactory(email=f"{role}@example.org", roles=roles)
    return people


# --- scenes


@dataclass(frozen=True)
class Plan:
    """How a scene is made. `number` is the version that its deposition is, or became."""

    name: str
    state: DepositionState
    number: int = 1
    released: bool = False
    standing: Standing = Standing.CURRENT
    access: Access = Access.OPEN
    human: bool = False
    planned: bool = False

    @property
    def contents_are_public(self) -> bool:
        is_open = self.standing == Standing.CURRENT and self.access == Access.OPEN
        return self.released and is_open and self.number == 1

    @property
    def version_is_public(self) -> bool:
        return self.released and self.standing == Standing.CURRENT and self.access == Access.OPEN


PLANS = (
    Plan("draft", DepositionState.DRAFT),
    Plan("submitted", DepositionState.SUBMITTED),
    Plan("processing", DepositionState.PROCESSING),
    Plan("needs-changes", DepositionState.NEEDS_CHANGES),
    Plan("ready", DepositionState.READY),
    Plan("planned", DepositionState.READY, planned=True),
    Plan("held", DepositionState.READY, human=True),
    Plan("withdrawn", DepositionState.WITHDRAWN),
    Plan("released", DepositionState.RELEASED, released=True),
    Plan("retracted", DepositionState.RELEASED, released=True, standing=Standing.RETRACTED),
    Plan("controlled", DepositionState.RELEASED, released=True, access=Access.CONTROLLED),
    # A public dataset whose next version is a draft: its new file and image are private.
    Plan("next-version", DepositionState.DRAFT, number=2, released=True),
)


def _list_files(deposition: Deposition) -> None:
    """As an import does."""
    with written_listing([ListedFile("a.tif")]) as listing:
        values = {"listing_key": listing.store(), "listing_digest": listing.digest, "listed_count": listing.count}
    Imported.objects.create(deposition=deposition, digest="0" * 64, revision=0, **values)


def _scene(plan: Plan, people: dict[str, User | AnonymousUser]) -> Scene:
    title, path = f"Hidden{plan.name.title().replace('-', '')}Title", f"hidden-{plan.name}-path"
    dataset = _dataset(plan, title, people)
    document = complete_document(title=title, human_material="yes" if plan.human else "no")
    if plan.number > 1:
        released = {"number": 1, "state": DepositionState.RELEASED}
        _list_files(DepositionFactory(dataset=dataset, metadata=document, **released))
    deposition = DepositionFactory(
        dataset=dataset,
        number=plan.number,
        state=plan.state,
        metadata=document,
        release_on=timezone.localdate() + timezone.timedelta(days=30) if plan.planned else None,
        problems=[{"pointer": f"/files/{path}", "code": "broken", "message": path, "tier": "required"}],
    )
    if plan.released:
        manifest = originals().save(new_key("manifests", ".jsonl"), ContentFile(b'{"path": "a.tif"}\n'))
        VersionFactory(dataset=dataset, manifest_key=manifest, metadata=document)
        if plan.number == 1:
            _list_files(deposition)
    auditing.record(dataset=dataset, action="deposition.start", actor=people["owner"])
    file, bundle, image, plate = _contents(dataset, path, plan.number)
    return Scene(
        name=plan.name,
        dataset=dataset,
        deposition=deposition,
        title=title,
        path=path,
        file=file,
        bundle=bundle,
        image=image,
        plate=plate,
        upload=UploadFactory(dataset=dataset, path=f"{path}/arriving.tif", user=people["owner"]),
        file_table=FileTableFactory(dataset=dataset, number=plan.number),
        record_is_public=plan.released,
        contents_are_public=plan.contents_are_public,
        has_version=plan.released,
        version_is_public=plan.version_is_public,
    )


def _dataset(plan: Plan, title: str, people: dict[str, User | AnonymousUser]) -> Dataset:
    retracted = plan.standing == Standing.RETRACTED
    dataset = DatasetFactory(
        owner=people["owner"],
        title=title,
        access=plan.access,
        standing=plan.standing,
        latest_version=1 if plan.released else None,
        released_at=timezone.now() if plan.released else None,
        retracted_at=timezone.now() if retracted else None,
        retraction_reason="The images were assigned to the wrong cell line." if retracted else "",
    )
    for role in (DatasetRole.CONTRIBUTOR, DatasetRole.VIEWER):
        MembershipFactory(dataset=dataset, user=people[role], role=role)
    return dataset


def _contents(dataset: Dataset, path: str, number: int) -> tuple[File, File, Image, Plate]:
    """A file, a bundle, a drawn image and a plate, all with bytes, of this version."""
    content = f"bytes of {path}".encode()
    file = FileFactory(dataset=dataset, path=f"{path}/a.tif", from_version=number, blob=BlobFactory(content=content))
    key = originals().save(new_key("blobs"), ContentFile(content))
    members = write_members([Member(f"{path}/0", len(content), key, "0" * 64)])
    bundle = BundleFactory(dataset=dataset, path=f"{path}/b.ome.zarr", from_version=number, members_key=members.key)
    image = ImageFactory(
        dataset=dataset,
        file=file,
        number=1,
        name=f"{path} image",
        from_version=number,
        thumbnail_small=derived().save(new_key("thumbnails"), ContentFile(content)),
        thumbnail_large=derived().save(new_key("thumbnails"), ContentFile(content)),
        ome_xml_key=derived().save(new_key("ome-xml"), ContentFile(content)),
        ome_xml_sha256="0" * 64,
    )
    plate = PlateFactory(dataset=dataset, file=file, name=f"{path} plate", rows=2, columns=3)
    well = WellFactory(plate=plate, row=0, column=0)
    Image.objects.filter(pk=image.pk).update(well=well)
    return file, bundle, image, plate


def _every_file_and_image_state(scene: Scene) -> None:
    """Beside the settled ones: a file in every state, and an image in every state."""
    for state in FileState:
        reason = "It is cut off." if state in (FileState.KEPT, FileState.DAMAGED) else ""
        code = "broken" if reason else ""
        path = f"{scene.path}/{state}.tif"
        FileFactory(dataset=scene.dataset, path=path, state=state, reason=reason, reason_code=code)
    for number, state in enumerate(ImageState, start=2):
        failed = state == ImageState.FAILED
        ImageFactory(
            dataset=scene.dataset,
            number=number,
            state=state,
            name=f"{scene.path} {state}",
            file__path=f"{scene.path}/image-{state}.tif",
            reason="It has no pixels." if failed else "",
            **({} if state == ImageState.RENDERED else {"thumbnail_small": "", "thumbnail_large": ""}),
        )


def make_world() -> World:
    world = World(_people())
    Term.objects.create(curie="NCBITaxon:9606", ontology="NCBITaxon", version="1", label="Homo sapiens")
    for plan in PLANS:
        world.scenes[plan.name] = _scene(plan, world.people)
    _every_file_and_image_state(world.scenes["draft"])
    return world


@pytest.fixture
def every_state(db) -> World:
    """Every scene and every person."""
    return make_world()


@pytest.fixture(scope="module")
def module_world(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once for a module, in a transaction around those of its tests, as Django's own setUpTestData does it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def same_states(module_world: World, db) -> World:
    """As `every_state`, for modules in which nearly every test wants it: it takes most of a second to make.

    It is a copy, so that what a test does to an object no other test sees; what it does to rows is undone.
    """
    return deepcopy(module_world)
