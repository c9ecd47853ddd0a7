"""The Python examples of docs/api.md, run in their order against a portal that listens on loopback."""

import re
from pathlib import Path

import pytest

from archive.models import Dataset
from archive.services import people
from archive.states import TokenScope
from portal.demo import DEMO_DIR
from tests.factories.archive import UserFactory

ROOT = Path(__file__).resolve().parents[3]


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("eager", "imaging", "scratch")
def test_the_examples_of_the_guide_deposit_find_and_take_away(live_server):
    user = UserFactory(name="Ada Lovelace")
    _, token = people.create_token(user=user, name="guide", scopes=[TokenScope.READ, TokenScope.DEPOSIT])
    image = DEMO_DIR / "images" / "tiff-imagej" / "xy_16bit__embryo_transmission.tif"
    names = {"TOKEN": token, "IMAGE": str(image)}
    code = examples()
    # Depositing first, so that there is something to find; each example is whole but for the imports before it.
    for example in (code[0].split("found =")[0] + "import hashlib\n", *code[2:], *code[:2]):
        exec(example.replace("http://127.0.0.1:8000", live_server.url), names)  # our own guide, word for word
    names["session"].close()
    dataset = Dataset.objects.get()
    assert dataset.latest_version == 1
    assert names["files"][0]["path"] == "embryos/transmission.tif"
