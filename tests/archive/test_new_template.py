"""A template added as a YAML file alone: it is offered, asked, described by a schema and validated, and deposits."""

import pytest
from django.urls import reverse

from archive.models import Deposition
from archive.services import depositing, releasing
from archive.states import DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import FileFactory, UserFactory

pytestmark = pytest.mark.django_db
YAML = """
name: expansion
version: "1.0"
title: Expansion microscopy
description: Samples that were swollen before they were imaged.
standard: REMBI 1.5
sections:
  - include: study
  - include: biosample
  - include: acquisition
  - name: gel
    label: Gel
    fields:
      - name: factor
        label: Expansion factor
        type: number
        tier: required
        help: How many times longer an edge became.
"""


@pytest.fixture
def added(settings, tmp_path):
    (tmp_path / "expansion.yaml").write_text(YAML, encoding="utf-8")
    settings.PORTAL_TEMPLATE_DIRS = [str(tmp_path)]


def test_it_is_offered_and_has_a_schema(added, client):
    client.force_login(UserFactory())
    assert "Expansion microscopy" in client.get(reverse("archive:deposit")).text
    assert "expansion" in [template["name"] for template in client.get("/api/v1/templates/").json()]
    schema = client.get("/api/v1/templates/expansion/").json()
    assert "factor" in schema["properties"]["gel"]["properties"]


def test_a_deposit_through_it_is_asked_checked_and_released(added, client, eager):
    owner = UserFactory()
    client.force_login(owner)
    client.post(reverse("archive:deposit"), {"template": "expansion"})
    deposition = Deposition.objects.get()
    address = deposition.get_absolute_url()
    assert 'name="gel.factor"' in client.get(address).text

    document = complete_document() | {"gel": {}}
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, document=document)
    FileFactory(dataset=deposition.dataset)
    refused = client.post(address, {"revision": "1", "action": "submit", "gel.factor": "four"})
    assert refused.status_code == 422
    assert 'href="#f-gel-factor"' in refused.text
    assert 'value="four"' in refused.text

    deposition.refresh_from_db()
    client.post(address, {"revision": str(deposition.revision), "action": "submit", "gel.factor": "4.2"})
    depositing.settle_deposition(deposition_id=deposition.pk)
    deposition.refresh_from_db()
    assert deposition.state == DepositionState.READY, deposition.problems
    releasing.release_deposition(deposition=deposition, user=owner, no_publication="None is planned.")
    assert "Expansion factor" in client.get(deposition.dataset.get_absolute_url()).text
