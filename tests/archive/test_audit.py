"""The audit trail shows every way of tampering: an edited entry, a chain that was hashed again, a tail that was cut."""

import datetime as dt
import json

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.models import AuditEntry
from archive.services import auditing, sealing
from archive.storage import originals
from tests.factories.archive import DatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_seals():
    """Seals are objects in storage, which no rollback takes away."""
    yield
    for number in range(1, 20):
        originals().delete(f"{sealing.FOLDER}/{number:08d}.jsonl")


@pytest.fixture
def dataset():
    return DatasetFactory()


def _write(dataset, count: int) -> list[AuditEntry]:
    return [
        auditing.record(dataset=dataset, action="test.change", reason=f"Reason {n}", data={"n": n, "names": ["é", 1.5]})
        for n in range(count)
    ]


def _rehash(dataset) -> None:
    """What somebody who can write to the database and knows the code would do."""
    previous = ""
    for entry in auditing.chain_of(dataset.pk).order_by("sequence"):
        entry.previous_hash = previous
        entry.hash = auditing.hash_of(entry)
        entry.save()
        previous = entry.hash


def test_an_untouched_chain_has_no_fault(dataset):
    entries = _write(dataset, 5)

    assert [entry.sequence for entry in entries] == [1, 2, 3, 4, 5]
    assert auditing.verify_chain(dataset) == []


def test_chains_of_datasets_and_of_the_portal_are_apart(dataset):
    other = DatasetFactory()
    _write(dataset, 2)
    _write(other, 1)
    auditing.record(dataset=None, action="test.portal")

    assert auditing.chain_of(dataset.pk).count() == 2
    assert auditing.chain_of(None).get().sequence == 1
    assert auditing.verify_everything() == []


@pytest.mark.parametrize(
    "change",
    [{"reason": "another"}, {"data": {"n": 9}}, {"actor_id": 77}, {"at": timezone.now()}, {"to_state": "released"}],
    ids=lambda change: next(iter(change)),
)
def test_an_edited_entry_is_found(dataset, change):
    entries = _write(dataset, 3)
    AuditEntry.objects.filter(pk=entries[1].pk).update(**change)

    faults = auditing.verify_chain(dataset)

    assert [fault.sequence for fault in faults] == [2]
    assert "content" in faults[0].sentence


def test_a_removed_entry_is_found(dataset):
    entries = _write(dataset, 3)
    entries[1].delete()

    assert any("Entry 2 is missing" in str(fault) for fault in auditing.verify_chain(dataset))


def test_an_edited_and_rehashed_chain_is_found_by_its_seal(dataset):
    entries = _write(dataset, 4)
    auditing.seal_chains()
    AuditEntry.objects.filter(pk=entries[1].pk).update(reason="something kinder")
    _rehash(dataset)

    assert auditing.verify_chain(dataset) == []
    faults = auditing.verify_everything()
    assert [(fault.chain, fault.sequence) for fault in faults] == [(dataset.accession, 4)]
    assert "rewritten" in faults[0].sentence


def test_a_cut_tail_is_found_by_its_seal(dataset):
    entries = _write(dataset, 4)
    auditing.seal_chains()
    entries[3].delete()

    assert auditing.verify_chain(dataset) == []
    assert any("cut" in str(fault) for fault in auditing.verify_everything())


def test_a_cut_tail_is_found_after_new_entries_grew_over_it(dataset):
    entries = _write(dataset, 4)
    auditing.seal_chains()
    entries[3].delete()
    _write(dataset, 2)
    auditing.seal_chains()

    assert any("rewritten" in str(fault) for fault in auditing.verify_everything())


def test_a_chain_that_is_gone_as_a_whole_is_found(dataset):
    _write(dataset, 2)
    auditing.seal_chains()
    auditing.chain_of(dataset.pk).delete()

    assert any("cut" in str(fault) for fault in auditing.verify_everything())


