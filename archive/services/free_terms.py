"""What a released version has in its term fields that is no term, in rows that curators read."""

from archive.metadata import free_terms
from archive.models import FreeTerm, Version
from archive.selectors.templates import template_of


def list_free_terms(version: Version) -> None:
    """In the transaction of the release."""
    found = free_terms(template_of(version), version.metadata)
    FreeTerm.objects.bulk_create(
        FreeTerm(version=version, field=each.field, text=each.text, key=each.key) for each in found
    )
