"""The archive's nouns as tests need them. Rows only, unless a test asks for bytes (`BlobFactory(content=b"…")`)."""

import hashlib
import uuid
from datetime import timedelta

import factory
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from archive.models import (
    Blob,
    Component,
    Dataset,
    Deposition,
    File,
    FileTable,
    Image,
    Membership,
    Plate,
    Upload,
    User,
    Version,
    Well,
)
from archive.states import (
    Access,
    DatasetRole,
    DepositionState,
    FileKind,
    FileState,
    FileTableState,
    ImageState,
    PortalRole,
    Standing,
    UploadState,
)

PASSWORD = "a long pass phrase"


class UserFactory(DjangoModelFactory):
    """`UserFactory(roles=[PortalRole.EDITOR])` gives portal-wide roles."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    affiliation = "Institute of Examples"
    password = Password(PASSWORD)

    @factory.post_generation
    def roles(self, create: bool, extracted: list[PortalRole] | None, **kwargs: object) -> None:
        for role in extracted or ():
            self.groups.add(Group.objects.get_or_create(name=role)[0])


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    dataset = factory.SubFactory("tests.factories.archive.DatasetFactory")
    user = factory.SubFactory(UserFactory)
    role = DatasetRole.CONTRIBUTOR


class DatasetFactory(DjangoModelFactory):
    """An unreleased dataset with its owner (`created_by`, or `owner=`); no deposition."""

    class Meta:
        model = Dataset
        skip_postgeneration_save = True

    class Params:
        owner = factory.SubFactory(UserFactory)

    accession = factory.Sequence(lambda n: f"MG-D{5001 + n}")
    title = factory.Sequence(lambda n: f"Mitosis in HeLa cells, part {n}")
    created_by = factory.SelfAttribute("owner")

    @factory.post_generation
    def membership(self, create: bool, extracted: object, **kwargs: object) -> None:
        if create and self.created_by:
            Membership.objects.create(dataset=self, user=self.created_by, role=DatasetRole.OWNER)


class ReleasedDatasetFactory(DatasetFactory):
    """A dataset whose first version is public. Its files and images are of version 1 unless told otherwise."""

    latest_version = 1
    released_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def version(self, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            VersionFactory(dataset=self, number=self.latest_version, released_by=self.created_by)


class RetractedDatasetFactory(ReleasedDatasetFactory):
    standing = Standing.RETRACTED
    retracted_at = factory.LazyFunction(timezone.now)
    retraction_reason = "The images were assigned to the wrong cell line."


class ControlledDatasetFactory(ReleasedDatasetFactory):
    access = Access.CONTROLLED


class ComponentFactory(DjangoModelFactory):
    class Meta:
        model = Component

    dataset = factory.SubFactory(DatasetFactory)
    key = factory.Sequence(lambda n: f"component-{n}")
    name = "Time-lapse of dividing cells"


class DepositionFactory(DjangoModelFactory):
    """An open draft of a dataset of its own; `dataset=`, `state=` and `metadata=` as a test needs them."""

    class Meta:
        model = Deposition

    dataset = factory.SubFactory(DatasetFactory)
    created_by = factory.SelfAttribute("dataset.created_by")
    number = factory.LazyAttribute(lambda deposition: (deposition.dataset.latest_version or 0) + 1)
    state = DepositionState.DRAFT
    template = "light-microscopy"
    template_version = "1.0"
    metadata = factory.LazyAttribute(lambda deposition: {"study": {"title": deposition.dataset.title}})
    no_publication = "A test; none is planned."


class VersionFactory(DjangoModelFactory):
    class Meta:
        model = Version

    dataset = factory.SubFactory(DatasetFactory)
    number = 1
    template = "light-microscopy"
    template_version = "1.0"
    metadata = factory.LazyAttribute(lambda version: {"study": {"title": version.dataset.title}})
    manifest_key = factory.LazyFunction(lambda: f"manifests/{uuid.uuid4().hex}")
    tree_digest = factory.LazyFunction(lambda: hashlib.sha256(uuid.uuid4().bytes).hexdigest())
    file_count = 0
    byte_count = 0
    image_count = 0
    doi = factory.LazyAttribute(lambda version: f"10.5072/{version.dataset.accession}.{version.number}".lower())
    released_at = factory.LazyFunction(timezone.now)
    released_by = factory.SelfAttribute("dataset.created_by")


class BlobFactory(DjangoModelFactory):
    """`BlobFactory(content=b"…")` also stores the bytes; without it there is only the row."""

    class Meta:
        model = Blob
        skip_postgeneration_save = True

    key = factory.LazyFunction(lambda: f"blobs/{uuid.uuid4().hex}")
    size = 1000
    sha256 = factory.LazyFunction(lambda: hashlib.sha256(uuid.uuid4().bytes).hexdigest())
    verified_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def content(self, create: bool, extracted: bytes | None, **kwargs: object) -> None:
        if extracted is None:
            return
        self.size, self.sha256 = len(extracted), hashlib.sha256(extracted).hexdigest()
        storages["originals"].save(self.key, ContentFile(extracted))
        self.save()


class FileFactory(DjangoModelFactory):
    """A read file of version 1. `state=FileState.KEPT, reason="…"` and so on as a test needs it."""

    class Meta:
        model = File

    dataset = factory.SubFactory(DatasetFactory)
    path = factory.Sequence(lambda n: f"images/cell_{n:04d}.ome.tif")
    blob = factory.SubFactory(BlobFactory)
    size = factory.LazyAttribute(lambda file: file.blob.size if file.blob else 0)
    state = FileState.READ
    from_version = 1
    uploaded_by = factory.SelfAttribute("dataset.created_by")


class BundleFactory(FileFactory):
    """An OME-Zarr folder."""

    kind = FileKind.BUNDLE
    path = factory.Sequence(lambda n: f"images/plate_{n}.ome.zarr")
    blob = None
    size = 4096
    member_count = 3
    members_key = factory.LazyFunction(lambda: f"bundles/{uuid.uuid4().hex}")
    tree_digest = factory.LazyFunction(lambda: hashlib.sha256(uuid.uuid4().bytes).hexdigest())


class UploadFactory(DjangoModelFactory):
    class Meta:
        model = Upload

    dataset = factory.SubFactory(DatasetFactory)
    user = factory.SelfAttribute("dataset.created_by")
    path = factory.Sequence(lambda n: f"images/arriving_{n}.tif")
    size = 1000
    state = UploadState.OPEN
    key = factory.LazyFunction(lambda: f"uploads/{uuid.uuid4().hex}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))


class PlateFactory(DjangoModelFactory):
    class Meta:
        model = Plate

    dataset = factory.SubFactory(DatasetFactory)
    file = factory.SubFactory(FileFactory, dataset=factory.SelfAttribute("..dataset"))
    name = "Plate 1"
    rows = 8
    columns = 12


class WellFactory(DjangoModelFactory):
    class Meta:
        model = Well

    plate = factory.SubFactory(PlateFactory)
    row = 0
    column = factory.Sequence(lambda n: n % 48)


def _metadata(image: object) -> dict[str, object]:
    """ImageMetadata as JSON, fitting the columns."""
    names = "name series format size_x size_y size_z size_c size_t pixel_type rgb"
    names += " physical_x_um physical_y_um physical_z_um"
    channels = [
        {"name": name, "color": color, "fluorophore": name, "emission_nm": None, "excitation_nm": None, "samples": 1}
        for name, color in (("DAPI", "0000FF"), ("GFP", "00FF00"))
    ]
    rest = {"reader": "tiff", "dimension_order": "XYZCT", "levels": 1, "modality": "fluorescence microscopy"}
    return {name: getattr(image, name) for name in names.split()} | {"channels": channels} | rest


class ImageFactory(DjangoModelFactory):
    """A drawn two-channel image in a file of its own, of version 1; its pictures are keys without bytes."""

    class Meta:
        model = Image

    dataset = factory.SubFactory(DatasetFactory)
    file = factory.SubFactory(FileFactory, dataset=factory.SelfAttribute("..dataset"))
    number = factory.Sequence(lambda n: n + 1)
    accession = factory.LazyAttribute(lambda image: f"{image.dataset.accession}-I{image.number}")
    series = 0
    name = factory.LazyAttribute(lambda image: image.file.name)
    format = "ome-tiff"
    size_x = 512
    size_y = 256
    size_z = 1
    size_c = 2
    size_t = 1
    pixel_type = "uint16"
    rgb = False
    physical_x_um = 0.1
    physical_y_um = 0.1
    physical_z_um = None
    metadata = factory.LazyAttribute(_metadata)
    state = ImageState.RENDERED
    thumbnail_small = factory.LazyFunction(lambda: f"thumbnails/{uuid.uuid4().hex}.webp")
    thumbnail_large = factory.LazyFunction(lambda: f"thumbnails/{uuid.uuid4().hex}.webp")
    thumbnail_width = 512
    thumbnail_height = 256
    from_version = 1


class FileTableFactory(DjangoModelFactory):
    """A table of files that was checked and waits for a word."""

    class Meta:
        model = FileTable

    dataset = factory.SubFactory(DatasetFactory)
    number = 1
    name = "files.csv"
    key = factory.Sequence(lambda n: f"file-tables/00/{n}.csv")
    size = 100
    state = FileTableState.CHECKED
    counts = factory.LazyFunction(
        lambda: {
            "rows": 1,
            "changed": 1,
            "unchanged": 0,
            "unknown": 0,
            "left_out": 0,
            "errors": 0,
            "hints": 0,
            "wrong": 0,
        }
    )
    uploaded_by = factory.SelfAttribute("dataset.created_by")
