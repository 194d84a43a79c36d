"""Packs made in the background; every attempt knows its own deadline; its order comes from its id."""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill_deadlines(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now everybody ended with the offering."""
    attempts = apps.get_model("delivery", "Attempt").objects.select_related("ticket__offering")
    for attempt in attempts.iterator():
        offering = attempt.ticket.offering
        attempt.ends_at = offering.starts_at + timedelta(minutes=offering.minutes)
        attempt.save(update_fields=["ends_at"])


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial")]
    operations = [
        migrations.RemoveField("attempt", "order"),
        migrations.AddField("attempt", "ends_at", models.DateTimeField(null=True)),
        migrations.RunPython(fill_deadlines, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("attempt", "ends_at", models.DateTimeField()),
    ]
