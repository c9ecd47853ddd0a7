"""The editorial workflow: what people who know think of a dataset; it never changes what was deposited."""

from django.apps import AppConfig


class CurationConfig(AppConfig):
    name = "curation"
    verbose_name = "Curation"
