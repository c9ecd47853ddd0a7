"""The queue: candidates by state, age, claim and origin, with counts, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from urllib.parse import urlencode

from django.db.models import Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone

from archive.access import Reader
from archive.models import Image, Version
from archive.states import ImageState
from curation.models import Candidate, Decision, Review
from curation.models.candidate import Origin, Scope
from curation.models.review import Conflict
from curation.selectors import reviews as review_selectors
from curation.selectors.technical import Term, terms
from curation.workflow import DECIDED, OPEN, STATE_WORDS, CandidateState

PAGE_SIZE = 25
MEDIAN_DAYS = 90


class Tab(StrEnum):
    OPEN = "open"
    NOMINATED = "nominated"
    TRIAGED = "triaged"
    IN_REVIEW = "in-review"
    DEFERRED = "deferred"
    DECIDED = "decided"


class Age(StrEnum):
    OVER_30 = "over-30"
    FROM_14 = "from-14"
    UNDER_14 = "under-14"


class Sort(StrEnum):
    OLDEST = "oldest"
    NEWEST = "newest"


TAB_STATES: dict[Tab, tuple[CandidateState, ...]] = {
    Tab.OPEN: OPEN,
    Tab.DECIDED: DECIDED,
    **{tab: (CandidateState(tab.value),) for tab in (Tab.NOMINATED, Tab.TRIAGED, Tab.IN_REVIEW, Tab.DEFERRED)},
}
AGE_WORDS = {Age.OVER_30: "over 30 days", Age.FROM_14: "14 to 30 days", Age.UNDER_14: "under 14 days"}
ORIGIN_WORDS = {
    Origin.READER: "nominated by a reader",
    Origin.APPEAL: "re-opened by an appeal",
    Origin.NEW_VERSION: "re-opened by a new version",
}
SORT_WORDS = {Sort.OLDEST: "waiting longest first", Sort.NEWEST: "newest first"}
NOBODY, ME = "nobody", "me"


@dataclass(frozen=True)
class Filters:
    """What the address says. `who` are primary keys, `nobody` or `me`."""

    tab: Tab = Tab.OPEN
    who: tuple[str, ...] = ()
    age: tuple[Age, ...] = ()
    origin: tuple[Origin, ...] = ()
    sort: Sort = Sort.OLDEST
    page: int = 1

    def url(self, **changes: object) -> str:
        values = {**self.__dict__, "page": 1, **changes}
        defaults = Filters().__dict__
        kept = {
            name: [str(item) for item in value] if isinstance(value, tuple) else str(value)
            for name, value in values.items()
            if value != defaults[name]
        }
        return "?" + urlencode(kept, doseq=True)


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class TabLink:
    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Row:
    """One line of the queue."""

    candidate: Candidate
    picture: Image | None
    organisms: tuple[Term, ...]
    methods: tuple[Term, ...]
    note: str
    waiting_days: int


@dataclass(frozen=True)
class Queue:
    filters: Filters
    rows: list[Row]
    total: int
    tabs: list[TabLink]
    who: list[Choice]
    ages: list[Choice]
    origins: list[Choice]
    previous: str = ""
    next: str = ""
    waiting_for_reviewers: int = 0
    median_days: int | None = None
    mine: list[Review] = field(default_factory=list)


def queue(user: Reader, filters: Filters) -> Queue:
    """A page of the queue for the team."""
    now = timezone.now()
    by_tab = Candidate.objects.filter(state__in=[str(state) for state in TAB_STATES[filters.tab]])
    found = _filtered(by_tab, filters, user, now)
    total = found.count()
    start = (filters.page - 1) * PAGE_SIZE
    order = ("moved_at", "pk") if filters.sort is Sort.OLDEST else ("-moved_at", "-pk")
    page = list(found.select_related("dataset", "claimed_by").order_by(*order)[start : start + PAGE_SIZE])
    return Queue(
        filters=filters,
        rows=_rows(page, now),
        total=total,
        tabs=_tabs(filters),
        who=_who(by_tab, filters, user),
        ages=_ages(by_tab, filters, now),
        origins=_origins(by_tab, filters),
        previous=filters.url(page=filters.page - 1) if filters.page > 1 else "",
        next=filters.url(page=filters.page + 1) if start + PAGE_SIZE < total else "",
        waiting_for_reviewers=_waiting_for_reviewers(),
        median_days=median_days(now),
        mine=mine(user),
    )


def _filtered(found: QuerySet[Candidate], filters: Filters, user: Reader, now: datetime) -> QuerySet[Candidate]:
    if filters.who:
        chosen = Q()
        for who in filters.who:
            chosen |= _who_is(who, user)
        found = found.filter(chosen)
    if filters.age:
        chosen = Q()
        for age in filters.age:
            chosen |= _of_age(age, now)
        found = found.filter(chosen)
    return found.filter(origin__in=[str(origin) for origin in filters.origin]) if filters.origin else found


def _who_is(who: str, user: Reader) -> Q:
    if who == NOBODY:
        return Q(claimed_by__isnull=True)
    return Q(claimed_by=user.pk if who == ME else int(who))


def _of_age(age: Age, now: datetime) -> Q:
    month, fortnight = now - timedelta(days=30), now - timedelta(days=14)
    return {
        Age.OVER_30: Q(moved_at__lt=month),
        Age.FROM_14: Q(moved_at__gte=month, moved_at__lt=fortnight),
        Age.UNDER_14: Q(moved_at__gte=fortnight),
    }[age]


def _tabs(filters: Filters) -> list[TabLink]:
    counted = dict(Candidate.objects.values_list("state").annotate(count=Count("pk")).order_by())
    labels = {Tab.OPEN: "Open", Tab.DECIDED: "Decided"}
    return [
        TabLink(
            labels.get(tab) or STATE_WORDS[CandidateState(tab.value)][0],
            sum(counted.get(str(state), 0) for state in states),
            filters.url(tab=tab),
            tab is filters.tab,
        )
        for tab, states in ((tab, TAB_STATES[tab]) for tab in Tab)
    ]


def _who(found: QuerySet[Candidate], filters: Filters, user: Reader) -> list[Choice]:
    rows = (
        found.values("claimed_by", "claimed_by__name", "claimed_by__email")
        .annotate(count=Count("pk"))
        .order_by("claimed_by__name", "claimed_by__email")
    )
    numbers: defaultdict[str, int] = defaultdict(int)
    names = {NOBODY: "nobody yet", ME: "me"}
    for row in rows:
        key = NOBODY if row["claimed_by"] is None else ME if row["claimed_by"] == user.pk else str(row["claimed_by"])
        numbers[key] = row["count"]
        names.setdefault(key, row["claimed_by__name"] or row["claimed_by__email"])
    return [Choice(key, name, numbers[key], key in filters.who) for key, name in names.items()]


def _ages(found: QuerySet[Candidate], filters: Filters, now: datetime) -> list[Choice]:
    counted = found.aggregate(**{age.name: Count("pk", filter=_of_age(age, now)) for age in Age})
    return [Choice(age.value, AGE_WORDS[age], counted[age.name], age in filters.age) for age in Age]


def _origins(found: QuerySet[Candidate], filters: Filters) -> list[Choice]:
    counted = dict(found.values_list("origin").annotate(count=Count("pk")).order_by())
    return [
        Choice(origin.value, words, counted.get(origin.value, 0), origin in filters.origin)
        for origin, words in ORIGIN_WORDS.items()
    ]


def _waiting_for_reviewers() -> int:
    """In review with fewer people asked than are needed."""
    asked = Q(reviews__round=F("round")) & ~Q(reviews__conflict=Conflict.DECLARED)
    return (
        Candidate.objects.filter(state=CandidateState.IN_REVIEW)
        .annotate(asked=Count("reviews", filter=asked))
        .filter(asked__lt=2)
        .count()
    )


def median_days(now: datetime) -> int | None:
    """From nomination to the first decision, of those decided lately."""
    first = (
        Decision.objects.values("candidate")
        .annotate(at=Min("decided_at"))
        .filter(at__gte=now - timedelta(days=MEDIAN_DAYS))
        .values_list("at", "candidate__nominated_at")
    )
    days = [(at - nominated).days for at, nominated in first]
    return round(median(days)) if days else None


def mine(user: Reader) -> list[Review]:
    """The reviews that this person is asked for and has not finished, the most urgent first."""
    return list(
        Review.objects.filter(
            reviewer=user.pk,
            submitted_at__isnull=True,
            round=F("candidate__round"),
            candidate__state=CandidateState.IN_REVIEW,
        )
        .exclude(conflict=Conflict.DECLARED)
        .select_related("candidate__dataset")
        .order_by("due_on", "pk")
    )


def nominated_by(user: Reader) -> list[Candidate]:
    """What this person nominated."""
    return list(Candidate.objects.filter(nominated_by=user.pk).select_related("dataset").order_by("-moved_at")[:50])


def of_depositor(user: Reader) -> list[Candidate]:
    """Candidates among this person's own datasets: where they stand."""
    own = Candidate.objects.filter(dataset__memberships__user=user.pk)
    return list(own.select_related("dataset").order_by("-moved_at")[:50])


