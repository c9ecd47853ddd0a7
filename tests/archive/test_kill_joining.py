"""kill -9 of the worker while six files become one image: another one goes on, and there is one image in the end."""

import random
import time
from io import BytesIO

import numpy as np
import pytest
import requests
import tifffile

from tests.archive.portal_tree import ACCESSION, TOKEN, PortalTree, running_portal, wait_until
from tests.archive.test_kill import points, send

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def portal(tmp_path):
    with running_portal(tmp_path) as tree:
        yield tree


def plane(seed: int) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, np.random.default_rng(seed).integers(0, 4000, (256, 256), dtype=np.uint16))
    return out.getvalue()


def proposed(portal: PortalTree, folder: str) -> list[int]:
    rows = portal.rows(
        f"SELECT id FROM archive_grouping WHERE state = 'proposed' AND members LIKE '%{folder}/%' AND member_count = 6"
    )
    return [pk for (pk,) in rows]


def images(portal: PortalTree, folder: str) -> list[tuple]:
    return portal.rows(
        "SELECT i.size_z, i.state FROM archive_image i JOIN archive_file f ON f.id = i.file_id "
        f"WHERE f.path LIKE '{folder}/%'"
    )


def test_a_killed_worker_leaves_no_half_joined_image(portal):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    for round_ in range(points(2)):
        folder = f"round-{round_}"
        for z in range(6):
            send(portal, f"{folder}/stack_z{z}.tif", plane(z))
        wait_until(lambda folder=folder: bool(proposed(portal, folder)), f"{folder} is proposed")
        answer = requests.post(
            f"{portal.url}/api/v1/depositions/{ACCESSION}/groupings",
            json={"answer": "confirm", "groupings": proposed(portal, folder)},
            headers=AUTHORIZED,
            timeout=60,
        )
        assert answer.status_code == 200, answer.text
        time.sleep(dice.uniform(0, 1))
        portal.kill("work@")
        wait_until(lambda folder=folder: images(portal, folder) == [(6, "rendered")], f"{folder} is one image")
        parts = portal.rows(f"SELECT count(*), count(main_id) FROM archive_file WHERE path LIKE '{folder}/%'")
        assert parts == [(6, 5)]
