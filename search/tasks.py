"""Celery tasks of search."""

from celery import shared_task

from search import indexing


@shared_task(soft_time_limit=840, time_limit=900)
def drain_outbox_task(dataset_id: int = 0) -> None:
    """Bring all changes into the index, whichever dataset gave the nudge."""
    indexing.drain_outbox()
