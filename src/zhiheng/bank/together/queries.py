"""What one change would do to each of many questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhiheng.bank.core.differing import Compared, compare_items
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.core.together import CONTENT, Change, changed, same_wording
from zhiheng.bank.importing.queries import lacks
from zhiheng.bank.models import Item, ItemStatus, ItemVersion
from zhiheng.bank.queries import question_of, written_since_approval
from zhiheng.bank.reviewing.queries import open_count
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account

LACKING = "从文件导入的题还缺内容，请先补齐"
MOST = 500
MOST_APART = 40  # two of forty never stand together: more would empty the papers


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What would become of one question. after: None where its content stays. why: why it is left out, "" = it is not."""

    item: Item
    version: ItemVersion
    lines: tuple[Compared, ...] = ()
    after: Question | None = None
    why: str = ""


def prospects(items: Sequence[Item], change: Change, *, account: Account) -> list[Prospect]:
    """Each question in turn. Raises: Refused for too many at once."""
    most = MOST_APART if change.kind == "apart" else MOST
    if len(items) > most:
        raise Refused(
            what=f"选了 {len(items)} 道题，一次至多 {most} 道",
            remedy="请用筛选缩小范围，分几次修改",
            code="too-many-items",
        )
    versions: dict[object, list[ItemVersion]] = {}
    for row in ItemVersion.objects.filter(item__in=[item.id for item in items]).order_by("number"):
        versions.setdefault(row.item_id, []).append(row)
    own = set(written_since_approval(account).values_list("item_id", flat=True))
    names = [item.name for item in items]
    return [_prospect(item, versions[item.id], change, names, own=item.id in own) for item in items]


def _prospect(
    item: Item, versions: list[ItemVersion], change: Change, names: Sequence[str], *, own: bool
) -> Prospect:
    newest = versions[-1]
    if change.kind in CONTENT:
        if item.status in (ItemStatus.REVIEW, ItemStatus.RETIRED):
            return Prospect(item=item, version=newest, why=f"{item.get_status_display()}的题不能修改")
        before = question_of(newest)
        if lacks(before):
            return Prospect(item=item, version=newest, why=LACKING)
        after = changed(before, change, names=names)
        if after == before:
            return Prospect(item=item, version=newest, why="没有变化")
        lines = tuple(line for line in compare_items(before, after) if line.changed)
        return Prospect(item=item, version=newest, after=after, lines=lines)
    if change.kind == "approve":
        return _approval(item, versions, own=own)
    return Prospect(item=item, version=newest, why=_why_not_moved(item, newest, change))


def _why_not_moved(item: Item, newest: ItemVersion, change: Change) -> str:
    if change.kind == "retire":
        return "已经停用" if item.status == ItemStatus.RETIRED else ""
    if item.status != ItemStatus.DRAFT:
        return "只有草稿可以送审"
    if lacks(question_of(newest)):
        return LACKING
    return "还有意见没有处理" if open_count(item) else ""


def _approval(item: Item, versions: list[ItemVersion], *, own: bool) -> Prospect:
    newest = versions[-1]
    used = [version for version in versions if version.approved_at]
    if item.status != ItemStatus.REVIEW:
        return Prospect(item=item, version=newest, why="只有待审的题可以通过")
    if own:
        return Prospect(item=item, version=newest, why="您自己写的，须由另一位命题员审定")
    if not used or not same_wording(question_of(used[-1]), question_of(newest)):
        return Prospect(item=item, version=newest, why="题面有改动，请逐题审定")
    if open_count(item):
        return Prospect(item=item, version=newest, why="还有意见没有处理")
    lines = compare_items(question_of(used[-1]), question_of(newest))
    return Prospect(item=item, version=newest, lines=tuple(line for line in lines if line.changed))


def stamp_of(found: Sequence[Prospect]) -> str:
    """What a confirmation holds for: these versions in these states."""
    return digest([[p.item.name, p.item.status, p.version.content_hash] for p in found])
