"""What was said of a question's versions, and what of it is still open."""

from dataclasses import dataclass

from zhiheng.bank.models import Item, ItemVersion, Remark, RemarkSettled


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A remark and how it was settled, None while it is open."""

    remark: Remark
    settled: RemarkSettled | None


def remarks_of(item: Item) -> list[Said]:
    """Everything said of any version, the newest first; two queries."""
    remarks = list(
        Remark.objects.filter(version__item=item).select_related("by", "version").order_by("-created_at")
    )
    settled = {
        row.remark_id: row
        for row in RemarkSettled.objects.filter(remark__version__item=item).select_related("by")
    }
    return [Said(remark=remark, settled=settled.get(remark.id)) for remark in remarks]


def open_count(item: Item) -> int:
    settled = RemarkSettled.objects.values("remark_id")
    return Remark.objects.filter(version__item=item).exclude(id__in=settled).count()


def version_numbered(item: Item, number: int) -> ItemVersion | None:
    return ItemVersion.objects.filter(item=item, number=number).first()
