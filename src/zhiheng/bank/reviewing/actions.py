"""Saying something of a version, and settling what was said."""

from django.db import IntegrityError, transaction

from zhiheng.bank.models import Item, ItemVersion, Remark, RemarkKind, RemarkSettled
from zhiheng.bank.reviewing.queries import open_count
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record

RULE = "命题规范：审题意见须逐条处理"


@transaction.atomic
def remark(*, by: Account, version: ItemVersion, words: str, kind: str = RemarkKind.COMMENT) -> Remark:
    """Put a remark beside a version. Raises: Refused without words."""
    said = words.strip()
    if not said:
        raise Refused(what="意见没有内容", remedy="请写明哪里要改、怎样改", code="remark-empty")
    row = Remark.objects.create(version=version, by=by, kind=kind, words=said[:600])
    record(
        by=str(by.id),
        act="item-remarked",
        subject=f"item:{version.item_id}",
        detail={"version": version.number, "kind": str(kind), "remark": str(row.id)},
    )
    return row


@transaction.atomic
def settle(*, by: Account, said: Remark, words: str = "") -> RemarkSettled:
    """Say that a remark was dealt with. Raises: Refused when it was settled already."""
    try:
        with transaction.atomic():
            row = RemarkSettled.objects.create(remark=said, by=by, words=words.strip()[:300])
    except IntegrityError:
        raise Refused(
            what="这条意见已有人处理", remedy="无需再次处理；还有问题请另写一条", code="remark-settled"
        ) from None
    record(
        by=str(by.id),
        act="remark-settled",
        subject=f"item:{said.version.item_id}",
        detail={"remark": str(said.id)},
    )
    return row


def require_settled(item: Item) -> None:
    """Raises: Refused while a remark on the question is open."""
    count = open_count(item)
    if count:
        raise Refused(
            what=f"题目 {item.name} 还有 {count} 条意见没有处理",
            rule=RULE,
            remedy="请在题目页逐条处理后再继续",
            code="remarks-open",
        )
