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


class DoiState(StrEnum):
    """Of a DOI, as far as DataCite has answered."""

    RESERVED = "reserved"  # here alone: nobody was told, and it leads nowhere
    DRAFT = "draft"  # DataCite keeps the name for us; it leads nowhere yet
    FINDABLE = "findable"  # registered: it leads to its record, and is found
    HIDDEN = "hidden"  # registered still, and leads to the tombstone; no longer found


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


class GroupingState(StrEnum):
    """Of files that only their names join."""

    PROPOSED = "proposed"  # the depositor is asked; until then each file is an image of its own
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    UNFIT = "unfit"  # confirmed, and then the files turned out not to be alike; `reason` names the odd one


class FileTableState(StrEnum):
    """Of a table that says something of each file of a draft."""

    CHECKING = "checking"
    CHECKED = "checked"  # its preview is there; nothing is applied until somebody says so
    REFUSED = "refused"  # `sentence` says why it cannot be read
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    DISCARDED = "discarded"  # never applied


BUSY_FILE_TABLES = (
    FileTableState.CHECKING,
    FileTableState.CHECKED,
    FileTableState.APPLYING,
    FileTableState.UNDOING,
)


class FolderImportState(StrEnum):
    """Of files that a curator takes from a folder or bucket beside the portal."""

    WANTED = "wanted"
    DONE = "done"
    STOPPED = "stopped"  # `sentence` says why; what has come stays


class RenditionState(StrEnum):
    """Of the OME-Zarr that the portal makes of an image."""

    WANTED = "wanted"
    MADE = "made"
    FAILED = "failed"


class NameScanState(StrEnum):
    """Of the search for names in a file that an anonymised link would offer."""

    WANTED = "wanted"
    CLEAR = "clear"
    FOUND = "found"
    UNKNOWN = "unknown"  # not all of it can be searched; `reason` says why


class CallbackEvent(StrEnum):
    """Of what a broker is told."""

    ACCEPTED = "accepted"  # it was checked, and nothing has to be changed
    RELEASED = "released"


class MessageKind(StrEnum):
    """Whose word it is in the conversation about a dataset."""

    DEPOSITOR = "depositor"
    CURATOR = "curator"
    NOTE = "note"  # by curators for curators


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
