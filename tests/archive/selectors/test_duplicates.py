"""Duplicates among what a reader may see: never a word of a private file."""

import pytest
from django.contrib.auth.models import AnonymousUser

from archive.models import File
from archive.selectors.duplicates import files_with_twins, sentence_of, twins_of
from archive.selectors.quality import all_problems
from archive.states import FileState
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    RetractedDatasetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
SHA256 = "ab" * 32
EVERYBODY = AnonymousUser()


def file_of(dataset, path="a.tif", **more) -> File:
    return FileFactory(dataset=dataset, path=path, size=9, blob=BlobFactory(sha256=SHA256), **more)


@pytest.fixture
def mine():
    return ReleasedDatasetFactory()


def told(file, user=EVERYBODY) -> list[str]:
    """The paths of its twins; both ways of asking agree."""
    dataset = file.dataset
    found = twins_of([file], dataset, 1, user).get(file.pk, [])
    assert files_with_twins(dataset.files.all(), dataset, 1, user).filter(pk=file.pk).exists() == bool(found)
    return [twin.path for twin in found]


def test_a_file_of_its_own_has_no_twin(mine):
    file = file_of(mine)
    FileFactory(dataset=mine, path="other.tif", size=9, blob=BlobFactory(sha256="cd" * 32))
    assert told(file) == []


def test_the_same_bytes_in_the_dataset_and_in_a_public_one(mine):
    file = file_of(mine)
    file_of(ReleasedDatasetFactory(), "elsewhere.tif")
    file_of(mine, "again.tif")
    assert told(file) == ["again.tif", "elsewhere.tif"]


def test_a_private_file_is_told_to_its_people_alone(mine):
    file, private = file_of(mine), DatasetFactory()
    file_of(private, "private.tif")
    member = UserFactory()
    assert told(file) == told(file, member) == []
    MembershipFactory(dataset=private, user=member)
    assert told(file, member) == ["private.tif"]


def test_a_file_of_a_draft_of_a_public_dataset_is_private(mine):
    file = file_of(mine)
    file_of(ReleasedDatasetFactory(), "next.tif", from_version=2)
    assert told(file) == []


def test_a_retracted_file_is_not_told_of(mine):
    file = file_of(mine)
    file_of(RetractedDatasetFactory(), "gone.tif")
    assert told(file) == []


def test_another_version_of_the_dataset_is_no_duplicate(mine):
    file = file_of(mine, until_version=2)
    file_of(mine, "renamed.tif", from_version=2)
    assert told(file) == []


@pytest.mark.parametrize("more", [{"state": FileState.KEPT}, {"state": FileState.DAMAGED}])
def test_files_without_images_may_be_there_twice(mine, more):
    file = file_of(mine)
    file_of(mine, "licence.txt", **more)
    assert told(file) == []


def test_folders_have_no_digest_of_one_file(mine):
    assert twins_of([BundleFactory(dataset=mine)], mine, 1, EVERYBODY) == {}


def test_the_sentence_names_files_here_and_elsewhere(mine):
    file, other = file_of(mine), ReleasedDatasetFactory()
    twins = [file_of(mine, "b.tif"), file_of(other, "c.tif"), file_of(other, "d.tif"), file_of(other, "e.tif")]
    assert file.path == "a.tif"
    assert sentence_of(twins, mine) == (
        f"It has the same bytes as “b.tif”, “c.tif” of {other.accession}, “d.tif” of {other.accession} and 1 more."
    )


def test_a_deposits_report_tells_of_duplicates_without_blocking():
    private, owner = DatasetFactory(), UserFactory()
    draft = DatasetFactory(owner=owner)
    deposition = DepositionFactory(dataset=draft)
    file_of(draft)
    file_of(private, "private.tif")
    codes = {problem["code"]: problem["tier"] for problem in all_problems(deposition)}
    assert "duplicate" not in codes
    file_of(draft, "b.tif")
    problems = [problem for problem in all_problems(deposition, owner) if problem["code"] == "duplicate"]
    assert [problem["pointer"] for problem in problems] == ["/files/a.tif", "/files/b.tif"]
    assert {problem["tier"] for problem in problems} == {"optional"}
    assert "private.tif" not in str(problems)
