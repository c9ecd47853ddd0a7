"""Sign-in with ORCID fills in who somebody is."""

from io import StringIO

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.core.management import CommandError, call_command

from archive.models import User
from archive.signin import OrcidAdapter
from archive.states import PortalRole
from tests.factories.archive import UserFactory

NAMES = {"first_name": "Josiah", "last_name": "Carberry", "email": "josiah@example.org"}


@pytest.mark.parametrize(
    ("provider", "identifier", "orcid"),
    [
        ("orcid", "0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("orcid", "0000-0002-1825-0098", ""),
        ("elsewhere", "0000-0002-1825-0097", ""),
    ],
    ids=["from ORCID", "no iD", "from elsewhere"],
)
def test_the_verified_id_and_the_name_are_taken_over(rf, provider: str, identifier: str, orcid: str):
    login = SocialLogin(user=User(), account=SocialAccount(provider=provider, uid=identifier))
    user = OrcidAdapter().populate_user(rf.get("/"), login, NAMES)
    assert (user.orcid, user.name, user.email) == (orcid, "Josiah Carberry", "josiah@example.org")


@pytest.mark.django_db
def test_a_person_is_erased_on_their_wish():
    person = UserFactory(name="Ada Lovelace")
    administrator = UserFactory(roles=[PortalRole.ADMINISTRATOR])
    call_command("erase_person", person.email, by=administrator.email, reason="asked by mail", stdout=StringIO())
    person.refresh_from_db()
    assert "Ada" not in person.name and not person.is_active


@pytest.mark.django_db
def test_erasing_nobody_says_so():
    with pytest.raises(CommandError, match="Nobody has an account"):
        call_command("erase_person", "nobody@example.org", by="x@example.org", reason="r")
