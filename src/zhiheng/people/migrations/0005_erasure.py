from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_authorisations_in_force"),
    ]

    operations = [
        migrations.AddField(
            model_name="erasurerequest",
            name="close_account",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
    ]
