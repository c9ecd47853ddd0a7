"""The story of the portal in one journey: from a microscopist's folder to a badge that everybody sees."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import curating, depositing
from tests.browser.conftest import Portal
from tests.browser.journey_files import make_folder

pytestmark = pytest.mark.browser


def test_a_folder_becomes_reference_images(portal: Portal, person: Callable[..., Page], tmp_path: Path):
    portal.wait_for_demo()
    accession = deposit(portal, person(), tmp_path)
    curating.find_an_image(biologist := person("biologist@example.org"), accession)
    curating.nominate(biologist, accession)
    curating.triage_and_invite(person("curator@example.org"), accession)
    curating.review(person("reviewer.one@example.org"), accession, (3, 2, 3))
    curating.review(person("reviewer.two@example.org"), accession, (2, 3, 2))
    curating.accept(person("editor@example.org"), portal, accession)
    curating.see_the_badge(person(), accession)


def deposit(portal: Portal, page: Page, folder: Path) -> str:
    dropped = make_folder(folder)
    depositing.sign_up(page)
    accession = depositing.start_a_deposit(page)
    depositing.drop_the_folder(page, portal, accession, dropped)
    depositing.see_what_was_read(page)
    depositing.describe(page, accession)
    depositing.mend_two_problems(page, accession)
    depositing.release(page, portal, accession)
    return accession
