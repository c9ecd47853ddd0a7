"""THE table of checks: one row each, in the order in which they are told. Pages, API and help show it as it is.

Words alone: a web process shows the table and must load no reader for it. What finds each row is in checking.py.
"""

from dataclasses import dataclass

from archive.imaging.model import Finding, Severity
from archive.imaging.quality import limits


@dataclass(frozen=True)
class Check:
    """`looks_for` says in a sentence what is odd, `fix` what to do. The sentence about one image is the finding's."""

    code: str
    severity: Severity
    title: str
    looks_for: str
    fix: str

    def finding(self, sentence: str) -> Finding:
        return Finding(self.code, self.severity, sentence, self.fix)


_PROBLEM, _NOTICE = Severity.PROBLEM, Severity.NOTICE

# Of one image, in the imaging pool.
CHECKS: tuple[Check, ...] = (
    Check(
        "truncated", _PROBLEM, "Truncated",
        "The file ends before its last plane does.",
        "Compare the file's size with the original, and upload it again.",
    ),
    Check(
        "unreadable-plane", _PROBLEM, "Unreadable plane",
        "The middle plane of a channel cannot be decoded.",
        "Open the file in your own software; if it opens there, export it as OME-TIFF and upload that.",
    ),
    Check(
        "blank", _PROBLEM, "Blank",
        "Every sampled pixel of a channel's middle plane is 0.",
        "Check that the export was complete, or say in the description why it is empty.",
    ),
    Check(
        "constant", _PROBLEM, "Constant plane",
        "Every sampled pixel of a channel's middle plane has the same value.",
        "Check that the export was complete; a constant plane carries no signal.",
    ),
    Check(
        "saturated", _NOTICE, "Saturated",
        f"More than {limits.SATURATED:.0%} of a channel's pixels are at the largest value. Masks and colour pictures "
        "are left out.",
        "Do not measure intensities there; if a less exposed recording exists, deposit that one.",
    ),
    Check(
        "low-contrast", _NOTICE, "Very low contrast",
        f"A channel's middle plane spans fewer than {limits.FEW_LEVELS} grey levels. Masks and labels are left out.",
        "Check that the channel was recorded; if the signal is real, say so in the description.",
    ),
    Check(
        "bit-depth", _NOTICE, "Bit depth misdeclared",
        "Values need more bits than are declared, or were shifted so that the lowest bits are never used.",
        "Export the values as the detector gave them, and state how many bits are significant.",
    ),
    Check(
        "channel-count", _PROBLEM, "Channels miscounted",
        "The metadata describe another number of channels than the file holds.",
        "Check which channels the file should hold, and export it again.",
    ),
    Check(
        "implausible-pixel-size", _PROBLEM, "Implausible pixel size",
        f"A pixel is smaller than {limits.PLAUSIBLE_UM[0] * 1e6:g} pm or larger than "
        f"{limits.PLAUSIBLE_UM[1] / 1000:g} mm, or more than {limits.PLAUSIBLE_ASPECT:g} times as long as it is wide.",
        "Check the unit of the pixel size where the file was exported.",
    ),
    Check(
        "missing-pixel-size", _NOTICE, "No pixel size",
        "The file does not state the pixel size.",
        "State the pixel size in µm in the description, or export with the microscope's calibration.",
    ),
    Check(
        "missing-z-step", _NOTICE, "No Z step",
        "The image has sections, and the file does not state how far they are apart.",
        "State the distance of the sections in µm in the description, or export with it.",
    ),
    Check(
        "missing-channel-names", _NOTICE, "Nameless channels",
        "One of several channels has neither a name nor a dye nor an emission wavelength.",
        "Name the channels in the description, by what is stained or recorded.",
    ),
    Check(
        "absent-planes", _NOTICE, "Planes absent",
        "Files that their names join leave planes out, which are shown black.",
        "Add the files that are absent, or say in the description why they are.",
    ),
    Check(
        "missing-files", _PROBLEM, "Named file absent",
        "The file names other files that hold part of its images, and they were not deposited.",
        "Add the files that are named, or say that the file is kept as it is.",
    ),
)  # fmt: skip

# What the archive finds itself: about files that hold no image for a reader, and about files beside each other.
ELSEWHERE: tuple[Check, ...] = (
    Check(
        "damaged", _PROBLEM, "Damaged",
        "The bytes that arrived are not those that were announced.",
        "Upload the file again.",
    ),
    Check(
        "unreadable", _PROBLEM, "Unreadable file",
        "A file looks like an image and cannot be read.",
        "Replace the file, or say that it is kept as it is.",
    ),
    Check(
        "not-drawn", _PROBLEM, "Not drawn",
        "No picture could be made of an image.",
        "Replace the file, or say that it is kept as it is.",
    ),
    Check(
        "duplicate", _NOTICE, "Duplicate",
        "Another file that you may see has the same bytes, in this dataset or in another one.",
        "Remove one of the two, or say in the description why the file is there twice.",
    ),
)  # fmt: skip

ALL = (*CHECKS, *ELSEWHERE)
BY_CODE = {row.code: row for row in ALL}
