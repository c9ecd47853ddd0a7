"""Static files as they are served: under names that change with their content, so that browsers keep them for ever."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class AssetsConfig(StaticFilesConfig):
    """The portal ships the one build of htmx that it uses, not the fifty of django-htmx."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx"]


class Assets(CompressedManifestStaticFilesStorage):
    """JavaScript modules name what they import by such names too: no browser mixes modules of two releases."""

    support_js_module_import_aggregation = True
