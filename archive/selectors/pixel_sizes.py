"""The pixel size that a depositor states, beside those that the files state: the file's counts where both do."""

from collections.abc import Mapping
from typing import Any

from archive.imaging.units import micrometres, said_length
from archive.metadata import Code, Problem, Tier
from archive.metadata.problems import pointer_of
from archive.models import Deposition, Image
from archive.selectors.versions import part_of

# Depositors round: 0.1 for 0.103 is the same.
_TOLERANCE = 0.05
_MOST_SIZES = 100


def stated_um(document: Mapping[str, Any]) -> float | None:
    """What the depositor says, in µm; None where nothing usable is said."""
    section = document.get("acquisition")
    value = section.get("pixel_size") if isinstance(section, Mapping) else None
    if not isinstance(value, Mapping):
        return None
    return micrometres(value.get("value"), str(value.get("unit", "")))


def stated_words(document: Mapping[str, Any]) -> str:
    """For where the file itself says nothing."""
    stated = stated_um(document)
    return f"{said_length(stated)}, stated by the depositor" if stated else ""


def contradictions(deposition: Deposition) -> tuple[Problem, ...]:
    """A stated size that no file bears out."""
    stated = stated_um(deposition.metadata)
    if stated is None:
        return ()
    images = Image.objects.filter(part_of(deposition.number), dataset=deposition.dataset_id, role="")
    sizes = images.filter(physical_x_um__isnull=False).order_by("physical_x_um")
    found = list(sizes.values_list("physical_x_um", flat=True).distinct()[:_MOST_SIZES])
    if not found or any(abs(size - stated) <= _TOLERANCE * size for size in found):
        return ()
    said = said_length(found[0]) if len(found) == 1 else f"{said_length(found[0])} to {said_length(found[-1])}"
    message = (
        f"You state {said_length(stated)}; your files state {said}, and the file's value is the one that is shown. "
        "Correct it, or leave it empty."
    )
    return (Problem(pointer_of("acquisition", "pixel_size"), Code.SIZE_DIFFERS, message, Tier.DESIRABLE),)
