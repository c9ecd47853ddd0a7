"""The outbox: nothing is lost while an engine is down, and everything is found exactly once when it is back."""

import os
import uuid
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from archive.models import Dataset
from archive.states import DepositionState, Standing
from search import indexing, tasks
from search.backends.choice import backend_for
from search.backends.embedded import EmbeddedBackend
from search.facets import FACETS, FacetDeclaration, FacetRegistry, Kind
from search.models import PendingChange
from tests.factories.archive import DepositionFactory, ImageFactory
from tests.search.conftest import study

RETRACTED = {
    "standing": Standing.RETRACTED,
    "retracted_at": datetime(2026, 1, 1, tzinfo=UTC),
    "retraction_reason": "Mixed up.",
}


def found(index, kind: Kind) -> list[str]:
    index.refresh(kind)
    return sorted(index.ids(kind))


def change(*datasets: Dataset) -> None:
    for dataset in datasets:
        indexing.record_change(dataset_id=dataset.pk)


# ---- recording ----


def test_many_changes_of_a_dataset_are_one_row(released):
    dataset = released()
    change(dataset)
    first = PendingChange.objects.get()
    change(dataset, dataset)
    second = PendingChange.objects.get()
    assert second.pk == first.pk == dataset.pk
    assert second.mark != first.mark


def test_a_change_that_is_rolled_back_leaves_no_row(released):
    dataset = released()
    with pytest.raises(RuntimeError), transaction.atomic():
        change(dataset)
        raise RuntimeError
    assert not PendingChange.objects.exists()


# ---- draining ----


def test_what_changed_is_found_and_leaves_the_outbox(released, index):
    datasets = [released(images=2), released(images=1)]
    change(*datasets)
    tasks.drain_outbox_task(dataset_id=datasets[0].pk)
    assert found(index, Kind.DATASET) == sorted(dataset.accession for dataset in datasets)
    assert len(found(index, Kind.IMAGE)) == 3
    assert not PendingChange.objects.exists()


def test_more_changes_than_one_turn_takes(released, index, monkeypatch):
    monkeypatch.setattr(indexing, "CHANGES_AT_ONCE", 2)
    monkeypatch.setattr(indexing, "DOCUMENTS_AT_ONCE", 2)
    change(*(released(images=2) for _ in range(5)))
    assert indexing.drain_outbox() == 5
    assert len(found(index, Kind.IMAGE)) == 10


@pytest.mark.parametrize("ending", ["retracted", "withdrawn", "deleted"])
def test_what_is_gone_leaves_the_index(released, index, ending):
    kept, dataset = released(), released(images=3)
    change(kept, dataset)
    indexing.drain_outbox()
    if ending == "retracted":
        Dataset.objects.filter(pk=dataset.pk).update(**RETRACTED)
        change(dataset)
    elif ending == "withdrawn":
        Dataset.objects.filter(pk=dataset.pk).update(latest_version=None, released_at=None)
        DepositionFactory(dataset=dataset, state=DepositionState.WITHDRAWN)
        change(dataset)
    else:
        pk = dataset.pk
        dataset.images.all().delete()
        dataset.versions.all().delete()
        dataset.files.all().delete()
        dataset.delete()
        indexing.record_change(dataset_id=pk)
    indexing.drain_outbox()
    assert found(index, Kind.DATASET) == [kept.accession]
    assert len(found(index, Kind.IMAGE)) == 1


def test_an_image_that_a_new_version_drops_leaves_the_index(released, index):
    dataset = released(images=2)
    change(dataset)
    indexing.drain_outbox()
    gone = dataset.images.first()
    dataset.images.filter(pk=gone.pk).update(until_version=2)
    version = dataset.versions.get()
    version.pk, version.number = None, 2
    version.save()
    Dataset.objects.filter(pk=dataset.pk).update(latest_version=2)
    change(dataset)
    indexing.drain_outbox()
    assert gone.accession not in found(index, Kind.IMAGE)
    assert len(found(index, Kind.IMAGE)) == 1


