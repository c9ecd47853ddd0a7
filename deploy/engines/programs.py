"""Programs that engines need: found on the PATH, installed from Debian when we may, else a sentence that says how."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from deploy.engines.engine import EngineFailed, Program

# Where an installer puts a program without touching the PATH.
EXTRA_PLACES = ("/usr/local/go/bin", "/usr/lib/go/bin")


def find(program: Program) -> str | None:
    """The full path of the first name that exists."""
    places = os.pathsep.join((os.environ.get("PATH", ""), *EXTRA_PLACES))
    found = (shutil.which(name, path=places) for name in program.names)
    return next((path for path in found if path), None)


def require(program: Program) -> str:
    """Like `find`, but a missing program is an error that says where to get it."""
    path = find(program)
    if path is None:
        raise EngineFailed(
            f"{' or '.join(program.names)} is missing. As root: apt-get install {' '.join(program.debian)}. "
            f"{program.otherwise}"
        )
    return path


def install_missing(programs: Iterable[Program]) -> None:
    """As root on Debian, install what is missing in one go; otherwise `require` will speak up for each."""
    packages = sorted({name for program in programs if find(program) is None for name in program.debian})
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {' '.join(packages)}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=quiet, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=True, env=quiet, stdout=subprocess.DEVNULL)


def open_the_way(path: Path) -> None:
    """Let another account walk down to a folder: search permission, not reading, on its parents."""
    for parent in path.absolute().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)
