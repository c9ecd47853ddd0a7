"""The table of formats says what the registry reads, what the document says, and what the tests saw."""

import os
from pathlib import Path

import pytest

from archive.imaging import formats, registry, report, sniff
from archive.imaging.formats import FORMATS, Evidence
from tests.archive.imaging.agreement import table

ROOT = Path(__file__).parents[3]


def test_the_document_is_the_table():
    assert (ROOT / "docs" / "formats.md").read_text(encoding="utf-8") == formats.markdown(), (
        "Write it anew: python -m archive.imaging.formats > docs/formats.md"
    )


def test_every_format_that_is_read_is_in_the_table_once():
    listed = [slug for entry in FORMATS for slug in entry.formats]
    assert sorted(listed) == sorted(report.FORMATS)
    signed = {(kind.format, kind.reader) for _, _, kind in sniff._SIGNATURES if kind.reader}
    assert signed <= {(slug, entry.reader) for entry in FORMATS for slug in entry.formats}


def test_every_reader_is_in_the_table_and_loads():
    assert {entry.reader for entry in FORMATS} == set(registry.READERS)
    assert all(entry.reader == registry.load(entry.reader).SLUG for entry in FORMATS)


def test_optional_libraries_are_pinned():
    pinned = (ROOT / "requirements-formats.txt").read_text(encoding="utf-8")
    for entry in FORMATS:
        if entry.optional:
            assert f"\n{entry.library.split(',')[0]}==" in pinned


@pytest.mark.shared_data
def test_what_is_said_to_be_tested_with_real_files_is():
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    seen = {row["format"] for row in table(Path(folder) / "expected_images.tsv")}
    for entry in FORMATS:
        for slug in entry.formats:
            assert (report.FORMATS[slug] in seen) == (entry.evidence is Evidence.REAL), slug
