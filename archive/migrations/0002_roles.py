"""A Django group for each role of the portal, so that administrators find them to give."""

from django.db import migrations

# As they were when this was written: a migration does not change with the code.
ROLES = (
    "curator",
    "reviewer",
    "editor",
    "human-data-curator",
    "committee-member",
    "administrator",
    "broker",
)


def make_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for role in ROLES:
        group.objects.get_or_create(name=role)


def drop_empty_groups(apps, schema_editor):
    """A group with members is somebody's work and stays."""
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES, user__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make_groups, drop_empty_groups)]
