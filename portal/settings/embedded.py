"""`make run`: everything in one folder on one machine, no service to install, no setting to give."""

import os

from django.core.management.utils import get_random_secret_key

from portal.settings.base import *  # noqa: F403
from portal.settings.base import DATA_DIR, SECRET_KEY


def _kept_secret() -> str:
    """A secret of this installation's own, made at the first start and kept beside its data."""
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(get_random_secret_key())
    return path.read_text()


SECRET_KEY = SECRET_KEY or _kept_secret()
EMBEDDED = True