def _rows(page: Sequence[Candidate], now: datetime) -> list[Row]:
    pictures = pictures_of(page)
    metadata = _metadata_of(page)
    reviews: defaultdict[int, list[Review]] = defaultdict(list)
    for review in Review.objects.filter(candidate__in=page):
        reviews[review.candidate_id].append(review)
    return [
        Row(
            candidate=candidate,
            picture=pictures.get(candidate.pk),
            organisms=terms(metadata.get(candidate.dataset_id, {}), "biosample", "organism"),
            methods=terms(metadata.get(candidate.dataset_id, {}), "acquisition", "imaging_method"),
            note=_note(candidate, reviews[candidate.pk]),
            waiting_days=(now - candidate.moved_at).days,
        )
        for candidate in page
    ]


def pictures_of(page: Sequence[Candidate]) -> dict[int, Image]:
    """The first drawn image that each candidate is about, in two queries."""
    drawn = Image.objects.filter(state=ImageState.RENDERED, until_version__isnull=True, role="").order_by("number")
    of_dataset = drawn.filter(dataset=OuterRef("dataset"), from_version__lte=OuterRef("dataset__latest_version"))
    firsts = {
        Scope.DATASET: of_dataset,
        Scope.COMPONENT: of_dataset.filter(file__component=OuterRef("component")),
        Scope.IMAGES: drawn.filter(candidacies=OuterRef("pk")),
    }
    first = Case(*(When(scope=scope, then=Subquery(rows.values("pk")[:1])) for scope, rows in firsts.items()))
    chosen = dict(
        Candidate.objects.filter(pk__in=[one.pk for one in page]).annotate(first=first).values_list("pk", "first")
    )
    images = Image.objects.select_related("dataset").in_bulk([pk for pk in chosen.values() if pk])
    return {candidate: images[pk] for candidate, pk in chosen.items() if pk in images}


def _metadata_of(page: Sequence[Candidate]) -> dict[int, dict]:
    ids = {candidate.dataset_id for candidate in page}
    rows = Version.objects.filter(dataset__in=ids, number=F("dataset__latest_version"))
    return dict(rows.values_list("dataset_id", "metadata"))


def _note(candidate: Candidate, reviews: list[Review]) -> str:
    """The second line of the state: what it waits for."""
    if candidate.state == CandidateState.IN_REVIEW:
        progress = review_selectors.progress(reviews, candidate.round)
        if not progress.submitted and candidate.round > 1:
            return ORIGIN_WORDS.get(Origin(candidate.origin), "") or progress.words
        return progress.words
    if candidate.state == CandidateState.NOMINATED:
        return f"“{candidate.reason[:90]}{'…' if len(candidate.reason) > 90 else ''}”"
    return ""
