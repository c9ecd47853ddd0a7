"""The web server's worker: threads that nobody holds by sending or taking bytes very slowly.

gunicorn's own reads a request's head and body without any limit of time, so that as many idle senders as there are
threads stop a portal. Here a request must come at a pace, and an answer must be taken at one.
"""

import errno
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class PatientSocket(socket.socket):
    """Gives a request `grace` seconds and one more for each `slowest` bytes that have come; then the sender is gone."""

    grace = 20.0
    slowest = 512
    # For one piece of an answer, 64 KiB at most as a rule.
    send_seconds = 120.0

    def begin(self) -> None:
        """A new request may come."""
        self._begun, self._received = time.monotonic(), 0

    def recv(self, *args: Any) -> bytes:
        left = self._begun + self.grace + self._received / self.slowest - time.monotonic()
        if left <= 0:
            raise _gone()
        self.settimeout(min(left, self.grace))
        try:
            data = super().recv(*args)
        except TimeoutError as error:
            raise _gone() from error
        finally:
            self.settimeout(self.send_seconds)
        self._received += len(data)
        return data


def _gone() -> ConnectionResetError:
    # What gunicorn and Django know: the connection ends without an answer and without a line in the log.
    return ConnectionResetError(errno.ECONNRESET, "The request came too slowly.")


class PatientWorker(ThreadWorker):
    socket_class = PatientSocket

    def handle(self, conn: Any) -> Any:
        if not isinstance(conn.sock, PatientSocket):
            plain = conn.sock
            conn.sock = self.socket_class(plain.family, plain.type, plain.proto, fileno=plain.detach())
        conn.sock.begin()
        return super().handle(conn)
