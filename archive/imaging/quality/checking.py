"""Looks at one image with every check of the table. Each function gives its sentence, or "" where nothing is odd."""

from collections.abc import Callable, Mapping

from archive.imaging.model import Description, Finding, Severity
from archive.imaging.naming import ImageRole
from archive.imaging.quality import pixels, stated
from archive.imaging.quality.evidence import Evidence, evidence_of
from archive.imaging.quality.table import BY_CODE
from archive.imaging.source import Source

FINDERS: Mapping[str, Callable[[Evidence], str]] = {
    "truncated": pixels.truncated,
    "unreadable-plane": pixels.unreadable,
    "blank": pixels.blank,
    "constant": pixels.constant,
    "saturated": pixels.saturated,
    "low-contrast": pixels.low_contrast,
    "bit-depth": pixels.bit_depth,
    "channel-count": stated.channel_count,
    "implausible-pixel-size": stated.implausible_pixel_size,
    "missing-pixel-size": stated.missing_pixel_size,
    "missing-z-step": stated.missing_z_step,
    "missing-channel-names": stated.missing_channel_names,
    "absent-planes": stated.absent_planes,
    "missing-files": stated.missing_file,
}

# All that is asked of a scanner's own pictures: a label may well be white, and nobody measures in it.
OF_EVERY_PICTURE = frozenset({"truncated", "unreadable-plane"})


def check(source: Source, description: Description) -> tuple[Finding, ...]:
    """All findings for one image, problems first. Reads one small plane of each channel."""
    evidence = evidence_of(source, description)
    is_specimen = source.image.role is ImageRole.SPECIMEN
    said = {code: find(evidence) for code, find in FINDERS.items() if is_specimen or code in OF_EVERY_PICTURE}
    findings = [BY_CODE[code].finding(sentence) for code, sentence in said.items() if sentence]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.PROBLEM))
