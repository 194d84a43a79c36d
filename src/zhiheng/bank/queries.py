"""Items as they stand: what assembly may draw on, what candidates may practise, what writers look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.bank.core.files import Place, item_from
from zhiheng.bank.core.terms import CompetencyCode
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import ImportRun, Item, ItemStatus, ItemVersion, Pool
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.standards.core.loader import codes_for, list_rule_sets
from zhiheng.standards.core.terms import Blueprint, Code


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolEntry:
    """An item that may be used, in the version that may be used. version: id of the row; hash: of its body."""

    version: UUID
    number: int
    hash: str
    item: Question


@cache
def standards() -> dict[str, tuple[Code, ...]]:
    """Every standard or syllabus that items may be written for, with its codes."""
    found: dict[str, tuple[Code, ...]] = {}
    for rules in list_rule_sets():
        for programme in rules.programmes:
            codes = codes_for(rules.id, programme.id)
            found.setdefault(codes[0].standard, codes)
    return found


def codes_of(standard: str) -> tuple[Code, ...]:
    """The codes of a standard. Raises: Refused for a standard nobody publishes."""
    if standard not in standards():
        raise Refused(
            what=f"没有标准“{standard}”",
            remedy="可用的标准：" + "、".join(sorted(standards())),
            code="standard-unknown",
        )
    return standards()[standard]


def levels_of(standard: str) -> tuple[str, ...]:
    """The levels items of a standard are kept under: its own, or those of the rule sets where its points have none."""
    own = dict.fromkeys(code.level for code in codes_of(standard) if code.level)
    return tuple(own) or tuple(
        dict.fromkeys(level.id for rules in list_rule_sets() if not rules.standard for level in rules.levels)
    )


def area_of_codes(standard: str) -> dict[CompetencyCode, str]:
    """Every point of a standard as items carry it, and the area it belongs to."""
    return {
        CompetencyCode(standard=code.standard, level=code.level, kind=code.kind, code=code.code): code.area
        for code in codes_of(standard)
    }


def bank_level(plan: Blueprint) -> str:
    """The level under which the items for a blueprint are kept: that of its standard's points, if these have one."""
    levels = {code.level for area in plan.areas for code in area.codes} - {""}
    return min(levels, default=plan.level)


def question_of(version: ItemVersion) -> Question:
    """A version as the value the cores work on."""
    return item_from(version.body, place=Place())


def live_pool(standard: str, level: str = "", *, language: str = "zh") -> list[PoolEntry]:
    """The exam items of a standard (at one level, "" for all) in one language, in their latest approved version."""
    return _usable(Pool.LIVE, standard, level, language)


def practice_items(standard: str, level: str, area: str = "", *, language: str = "zh") -> list[PoolEntry]:
    """The practice items of a standard and level in one language, of one area if given, in their latest approved version."""
    entries = _usable(Pool.PRACTICE, standard, level, language)
    return [entry for entry in entries if area in ("", entry.item.area)]


def _usable(pool: Pool, standard: str, level: str, language: str) -> list[PoolEntry]:
    rows = ItemVersion.objects.filter(
        item__pool=pool, item__standard=standard, approved_at__isnull=False
    ).exclude(item__status=ItemStatus.RETIRED)
    if level:
        rows = rows.filter(item__level=level)
    latest = {row.item_id: row for row in rows.order_by("item__name", "number")}
    entries = [
        PoolEntry(version=row.id, number=row.number, hash=row.content_hash, item=question_of(row))
        for row in latest.values()
    ]
    return [entry for entry in entries if entry.item.language == language]


def versions_by_id(ids: Iterable[UUID | str]) -> dict[str, ItemVersion]:
    return {str(row.id): row for row in ItemVersion.objects.filter(id__in=list(ids)).select_related("item")}


def newest_version(item: Item) -> ItemVersion:
    return ItemVersion.objects.filter(item=item).select_related("written_by").order_by("-number")[0]


def versions_of(item: Item) -> list[ItemVersion]:
    """All versions, the newest first."""
    return list(
        ItemVersion.objects.filter(item=item).select_related("written_by", "approved_by").order_by("-number")
    )


def item_named(name: str) -> Item | None:
    return Item.objects.filter(name=name).first()


def newest_bodies(items: Iterable[Item]) -> dict[UUID, dict[str, Any]]:
    """The newest wording of several items, in one query."""
    rows = ItemVersion.objects.filter(item__in=[item.id for item in items]).order_by("number")
    return {row.item_id: row.body for row in rows}


def twins(question: Question) -> list[Item]:
    """Items of the other pool that ask with the same words."""
    rows = ItemVersion.objects.filter(body__stem=question.stem).select_related("item")
    return [row.item for row in rows if row.item.pool != question.pool and row.item.name != question.id]


def levels_in_bank() -> list[str]:
    return list(Item.objects.order_by("level").values_list("level", flat=True).distinct())


def import_runs(account: Account) -> list[ImportRun]:
    return list(ImportRun.objects.filter(by=account).order_by("-created_at")[:20])


def import_run(account: Account, run_id: UUID) -> ImportRun | None:
    return ImportRun.objects.filter(by=account, pk=run_id).first()


def written_since_approval(account: Account) -> QuerySet[ItemVersion]:
    """What this account wrote of each question after its last approved version."""
    later = ItemVersion.objects.filter(
        item=OuterRef("item"), number__gt=OuterRef("number"), approved_at__isnull=False
    )
    return ItemVersion.objects.filter(written_by=account, approved_at=None).exclude(Exists(later))


def awaiting_review(account: Account) -> QuerySet[Item]:
    """Items this account may approve: they wait, and it wrote nothing of them since they were last approved."""
    own = written_since_approval(account).values("item_id")
    return Item.objects.filter(status=ItemStatus.REVIEW).exclude(id__in=own)


def own_drafts(account: Account) -> QuerySet[Item]:
    own = ItemVersion.objects.filter(written_by=account, approved_at=None).values("item_id")
    return Item.objects.filter(status=ItemStatus.DRAFT, id__in=own)
