from django.db import migrations

# What each group may do is decided in accounts/models.py; a group is only a name.
GROUPS = ["Cán bộ", "Quản trị"]


def create_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in GROUPS:
        group.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
