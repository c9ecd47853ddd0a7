"""The curation's part of /api/v1/."""

from django.urls import path

from curation.api import views

app_name = "curation-api"
urlpatterns = [
    path("curation/candidates/", views.CandidateList.as_view(), name="candidates"),
    path("curation/candidates/<int:pk>/", views.CandidateDetail.as_view(), name="candidate"),
    path("curation/candidates/<int:pk>/moves/", views.CandidateMoves.as_view(), name="moves"),
    path("curation/decisions/", views.DecisionList.as_view(), name="decisions"),
    path("curation/decisions/<int:pk>/", views.DecisionDetail.as_view(), name="decision"),
    path("labels/", views.LabelList.as_view(), name="labels"),
]
