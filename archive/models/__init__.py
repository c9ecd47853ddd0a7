"""The nouns of the archive, one file each."""

from archive.models.audit import AuditEntry, MachineStep
from archive.models.dataset import AccessionCounter, Component, Dataset, Deposition, Version
from archive.models.doi import Doi
from archive.models.file import Blob, File, Upload
from archive.models.file_table import FileAttributes, FileTable
from archive.models.folder_import import FolderImport
from archive.models.grouping import Grouping
from archive.models.handover import Callback, Handover
from archive.models.image import Image, Plate, Well
from archive.models.invitation import Invitation
from archive.models.message import Message
from archive.models.origin import Imported, Origin
from archive.models.people import Allowance, ApiToken, Membership, User
from archive.models.publication import LinkedPublication
from archive.models.referee import NameScan, RefereeLink
from archive.models.rendition import Rendition
from archive.models.term import FreeTerm, Term, TermName, TermWord, Vocabulary

__all__ = [
    "AccessionCounter",
    "Allowance",
    "ApiToken",
    "AuditEntry",
    "Blob",
    "Callback",
    "Component",
    "Dataset",
    "Deposition",
    "Doi",
    "File",
    "FileAttributes",
    "FileTable",
    "FolderImport",
    "FreeTerm",
    "Grouping",
    "Handover",
    "Image",
    "Imported",
    "Invitation",
    "LinkedPublication",
    "MachineStep",
    "Membership",
    "Message",
    "NameScan",
    "Origin",
    "Plate",
    "RefereeLink",
    "Rendition",
    "Term",
    "TermName",
    "TermWord",
    "Upload",
    "User",
    "Version",
    "Vocabulary",
    "Well",
]
