"""The deployment files agree with each other and with what the settings read. Nothing is started here."""

import re
import runpy
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
QUEUES = {"ingest", "thumbnails", "index", "mail", "audit"}
MAKE_TARGETS = ["run", "test", "test-data", "test-browser", "test-services", "services", "services-stop"]
MAKE_TARGETS += ["lint", "format", "bench", "help"]


def assignments() -> dict[str, str]:
    lines = (DEPLOY / "env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_by_settings() -> set[str]:
    """PORTAL_* names that appear in the settings; PORTAL_{name}_URL stands for the four engines."""
    text = "".join(path.read_text() for path in (ROOT / "portal" / "settings").glob("*.py"))
    return set(re.findall(r'environ(?:\.get\(|\[)\s*"(PORTAL_[A-Z_]+)"', text))


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def consumed_queues(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


@pytest.mark.parametrize("file", ["env.example", "compose.yaml", "Dockerfile", "runbook.md", "../docs/operations.md"])
def test_every_variable_named_in_a_deployment_file_is_read_by_the_settings(file):
    named = set(re.findall(r"PORTAL_[A-Z_]*[A-Z]", (DEPLOY / file).read_text()))
    makefile_and_tests = {name for name in named if name.startswith("PORTAL_TEST_")} | {"PORTAL_SHARED_DATA"}
    assert named - makefile_and_tests <= read_by_settings()


def test_the_example_names_everything_without_which_production_refuses_to_start():
    demanded = {"PORTAL_SECRET_KEY", "PORTAL_ALLOWED_HOSTS", "PORTAL_SITE_URL"}
    engines = {f"PORTAL_{name}_URL" for name in ("DATABASE", "STORAGE", "BROKER", "SEARCH")}
    assert demanded | engines <= assignments().keys()


def test_the_example_offers_every_setting_but_those_of_development():
    development = {"PORTAL_DEBUG", "PORTAL_PORT", "PORTAL_EMAIL_BACKEND", "PORTAL_SWEEP_SECONDS"}
    development |= {"PORTAL_LONGEST_RESTART_SECONDS"}  # in production systemd or the containers' engine starts them
    ours = {name for name in read_by_settings() if not name.startswith("PORTAL_TEST_")}
    assert ours - development == {name for name in assignments() if name.startswith("PORTAL_")}


def test_the_access_log_keeps_mailed_keys_to_itself():
    config = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))
    assert config["_SECRET"].sub(r"/\1/…", "/accounts/password/reset/key/1-c4f/") == "/accounts/password/reset/key/…/"
    assert config["logger_class"] is config["DiscreetLogger"]


def test_the_example_ships_no_secret():
    for name in (
        "PORTAL_SECRET_KEY",
        "POSTGRES_PASSWORD",
        "S3_SECRET_KEY",
        "PORTAL_ORCID_SECRET",
        "PORTAL_EMAIL_PASSWORD",
    ):
        assert assignments()[name] == ""


def test_every_variable_that_compose_interpolates_is_in_the_example():
    wanted = set(re.findall(r"\$\{([A-Z0-9_]+)", (DEPLOY / "compose.yaml").read_text()))
    assert wanted <= assignments().keys()


def test_the_engine_urls_of_the_example_name_services_of_compose(services):
    hosts = {
        re.search(r"(?:@|//)([a-z0-9]+):\d+", assignments()[f"PORTAL_{name}_URL"])[1]
        for name in ("DATABASE", "STORAGE", "BROKER", "SEARCH")
    }
    assert hosts == {"postgres", "s3", "redis", "elasticsearch"} <= services.keys()


def test_every_queue_has_exactly_one_kind_of_worker(services):
    consumed = [
        queue
        for service in services.values()
        if "-Q" in service.get("command", [])
        for queue in consumed_queues(service["command"])
    ]
    assert sorted(consumed) == sorted(QUEUES)


def test_the_index_is_written_one_change_at_a_time(services):
    command = services["worker-index"]["command"]
    assert command[command.index("--concurrency") + 1] == "1"


def test_the_process_that_decodes_uploads_has_no_network_and_no_secrets(services):
    pool = services["imaging"]
    assert pool["network_mode"] == "none"
    assert pool["read_only"] and pool["cap_drop"] == ["ALL"]
    assert not {"env_file", "environment", "networks", "ports"} & pool.keys()


def test_only_the_proxy_is_reachable_from_outside(services):
    assert {name for name, service in services.items() if "ports" in service} == {"nginx"}


def test_mounted_files_exist(services):
    mounts = [volume.split(":")[0] for volume in services["nginx"]["volumes"]]
    files = [DEPLOY / mount for mount in mounts if mount.endswith(".conf")]
    assert files and all(path.is_file() for path in files)


def test_the_image_runs_without_root():
    users = re.findall(r"^USER (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert users and users[-1] not in {"root", "0"}


def test_the_build_context_holds_everything_that_the_image_copies():
    allowed = {
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = set()
    for words in re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        copied |= set(words.split())
    assert copied == allowed
    assert all((ROOT / path).exists() for path in copied)


@pytest.mark.parametrize("unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda path: path.stem)
def test_a_unit_runs_unprivileged_and_comes_back(unit):
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    parser.read_string(unit.read_text())
    service = parser["Service"]
    assert service["User"] != "root"
    assert service["NoNewPrivileges"] == "true"
    assert service["Restart"] == "always"
    assert "micrographia" in service["ExecStart"]


def test_the_imaging_unit_has_neither_network_nor_the_environment_file():
    unit = (DEPLOY / "systemd" / "micrographia-imaging.service").read_text()
    assert "PrivateNetwork=true" in unit
    assert "EnvironmentFile" not in unit


def test_uploads_pass_the_proxy_unbuffered_and_without_a_limit():
    uploads = re.search(r"location /api/v1/uploads/ \{(.*?)\}", (DEPLOY / "nginx.conf").read_text(), re.DOTALL)[1]
    assert "client_max_body_size 0;" in uploads
    assert "proxy_request_buffering off;" in uploads


def test_make_lists_every_target_with_its_help():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [target for target in MAKE_TARGETS if f"make {target} " not in listed] == []


def test_ci_runs_the_checks_in_order_and_fails_with_the_first():
    script = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"^step .* make (\S+)$", script, re.MULTILINE) == [
        "lint",
        "test",
        "test-data",
        "test-browser",
        "test-services",
    ]
    assert "set -euo pipefail" in script
    assert "make" not in " ".join(line for line in script.splitlines() if "||" in line)
