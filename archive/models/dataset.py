"""Dataset, its depositions (drafts of the next version), its immutable versions and its study components."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from archive.states import OPEN_DEPOSITIONS, Access, DepositionState, Standing


class AccessionCounter(models.Model):
    """The last number given, for each kind of accession. Taken by an UPDATE in the transaction that uses it."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveBigIntegerField(default=1000)

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class Dataset(models.Model):
    """The unit of deposit. Three independent facts: access, standing, and its versions."""

    accession = models.CharField(max_length=30, unique=True)
    access = models.CharField(max_length=12, default=Access.OPEN, choices=[(a, a) for a in Access])
    standing = models.CharField(max_length=12, default=Standing.CURRENT, choices=[(s, s) for s in Standing])
    # As of the latest released version, or of the draft before the first release: for lists, without reading JSON.
    title = models.CharField(max_length=500, blank=True)
    latest_version = models.PositiveIntegerField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    retraction_reason = models.TextField(blank=True)
    # The last image number given; images count up within their dataset.
    last_image = models.PositiveIntegerField(default=0)
    # Where it came from, if elsewhere: [{scheme, value, url}].
    source_identifiers = models.JSONField(default=list, blank=True)
    # For an imported or demonstration record: whose images these are.
    credit = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="created_datasets"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="archive.Membership", related_name="datasets")

    class Meta:
        constraints = [
            # A release date and a released version come and stay together.
            models.CheckConstraint(
                condition=Q(latest_version__isnull=True, released_at__isnull=True)
                | Q(latest_version__isnull=False, released_at__isnull=False),
                name="dataset_released_at_with_version",
            ),
            # Only what was public can be retracted, and readers are told why.
            models.CheckConstraint(
                condition=~Q(standing=Standing.RETRACTED)
                | (Q(latest_version__isnull=False, retracted_at__isnull=False) & ~Q(retraction_reason="")),
                name="dataset_retraction_says_why",
            ),
        ]
        indexes = [models.Index(fields=["-released_at"], name="dataset_by_release")]

    def __str__(self) -> str:
        return self.accession

    def get_absolute_url(self) -> str:
        return reverse("archive:dataset", args=[self.accession])

    @property
    def is_public(self) -> bool:
        """Whether anybody may read its record, images and files."""
        return self.latest_version is not None and self.standing == Standing.CURRENT and self.access == Access.OPEN

    @property
    def is_retracted(self) -> bool:
        return self.standing == Standing.RETRACTED


class Component(models.Model):
    """A study component (REMBI): a part of a dataset with its own method. Its metadata stand in the document."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="components")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=300)

    class Meta:
        constraints = [
            # Files and candidates refer to a component by its key.
            models.UniqueConstraint(fields=["dataset", "key"], name="component_key_unique_in_dataset"),
        ]

    def __str__(self) -> str:
        return self.name


class Deposition(models.Model):
    """The draft of a dataset's next version, while its depositors work on it."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="depositions")
    # The number that its version will have.
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=14, default=DepositionState.DRAFT, choices=[(state, state) for state in DepositionState]
    )
    template = models.SlugField(max_length=60)
    template_version = models.CharField(max_length=20)
    metadata = models.JSONField(default=dict)
    # Counts saves: a save that names an older revision met somebody else's.
    revision = models.PositiveIntegerField(default=0)
    # What quality control found at the last check: [{pointer, code, message}].
    problems = models.JSONField(default=list, blank=True)
    change_note = models.TextField(blank=True)
    release_on = models.DateField(null=True, blank=True)
    # It is released when its publication appears: the DOI or PubMed ID to look for, or empty until somebody says so.
    waits_for_publication = models.BooleanField(default=False)
    expected_publication = models.CharField(max_length=200, blank=True)
    # Why there is none to belong to, in the depositor's words.
    no_publication = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    # For which files groups were proposed last (a mark of all of them), and when.
    grouped_mark = models.CharField(max_length=100, blank=True)
    grouped_at = models.DateTimeField(null=True, blank=True)
    # Of a draft that nobody touches: when its people were reminded last, and when it was put aside.
    reminded_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="created_depositions"
    )

    class Meta:
        constraints = [
            # Two open drafts of one dataset would become the same version.
            models.UniqueConstraint(
                fields=["dataset"],
                condition=Q(state__in=[str(state) for state in OPEN_DEPOSITIONS]),
                name="deposition_one_open_per_dataset",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in DepositionState]), name="deposition_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id and self.dataset.accession} draft {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("archive:deposition", args=[self.dataset.accession])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_DEPOSITIONS

    @property
    def is_later_version(self) -> bool:
        """Whether a version was released before: this one adds to it."""
        return self.number > 1

    @property
    def is_human_material(self) -> bool:
        """Whether the depositor has said anything but a plain no."""
        study = self.metadata.get("study")
        return not isinstance(study, dict) or study.get("human_material") != "no"


class Version(models.Model):
    """An immutable, numbered, released state of a dataset: metadata, file manifest, tree digest."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    template = models.SlugField(max_length=60)
    template_version = models.CharField(max_length=20)
    metadata = models.JSONField()
    # The manifest is an object in storage (one line per file); the tree digest is its SHA-256.
    manifest_key = models.CharField(max_length=200)
    tree_digest = models.CharField(max_length=64)
    file_count = models.PositiveIntegerField()
    byte_count = models.PositiveBigIntegerField()
    image_count = models.PositiveIntegerField()
    change_note = models.TextField(blank=True)
    # What is different from the version before, as archive/interchange/differences.py says it; None was not compared.
    changes = models.JSONField(null=True, blank=True)
    doi = models.CharField("DOI", max_length=100, blank=True)
    released_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="released_versions"
    )

    class Meta:
        constraints = [
            # A version is cited by its number.
            models.UniqueConstraint(fields=["dataset", "number"], name="version_number_unique_in_dataset"),
        ]
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.dataset.accession}.{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("archive:version", args=[self.dataset.accession, self.number])
