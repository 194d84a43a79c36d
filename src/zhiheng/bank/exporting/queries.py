"""Which questions an export holds."""

from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import ItemStatus, ItemVersion
from zhiheng.bank.queries import question_of


def questions_to_take(*, pool: str, standard: str = "", level: str = "", status: str = "") -> list[Question]:
    """In the order of their names. status "" or approved: the latest approved version of what is not retired;
    any other: the newest version of the items in that state."""
    rows = ItemVersion.objects.filter(item__pool=pool)
    if standard:
        rows = rows.filter(item__standard=standard)
    if level:
        rows = rows.filter(item__level=level)
    if status in ("", ItemStatus.APPROVED):
        rows = rows.filter(approved_at__isnull=False).exclude(item__status=ItemStatus.RETIRED)
    else:
        rows = rows.filter(item__status=status)
    latest = {row.item_id: row for row in rows.order_by("item__name", "number").iterator()}
    return [question_of(row) for row in latest.values()]
