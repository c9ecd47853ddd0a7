"""The pages of the curation."""

from django.urls import path  # noqa: F401

app_name = "curation"
urlpatterns: list = []
