"""PURE: what a path in a dataset may be. It must be the same file on every system that somebody downloads it to.

A path never names a place in our storage (storage keys are random), so these rules protect the people who download.
"""

import re
import unicodedata

MAX_LENGTH = 1000
MAX_NAME_BYTES = 255
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "123456789")}
)
_DRIVE = re.compile(r"^[A-Za-z]:(?=[/\\])")
# A folder of this ending is one image (OME-Zarr).
_BUNDLE = re.compile(r"\.zarr$", re.IGNORECASE)


class BadPath(ValueError):
    """What is wrong with a path, in a sentence, and a name that would do (or none)."""

    def __init__(self, sentence: str, proposal: str) -> None:
        super().__init__(f"{sentence} You could call it “{proposal}”." if proposal else sentence)
        self.sentence = sentence
        self.proposal = proposal


def normalised(path: str) -> str:
    """The path in Unicode NFC; raises BadPath with a sentence and a proposed name."""
    clean = unicodedata.normalize("NFC", path)
    sentence = _problem(clean)
    if sentence:
        raise BadPath(sentence, proposed(path))
    return clean


def _problem(path: str) -> str:
    """The first thing that is wrong, most dangerous first; empty when nothing is."""
    if not path.strip():
        return "A file needs a name."
    if _CONTROL.search(path):
        return "The path holds invisible control characters."
    if "\\" in path:
        return "The path holds a backslash; folders are separated by “/”."
    if path.startswith(("/", "~/")) or _DRIVE.match(path):
        return "The path is absolute; give it relative to the dataset's folder."
    if len(path) > MAX_LENGTH:
        return f"The path has {len(path)} characters; at most {MAX_LENGTH} are possible."
    return next(filter(None, map(_name_problem, path.split("/"))), "")


def _name_problem(name: str) -> str:
    if not name:
        return "The path holds an empty folder name."
    if name in {".", ".."}:
        return f"The path holds “{name}”; name the folders themselves."
    if _FORBIDDEN.search(name):
        return f'“{name}” holds a character that Windows cannot store (one of < > : " | ? *).'
    if name != name.rstrip(" .") or name != name.lstrip(" "):
        return f"“{name}” begins or ends with a space or ends with a full stop, which Windows drops."
    if name.split(".")[0].rstrip().upper() in _DEVICES:
        return f"“{name}” is the name of a device in Windows."
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"“{name[:40]}…” is longer than {MAX_NAME_BYTES} bytes, more than a file system can store."
    return ""


def proposed(path: str) -> str:
    """The nearest path that would be accepted; empty if nothing is left of it."""
    text = unicodedata.normalize("NFC", _CONTROL.sub("", path)).replace("\\", "/")
    text = _DRIVE.sub("", text).removeprefix("~/")
    made = "/".join(filter(None, map(_proposed_name, text.split("/"))))
    return made if len(made) <= MAX_LENGTH else made.rsplit("/", 1)[-1]


def _proposed_name(name: str) -> str:
    name = _FORBIDDEN.sub("_", name).strip(" ").rstrip(" .")
    if name.split(".")[0].rstrip().upper() in _DEVICES:
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    room = MAX_NAME_BYTES - len(f"{dot}{ending}".encode())
    if len(name.encode()) > MAX_NAME_BYTES and stem and room > 0:
        name = f"{stem.encode()[:room].decode(errors='ignore')}{dot}{ending}"
    return name.encode()[:MAX_NAME_BYTES].decode(errors="ignore")


def bundle_of(path: str) -> str:
    """The folder that is one image, `a/plate.ome.zarr` for `a/plate.ome.zarr/A/1/0`; empty if there is none."""
    names = path.split("/")
    for depth, name in enumerate(names[:-1], start=1):
        if _BUNDLE.search(name):
            return "/".join(names[:depth])
    return ""


def key(path: str) -> str:
    """Paths of the same key are one file on systems that do not tell a capital letter from a small one."""
    return unicodedata.normalize("NFC", path.casefold())


def above(path: str) -> list[str]:
    """The folders that a path lies in, outermost first."""
    names = path.split("/")
    return ["/".join(names[:depth]) for depth in range(1, len(names))]


def sort_key(path: str) -> bytes:
    """The order of member lists: by bytes, the same everywhere."""
    return path.encode()


def inside(path: str, bundle: str) -> str:
    """The path of a member inside its bundle."""
    return path[len(bundle) + 1 :]
