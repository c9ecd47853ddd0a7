"""The tests: fast passwords, folders of their own, engines as declared by PORTAL_TEST_*_URL (see tests/conftest.py).

Test processes that run side by side share the engines, each in a part of its own: a database (pytest-django names
it), a prefix in the bucket, a prefix of search indices, a number of Redis. Processes that a test starts join its part.
"""

import os
import secrets
import tempfile
from pathlib import Path

_RUN = os.environ.setdefault("PORTAL_TEST_RUN", secrets.token_hex(4))
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
TEST_PREFIX = f"test-{_RUN}-{_WORKER}"


def _own_part(name: str, url: str) -> str:
    """The URL of this process's part of an engine; what is embedded lies in a folder of its own anyway."""
    if url.startswith("redis:"):
        number = 2 + int(_WORKER.removeprefix("gw")) if _WORKER.startswith("gw") else 1
        return f"{url.rpartition('/')[0]}/{number}"
    if name in {"STORAGE", "SEARCH"} and not url.startswith(("file:", "tantivy:")):
        return f"{url}{'&' if '?' in url else '?'}prefix={TEST_PREFIX}"
    return url


# Before base is read: a folder of this test process's own, and the engines that `make test-services` names.
_folder = Path(tempfile.mkdtemp(prefix="micrographia-tests-"))
(_folder / "static").mkdir()  # WhiteNoise warns of a folder that is not there
os.environ["PORTAL_DATA_DIR"] = str(_folder)
os.environ.setdefault("PORTAL_SECRET_KEY", "only for tests")
os.environ.setdefault("PORTAL_BROKER_URL", "memory://")
for _name in ("DATABASE", "STORAGE", "BROKER", "SEARCH"):
    if f"PORTAL_TEST_{_name}_URL" in os.environ:
        os.environ[f"PORTAL_{_name}_URL"] = _own_part(_name, os.environ[f"PORTAL_TEST_{_name}_URL"])

(_folder / "facility").mkdir()
os.environ["PORTAL_IMPORT_ROOTS"] = f"facility=file://{_folder}/facility"

from portal.settings.base import *  # noqa: E402, F403
from portal.settings.base import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PORTAL_IMAGING_SOCKET = str(_folder / "imaging.sock")
EMBEDDED = True
# Nobody is asked, unless a test names a server of its own.
PORTAL_EUROPE_PMC_URL = PORTAL_CROSSREF_URL = PORTAL_DATACITE_URL = ""
