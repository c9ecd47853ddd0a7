"""A search engine that a test may stop and start while others use the shared ones: the same programs, other data."""

import random
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy import services
from deploy.engines.engine import Engine, start, stop

# OpenSearch's runner counts its ports from a base below 9300, and Elasticsearch takes port + 100 for its nodes.
PORTS = {"elasticsearch": range(59210, 59290), "opensearch": range(9210, 9290)}
PROGRAMS = ("lib", "modules", "classes", "prepared")


@dataclass(frozen=True)
class SpareEngine:
    engine: Engine
    folder: Path

    @property
    def url(self) -> str:
        return f"{self.engine.name}://127.0.0.1:{self.engine.port}"

    def start(self) -> None:
        start(self.engine, self.folder)

    def stop(self) -> None:
        stop(self.engine, self.folder)


@contextmanager
def spare_engine(name: str, folder: Path) -> Iterator[SpareEngine]:
    """It runs on entry; nothing of it is left on exit."""
    shared = next(engine for engine in services.ENGINES if engine.name == name)
    home = folder / name
    home.mkdir(parents=True)
    for program in PROGRAMS:
        if (services.FOLDER / name / program).exists():
            (home / program).symlink_to(services.FOLDER / name / program)
    spare = SpareEngine(replace(shared, port=_free_port(PORTS[name]), command=_apart(shared)), home)
    try:
        spare.start()
        yield spare
    finally:
        spare.stop()
        shutil.rmtree(home, ignore_errors=True)


def _apart(shared: Engine):
    """The same command for a cluster of another name, which the shared one cannot join."""
    return lambda folder, port: ["spare" if word == "micrographia" else word for word in shared.command(folder, port)]


def _free_port(ports: range) -> int:
    """Tried in random order, so that two test processes hardly ever meet."""
    for port in random.sample(ports, len(ports)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"Every port from {ports.start} to {ports.stop} is taken.")
