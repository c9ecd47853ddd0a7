"""Two processes at the same moment: one wins, the other is told, and nothing is written twice or lost."""

import pytest

from archive.states import DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DatasetFactory, DepositionFactory, FileFactory
from tests.racing import race, share

pytestmark = pytest.mark.django_db(transaction=True)

_PREPARE = """
from archive.errors import WrongState
from archive.models import Dataset, Deposition, User
from archive.services import auditing, depositing, releasing
deposition = Deposition.objects.select_related("dataset").filter(pk={pk}).first()
user = User.objects.get(pk={user})
"""
_TRY = """
try:
    {call}
except WrongState:
    print("told")
else:
    print("won")
"""
CALLS = {
    "release": "releasing.release_deposition(deposition=deposition, user=user)",
    "reopen": "depositing.reopen_deposition(deposition=deposition, user=user)",
}


@pytest.mark.parametrize("calls", [("release", "release"), ("release", "reopen")], ids="-and-".join)
def test_what_is_ready_goes_one_way_only(tmp_path, calls):
    deposition = DepositionFactory(state=DepositionState.READY, metadata=complete_document())
    FileFactory(dataset=deposition.dataset)
    prepare = _PREPARE.format(pk=deposition.pk, user=deposition.dataset.created_by.pk)
    url, ask = share(tmp_path)

    said = race(url, [(prepare, _TRY.format(call=CALLS[call])) for call in calls])

    assert sorted(said) == ["told", "won"]
    versions = ask("SELECT count(*) FROM archive_version")[0][0]
    assert versions == (1 if calls[said.index("won")] == "release" else 0)
    assert ask("SELECT count(*) FROM archive_auditentry")[0][0] == 1


def test_a_release_and_a_plan_for_later_do_not_both_count(tmp_path):
    deposition = DepositionFactory(state=DepositionState.READY, metadata=complete_document())
    FileFactory(dataset=deposition.dataset)
    prepare = _PREPARE.format(pk=deposition.pk, user=deposition.dataset.created_by.pk)
    prepare += "\nimport datetime as dt\nday = dt.date.today() + dt.timedelta(days=400)"
    call = "releasing.release_deposition(deposition=deposition, user=user, {})"
    calls = ["change_note='Now.'", "change_note='Later.', release_on=day"]
    url, ask = share(tmp_path)

    said = race(url, [(prepare, _TRY.format(call=call.format(arguments))) for arguments in calls])

    assert "won" in said
    [(state, release_on, note)] = ask("SELECT state, release_on, change_note FROM archive_deposition")
    # Where both are done, the release began when the plan was made already, and goes before it.
    if said[0] == "won":
        assert (state, release_on, note) == (DepositionState.RELEASED, None, "Now.")
    else:
        assert (state, release_on is None, note) == (DepositionState.READY, False, "Later.")


def test_writers_at_once_make_one_chain(tmp_path):
    dataset = DatasetFactory()
    prepare = _PREPARE.format(pk=0, user=dataset.created_by.pk) + f"dataset = Dataset.objects.get(pk={dataset.pk})"
    act = "for n in range(25): auditing.record(dataset=dataset, action='test.change')\nprint('done')"
    check = "print(len(auditing.verify_chain(dataset)), dataset.audit_entries.count())"
    url, _ = share(tmp_path)

    assert race(url, [(prepare, act), (prepare, act)]) == ["done", "done"]
    assert race(url, [(prepare, check)]) == ["0 50"]
