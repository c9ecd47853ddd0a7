"""The tests: fast passwords, folders of their own, engines as declared by PORTAL_TEST_*_URL (see tests/conftest.py)."""

import os
import tempfile
from pathlib import Path

# Before base is read: a folder of this test process's own, and the engines that `make test-services` names.
_folder = Path(tempfile.mkdtemp(prefix="micrographia-tests-"))
(_folder / "static").mkdir()  # WhiteNoise warns of a folder that is not there
os.environ["PORTAL_DATA_DIR"] = str(_folder)
os.environ.setdefault("PORTAL_SECRET_KEY", "only for tests")
os.environ.setdefault("PORTAL_BROKER_URL", "memory://")
for _name in ("DATABASE", "STORAGE", "BROKER", "SEARCH"):
    if f"PORTAL_TEST_{_name}_URL" in os.environ:
        os.environ[f"PORTAL_{_name}_URL"] = os.environ[f"PORTAL_TEST_{_name}_URL"]

from portal.settings.base import *  # noqa: E402, F403
from portal.settings.base import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PORTAL_IMAGING_SOCKET = str(_folder / "imaging.sock")
EMBEDDED = True
