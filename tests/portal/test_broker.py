"""The embedded broker: every message once, in order, whole, whatever is killed in between."""

import json
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Queue

from portal.settings import engines


@pytest.fixture
def connection(tmp_path):
    url, options = engines.broker(f"filesystem://{tmp_path}")
    with Connection(url, transport_options=options) as made:
        yield made


@pytest.fixture
def channel(connection):
    channel = connection.channel()
    Queue("ingest", routing_key="ingest")(channel).declare()
    return channel


def put(channel, *numbers: int) -> None:
    for number in numbers:
        channel._put("ingest", {"number": number})


def taken(channel) -> list[int]:
    found = []
    try:
        while True:
            found.append(channel._get("ingest")["number"])
    except Empty:
        return found


def test_messages_come_once_and_in_order(channel):
    put(channel, 1, 2, 3)
    assert channel._size("ingest") == 3
    assert taken(channel) == [1, 2, 3]
    assert taken(channel) == []


def test_two_readers_never_take_the_same_message(connection, channel):
    other = connection.channel()
    put(channel, *range(10))
    first, second = [], []
    for _ in range(5):
        first.append(channel._get("ingest")["number"])
        second.append(other._get("ingest")["number"])
    assert sorted(first + second) == list(range(10))
    assert taken(channel) == taken(other) == []


def test_a_queue_sees_only_its_own_messages(channel):
    put(channel, 1)
    channel._put("index", {"number": 2})
    assert taken(channel) == [1]


def test_what_a_killed_writer_left_is_not_a_message(tmp_path, channel):
    put(channel, 1)
    (Path(channel.data_folder_in) / "ingest" / ".draft").write_text('{"numb')
    assert taken(channel) == [1]


def test_a_table_that_a_kill_cut_short_is_made_anew(channel):
    table = channel._exchange_file("ingest")
    channel._queue_bind("ingest", "ingest", "", "ingest")
    table.write_text("")
    assert channel.get_table("ingest") == []
    channel._queue_bind("ingest", "ingest", "", "ingest")
    assert json.loads(table.read_text()) == [["ingest", "", "ingest"]]


def test_binding_twice_keeps_one_row_and_deleting_takes_it_away(channel):
    for _ in range(2):
        channel._queue_bind("x", "key", "", "ingest")
    assert len(channel.get_table("x")) == 1
    channel._delete("ingest", "x", "key", "")
    assert channel.get_table("x") == []


def test_purging_drops_what_waits(channel):
    put(channel, 1, 2)
    assert channel._purge("ingest") == 2
    assert taken(channel) == []
