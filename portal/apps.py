"""The site: wiring only. Connects events to tasks when everything is loaded."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        # The table names tasks of all apps, whose models exist only now.
        from portal import pipeline  # noqa: PLC0415

        pipeline.connect()
