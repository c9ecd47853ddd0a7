"""A candidate for a label, and the history of its moves."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from curation import criteria
from curation.workflow import DECIDED, LIVE, OPEN, STATE_WORDS, TABLE, WORDS, Action, CandidateState


class Scope(StrEnum):
    """What is proposed."""

    DATASET = "dataset"
    COMPONENT = "component"
    IMAGES = "images"


class Origin(StrEnum):
    """Why the present round exists."""

    READER = "reader"
    APPEAL = "appeal"
    NEW_VERSION = "new-version"


def _texts(states: tuple[CandidateState, ...]) -> list[str]:
    return [str(state) for state in states]


class Candidate(models.Model):
    """A dataset, component or image set proposed as reference images. Its state moves by services.moving alone."""

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="candidates")
    scope = models.CharField(max_length=10, default=Scope.DATASET, choices=[(scope, scope) for scope in Scope])
    # The component's key; empty for a whole dataset or a set of images.
    component = models.CharField(max_length=40, blank=True)
    images = models.ManyToManyField("archive.Image", related_name="candidacies", blank=True)
    state = models.CharField(
        max_length=10, default=CandidateState.NOMINATED, choices=[(state, state) for state in CandidateState]
    )
    # Counts decisions: each round ends in one.
    round = models.PositiveSmallIntegerField(default=1)
    origin = models.CharField(max_length=12, default=Origin.READER, choices=[(origin, origin) for origin in Origin])
    # Its acceptance stands: kept while it is in review again.
    labelled = models.BooleanField(default=False)
    # The dataset's version that is, or was, considered.
    version = models.PositiveIntegerField()
    criteria_version = models.PositiveSmallIntegerField(default=criteria.CURRENT.version)
    reason = models.TextField()
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="nominations"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="claimed_candidates"
    )
    nominated_at = models.DateTimeField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in CandidateState]), name="candidate_state_known"
            ),
            # What was nominated must be named, and nothing else.
            models.CheckConstraint(
                condition=(Q(scope=Scope.COMPONENT) & ~Q(component="")) | (~Q(scope=Scope.COMPONENT) & Q(component="")),
                name="candidate_component_named",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="candidate_says_why"),
            # An accepted candidate holds its label, a declined or revoked one does not.
            models.CheckConstraint(
                condition=(~Q(state=CandidateState.ACCEPTED) | Q(labelled=True))
                & (~Q(state__in=[str(CandidateState.DECLINED), str(CandidateState.REVOKED)]) | Q(labelled=False)),
                name="candidate_label_follows_state",
            ),
            # Two open candidates of one thing would be reviewed twice. Sets of images may overlap.
            models.UniqueConstraint(
                fields=["dataset", "component"],
                condition=Q(state__in=_texts(LIVE)) & ~Q(scope=Scope.IMAGES),
                name="candidate_one_live_per_object",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "moved_at"], name="candidate_by_state_and_age"),
            models.Index(fields=["dataset", "labelled"], name="candidate_by_label"),
        ]

    def __str__(self) -> str:
        return f"candidate {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("curation:candidate", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_decided(self) -> bool:
        return self.state in DECIDED

    @property
    def state_label(self) -> str:
        return STATE_WORDS[CandidateState(self.state)][0]

    @property
    def state_help(self) -> str:
        return STATE_WORDS[CandidateState(self.state)][1]

    @property
    def state_kind(self) -> str:
        """The class that colours the state; the words say it."""
        return {"in-review": "busy", "accepted": "ok", "deferred": "warn", "revoked": "bad"}.get(self.state, "")

    @property
    def covers(self) -> str:
        """What the candidate is about, in words."""
        if self.scope == Scope.COMPONENT:
            return f"the study component “{self.component}”"
        return "a selection of images" if self.scope == Scope.IMAGES else "the whole dataset"


class CurationMove(models.Model):
    """One line of a candidate's history: who, when, from, to, why. Never changed."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="moves")
    round = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=20, choices=[(action, action) for action in Action])
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    # Empty for the portal itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="curation_moves"
    )
    # Whom it is about: the invited reviewer, or who was given the candidate.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="curation_moves_about"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Wherever the table demands a reason, there is one.
            models.CheckConstraint(
                condition=~Q(action__in=sorted({str(move.action) for move in TABLE if move.needs_reason}))
                | ~Q(reason=""),
                name="curation_move_says_why",
            ),
        ]
        indexes = [models.Index(fields=["candidate", "at"], name="curation_move_by_age")]
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.from_state}→{self.to_state}"

    @property
    def words(self) -> str:
        return WORDS[Action(self.action)].past
