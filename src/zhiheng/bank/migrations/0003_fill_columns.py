"""In a step of its own: PostgreSQL alters no table whose rows were changed in the same transaction."""

import unicodedata
from decimal import Decimal

from django.db import migrations


def fill_columns(apps, schema_editor):
    """What the newest version of each question says, as lists are searched by it."""
    Item = apps.get_model("bank", "Item")
    ItemVersion = apps.get_model("bank", "ItemVersion")
    rows = list(Item.objects.all())
    newest = {row.item_id: row for row in ItemVersion.objects.order_by("number").iterator()}
    rows = [row for row in rows if row.id in newest]
    for row in rows:
        version = newest[row.id]
        body = version.body
        parts = [
            row.name,
            body["stem"],
            *body.get("options", {}).values(),
            body.get("answer", ""),
            *(point["text"] for point in body.get("points", [])),
            body.get("explanation", ""),
            *body.get("law", []),
        ]
        row.text = " ".join(filter(None, map(plain, parts)))
        row.codes = " " + " ".join(body["codes"]) + " "
        row.trades = "".join(sorted(body.get("trades", [])))
        row.difficulty = round(Decimal(body["difficulty"]), 3)
        row.writer_id = version.written_by_id
    Item.objects.bulk_update(rows, ["text", "codes", "trades", "difficulty", "writer"], batch_size=200)


def plain(text):
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class Migration(migrations.Migration):
    dependencies = [("bank", "0002_review_search_media")]

    operations = [migrations.RunPython(fill_columns, migrations.RunPython.noop)]
