"""Starting, finding again and stopping an engine, with a real process; the five real engines with `-m services`."""

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import psutil
import psycopg2
import pytest
import redis
from botocore.config import Config
from botocore.exceptions import ClientError
from elasticsearch import Elasticsearch
from opensearchpy import OpenSearch

from deploy import services
from deploy.engines import programs
from deploy.engines.engine import Engine, EngineFailed, Program, running, start, stop

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def web_server(folder: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]


def make_engine(**changes) -> Engine:
    row = {"name": "web", "port": free_port(), "prepare": lambda folder: None, "command": web_server}
    return Engine(**{**row, "answers": answers, "environment": {}, **changes})


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "web"
    process = running(tmp_path / "web")
    if process is not None:
        process.kill()


@pytest.mark.enable_socket
class TestOneEngine:
    def test_start_waits_until_it_answers(self, folder):
        engine = make_engine()
        assert start(engine, folder) is True
        assert answers(engine.port)

    def test_a_second_start_finds_it_running(self, folder):
        engine = make_engine()
        start(engine, folder)
        process = running(folder)
        assert start(engine, folder) is False
        assert running(folder) == process

    def test_start_after_a_kill_brings_it_back(self, folder):
        engine = make_engine()
        start(engine, folder)
        killed = running(folder)
        killed.kill()
        killed.wait(5)
        assert running(folder) is None
        assert start(engine, folder) is True
        assert answers(engine.port)

    def test_stop_leaves_no_process(self, folder):
        engine = make_engine()
        start(engine, folder)
        process = running(folder)
        assert stop(engine, folder) is True
        assert not psutil.pid_exists(process.pid)
        assert stop(engine, folder) is False

    def test_stop_ends_one_that_ignores_the_signal(self, folder):
        deaf = "import runpy, signal; signal.signal(signal.SIGUSR1, signal.SIG_IGN); "
        deaf += "runpy.run_module('http.server', run_name='__main__')"
        engine = make_engine(
            command=lambda folder, port: [sys.executable, "-c", deaf, str(port), "--bind", "127.0.0.1"],
            stop_signal=signal.SIGUSR1,
            stop_seconds=1,
        )
        start(engine, folder)
        process = running(folder)
        stop(engine, folder)
        assert not psutil.pid_exists(process.pid)

    def test_another_process_with_the_noted_number_is_not_taken_for_the_engine(self, folder):
        folder.mkdir()
        (folder / "process.json").write_text(f'{{"pid": {os.getpid()}, "created": 1.0}}')
        assert running(folder) is None

    def test_a_taken_port_is_an_error_that_names_it(self, folder, tmp_path):
        first = make_engine()
        start(first, folder)
        with pytest.raises(EngineFailed, match=f"Something else answers on 127.0.0.1:{first.port}"):
            start(first, tmp_path / "second")

    def test_one_that_ends_at_once_is_an_error_with_its_last_words(self, folder):
        command = [sys.executable, "-c", "raise SystemExit('no disk left')"]
        engine = make_engine(command=lambda folder, port: command)
        with pytest.raises(EngineFailed, match="no disk left"):
            start(engine, folder)


def test_a_missing_program_is_an_error_that_says_where_to_get_it():
    program = Program(names=("no-such-engine",), debian=("no-such-package",), otherwise="Or build it.")
    with pytest.raises(EngineFailed, match=r"no-such-engine is missing\. .*no-such-package\. Or build it\."):
        programs.require(program)


def test_every_engine_has_a_port_of_its_own():
    ports = [engine.port for engine in services.ENGINES]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("engine", services.ENGINES, ids=lambda engine: engine.name)
def test_an_engine_is_reached_at_the_port_that_it_is_started_on(engine):
    assert {urlsplit(url).port for url in engine.environment.values()} == {engine.port}


def test_the_environment_has_the_four_switches_and_an_address_for_each_search_engine():
    values = services.environment(list(services.ENGINES))
    switches = {f"PORTAL_{name}_URL" for name in services.SWITCHES}
    assert switches | {"PORTAL_TEST_ELASTICSEARCH_URL", "PORTAL_TEST_OPENSEARCH_URL"} <= values.keys()


def test_an_unknown_engine_is_refused_with_the_names_of_those_there_are():
    command = [sys.executable, "-m", "deploy.services", "start", "oracle"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "There is no engine oracle; there are postgres, redis, s3" in refused.stderr


@pytest.mark.services
@pytest.mark.enable_socket
class TestTheRealEngines:
    """With the official clients; `make test-services` has started the engines."""

    url = staticmethod(lambda name: os.environ[f"PORTAL_TEST_{name}_URL"])

    def test_postgres_is_a_server_of_our_own(self):
        connection = psycopg2.connect(self.url("DATABASE"))
        try:
            assert connection.server_version >= 140000
        finally:
            connection.close()

    def test_redis_keeps_what_it_is_given(self):
        with redis.Redis.from_url(self.url("BROKER")) as client:
            client.set("deploy-test", "kept", ex=60)
            assert client.get("deploy-test") == b"kept"

    def s3(self, **changes):
        parts = urlsplit(self.url("STORAGE"))
        keys = {"aws_access_key_id": parts.username, "aws_secret_access_key": parts.password}
        endpoint = f"http://{parts.hostname}:{parts.port}"
        config = Config(signature_version="s3v4")
        return boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", config=config, **{**keys, **changes})

    def test_s3_writes_once_when_asked_to(self):
        client, place = self.s3(), {"Bucket": "micrographia", "Key": f"deploy-test/{time.time_ns()}"}
        client.put_object(**place, Body=b"first", IfNoneMatch="*")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            client.put_object(**place, Body=b"second", IfNoneMatch="*")
        assert client.get_object(**place)["Body"].read() == b"first"

    def test_s3_refuses_a_wrong_secret(self):
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            self.s3(aws_secret_access_key="wrong").list_buckets()

    @pytest.mark.parametrize(("name", "client"), [("ELASTICSEARCH", Elasticsearch), ("OPENSEARCH", OpenSearch)])
    def test_a_search_engine_answers_its_official_client(self, name, client):
        engine = client(f"http://{urlsplit(self.url(name)).netloc}")
        try:
            assert engine.info()["version"]["number"].startswith({"ELASTICSEARCH": "8.", "OPENSEARCH": "2."}[name])
            assert engine.cluster.health()["status"] in {"green", "yellow"}
        finally:
            engine.close()