# ---- an engine that is down ----


@pytest.fixture
def locked(index_folder: Path):
    """An index folder that cannot be written, and a way to mend it: a file in its place, which also stops root."""
    aside = index_folder.with_name("aside")

    def lock() -> None:
        if index_folder.exists():
            index_folder.rename(aside)
        index_folder.write_text("")

    def unlock() -> None:
        index_folder.unlink()
        if aside.exists():
            aside.rename(index_folder)

    lock()
    return unlock


def test_changes_wait_while_the_engine_is_down_and_are_found_once_when_it_is_back(released, locked, index, caplog):
    dataset = released(images=2)
    change(dataset)
    for _ in range(3):
        assert indexing.drain_outbox() == 0
    assert "changes wait in the outbox" in caplog.text
    assert PendingChange.objects.count() == 1
    change(dataset, released())
    locked()
    assert indexing.drain_outbox() == 2
    assert len(found(index, Kind.DATASET)) == len(set(found(index, Kind.DATASET))) == 2
    assert len(found(index, Kind.IMAGE)) == 3
    assert not PendingChange.objects.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the test above stops root too")
def test_a_folder_without_write_permission_delays_too(released, index_folder, index):
    index_folder.mkdir()
    index_folder.chmod(0o500)
    change(released())
    assert indexing.drain_outbox() == 0
    index_folder.chmod(0o700)
    assert indexing.drain_outbox() == 1


@pytest.mark.parametrize("scheme", ["elasticsearch", "opensearch"])
def test_changes_wait_while_nobody_listens_at_the_port(released, settings, index_folder, scheme):
    engine, settings.PORTAL_SEARCH_URL = settings.PORTAL_SEARCH_URL, f"{scheme}://127.0.0.1:9"
    change(released())
    assert indexing.drain_outbox() == 0
    assert PendingChange.objects.count() == 1
    settings.PORTAL_SEARCH_URL = engine
    assert indexing.drain_outbox() == 1


# ---- any order ----


def test_a_change_that_comes_while_the_index_is_written_is_not_forgotten(released, index, monkeypatch):
    dataset = released(images=1)
    change(dataset)
    write = type(index).index

    def write_and_be_overtaken(self, documents) -> None:
        write(self, documents)
        monkeypatch.undo()
        ImageFactory(dataset=dataset)
        change(dataset)

    monkeypatch.setattr(type(index), "index", write_and_be_overtaken)
    indexing.drain_outbox()
    assert len(found(index, Kind.IMAGE)) == 2
    assert not PendingChange.objects.exists()


def test_what_another_worker_took_out_meanwhile_does_not_come_back(released, index, monkeypatch):
    dataset = released(images=1)
    change(dataset)
    write = type(index).index

    def be_overtaken_and_write(self, documents) -> None:
        monkeypatch.undo()
        Dataset.objects.filter(pk=dataset.pk).update(**RETRACTED)
        change(dataset)
        indexing.drain_outbox()
        write(self, documents)

    monkeypatch.setattr(type(index), "index", be_overtaken_and_write)
    indexing.drain_outbox()
    assert found(index, Kind.IMAGE) == found(index, Kind.DATASET) == []


def test_a_dataset_that_cannot_be_indexed_lets_the_others_pass(released, index, monkeypatch):
    monkeypatch.setattr(indexing, "CHANGES_AT_ONCE", 1)
    bad, good = released(), released()
    change(bad, good)
    write = type(index).index

    def refuse(self, documents) -> None:
        if any(bad.accession in document.id for document in documents):
            raise ZeroDivisionError
        write(self, documents)

    monkeypatch.setattr(type(index), "index", refuse)
    with pytest.raises(ZeroDivisionError):
        indexing.drain_outbox()
    with pytest.raises(ZeroDivisionError):
        indexing.drain_outbox()
    assert found(index, Kind.DATASET) == [good.accession]
    assert PendingChange.objects.get().pk == bad.pk


