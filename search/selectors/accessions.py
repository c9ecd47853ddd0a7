"""An accession that was typed into a search box leads to its record at once."""

import re

from django.conf import settings

from archive import access
from archive.models import Dataset, Image, Version
from archive.states import Standing
from search.selectors.finding import Reader


def record_of(text: str, reader: Reader) -> str:
    """The address of the record that this text names, if the reader may see it; else nothing."""
    prefix = re.escape(settings.PORTAL_ACCESSION_PREFIX)
    match = re.fullmatch(rf"({prefix}-D\d{{1,15}})(?:\.(\d{{1,6}})|(-I\d{{1,15}}))?", text.strip(), re.IGNORECASE)
    if match is None:
        return ""
    dataset, number, image = match.groups()
    if image:
        rows = Image.objects.filter(accession=f"{dataset}{image}".upper(), dataset__standing=Standing.CURRENT)
    elif number:
        rows = Version.objects.select_related("dataset").filter(dataset__accession=dataset.upper(), number=int(number))
    else:
        rows = Dataset.objects.filter(accession=dataset.upper(), standing=Standing.CURRENT)
    found = access.visible_to(rows, reader).first()
    return found.get_absolute_url() if found else ""
