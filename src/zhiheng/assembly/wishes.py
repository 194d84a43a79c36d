"""What a request may ask beside its blueprint, and whether an offering's bank can give it."""

from dataclasses import dataclass
from decimal import Decimal

from zhiheng.assembly.models import RunKind
from zhiheng.assembly.supplies import stock_of, used_in
from zhiheng.foundation.errors import Refused
from zhiheng.sittings.models import Offering

MOST_AVOIDED_SITTINGS = 24
MOST_SHARED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a request may ask beside its blueprint.

    required, forbidden: item names. shared: items any two papers may have in common.
    avoid_sittings: items of the papers of so many sittings before are avoided where possible.
    lower_share: the most of the marks, 0 to 1, that lower levels' points may carry.
    """

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    shared: int = 0
    avoid_sittings: int = 0
    lower_share: Decimal = Decimal(0)


def require_range(name: str, value: int | Decimal, least: int, most: int, code: str) -> None:
    if not least <= value <= most:
        raise Refused(what=f"{name} {value} 不在 {least} 至 {most} 之间", remedy=f"请改正{name}", code=code)


def require_wishes(offering: Offering, forms: int, kind: RunKind, wishes: Wishes) -> None:
    """Raises: Refused for numbers out of range, and for items that cannot be as wished."""
    require_range("低级别内容占比", wishes.lower_share, 0, 1, "lower-share")
    require_range("各卷之间允许重复的题数", wishes.shared, 0, MOST_SHARED, "shared-range")
    require_range("避开的考期数", wishes.avoid_sittings, 0, MOST_AVOIDED_SITTINGS, "avoid-range")
    required, forbidden = frozenset(wishes.required), frozenset(wishes.forbidden)
    both = sorted(required & forbidden)
    if both:
        raise Refused(
            what=f"试题 {both[0]} 既是必选题又是禁用题", remedy="请只填在一处", code="required-forbidden"
        )
    if kind == RunKind.PARALLEL and forms > 1 and len(required) > wishes.shared:
        raise Refused(
            what=f"{len(required)} 道必选题要进入每一份试卷，而各卷之间只允许重复 {wishes.shared} 道",
            remedy=f"请把允许重复的题数改为不少于 {len(required)}，或只组一份试卷",
            code="required-shared",
        )
    if not (required or forbidden):
        return
    stock = stock_of(offering, lower=wishes.lower_share > 0)
    strange = sorted((required | forbidden) - set(stock.entries))
    if strange:
        raise Refused(
            what=f"题库里没有可用的考试题 {strange[0]}",
            rule="只有审定通过、未停用的考试题可以进入试卷",
            remedy="请核对题号",
            code="item-unknown",
        )
    unfit = sorted(required - {item.id for item in stock.pool})
    if unfit:
        raise Refused(
            what=f"必选题 {unfit[0]} 的考点或工种不属于{offering.title}",
            rule="试卷只考本科目蓝图内的考点",
            remedy="请取消这道必选题",
            code="required-outside",
        )
    used = sorted(required & used_in(offering))
    if used:
        raise Refused(
            what=f"必选题 {used[0]} 已用在{offering.title}的其他试卷里",
            rule="同一科目的试卷互不重题",
            remedy="请取消这道必选题，或先弃用那份试卷",
            code="required-used",
        )
