"""Every institution on file gets the line its authorisation stands on, and its first account becomes the head."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def write_down(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    institutions = apps.get_model("people", "Institution")
    authorisations = apps.get_model("people", "InstitutionAuthorisation")
    grants = apps.get_model("people", "RoleGrant")
    for institution in institutions.objects.all():
        authorisations.objects.create(
            institution=institution,
            begins=institution.authorised_from,
            until=max(institution.authorised_from, institution.authorised_until),
            granted_by="migration",
        )
        first = (
            grants.objects.filter(institution=institution, role="institution", revoked_at=None)
            .order_by("created_at")
            .first()
        )
        if first is not None:
            first.head = True
            first.save(update_fields=["head"])


class Migration(migrations.Migration):
    dependencies = [("people", "0003_institutions")]

    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
