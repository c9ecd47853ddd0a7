"""Slow senders do not hold the web server's threads."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def port():
    """A server of two threads and little patience."""
    number = free_port()
    command = ["gunicorn", "tests.portal.impatient", "--worker-class", "tests.portal.impatient.Worker"]
    command += ["--bind", f"127.0.0.1:{number}", "--threads", "2", "--no-control-socket", "--log-level", "error"]
    server = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT)
    try:
        _wait_for(number)
        yield number
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(number: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", number)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("The web server did not start.")


def connect(number: int, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", number), timeout=10)
    connection.sendall(sent)
    return connection


@pytest.mark.parametrize(
    "begun",
    [HEAD, HEAD + b"Content-Length: 100\r\n\r\nabc", HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ids=["head", "body", "chunks"],
)
def test_senders_that_fall_silent_give_their_threads_back(port, begun):
    silent = [connect(port, begun) for _ in range(6)]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"four", timeout=10) as answer:
        assert answer.read() == b"4"
    for connection in silent:
        connection.close()


def test_a_sender_of_one_byte_at_a_time_is_not_waited_for(port):
    begun = time.monotonic()
    with connect(port, HEAD + b"X-Long: ") as connection, pytest.raises(OSError):
        while time.monotonic() - begun < 8:
            connection.sendall(b"a")
            time.sleep(0.1)
    assert time.monotonic() - begun < 8


def test_a_sender_with_a_pace_is_heard_to_the_end(port):
    with connect(port, HEAD + b"Content-Length: 2000\r\n\r\n") as connection:
        for _ in range(20):
            connection.sendall(b"x" * 100)
            time.sleep(0.1)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")


def whole_answer(connection: socket.socket) -> bytes:
    """Head and body may come apart."""
    found = b""
    while not found.endswith(b"\r\n\r\n1"):
        piece = connection.recv(1000)
        assert piece, found
        found += piece
    return found


def test_several_requests_of_one_connection_each_have_their_time(port):
    with connect(port, b"") as connection:
        for _ in range(3):
            connection.sendall(HEAD + b"Content-Length: 1\r\n\r\nx")
            assert whole_answer(connection).startswith(b"HTTP/1.1 200 OK")
            time.sleep(0.5)
