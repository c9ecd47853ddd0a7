"""Elasticsearch 8 and OpenSearch 2, from the jars that their makers publish on Maven Central, one node each.

Elasticsearch's distribution is not on Maven Central, its server is: `SingleNode.java` starts it, and
`PortalAnalysis.java` supplies the analysis parts under their documented names. The node therefore lacks scripts,
`_reindex`, `_update_by_query` and `_delete_by_query`, which the portal does without.
"""

import json
import shutil
import subprocess
import threading
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deploy.engines.engine import HOST, EngineFailed, Program
from deploy.engines.programs import require

SOURCES = Path(__file__).parent / "java"
ELASTICSEARCH_VERSION = "8.19.5"
JAVA = Program(
    names=("java",),
    debian=("default-jdk-headless",),
    otherwise="Any Java 17 or later on the PATH serves; no root is needed.",
)
COMPILER = Program(names=("javac",), debian=("default-jdk-headless",), otherwise="A JDK 17 or later brings it.")
MAVEN = Program(
    names=("mvn",), debian=("maven",), otherwise="Maven 3 fetches the jars once; unpacked anywhere, it serves."
)
# Small and quick to start: two of these run beside the test suite.
FLAGS = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")

_one_fetch_at_a_time = threading.Lock()  # Maven's local repository is not made for two


def prepare_elasticsearch(folder: Path) -> None:
    """Fetch the jars and lay them out as the server expects: its own, and a folder for each module."""
    if (folder / "prepared").exists():
        return
    _fetch("elasticsearch", folder / "lib")
    netty = folder / "modules" / "transport-netty4"
    netty.mkdir(parents=True, exist_ok=True)
    for jar in [*(folder / "lib").glob("netty-*.jar"), *(folder / "lib").glob("transport-netty4-*.jar")]:
        shutil.move(jar, netty / jar.name)
    analysis = folder / "modules" / "portal-analysis"
    _compile(folder, "SingleNode", folder / "classes")
    _compile(folder, "PortalAnalysis", folder / "analysis-classes")
    analysis.mkdir(parents=True, exist_ok=True)
    shutil.make_archive(str(analysis / "portal-analysis"), "zip", folder / "analysis-classes")
    (analysis / "portal-analysis.zip").rename(analysis / "portal-analysis.jar")  # a jar is a zip
    _describe(netty, "org.elasticsearch.transport.netty4.Netty4Plugin")
    _describe(analysis, "PortalAnalysis")
    (folder / "prepared").touch()


def prepare_opensearch(folder: Path) -> None:
    if not (folder / "prepared").exists():
        _fetch("opensearch", folder / "lib")
        (folder / "prepared").touch()


def elasticsearch_command(folder: Path, port: int) -> list[str]:
    modules = ["--module-path", str(folder / "lib"), "--add-modules", "org.elasticsearch.server,jdk.net"]
    node = ["-cp", str(folder / "classes"), "SingleNode", str(folder), str(port), str(port + 100)]
    return [require(JAVA), *FLAGS, *modules, *node]


def opensearch_command(folder: Path, port: int) -> list[str]:
    """The runner counts its nodes from one and adds the number to the base port, up to 9299."""
    node = ["-basePath", str(folder / "data"), "-numOfNode", "1", "-clusterName", "micrographia"]
    runner = ["-cp", str(folder / "lib" / "*"), "org.codelibs.opensearch.runner.OpenSearchRunner"]
    return [require(JAVA), *FLAGS, *runner, *node, "-baseHttpPort", str(port - 1)]


def answers(port: int) -> bool:
    """Healthy, not only listening: a node that has no master yet refuses to create an index."""
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_cluster/health")
        response = connection.getresponse()
        return response.status == 200 and json.load(response)["status"] in {"green", "yellow"}
    except (OSError, HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _fetch(name: str, destination: Path) -> None:
    maven = [require(MAVEN), "-q", "-B", "-f", str(SOURCES / name / "pom.xml"), "dependency:copy-dependencies"]
    with _one_fetch_at_a_time:
        _run([*maven, f"-DoutputDirectory={destination}"], f"Maven could not fetch the jars of {name}")


def _compile(folder: Path, name: str, destination: Path) -> None:
    source = str(SOURCES / "elasticsearch" / f"{name}.java")
    command = [require(COMPILER), "-cp", f"{folder / 'lib'}/*", "-d", str(destination), source]
    _run(command, f"{name}.java does not compile")


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineFailed(f"{failure}: {(done.stdout + done.stderr).strip()[-800:]}")


def _describe(module: Path, class_name: str) -> None:
    properties = {
        "name": module.name,
        "description": module.name,
        "classname": class_name,
        "version": ELASTICSEARCH_VERSION,
        "elasticsearch.version": ELASTICSEARCH_VERSION,
        "java.version": "17",
    }
    lines = (f"{name}={value}\n" for name, value in properties.items())
    (module / "plugin-descriptor.properties").write_text("".join(lines))
