"""The pages of the curation."""

from django.urls import path

from curation.views import candidates, public, queue, reviewing

app_name = "curation"
urlpatterns = [
    path("curation/", queue.queue, name="queue"),
    path("curation/workflow/", public.workflow, name="workflow"),
    path("curation/nominate/<str:accession>/", candidates.nominate, name="nominate"),
    path("curation/candidates/<int:pk>/", candidates.candidate, name="candidate"),
    path("curation/candidates/<int:pk>/moves/<slug:action>/", candidates.move, name="move"),
    path("curation/candidates/<int:pk>/review/", reviewing.review, name="review"),
    path("curation/candidates/<int:pk>/review/interest/", reviewing.interest, name="interest"),
    path("curation/candidates/<int:pk>/decide/", reviewing.decide, name="decide"),
    path("labels/", public.labels_page, name="labels"),
    path("labels/criteria/", public.criteria, name="criteria"),
    path("labels/criteria/<int:version>/", public.criteria, name="criteria-version"),
    path("labels/policy/", public.policy, name="policy"),
    path("labels/<slug:kind>/", public.label, name="label"),
    path("decisions/", public.decisions, name="decisions"),
    path("decisions/<int:pk>/", public.decision, name="decision"),
    path("decisions/<int:pk>/appeal/", public.appeal, name="appeal"),
]
