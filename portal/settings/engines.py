"""From one URL to the settings of an engine. Pure functions, tested without Django."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class BadEngineURL(ValueError):
    """A PORTAL_*_URL that we cannot understand; the sentence says what is accepted."""


def database(url: str) -> dict[str, Any]:
    """`sqlite:///path` or `postgresql://user:password@host:port/name` as a Django DATABASES entry."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            # IMMEDIATE: a transaction that will write takes the lock first, so that it waits instead of failing.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parse_qs(parts.query).get("host", [parts.hostname or ""])[0]),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise BadEngineURL(f"PORTAL_DATABASE_URL starts with {parts.scheme!r}; use sqlite:/// or postgresql://.")


def storages(url: str) -> dict[str, Any]:
    """`file:///folder` or `s3://key:secret@host:port/bucket?scheme=http` as Django STORAGES: originals and derived.

    Originals are write-once: a storage that renames silently would break the link between row and bytes. With
    `prefix=name` several portals share a bucket.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        root = unquote(parts.path)
        places = {
            alias: {"BACKEND": "archive.storage.LocalStorage", "OPTIONS": {"location": f"{root}/{alias}"}}
            for alias in ("originals", "derived")
        }
    elif parts.scheme == "s3":
        prefix = parse_qs(parts.query).get("prefix", [""])[0]
        places = {
            alias: {
                "BACKEND": "archive.storage.S3Storage",
                "OPTIONS": {**_s3_options(parts), "location": f"{prefix}/{alias}".lstrip("/")},
            }
            for alias in ("originals", "derived")
        }
    else:
        raise BadEngineURL(f"PORTAL_STORAGE_URL starts with {parts.scheme!r}; use file:/// or s3://.")
    return {**places, "default": places["derived"]}


def import_roots(text: str) -> dict[str, dict[str, Any]]:
    """`name=file:///folder other=s3://key:secret@host/bucket?prefix=below`, with spaces between them, by name."""
    found = {}
    for word in text.split():
        name, is_named, url = word.partition("=")
        parts = urlsplit(url)
        if not is_named or not name or parts.scheme not in {"file", "s3"}:
            raise BadEngineURL(f"PORTAL_IMPORT_ROOTS has {word!r}; write name=file:///folder or name=s3://…/bucket.")
        if parts.scheme == "file":
            found[name] = {"BACKEND": "archive.folders.LocalRoot", "OPTIONS": {"location": unquote(parts.path)}}
        else:
            prefix = parse_qs(parts.query).get("prefix", [""])[0]
            options = {**_s3_options(parts), "location": prefix}
            found[name] = {"BACKEND": "archive.folders.BucketRoot", "OPTIONS": options}
    return found


def _s3_options(parts: Any) -> dict[str, Any]:
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    options: dict[str, Any] = {
        "bucket_name": parts.path.strip("/"),
        "signature_version": "s3v4",
        "region_name": query.get("region", "us-east-1"),
        "default_acl": None,
        "querystring_auth": True,
    }
    if parts.username:
        options |= {"access_key": unquote(parts.username), "secret_key": unquote(parts.password or "")}
    if parts.hostname:
        port = f":{parts.port}" if parts.port else ""
        options |= {
            "endpoint_url": f"{query.get('scheme', 'https')}://{parts.hostname}{port}",
            "addressing_style": "path",
        }
    return options


def broker(url: str) -> tuple[str, dict[str, Any]]:
    """Celery's broker URL and transport options: `filesystem:///folder`, `redis://…`, `amqp://…` or `memory://`."""
    parts = urlsplit(url)
    if parts.scheme == "filesystem":
        folder = unquote(parts.path)
        return "filesystem://", {
            "data_folder_in": f"{folder}/queue",
            "data_folder_out": f"{folder}/queue",
            "processed_folder": f"{folder}/processed",
            "control_folder": f"{folder}/control",
            "store_processed": False,
            "polling_interval": 0.05,
        }
    if parts.scheme in {"redis", "rediss", "amqp", "amqps", "memory"}:
        return url, {}
    raise BadEngineURL(f"PORTAL_BROKER_URL starts with {parts.scheme!r}; use filesystem://, redis:// or amqp://.")


def orcid_provider(client_id: str, secret: str, server: str) -> dict[str, Any]:
    """allauth's provider settings for ORCID as an OpenID provider; none without a client id."""
    if not client_id:
        return {}
    app = {
        "provider_id": "orcid",
        "name": "ORCID",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"APPS": [app]}}
