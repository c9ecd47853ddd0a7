"""DataCite's REST API on loopback: it asks for the account, holds every registration against the schema, moves DOIs
between their states as the real one does, and fails when it is told to."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from tests.archive.interchange.datacite_schema import faults

ACCOUNT, PASSWORD, PREFIX = "EMBL.IMAGES", "a long secret", "10.82000"


class DataCite:
    """`dois` maps names to {state, attributes}; `bad_days` are the statuses that the next requests get instead."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.dois: dict[str, dict[str, Any]] = {}
        self.bad_days: list[int] = []
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.refused: list[str] = []

    def use(self, settings: Any, **other: str) -> None:
        settings.PORTAL_DATACITE_URL = self.address
        settings.PORTAL_DATACITE_ACCOUNT = other.get("account", ACCOUNT)
        settings.PORTAL_DATACITE_PASSWORD = other.get("password", PASSWORD)
        settings.PORTAL_DOI_PREFIX = other.get("prefix", PREFIX)

    @property
    def states(self) -> dict[str, str]:
        return {name: doi["state"] for name, doi in self.dois.items()}

    def put(self, name: str, attributes: dict[str, Any]) -> tuple[int, str]:
        event = attributes.pop("event", "")
        if not name.startswith(f"{PREFIX}/") or attributes.get("doi") != name:
            return self._refuse(403, f"You are not authorized to use {name}")
        if event and (wrong := faults(attributes)):
            return self._refuse(422, "; ".join(wrong))
        if event and "url" not in attributes:
            return self._refuse(422, "URL is missing")
        before = self.dois.get(name, {"state": "draft"})["state"]
        after = {
            ("publish", "draft"): "findable",
            ("publish", "registered"): "findable",
            ("publish", "findable"): "findable",
            ("register", "draft"): "registered",
            ("hide", "findable"): "registered",
            ("hide", "registered"): "registered",
            ("register", "registered"): "registered",
            ("", before): before,
        }.get((event, before))
        if after is None:
            return self._refuse(422, f"No way from {before} by {event}")
        status = 200 if name in self.dois else 201
        self.dois[name] = {"state": after, "attributes": attributes}
        return status, ""

    def delete(self, name: str) -> tuple[int, str]:
        if name not in self.dois:
            return 404, "The resource you are looking for doesn't exist."
        if self.dois[name]["state"] != "draft":
            return self._refuse(405, "Method not allowed")
        del self.dois[name]
        return 204, ""

    def _refuse(self, status: int, why: str) -> tuple[int, str]:
        self.refused.append(why)
        return status, why


class _Handler(BaseHTTPRequestHandler):
    datacite: DataCite

    def log_message(self, *args: Any) -> None:
        pass

    def do_PUT(self) -> None:
        self._answer(lambda name, content: self.datacite.put(name, content["data"]["attributes"]))

    def do_DELETE(self) -> None:
        self._answer(lambda name, content: self.datacite.delete(name))

    def _answer(self, act: Any) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = unquote(self.path.removeprefix("/dois/"))
        content = json.loads(body) if body else {}
        sent = content.get("data", {}).get("attributes", {})
        self.datacite.sent.append((self.command, name, dict(sent)))
        known = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {known}":
            return self._send(401, "Bad credentials.")
        if body and self.headers["Content-Type"] != "application/vnd.api+json":
            return self._send(415, "Unsupported media type")
        if self.datacite.bad_days:
            return self._bad_day(self.datacite.bad_days.pop(0))
        return self._send(*act(name, content))

    def _bad_day(self, status: int) -> None:
        """0 is no answer at all."""
        if status:
            self._send(status, "Something went wrong")
        else:
            self.close_connection = True

    def _send(self, status: int, why: str) -> None:
        body = json.dumps({"errors": [{"title": why}]} if why else {"data": {}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.api+json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)


@contextmanager
def running_datacite() -> Iterator[DataCite]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    handler.datacite = DataCite(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield handler.datacite
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
