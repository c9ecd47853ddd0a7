"""What browsers load: vendored libraries are whole and licensed, icons exist, colours are tokens, nothing is inline."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.files.storage import FileSystemStorage

ROOT = Path(__file__).resolve().parents[2]
STATIC, TEMPLATES, VENDOR = ROOT / "static", ROOT / "templates", ROOT / "static" / "vendor"
OWN_STYLES = sorted((STATIC / "css").glob("*.css"))
PAGES = sorted(TEMPLATES.rglob("*.html"))

# name, version, licence, file, digest, why: a row of static/vendor/README.md.
ROW = re.compile(r"^\| ([\w.-]+) \| ([\w.-]+) \| ([\w.-]+) \| (\S+) \| ([0-9a-f]{64}) \| (.+) \|$", re.MULTILINE)
VENDORED = ROW.findall((VENDOR / "README.md").read_text(encoding="utf-8"))

ICON = re.compile(
    r"""icons\.svg['"]\s*%}#(\w+)|partials/icon\.html" with name="(\w+)"|\bicon="(\w+)"|icons\.svg#(\w+)"""
)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(")
INLINE = re.compile(
    r"""<style\b|\sstyle\s*=|\s(?:hx-)?on[a-z:-]+\s*=|javascript:"""
    r"""|<script(?![^>]*\bsrc=)(?![^>]*type="application/(?:ld\+)?json")""",
    re.IGNORECASE,
)
# A script, style, picture or font of another site; links for people may lead anywhere.
FOREIGN = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=["'](?:https?:)?//""", re.IGNORECASE)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def test_vendored_libraries_are_listed():
    assert {"htmx", "tus-js-client"} <= {row[0] for row in VENDORED}


@pytest.mark.parametrize("row", VENDORED, ids=[row[3] for row in VENDORED])
def test_a_vendored_file_is_the_one_that_was_released(row):
    folder, _, _, file, digest, _ = row
    assert hashlib.sha256((VENDOR / file).read_bytes()).hexdigest() == digest
    assert (VENDOR / folder / "LICENSE").stat().st_size > 300


def test_nothing_is_vendored_without_being_listed():
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found - {row[3] for row in VENDORED} - {f"{row[0]}/LICENSE" for row in VENDORED} == {"README.md"}


def test_every_icon_that_is_used_exists():
    known = set(re.findall(r'<symbol id="(\w+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")))
    sources = [*PAGES, *sorted((STATIC / "js").glob("*.js"))]
    used = {
        (_name(path), name)
        for path in sources
        for groups in ICON.findall(path.read_text(encoding="utf-8"))
        for name in groups
        if name
    }
    assert len(used) > 10
    assert {(where, name) for where, name in used if name not in known} == set()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_template_holds_nothing_inline_and_nothing_foreign(path):
    text = path.read_text(encoding="utf-8")
    assert INLINE.findall(text) == []
    assert FOREIGN.findall(text) == []


@pytest.mark.parametrize("bad", ['<p style="x">', '<a onclick="f()">', "<script>f()</script>", "<style>"])
def test_the_check_sees_what_is_inline(bad):
    assert INLINE.search(bad)


@pytest.mark.parametrize("path", OWN_STYLES, ids=_name)
def test_colours_stand_in_the_tokens_only(path):
    if path.name != "tokens.css":
        assert COLOUR.findall(_without_comments(path.read_text(encoding="utf-8"))) == []


def test_every_token_that_is_used_is_defined():
    css = "".join(_without_comments(path.read_text(encoding="utf-8")) for path in OWN_STYLES)
    defined = set(re.findall(r"(--[\w-]+)\s*:", css))
    assert set(re.findall(r"var\((--[\w-]+)", css)) - defined == set()


def test_both_dark_themes_are_equal():
    tokens = _without_comments((STATIC / "css" / "tokens.css").read_text(encoding="utf-8"))
    by_system = re.search(r':root:not\(\[data-theme="light"\]\)\s*{([^}]*)}', tokens)
    by_choice = re.search(r':root\[data-theme="dark"\]\s*{([^}]*)}', tokens)
    assert by_system.group(1).split() == by_choice.group(1).split()


def test_production_can_name_every_static_file_by_its_content(tmp_path):
    """As collectstatic does: a stylesheet or source map that names a missing file fails here, not at deployment."""

    class Storage(ManifestFilesMixin, FileSystemStorage):
        pass

    storage = Storage(location=tmp_path, base_url="/static/")
    for path in (path for path in STATIC.rglob("*") if path.is_file()):
        with path.open("rb") as content:
            storage.save(str(path.relative_to(STATIC)), content)
    names = {str(path.relative_to(STATIC)): (storage, str(path.relative_to(STATIC))) for path in STATIC.rglob("*.*")}
    names = {name: found for name, found in names.items() if (STATIC / name).is_file()}
    outcomes = list(storage.post_process(names))
    assert [outcome for outcome in outcomes if isinstance(outcome[2], Exception)] == []


def test_templates_are_formatted():
    command = [Path(sys.executable).parent / "djlint", "--check", "templates"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "Run `make format`.\n" + done.stdout[-3000:]
