"""Checks of what a file states about its image. Each gives a sentence, or "" where nothing is odd."""

from archive.imaging.quality.evidence import Evidence
from archive.imaging.quality.limits import PLAUSIBLE_ASPECT, PLAUSIBLE_UM


def missing_pixel_size(evidence: Evidence) -> str:
    image = evidence.image
    if image.physical_x_um is None or image.physical_y_um is None:
        return "The file states no pixel size, so that nobody can measure lengths in the image."
    return ""


def implausible_pixel_size(evidence: Evidence) -> str:
    image = evidence.image
    sizes = [size for size in (image.physical_x_um, image.physical_y_um, image.physical_z_um) if size is not None]
    low, high = PLAUSIBLE_UM
    sides = [side for side in (image.physical_x_um, image.physical_y_um) if side]
    is_skewed = len(sides) == 2 and max(sides) / min(sides) > PLAUSIBLE_ASPECT
    if is_skewed or any(not low <= size <= high for size in sizes):
        stated = " × ".join(f"{size:g}" for size in sizes)
        return f"The stated pixel size ({stated} µm) does not fit a microscope."
    return ""


def missing_z_step(evidence: Evidence) -> str:
    image = evidence.image
    if image.size_z > 1 and image.physical_z_um is None:
        return f"The file does not state how far its {image.size_z} sections are apart."
    return ""


def missing_channel_names(evidence: Evidence) -> str:
    image = evidence.image
    if image.rgb or image.size_c < 2:
        return ""
    named = sum(1 for channel in image.channels if channel.name or channel.fluorophore or channel.emission_nm)
    if named >= image.size_c:
        return ""
    return f"{image.size_c - named} of {image.size_c} channels say neither a name nor a dye."


def channel_count(evidence: Evidence) -> str:
    image = evidence.image
    stated = sum(channel.samples for channel in image.channels)
    if image.stated_channels is not None:
        stated = image.stated_channels
    if stated and stated != image.size_c:
        return f"The file describes {stated} channels and holds {image.size_c}."
    return ""


def absent_planes(evidence: Evidence) -> str:
    image, absent = evidence.image, evidence.image.absent_planes
    if not absent:
        return ""
    planes = image.size_z * image.size_t * max(1, len(image.channels))
    return f"{absent} of {planes} planes {'is' if absent == 1 else 'are'} in no file, and shown black."


def missing_file(evidence: Evidence) -> str:
    missing = evidence.description.missing
    if not missing:
        return ""
    rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f"Files that it names were not deposited: {', '.join(missing[:3])}{rest}."
