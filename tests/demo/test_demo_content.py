"""The demonstration's content: enough of it, free, credited, and honest about where it comes from."""

import csv
import gzip
import hashlib
import os
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr
from PIL import Image

from portal.demo import (
    CRITERIA,
    DEMO_DIR,
    FREE_LICENCES,
    BadDemo,
    CurationState,
    DemoFile,
    State,
    read_credits,
    read_dataset,
    read_datasets,
)

DATASETS = read_datasets()
CREDITS = read_credits()
FILES = [file for dataset in DATASETS for file in dataset.all_files]
TERMS = Path(__file__).resolve().parent.parent / "data" / "demo_terms.tsv"
# Pictures that a slide scanner adds beside the specimen.
ASSOCIATED = {"thumbnail", "label", "macro", "map"}


def expected_images() -> list[dict[str, str]]:
    with (DEMO_DIR / "expected_images.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


def relative(file: DemoFile) -> str:
    return file.source.relative_to(DEMO_DIR).as_posix()


def digest(path: Path) -> str:
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    members = sorted(member for member in path.rglob("*") if member.is_file())
    lines = [f"{member.relative_to(path).as_posix()}\t{digest(member)}\n" for member in members]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def terms_used() -> set[tuple[str, str]]:
    named = (dataset.metadata.get(field, {}) for dataset in DATASETS for field in ("organism", "imaging_method"))
    return {(term["curie"], term["label"]) for term in named if "curie" in term}


def test_there_are_at_least_twenty_datasets_with_records_of_four_archives():
    schemes = Counter(dataset.source_identifiers[0]["scheme"] for dataset in DATASETS)
    assert len(DATASETS) >= 20
    assert set(schemes) == {"IDR", "BioImage Archive", "SSBD", "EMPIAR"}


def test_there_are_at_least_a_hundred_images_beside_labels_and_overviews_of_slides():
    deposited = {relative(file) for file in FILES}
    images = [row for row in expected_images() if row["name"] not in ASSOCIATED]
    assert {row["path"] for row in images} <= deposited
    assert len(images) >= 100


def test_the_whole_demonstration_is_at_most_25_megabytes():
    assert sum(path.stat().st_size for path in DEMO_DIR.rglob("*") if path.is_file()) <= 25_000_000


def test_every_kind_of_readable_image_is_present():
    names = " ".join(relative(file) for file in FILES).lower()
    for ending in (".ome.tif", ".companion.ome", ".tif", ".png", ".jpg", ".svs", ".ndpi", ".dcm", ".ome.zarr"):
        assert ending in names


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_every_file_has_a_free_licence_and_a_credit_that_agrees_with_the_table(file):
    row = CREDITS[relative(file)]
    assert file.licence == row["licence"]
    assert file.licence in FREE_LICENCES
    assert (DEMO_DIR / "LICENCES" / f"{file.licence}.txt").is_file()
    assert row["source_repository"] in file.credit


@pytest.mark.parametrize("path", sorted(CREDITS))
def test_every_credited_file_has_the_bytes_that_were_credited(path):
    assert digest(DEMO_DIR / path) == CREDITS[path]["sha256"]


def test_nothing_lies_in_the_images_without_a_dataset_that_uses_it():
    used = [file.source for file in FILES]
    unused = [p for p in (DEMO_DIR / "images").rglob("*") if p.is_file() and not any(p.is_relative_to(u) for u in used)]
    assert unused == []


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.slug)
def test_a_record_says_where_metadata_and_images_come_from(dataset):
    identifier = dataset.source_identifiers[0]
    assert identifier["value"] in dataset.credit
    assert identifier["value"] in identifier["url"]
    assert "stand-ins" in dataset.credit
    assert len({file.path for file in dataset.all_files}) == len(dataset.all_files)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.slug)
def test_authors_have_names_and_no_mail_addresses(dataset):
    for author in dataset.metadata["authors"]:
        assert author["name"].strip()
        assert re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", author.get("orcid", "0000-0000-0000-0000"))
    assert "@" not in str(dataset.metadata["authors"])


def test_released_datasets_name_organism_and_method_by_term():
    for dataset in DATASETS:
        if dataset.state is State.RELEASED:
            assert {"curie", "label"} == set(dataset.metadata["organism"]) == set(dataset.metadata["imaging_method"])
            assert dataset.metadata["human_material"] == "no"


def test_terms_are_those_of_the_vocabularies():
    with TERMS.open(encoding="utf-8", newline="") as table:
        known = {(row["id"], row["label"]) for row in csv.DictReader(table, delimiter="\t")}
    assert terms_used() <= known


