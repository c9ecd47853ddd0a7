"""The rules of the code that a tool can check, checked with the tests: style, layers, types, migrations, sizes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
FOLDERS = ("portal", "archive", "search", "curation", "benchmarks", "deploy", "tests")
MOST_LINES_OF_FUNCTION = 60
MOST_LINES_OF_FILE = 500

CHECKS = {
    "ruff finds nothing": [BIN / "ruff", "check", "."],
    "code is formatted": [BIN / "ruff", "format", "--check", "."],
    "imports go downwards": [BIN / "lint-imports"],
    "the pure parts have types": [BIN / "mypy"],
    "migrations are complete": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
}


def python_files() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts]
    return [ROOT / "manage.py", *found]


@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS.keys())
def test_a_tool_agrees(command, tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "PORTAL_DATA_DIR": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_function_is_longer_than_the_limit():
    functions = [
        (f"{path.relative_to(ROOT)}: {node.name}", node.end_lineno - node.lineno + 1)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert len(functions) > 1000
    assert [found for found in functions if found[1] > MOST_LINES_OF_FUNCTION] == []


def test_no_file_is_longer_than_the_limit():
    scripts = (ROOT / "static" / "js").glob("*.js")
    files = [*python_files(), *scripts, *(ROOT / "templates").rglob("*.html")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_FILE} == {}
