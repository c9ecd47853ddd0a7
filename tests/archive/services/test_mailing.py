"""Mails say what happened, what to do next, and where."""

import pytest
from django.urls import resolve

from archive.services import mailing
from archive.states import DatasetRole, DepositionState
from tests.factories.archive import DepositionFactory, MembershipFactory, VersionFactory

pytestmark = pytest.mark.django_db


def test_what_needs_changes_is_listed_with_its_address(mailoutbox, settings):
    problems = [
        {"pointer": "/files/a~1b.tif", "code": "broken", "message": "It is cut off.", "tier": "required"},
        {"pointer": "/study/keywords", "code": "typo", "message": "Nice to have.", "tier": "optional"},
    ]
    deposition = DepositionFactory(state=DepositionState.NEEDS_CHANGES, problems=problems)
    mailing.mail_answer(deposition_id=deposition.pk)

    (mail,) = mailoutbox
    assert deposition.dataset.accession in mail.subject
    assert "files → a/b.tif: It is cut off." in mail.body
    assert "Nice to have" not in mail.body
    assert f"{settings.SITE_URL}{deposition.get_absolute_url()}" in mail.body


def test_human_material_is_said_to_be_held_and_not_to_be_released(mailoutbox):
    held = {"study": {"human_material": "yes"}}
    deposition = DepositionFactory(state=DepositionState.READY, metadata=held)
    mailing.mail_answer(deposition_id=deposition.pk)

    assert "is held" in mailoutbox[0].subject
    assert "cannot be released now" in mailoutbox[0].body
    assert "release it" not in mailoutbox[0].body


def test_everybody_who_edits_is_told_alone(mailoutbox):
    deposition = DepositionFactory(state=DepositionState.READY, metadata={"study": {"human_material": "no"}})
    MembershipFactory(dataset=deposition.dataset, role=DatasetRole.CONTRIBUTOR)
    MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER)
    mailing.mail_answer(deposition_id=deposition.pk)

    assert [len(mail.to) for mail in mailoutbox] == [1, 1]
    assert "ready for release" in mailoutbox[0].subject


def test_a_deposition_that_moved_on_needs_no_mail(mailoutbox):
    mailing.mail_answer(deposition_id=DepositionFactory(state=DepositionState.DRAFT).pk)
    assert mailoutbox == []


def test_a_release_tells_how_to_cite_it(mailoutbox):
    version = VersionFactory(image_count=1)
    mailing.mail_release(version_id=version.pk)

    assert f"{version.dataset.accession}.1" in mailoutbox[0].body
    assert resolve(f"/datasets/{version}/").url_name == "cited"
    assert "1 image." in mailoutbox[0].body
