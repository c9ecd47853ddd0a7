"""The Celery application: settings from Django, tasks from the apps, the schedule of what runs by itself."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init
from django.conf import settings

from archive.imaging.pool import sandbox
from portal import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.embedded")
# How often the safety net looks for rows that should have moved and did not.
SWEEP_SECONDS = float(os.environ.get("PORTAL_SWEEP_SECONDS", 20))
broker.register()
app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# One queue for each kind of work, so that a flood of one never starves another; `index` has one writer.
app.conf.task_default_queue = "ingest"
app.conf.task_routes = {
    "archive.tasks.draw_image_task": {"queue": "thumbnails"},
    "archive.tasks.make_rendition_task": {"queue": "audit"},
    "archive.tasks.import_folder_task": {"queue": "audit"},
    "archive.tasks.call_back_task": {"queue": "mail"},
    "archive.tasks.mail_*": {"queue": "mail"},
    "archive.tasks.audit_*": {"queue": "audit"},
    "search.tasks.*": {"queue": "index"},
    "curation.tasks.*": {"queue": "mail"},
}
# What runs by itself. The sweeps are the safety net: a lost message costs a minute, not an image.
app.conf.beat_schedule = {
    "send on what should have moved": {"task": "archive.tasks.sweep_task", "schedule": SWEEP_SECONDS},
    "drop expired uploads": {"task": "archive.tasks.expire_uploads_task", "schedule": 3600},
    "release what is due": {"task": "archive.tasks.release_due_task", "schedule": 600},
    "release what waits for its publication": {
        "task": "archive.tasks.release_appeared_task",
        "schedule": crontab(hour=4, minute=20),
    },
    "remind of drafts": {"task": "archive.tasks.mail_reminders_task", "schedule": crontab(hour=5, minute=40)},
    "catch up with the index": {"task": "search.tasks.drain_outbox_task", "schedule": 15},
    "compress originals": {"task": "archive.tasks.audit_compress_task", "schedule": 600},
    "seal the audit trail": {"task": "archive.tasks.audit_seal_task", "schedule": crontab(hour=3, minute=10)},
}

if settings.CURATION:
    app.conf.beat_schedule["look at new versions of what carries a label"] = {
        "task": "curation.tasks.catch_up_task",
        "schedule": 600,
    }
    app.conf.beat_schedule["send mails that were not sent"] = {
        "task": "curation.tasks.sweep_notices_task",
        "schedule": 60,
    }


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A worker that is killed takes its processes with it: nobody works on without being watched."""
    sandbox.die_with(os.getppid())
