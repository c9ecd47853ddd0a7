"""Paths get a key by which names are compared as systems do that do not tell capital letters from small ones."""

from django.db import migrations, models

import archive.models.file
from archive.uploads.paths import key

_BATCH = 2000


def fill(apps, schema_editor):
    for name in ("File", "Upload"):
        model = apps.get_model("archive", name)
        rows = []
        for row in model.objects.only("pk", "path").iterator(_BATCH):
            row.path_key = key(row.path)
            rows.append(row)
            if len(rows) == _BATCH:
                model.objects.bulk_update(rows, ["path_key"])
                rows.clear()
        model.objects.bulk_update(rows, ["path_key"])


class Migration(migrations.Migration):
    dependencies = [("archive", "0004_renditions")]

    operations = [
        migrations.AddField("file", "path_key", archive.models.file.PathKeyField()),
        migrations.AddField("upload", "path_key", archive.models.file.PathKeyField()),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex("file", models.Index(fields=["dataset", "path_key"], name="file_by_path_key")),
        migrations.AddIndex("upload", models.Index(fields=["dataset", "path_key"], name="upload_by_path_key")),
    ]
