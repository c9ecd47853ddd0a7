"""`manage.py load_demo`: some twenty-eight real studies with free images, deposited, released and reviewed."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from archive import events
from archive.events import Event, Reaction
from archive.imaging.pool.client import running_pool
from portal import loading, pipeline
from portal.celery import app
from search import indexing


class Command(BaseCommand):
    help = "Load the demonstration: people, datasets, labels. Running it again adds only what is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        # The whole pipeline runs here, in order; a worker that runs beside finds the rows already moved. The index
        # is written once, at the end.
        app.conf.task_always_eager = True
        events.connect({**pipeline.TABLE, Event.DATASET_CHANGED: Reaction(record=(indexing.record_change,))})
        accounts = loading.load_people()
        with running_pool(workers=2) as pool:
            settings.PORTAL_IMAGING_SOCKET = str(pool.socket_path)
            for loaded in loading.load_datasets(accounts):
                if options["verbosity"] > 1:
                    self.stdout.write(f"{loaded.accession}  {loaded.slug}: {loaded.state}")
        indexing.drain_outbox()
        self.stdout.write(
            f"The demonstration is loaded in {time.monotonic() - began:.0f} s. Sign in as {loading.DEPOSITOR} "
            f"(or biologist@, curator@, reviewer.one@, reviewer.two@, editor@, administrator@) with {loading.PASSWORD}."
        )
        self.stdout.flush()  # now, though this process may go on with the large vocabularies
