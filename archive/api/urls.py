"""The archive's part of /api/v1/."""

from django.urls import include, path

app_name = "archive-api"
urlpatterns: list = [
    path("", include("archive.uploads.urls")),
]
