"""The editorial workflow: what people who know think of a dataset; it never changes what was deposited."""

from django.apps import AppConfig


class CurationConfig(AppConfig):
    name = "curation"
    verbose_name = "Curation"

    def ready(self) -> None:
        # The contributions read models of all apps, which exist only now.
        from curation import contributions  # noqa: PLC0415

        contributions.register()
