"""What gunicorn serves."""

import codecs
import gc
import os
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")
# In which a form may come. Python knows more, and some of them are no texts at all (hex, zlib).
_CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252"})


class Request(WSGIRequest):
    """Django fails on a charset that is none before any middleware is asked; here such a one is ignored."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        charset = self.content_params.get("charset", "")
        if charset and _is_known(charset):
            self.encoding = charset


def _is_known(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in _CHARSETS
    except (LookupError, ValueError):
        return False


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
# Now, not at the first request.
import_module(settings.ROOT_URLCONF)
# What is loaded stays. Looking through it again and again would hold requests for a tenth of a second each time.
gc.collect()
gc.freeze()
