"""gunicorn in production: threads, since a request mostly waits for the database, the index or the storage.

Web processes keep no state, so their number is a matter of cores alone. Behind nginx; see deploy/nginx.conf.
"""

import multiprocessing
import os
import re

from gunicorn.glogging import Logger

bind = os.environ.get("GUNICORN_BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", multiprocessing.cpu_count() + 1))
# Not gunicorn's own: it would wait for slow senders without end.
worker_class = "portal.web.PatientWorker"
threads = 16
# The address of a search with many chosen values is long; a browser repeats it as the referrer.
limit_request_line = 8190
limit_request_field_size = 16_380
# A thread may stream an upload for hours; this is about a worker whose main loop no longer answers.
timeout = 60
graceful_timeout = 60
keepalive = 5
# Slow leaks of native libraries end here, and not all workers at once.
max_requests = 5_000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"
# Only the proxy reaches this port, and it overwrites the headers.
forwarded_allow_ips = "*"
accesslog = "-"
# Paths that open something to whoever knows them.
_SECRET = re.compile(r"/(reset/key|confirm-email|invitations|referee|messages/answer)/[^/]+")


class DiscreetLogger(Logger):
    """Keeps keys of mailed links out of the access log."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        return atoms | {"U": _SECRET.sub(r"/\1/…", atoms["U"] or "")}


logger_class = DiscreetLogger
# The path without the query: referees' links and search words stay out of the log.
access_log_format = '%({x-forwarded-for}i)s %(t)s "%(m)s %(U)s" %(s)s %(b)s %(M)sms'
