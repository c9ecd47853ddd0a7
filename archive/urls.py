"""The pages of the archive."""

from django.urls import path  # noqa: F401

app_name = "archive"
urlpatterns: list = []
