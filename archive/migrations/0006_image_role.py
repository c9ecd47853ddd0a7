"""Tells the scanner's own pictures (label, overview, thumbnail) from those of the specimen."""

from django.db import migrations, models

# As the reader of slides has named them so far.
ROLES = {"label": "label", "macro": "macro", "overview": "macro", "thumbnail": "thumbnail", "map": "map"}


def find_roles(apps, schema_editor):
    images = apps.get_model("archive", "Image").objects.filter(series__gt=0, metadata__reader="slides")
    for name, role in ROLES.items():
        images.filter(name=name).update(role=role)


class Migration(migrations.Migration):
    dependencies = [("archive", "0005_path_keys")]

    operations = [
        migrations.AddField(
            model_name="image",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[("", ""), ("label", "label"), ("macro", "macro"), ("thumbnail", "thumbnail"), ("map", "map")],
                default="",
                max_length=10,
            ),
        ),
        migrations.RunPython(find_roles, migrations.RunPython.noop),
    ]
