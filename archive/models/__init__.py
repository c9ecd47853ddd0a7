"""The nouns of the archive, one file each."""

from archive.models.audit import AuditEntry, MachineStep
from archive.models.dataset import AccessionCounter, Component, Dataset, Deposition, Version
from archive.models.file import Blob, File, Upload
from archive.models.image import Image, Plate, Well
from archive.models.people import ApiToken, Membership, User
from archive.models.term import Term

__all__ = [
    "AccessionCounter",
    "ApiToken",
    "AuditEntry",
    "Blob",
    "Component",
    "Dataset",
    "Deposition",
    "File",
    "Image",
    "MachineStep",
    "Membership",
    "Plate",
    "Term",
    "Upload",
    "User",
    "Version",
    "Well",
]
