"""What the curation adds below: the label facet, document fields, badges, panels of the record, export statements.

Filled in AppConfig.ready() through the extension points alone; the archive and search know nothing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from archive.extensions import Badge, Panel, add_badges, add_image_badges, add_panel, add_statements
from archive.models import Dataset, Image
from archive.subscriptions import add_kind
from curation.labels import VALUE_LABELS, LabelKind
from curation.models import Decision, Label
from curation.selectors import candidates, coverage, labels
from curation.selectors.coverage import Coverage
from curation.selectors.people import is_member, is_team
from curation.services.notifying import CURATION
from search.backends.document import TermValue
from search.extensions import Extra, add_document_fields, add_facet
from search.facets import FacetDeclaration, Kind

LABEL_FACET = FacetDeclaration(
    "label",
    "Label",
    open=True,
    order=10,
    help="What people who know think of these images, or what their use shows.",
    aliases=("labels",),
    value_labels=VALUE_LABELS,
)


def url_of(label: Label) -> str:
    """Where the evidence of a label is read: its decision, or the page of its kind."""
    if label.decision_id:
        return reverse("curation:decision", args=[label.decision_id])
    return reverse("curation:label", args=[label.kind])


def badges(dataset_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]]:
    return {pk: [badge for _, badge in pairs] for pk, pairs in _worn(dataset_ids).items()}


def _worn(dataset_ids: Sequence[int]) -> dict[int, list[tuple[Label, Badge]]]:
    """The labels of datasets with their badges; where only some images were accepted, the badge counts them."""
    live = labels.live_of(dataset_ids)
    covered = coverage.coverage(list(live)) if live else {}
    return {pk: [(label, _badge(label, covered.get(pk))) for label in of_one] for pk, of_one in live.items()}


def _badge(label: Label, covered: Coverage | None) -> Badge:
    words = covered.words if covered and label.kind == LabelKind.REFERENCE else label.declaration.label
    return Badge(label.kind, words, label.evidence, url_of(label))


def image_badges(image_ids: Sequence[int]) -> Mapping[int, Sequence[Badge]]:
    """Labels of the whole dataset, and the reference label where a decision covers this very image."""
    datasets = dict(Image.objects.filter(pk__in=list(image_ids)).values_list("pk", "dataset_id"))
    live = labels.live_of(list(set(datasets.values())))
    if not live:
        return {}
    decisions = coverage.reference_decisions([pk for pk, dataset in datasets.items() if dataset in live])
    found = {}
    for pk, dataset in datasets.items():
        worn = [_image_badge(label, decisions.get(pk)) for label in live.get(dataset, ())]
        found[pk] = [badge for badge in worn if badge]
    return found


def _image_badge(label: Label, decision: Decision | None) -> Badge | None:
    if label.kind != LabelKind.REFERENCE:
        return _badge(label, None)
    if decision is None:
        return None
    return Badge(label.kind, label.declaration.label, decision.evidence, decision.get_absolute_url())


def document_fields(kind: Kind, ids: Sequence[int]) -> Mapping[int, Extra]:
    """The labels of datasets, and of those images that a decision covers."""
    found = badges(ids) if kind is Kind.DATASET else image_badges(ids)
    return {pk: _extra(of_one) for pk, of_one in found.items() if of_one}


def _extra(worn: Sequence[Badge]) -> Extra:
    return Extra(
        terms=tuple(TermValue("label", badge.kind, (VALUE_LABELS[badge.kind],)) for badge in worn),
        shown={"labels": [{"kind": badge.kind, "label": badge.label, "url": badge.url} for badge in worn]},
    )


def statements(dataset: Dataset) -> Mapping[str, Any]:
    """For the API record and JSON-LD: the labels that a dataset wears, each with its evidence and what it covers."""
    covered = coverage.coverage([dataset.pk]).get(dataset.pk)
    return {"labels": [_statement(label, badge, covered) for label, badge in _worn([dataset.pk]).get(dataset.pk, ())]}


def _statement(label: Label, badge: Badge, covered: Coverage | None) -> dict[str, Any]:
    partly = covered and label.kind == LabelKind.REFERENCE and not covered.is_whole
    return {
        "kind": label.kind,
        "label": badge.label,
        "granted_at": label.granted_at.isoformat(),
        "evidence": label.evidence,
        "covers": {"images": covered.images, "of": covered.of} if covered and partly else "dataset",
        "url": badge.url,
    }


def labels_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """Under the title: each label with its evidence, and a reference label that was taken back."""
    worn, revoked = badges([dataset.pk]).get(dataset.pk, []), labels.last_revoked(dataset.pk)
    return {"badges": worn, "revoked": revoked} if worn or revoked else None


def margin_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """In the curator's margin: what the editor said of a dataset that wears a reference label."""
    worn = [pair for pair in _worn([dataset.pk]).get(dataset.pk, ()) if pair[0].decision_id]
    if not worn:
        return None
    label, badge = worn[0]
    decision = labels.decisions(request.user).filter(pk=label.decision_id).first()
    return {"label": label, "decision": decision, "words": badge.label} if decision else None


def nominate_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """The way to nominate, for whoever is signed in, as long as nobody has."""
    if not dataset.is_public or candidates.open_of_dataset(dataset):
        return None
    return {"url": reverse("curation:nominate", args=[dataset.accession])}


def candidate_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """Where its candidates stand, for its depositors, the team and who nominated them."""
    user = request.user
    if not user.is_authenticated:
        return None
    found = candidates.of_dataset(dataset)
    if not is_team(user) and not is_member(user, dataset):
        found = found.filter(nominated_by=user)
    shown = list(found[:5])
    return {"candidates": shown} if shown else None


PANELS = (
    Panel("curation-labels", "labels", "curation/panels/labels.html", labels_panel),
    Panel("curation-decision", "margin", "curation/panels/decision.html", margin_panel),
    Panel("curation-nominate", "actions", "curation/panels/nominate.html", nominate_panel),
    Panel("curation-candidate", "side", "curation/panels/candidate.html", candidate_panel),
)


def register() -> None:
    """Once, when everything is loaded; again changes nothing."""
    add_kind(CURATION)
    add_facet(LABEL_FACET)
    add_document_fields(document_fields)
    add_badges(badges)
    add_image_badges(image_badges)
    add_statements(statements)
    for panel in PANELS:
        add_panel(panel)
