import archive.states
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("archive", "0011_dois"),
    ]

    operations = [
        migrations.CreateModel(
            name="NameScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("names_digest", models.CharField(max_length=64)),
                ("bytes_digest", models.CharField(blank=True, max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (archive.states.NameScanState["WANTED"], archive.states.NameScanState["WANTED"]),
                            (archive.states.NameScanState["CLEAR"], archive.states.NameScanState["CLEAR"]),
                            (archive.states.NameScanState["FOUND"], archive.states.NameScanState["FOUND"]),
                            (archive.states.NameScanState["UNKNOWN"], archive.states.NameScanState["UNKNOWN"]),
                        ],
                        default=archive.states.NameScanState["WANTED"],
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("moved_at", models.DateTimeField(auto_now_add=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="name_scans", to="archive.dataset"
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="name_scan", to="archive.file"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RefereeLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=200)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("is_anonymised", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("openings", models.PositiveIntegerField(default=0)),
                ("last_opened_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="referee_links", to="archive.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.AddIndex(
            model_name="namescan",
            index=models.Index(fields=["state", "moved_at"], name="name_scan_by_state_and_age"),
        ),
        migrations.AddConstraint(
            model_name="namescan",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["wanted", "clear", "found", "unknown"])),
                name="name_scan_state_known",
            ),
        ),
    ]
