"""What is different in a version from the one before it: compared once, at its release, and kept with it."""

import logging
from typing import Any

from archive.interchange import differences
from archive.models import Deposition, Version
from archive.selectors.templates import template_of
from archive.services.manifests import Manifest
from archive.storage import lines_of, originals

logger = logging.getLogger(__name__)


def compare_with_latest(deposition: Deposition, manifest: Manifest) -> dict[str, Any] | None:
    """Of a deposition that becomes a version, whose manifest is written; None for the first one."""
    latest = Version.objects.filter(dataset=deposition.dataset, number=deposition.number - 1).first()
    if latest is None:
        return None
    store = originals()
    fields = differences.field_changes(template_of(deposition), latest.metadata, deposition.metadata)
    try:
        files = differences.file_changes(lines_of(store, latest.manifest_key), lines_of(store, manifest.key))
    except FileNotFoundError:
        # No reason to hold up a release: the version says that it was not compared.
        logger.exception("The manifest of %s is not in the storage; its next version was not compared.", latest)
        return None
    return differences.as_json(fields, files)
