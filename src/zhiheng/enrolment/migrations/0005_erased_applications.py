from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0004_batches"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
    ]
