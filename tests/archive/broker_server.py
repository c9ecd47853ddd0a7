"""A broker's system on loopback: it keeps what it is told, and answers with whatever status it is told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Broker:
    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.status = 204
        self.heard: list[tuple[dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"{self.origin}/told?case=7"


class _Handler(BaseHTTPRequestHandler):
    broker: Broker

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.broker.heard.append((dict(self.headers), body))
        self.send_response(self.broker.status)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def running_broker() -> Iterator[Broker]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {}))
    server.RequestHandlerClass.broker = broker = Broker(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield broker
    finally:
        server.shutdown()
        server.server_close()
