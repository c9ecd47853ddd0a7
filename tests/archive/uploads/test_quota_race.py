"""Uploads that begin at the same moment in several processes stay within the person's quota together."""

import os

import pytest

from tests.racing import race, share

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("PORTAL_TEST_STORAGE_URL" in os.environ, reason="the processes share a local folder"),
]
PREPARE = """
from archive.errors import TooLarge
from archive.models import Dataset, User
from archive.services import uploading
dataset, user = Dataset.objects.get(pk={dataset}), User.objects.get(pk={user})
"""
ACT = """
for number in range(6):
    try:
        uploading.create_upload(user=user, dataset=dataset, path=f"{name}-{{number}}.tif", size=100 * 10**9)
    except TooLarge as full:
        assert "quota" in str(full)
print("done")
"""


def test_the_quota_holds(dataset, tmp_path):
    prepare = PREPARE.format(dataset=dataset.pk, user=dataset.created_by.pk)
    url, ask = share(tmp_path)
    said = race(url, [(prepare, ACT.format(name=name)) for name in ("a", "b", "c")])

    assert said == ["done"] * 3
    assert ask("SELECT count(*), sum(size) FROM archive_upload") == [(5, 500 * 10**9)]
