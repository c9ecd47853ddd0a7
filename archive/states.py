"""Every state and role of the archive. A stored state is minimal; what people see is derived from it in one place."""

from enum import StrEnum


class DepositionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PROCESSING = "processing"  # every file is being verified, read, checked and drawn
    NEEDS_CHANGES = "needs-changes"  # quality control found what only the depositor can mend
    READY = "ready"  # complete; private until it is released
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


OPEN_DEPOSITIONS = (
    DepositionState.DRAFT,
    DepositionState.SUBMITTED,
    DepositionState.PROCESSING,
    DepositionState.NEEDS_CHANGES,
    DepositionState.READY,
)
# In these its depositors may still change metadata and files.
EDITABLE_DEPOSITIONS = (DepositionState.DRAFT, DepositionState.NEEDS_CHANGES)


class FileState(StrEnum):
    STORED = "stored"  # all bytes are here and durable
    VERIFIED = "verified"  # their SHA-256 is known and is what the sender said
    READ = "read"  # its images are rows
    KEPT = "kept"  # archived without images; `reason` says why
    DAMAGED = "damaged"  # the bytes are not those that were sent; to be uploaded again


class FileKind(StrEnum):
    FILE = "file"
    BUNDLE = "bundle"  # a folder that is one image, such as OME-Zarr; its members are a list in storage


class UploadState(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"  # all bytes are here; not yet a file's
    TAKEN = "taken"  # its bytes belong to a file or bundle now
    FAILED = "failed"


class ImageState(StrEnum):
    FOUND = "found"  # the file says that it is there, and what it is
    DESCRIBED = "described"  # its pixels were checked
    RENDERED = "rendered"  # its pictures are in storage
    FAILED = "failed"  # `reason` says why there is no picture


class Access(StrEnum):
    OPEN = "open"
    CONTROLLED = "controlled"  # human data: bytes and pictures only under a grant


class Standing(StrEnum):
    CURRENT = "current"
    RETRACTED = "retracted"  # a tombstone stays; files are withheld


class DatasetRole(StrEnum):
    """What a person may do with one dataset."""

    OWNER = "owner"
    CONTRIBUTOR = "contributor"
    VIEWER = "viewer"


EDITING_ROLES = (DatasetRole.OWNER, DatasetRole.CONTRIBUTOR)


class PortalRole(StrEnum):
    """What a person may do in the whole portal; each is a Django group of this name."""

    CURATOR = "curator"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    HUMAN_DATA_CURATOR = "human-data-curator"
    COMMITTEE_MEMBER = "committee-member"
    ADMINISTRATOR = "administrator"
    BROKER = "broker"


class TokenScope(StrEnum):
    READ = "read"
    DEPOSIT = "deposit"
    CURATE = "curate"
