"""Terms are found by name in the database, in all vocabularies; free text in term fields is listed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import archive.terms.model
from archive.metadata import UnknownTemplate, free_terms, load_templates

_BATCH = 200


def list_free_terms(apps, schema_editor):
    """Of the versions that were released before; a version of a template that is gone is left out."""
    versions, rows = (apps.get_model("archive", name).objects for name in ("Version", "FreeTerm"))
    templates = load_templates(settings.PORTAL_TEMPLATE_DIRS)
    for version in versions.order_by("pk").iterator(chunk_size=_BATCH):
        try:
            template = templates.get(version.template, version.template_version)
        except UnknownTemplate:
            continue
        found = free_terms(template, version.metadata)
        rows.bulk_create(rows.model(version=version, field=each.field, text=each.text, key=each.key) for each in found)


class Migration(migrations.Migration):
    dependencies = [("archive", "0013_file_tables")]

    operations = [
        migrations.CreateModel(
            name="Vocabulary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("version", models.CharField(max_length=60)),
                ("licence", models.CharField(max_length=60)),
                ("homepage", models.URLField(max_length=500)),
                ("is_complete", models.BooleanField()),
                ("term_count", models.PositiveIntegerField()),
                ("loaded_at", models.DateTimeField(auto_now=True)),
            ],
            options={"verbose_name_plural": "vocabularies"},
        ),
        migrations.AddField("term", "parents", models.JSONField(default=list)),
        migrations.AlterField("term", "replaced_by", models.CharField(blank=True, max_length=200)),
        migrations.CreateModel(
            name="TermName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ontology", models.CharField(max_length=30)),
                ("text", models.CharField(max_length=500)),
                (
                    "scope",
                    models.CharField(
                        choices=[(scope, scope) for scope in archive.terms.model.Scope],
                        max_length=12,
                    ),
                ),
                ("key", models.BinaryField()),
                ("standing", models.PositiveIntegerField()),
                ("number", models.PositiveIntegerField()),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="archive.term"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["ontology", "number"], name="term_name_number_once"),
                ],
                "indexes": [
                    models.Index(fields=["ontology", "key", "standing"], name="term_name_by_beginning"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ontology", models.CharField(max_length=30)),
                ("word", models.BinaryField()),
                ("names", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["ontology", "word"], name="term_word_once")],
            },
        ),
        migrations.CreateModel(
            name="FreeTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=130)),
                ("text", models.CharField(max_length=500)),
                ("key", models.CharField(max_length=500)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="free_terms",
                        to="archive.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["version", "field", "key"], name="free_term_once_a_version"),
                ],
                "indexes": [models.Index(fields=["field", "key"], name="free_term_by_words")],
            },
        ),
        migrations.RunPython(list_free_terms, migrations.RunPython.noop, elidable=True),
    ]
