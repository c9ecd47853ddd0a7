"""The engines that `make test-services` names: what a test process leaves in its part of them is cleared here."""

import os

import redis
from django.conf import settings
from django.db import connection

from archive.storage import S3Storage, originals
from search.backends.choice import backend_for
from search.backends.elastic import ElasticBackend

SERVICES = "PORTAL_TEST_SERVICES" in os.environ


def clear_own_part() -> None:
    """Nothing of this test process stays in bucket, indices or broker; pytest-django drops its database."""
    if connection.vendor == "postgresql":
        _end_other_sessions()
    storage = originals()
    if isinstance(storage, S3Storage):
        _clear_bucket(storage)
    if not settings.PORTAL_SEARCH_URL.startswith("tantivy:"):
        drop_indices(backend_for(settings.PORTAL_SEARCH_URL))
    if settings.PORTAL_BROKER_URL.startswith("redis:"):
        with redis.Redis.from_url(settings.PORTAL_BROKER_URL) as broker:
            broker.flushdb()


def _end_other_sessions() -> None:
    """The server may not have noticed yet that a process which a test killed is gone; it would keep the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def drop_indices(engine: ElasticBackend) -> None:
    """All that a backend made under its prefix."""
    for index in engine.client.indices.get(index=f"{engine.prefix}-*"):
        engine.client.indices.delete(index=index)


def _clear_bucket(storage: S3Storage) -> None:
    where = {"Bucket": storage.bucket_name}
    prefix = f"{settings.TEST_PREFIX}/"
    for page in storage.client.get_paginator("list_multipart_uploads").paginate(**where, Prefix=prefix):
        for item in page.get("Uploads", ()):
            storage.client.abort_multipart_upload(**where, Key=item["Key"], UploadId=item["UploadId"])
    for page in storage.client.get_paginator("list_objects_v2").paginate(**where, Prefix=prefix):
        if found := [{"Key": item["Key"]} for item in page.get("Contents", ())]:
            storage.client.delete_objects(**where, Delete={"Objects": found, "Quiet": True})