def test_seals_hold_only_what_grew_and_follow_each_other(dataset):
    quiet = DatasetFactory()
    _write(dataset, 2)
    _write(quiet, 1)
    first = auditing.seal_chains()
    _write(dataset, 1)
    second = auditing.seal_chains()

    assert len(first.chains) == 2
    assert [(pk, length) for pk, length, _ in second.chains] == [(dataset.pk, 3)]
    assert second.previous_root == first.root
    assert auditing.seal_chains() is None
    assert auditing.verify_everything() == []


def _rewrite_seal(number: int, change) -> None:
    name = f"{sealing.FOLDER}/{number:08d}.jsonl"
    with originals().open(name) as file:
        lines = [json.loads(line) for line in file.read().decode().splitlines()]
    change(lines)
    originals().delete(name)
    originals().save(name, ContentFile("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines).encode()))


def test_a_changed_seal_is_found(dataset):
    _write(dataset, 2)
    auditing.seal_chains()
    _rewrite_seal(1, lambda lines: lines[1].update(length=1))

    assert any("Seal 1 was changed" in str(fault) for fault in auditing.verify_everything())


def test_a_removed_seal_is_found(dataset):
    for _ in range(3):
        _write(dataset, 1)
        auditing.seal_chains()
    originals().delete(f"{sealing.FOLDER}/00000002.jsonl")

    assert any("Seal 2 is missing" in str(fault) for fault in auditing.verify_everything())


def test_entries_that_no_seal_holds_for_days_are_found(dataset, monkeypatch):
    _write(dataset, 1)
    later = timezone.now() + dt.timedelta(days=4)
    monkeypatch.setattr(sealing.timezone, "now", lambda: later)

    assert any("in no seal" in str(fault) for fault in auditing.verify_everything())


def test_seals_of_an_older_secret_key_stay_valid(dataset, settings):
    _write(dataset, 1)
    auditing.seal_chains()
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another key"

    assert auditing.verify_everything() != []
    settings.SECRET_KEY_FALLBACKS = [old]
    assert auditing.verify_everything() == []


def test_the_command_names_the_faults_and_exits_with_1(dataset, capsys):
    _write(dataset, 2)
    call_command("verify_audit_trail")
    assert "whole" in capsys.readouterr().out

    auditing.chain_of(dataset.pk).filter(sequence=1).update(action="test.other")
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit_trail")

    assert stopped.value.code == 1
    assert f"{dataset.accession}, entry 1" in capsys.readouterr().err


def test_an_entry_is_gone_with_the_transaction_of_its_change(dataset):
    with pytest.raises(RuntimeError), transaction.atomic():
        _write(dataset, 1)
        raise RuntimeError

    assert not auditing.chain_of(dataset.pk).exists()


def test_a_second_writer_tries_again_behind_the_first(dataset, monkeypatch):
    """As if both had read the same end of the chain."""
    _write(dataset, 1)
    append, calls = auditing._append, []

    def append_late(entry):
        append(entry)
        if not calls:
            calls.append(entry.sequence)
            AuditEntry.objects.create(
                dataset=dataset,
                sequence=entry.sequence,
                at=entry.at,
                action="first",
                previous_hash=entry.previous_hash,
                hash="0" * 64,
            )

    monkeypatch.setattr(auditing, "_append", append_late)
    assert auditing.record(dataset=dataset, action="second").sequence == 3


def test_two_entries_of_one_number_are_refused_by_the_database(dataset):
    entry = _write(dataset, 1)[0]
    entry.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


def test_people_are_named_by_number_only(dataset):
    person = UserFactory(name="Grace Hopper", email="grace@example.org")
    entry = auditing.record(dataset=dataset, action="test.change", actor=person)

    stored = AuditEntry.objects.filter(pk=entry.pk).values().get()
    assert stored["actor_id"] == person.pk
    assert "race" not in json.dumps(stored, default=str)