@pytest.mark.shared_data
def test_terms_are_current_in_the_whole_vocabularies():
    if "PORTAL_SHARED_DATA" not in os.environ:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data.")
    folder = Path(os.environ["PORTAL_SHARED_DATA"]) / "vocab"
    known = {}
    for name in ("ncbitaxon", "fbbi"):
        with gzip.open(folder / f"{name}.terms.tsv.gz", "rt", encoding="utf-8") as table:
            for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
                known[row["id"]] = (row["label"], row["obsolete"])
    assert {(curie, *known[curie]) for curie, _ in terms_used()} == {(c, label, "") for c, label in terms_used()}


def test_curation_shows_labels_a_review_under_way_and_a_nomination():
    states = Counter(dataset.curation.state for dataset in DATASETS)
    assert 3 <= states[CurationState.REFERENCE] <= 5
    assert states[CurationState.IN_REVIEW] == 1
    assert states[CurationState.NOMINATED] == 1


def test_invented_reviews_say_so_and_score_every_criterion():
    reviews = [review for dataset in DATASETS for review in dataset.curation.reviews]
    for review in reviews:
        assert review.reviewer.startswith("Demo Reviewer")
        assert review.rationale.startswith("Invented for the demonstration.")
        assert tuple(review.scores) == CRITERIA
        assert all(0 <= score <= 3 for score in review.scores.values())
    for dataset in DATASETS:
        if dataset.curation.state is CurationState.REFERENCE:
            assert len({review.reviewer for review in dataset.curation.reviews}) == 2
            assert dataset.curation.decision["outcome"] == "accepted"
            assert all(score >= 2 for review in dataset.curation.reviews for score in review.scores.values())


def test_one_draft_has_problems_and_one_holds_human_material():
    drafts = {dataset.slug: dataset for dataset in DATASETS if dataset.state is State.DRAFT}
    faulty = next(d for d in drafts.values() if "truncated file" in d.faults)
    assert "curie" not in faulty.metadata["organism"]
    assert "imaging_method" not in faulty.metadata
    assert [d.metadata["human_material"] for d in drafts.values()].count("yes") == 1
    truncated = next(file for file in faulty.files if "truncated" in file.path)
    with pytest.raises(ValueError, match="failed to read"), tifffile.TiffFile(truncated.source) as tiff:
        tiff.asarray()


def test_one_dataset_has_a_second_version_that_adds_files():
    later = [dataset.next_version for dataset in DATASETS if dataset.next_version]
    assert len(later) == 1
    assert later[0].files and later[0].reason


@pytest.mark.parametrize("file", [f for f in FILES if f.source.suffix.lower() in (".png", ".jpg")], ids=relative)
def test_pictures_open_and_are_not_of_one_colour(file):
    with Image.open(file.source) as picture:
        assert any(low != high for low, high in _extrema(picture))


def _extrema(picture: Image.Image) -> list[tuple]:
    extrema = picture.getextrema()
    return list(extrema) if isinstance(extrema[0], tuple) else [extrema]


@pytest.mark.parametrize("file", [f for f in FILES if f.bundle], ids=relative)
def test_zarr_folders_hold_chunks_with_signal(file):
    arrays = [name for name in file.source.rglob("*") if name.name in (".zarray", "zarr.json")]
    levels = [zarr.open(name.parent, mode="r") for name in arrays]
    pixels = [level[:] for level in levels if hasattr(level, "shape")]
    assert pixels and all(plane.max() > plane.min() for plane in pixels)


def test_a_dataset_file_without_a_title_is_refused_with_its_name(tmp_path):
    (tmp_path / "datasets").mkdir()
    broken = tmp_path / "datasets" / "99-broken.yaml"
    broken.write_text("description: nothing else\n", encoding="utf-8")
    with pytest.raises(BadDemo, match=r"99-broken\.yaml lacks title"):
        read_dataset(broken)


def test_the_table_beside_the_plate_holds_what_its_images_measure():
    plate = zarr.open_group(DEMO_DIR / "images" / "zarr" / "fly_kc167_4x6.ome.zarr", mode="r")
    with (DEMO_DIR / "tables" / "fly_kc167_4x6_intensity.csv").open(encoding="utf-8", newline="") as table:
        head, *rows = csv.reader(table)
    assert len(rows) == 24
    for well, *numbers in rows:
        crop = plate[f"{well[0]}/{int(well[1:])}/0/0"][:]
        means = [f"{channel.mean():.2f}" for channel in crop]
        highs = [f"{np.percentile(channel, 99):.0f}" for channel in crop]
        assert numbers == means + highs
    assert len(head) == 7