# ---- rebuild and comparison ----


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("rebuild_index", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_rebuilds_both_indexes(released, index):
    released(images=3)
    assert run() == "1 datasets indexed.\n3 images indexed.\n"
    assert run("--check") == "The index holds what the database holds.\n"


def test_the_check_names_what_is_missing_and_what_is_too_much(released, index):
    gone, missing = released(images=1), released(images=1)
    indexing.index_dataset(gone.pk)
    Dataset.objects.filter(pk=gone.pk).update(**RETRACTED)
    out = StringIO()
    with pytest.raises(CommandError, match=r"manage\.py rebuild_index"):
        call_command("rebuild_index", "--check", stdout=out)
    assert f"1 datasets missing: {missing.accession}" in out.getvalue()
    assert f"1 datasets surplus: {gone.accession}" in out.getvalue()


def test_catching_up_makes_the_index_whole(released, index):
    gone, missing = released(images=1), released(images=2)
    indexing.index_dataset(gone.pk)
    gone.images.update(until_version=1, from_version=0)
    assert indexing.catch_up() == 1
    indexing.drain_outbox()
    assert not any(indexing.differences())
    assert missing.accession in found(index, Kind.DATASET)


def test_it_rebuilds_if_needed_only(released, index):
    released()
    assert "indexed" in run("--if-needed")
    assert run("--if-needed") == ""


def test_an_index_of_other_facets_is_made_anew_by_itself(released, index_folder, index):
    EmbeddedBackend(index_folder, FacetRegistry([*FACETS, FacetDeclaration("mood", "Mood")])).ensure(Kind.DATASET)
    old, new = released(), released()
    change(new)
    indexing.drain_outbox()
    assert found(index, Kind.DATASET) == sorted([old.accession, new.accession])


@pytest.mark.django_db
def test_a_rebuild_without_an_engine_says_so(settings):
    settings.PORTAL_SEARCH_URL = "elasticsearch://127.0.0.1:9"
    with pytest.raises(CommandError, match="not available"):
        run()


def test_a_draft_is_indexed_for_its_people(vocabulary, index):
    deposition = DepositionFactory(metadata=study("Not yet"))
    change(deposition.dataset)
    indexing.drain_outbox()
    assert index.count(Kind.DATASET, frozenset({"public"})) == 0
    assert index.count(Kind.DATASET, frozenset({f"dataset:{deposition.dataset.pk}"})) == 1


# ---- the same on real engines ----


@pytest.mark.services
@pytest.mark.enable_socket
@pytest.mark.parametrize("name", ["ELASTICSEARCH", "OPENSEARCH"])
def test_on_a_real_engine_the_outbox_survives_an_outage_and_a_retraction(released, settings, name):
    url = f"{os.environ[f'PORTAL_TEST_{name}_URL']}?prefix=test-{uuid.uuid4().hex[:8]}"
    kept, dataset = released(images=2), released(images=3)
    change(kept, dataset)
    settings.PORTAL_SEARCH_URL = "opensearch://127.0.0.1:9"
    assert indexing.drain_outbox() == 0
    settings.PORTAL_SEARCH_URL = url
    engine = backend_for(url)
    try:
        assert indexing.drain_outbox() == 2
        assert not any(indexing.differences())
        Dataset.objects.filter(pk=dataset.pk).update(**RETRACTED)
        change(dataset)
        indexing.drain_outbox()
        assert not any(indexing.differences())
        assert found(engine, Kind.DATASET) == [kept.accession]
        run()
        assert not any(indexing.differences())
    finally:
        for index in engine.client.indices.get(index=f"{engine.prefix}-*"):
            engine.client.indices.delete(index=index)
        engine.client.close()
        backend_for.cache_clear()
