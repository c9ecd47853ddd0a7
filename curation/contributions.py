"""What the curation adds below: the label facet, document fields, badges, panels of the record, export statements.

Filled in AppConfig.ready() through the extension points alone; the archive and search know nothing of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from archive.extensions import Badge, Panel, add_badges, add_panel, add_statements
from archive.models import Dataset, Image
from curation.labels import VALUE_LABELS, LabelKind
from curation.models import Label
from curation.selectors import candidates, labels
from curation.selectors.people import is_member, is_team
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
    return {pk: [badge_of(label) for label in of_one] for pk, of_one in labels.live_of(dataset_ids).items()}


def badge_of(label: Label) -> Badge:
    return Badge(label.kind, label.declaration.label, label.evidence, url_of(label))


def document_fields(kind: Kind, ids: Sequence[int]) -> Mapping[int, Extra]:
    """The labels of datasets, and of those images that a decision covers."""
    if kind is Kind.DATASET:
        return {pk: _extra(of_one) for pk, of_one in labels.live_of(ids).items()}
    references = labels.reference_images(ids)
    datasets = dict(Image.objects.filter(pk__in=list(ids)).values_list("pk", "dataset_id"))
    live = labels.live_of(list(set(datasets.values())))
    found = {}
    for pk, dataset_id in datasets.items():
        worn = [label for label in live.get(dataset_id, []) if label.kind != LabelKind.REFERENCE or pk in references]
        if worn:
            found[pk] = _extra(worn)
    return found


def _extra(worn: Sequence[Label]) -> Extra:
    return Extra(
        terms=tuple(TermValue("label", label.kind, (label.declaration.label,)) for label in worn),
        shown={
            "labels": [{"key": label.kind, "label": label.declaration.label, "url": url_of(label)} for label in worn]
        },
    )


def statements(dataset: Dataset) -> Mapping[str, Any]:
    """For the API record and JSON-LD: the labels that a dataset wears, each with its evidence."""
    worn = labels.live_of([dataset.pk]).get(dataset.pk, [])
    return {
        "labels": [
            {
                "kind": label.kind,
                "label": label.declaration.label,
                "granted_at": label.granted_at.isoformat(),
                "evidence": label.evidence,
                "url": url_of(label),
            }
            for label in worn
        ]
    }


def labels_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """Under the title: each label with its evidence."""
    worn = labels.live_of([dataset.pk]).get(dataset.pk, [])
    return {"badges": [badge_of(label) for label in worn]} if worn else None


def margin_panel(request: HttpRequest, dataset: Dataset) -> Mapping[str, Any] | None:
    """In the curator's margin: what the editor said of a dataset that wears a reference label."""
    worn = [label for label in labels.live_of([dataset.pk]).get(dataset.pk, []) if label.decision_id]
    if not worn:
        return None
    decision = labels.decisions(request.user).filter(pk=worn[0].decision_id).first()
    return {"label": worn[0], "decision": decision, "declaration": worn[0].declaration} if decision else None


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
    add_facet(LABEL_FACET)
    add_document_fields(document_fields)
    add_badges(badges)
    add_statements(statements)
    for panel in PANELS:
        add_panel(panel)
