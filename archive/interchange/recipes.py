"""PURE: lines that readers copy into a shell, Python, Fiji or napari, made from an address and a name.

Names come from depositors and stand in shells: what is not plain is quoted, whatever it holds. A line for what is
private names the variable that holds the reader's token, never a token.
"""

import hashlib
import shlex
from dataclasses import dataclass

TOKEN_VARIABLE = "PORTAL_TOKEN"
_HEADER = f'"Authorization: Bearer ${TOKEN_VARIABLE}"'
_PYTHON_HEADERS = f'{{"Authorization": "Bearer " + os.environ["{TOKEN_VARIABLE}"]}}'
TOKEN_LINE = f"export {TOKEN_VARIABLE}='paste your token here'"


@dataclass(frozen=True)
class Recipe:
    """What is copied, for which program; `note` says where it goes and what has to be installed."""

    tool: str
    text: str
    note: str = ""


def download(url: str, name: str, *, private: bool = False) -> tuple[Recipe, ...]:
    """Fetch a file from a shell; either goes on where a download broke off."""
    target, address = shlex.quote(local_name(name)), shlex.quote(url)
    curl, wget = (f"-H {_HEADER} ", f"--header={_HEADER} ") if private else ("", "")
    return (
        Recipe("curl", f"curl -fL -C - {curl}-o {target} {address}", "Run it again to go on with a broken download."),
        Recipe("wget", f"wget -c {wget}-O {target} {address}", "Run it again to go on with a broken download."),
    )


def package_name(top: str, part: str = "") -> str:
    """The ZIP's name on the reader's disk. `part` says what of it was asked for: another part is another file, or a
    download that goes on would go on at the end of the wrong one.
    """
    return f"{top}-part-{hashlib.sha256(part.encode()).hexdigest()[:8]}.zip" if part else f"{top}.zip"


def package(url: str, top: str, *, part: str = "", private: bool = False) -> tuple[Recipe, ...]:
    """Fetch a ZIP, unpack it, and compare every file with its checksum. `top` is the folder that it holds."""
    file = package_name(top, part)
    name, folder = shlex.quote(local_name(file)), shlex.quote(local_name(top))
    check = f"unzip -qo {name} && (cd {folder} && sha256sum --quiet -c manifest-sha256.txt)"
    return (
        *download(url, file, private=private),
        Recipe("sha256sum", check, "Unpacks it; says nothing if every file is as it was deposited."),
    )


def tiff(url: str, *, private: bool = False) -> Recipe:
    """Open a TIFF over HTTP in Python."""
    headers = f", headers={_PYTHON_HEADERS}" if private else ""
    lines = [
        "import io",
        *(["import os"] if private else []),
        "import requests, tifffile",
        f"answer = requests.get({url!r}{headers}, timeout=600)",
        "answer.raise_for_status()",
        "pixels = tifffile.imread(io.BytesIO(answer.content))",
        "print(pixels.shape, pixels.dtype)",
    ]
    return Recipe("Python", "\n".join(lines), "Needs: pip install requests tifffile")


def zarr(url: str, *, private: bool = False) -> tuple[Recipe, ...]:
    """Open an OME-Zarr over HTTP; programs without a way to send a token are left out for what is private."""
    options = f", storage_options={{'headers': {_PYTHON_HEADERS}}}" if private else ""
    lines = [
        *(["import os"] if private else []),
        "import zarr",
        f'group = zarr.open_group({url!r}, mode="r"{options})',
        'pixels = group["0"]',
        "print(pixels.shape, pixels.dtype)",
    ]
    python = Recipe("Python", "\n".join(lines), "Needs: pip install zarr fsspec aiohttp. It reads only what you slice.")
    if private:
        return (python,)
    return (
        python,
        Recipe("napari", f"napari --plugin napari-ome-zarr {shlex.quote(url)}", "Needs: pip install napari-ome-zarr"),
        Recipe("Fiji", url, "File › Import › HDF5/N5/Zarr/OME-NGFF…, and paste this address."),
    )


def fiji(url: str) -> Recipe:
    """Open by address. ImageJ goes by the last letters of it: `url` must end with the file's ending."""
    return Recipe("Fiji", url, "File › Import › URL…, and paste this address.")


def local_name(name: str) -> str:
    """The last part of a path, as a name that no program takes for an option."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1] or "download"
    return f"./{last}" if last.startswith("-") else last
