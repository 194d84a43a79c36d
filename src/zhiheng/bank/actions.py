"""Writing, checking and retiring items; loading the bank that ships."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.bank.core.checks import check_item
from zhiheng.bank.core.files import Place, file_form, item_from, load_shipped
from zhiheng.bank.core.listing import columns_of
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.media.actions import keep_shipped, require_kept
from zhiheng.bank.models import Item, ItemStatus, ItemVersion, RemarkKind
from zhiheng.bank.queries import (
    area_of_codes,
    item_named,
    newest_version,
    question_of,
    twins,
    written_since_approval,
)
from zhiheng.bank.reviewing.actions import remark, require_settled
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number

RULE = "命题规范"
DESCRIBED = ("level", "area", "type", "text", "codes", "trades", "difficulty", "language", "media", "writer")


@transaction.atomic
def load_shipped_bank(*, by: str) -> int:
    """Bring the shipped items into the bank, approved. Returns how many versions were new.

    A shipped text that was ever a version of its item is left alone, so that loading again changes nothing
    and a text edited here stands.
    """
    lock_named("shipped-bank")
    shipped = load_shipped()
    keep_shipped(shipped, by=by)
    known = {item.name: item for item in Item.objects.filter(name__in=[entry.id for entry in shipped])}
    hashes: dict[Any, set[str]] = {}
    for item_id, content_hash in ItemVersion.objects.filter(item__in=known.values()).values_list(
        "item_id", "content_hash"
    ):
        hashes.setdefault(item_id, set()).add(content_hash)
    fresh, changed, versions, now = [], [], [], clock.now()
    for entry in shipped:
        body = file_form(entry)
        item = known.get(entry.id)
        if item is None:
            item = _new_row(entry, ItemStatus.APPROVED)
            known[entry.id] = item
            fresh.append(item)
        seen = hashes.setdefault(item.id, set())
        if digest(body) not in seen:
            number = len(seen) + 1
            seen.add(digest(body))
            versions.append(_version(item, number=number, body=body, approved_at=now))
            if number > 1:
                _describe(item, entry, None)
                changed.append(item)
    Item.objects.bulk_create(fresh)
    Item.objects.bulk_update(changed, DESCRIBED, batch_size=200)
    ItemVersion.objects.bulk_create(versions)
    if versions:
        detail = {"items": len(fresh), "versions": len(versions)}
        record(by=by, act="shipped-bank-loaded", subject="bank:shipped", detail=detail)
    return len(versions)


def _new_row(entry: Question, status: ItemStatus) -> Item:
    row = Item(name=entry.id, pool=entry.pool, standard=entry.standard, status=status)
    _describe(row, entry, None)
    return row


def _describe(item: Item, question: Question, writer: Account | None) -> None:
    """Keep the item's columns in step with what its newest version says."""
    item.level, item.area, item.type = question.level, question.area, question.type
    for name, value in columns_of(question).items():
        setattr(item, name, value)
    item.writer = writer


def _version(item: Item, *, number: int, body: dict[str, Any], **more: Any) -> ItemVersion:
    return ItemVersion(item=item, number=number, body=body, content_hash=digest(body), **more)


@transaction.atomic
def write_item(*, by: Account, body: Mapping[str, Any], item: Item | None = None) -> ItemVersion:
    """Keep a question as a draft: a new item, or the next version of one. The approved version stays in use meanwhile.

    body: the file form; a new item without an id is given one.
    Raises: Refused for anything the writing rules forbid, among them a code the standard does not have.
    """
    if item is not None:
        item = Item.objects.select_for_update().get(pk=item.pk)
        _require_open(item)
    name = item.name if item else str(body.get("id") or "") or _next_name(body)
    question = item_from({**body, "id": name}, place=Place())
    require_sound(question)
    if item is None:
        item = _new_item(question)
    elif (question.pool, question.standard) != (item.pool, item.standard):
        raise Refused(
            what=f"题目 {item.name} 不能换到另一个题库或标准",
            rule=RULE,
            remedy="请停用这道题，另写一道",
            code="item-moved",
        )
    version = _append(item, question, by)
    _record_written(by, version)
    return version


def new_draft(question: Question, *, by: Account) -> ItemVersion:
    """The first version of a new item, unsaved with its item: for writing many at once. It need not be complete."""
    row = _new_row(question, ItemStatus.DRAFT)
    row.writer = by
    return _version(row, number=1, body=file_form(question), written_by=by)


@transaction.atomic
def revise_item(*, by: Account, item: Item, question: Question) -> ItemVersion:
    """The next version of a question whose wording stays: other trades, difficulty, points or enemies.

    Raises: Refused while it is under review or retired, or for anything the writing rules forbid.
    """
    current = Item.objects.select_for_update().get(pk=item.pk)
    _require_open(current)
    check_item(question, area_of=area_of_codes(question.standard)).require()
    version = _append(current, question, by)
    _record_written(by, version)
    return version


def _record_written(by: Account, version: ItemVersion) -> None:
    record(
        by=str(by.id),
        act="item-written",
        subject=f"item:{version.item_id}",
        detail={"name": version.item.name, "version": version.number, "hash": version.content_hash},
    )


def _require_open(item: Item) -> None:
    if item.status in (ItemStatus.REVIEW, ItemStatus.RETIRED):
        raise Refused(
            what=f"题目 {item.name} 现在是“{item.get_status_display()}”，不能修改",
            rule=RULE,
            remedy="待审的题请先退回；停用的题请另写一道",
            code="item-closed",
        )


def _next_name(body: Mapping[str, Any]) -> str:
    head = f"W{body.get('level', '')}-{str(body.get('area', ''))[:3]}".upper()
    return f"{head}-{next_number(f'item-name:{head}'):04d}"


def require_sound(question: Question) -> None:
    """Whether a question may enter the bank at all.

    Raises: Refused with the first rule it breaks.
    """
    check_item(question, area_of=area_of_codes(question.standard)).require()
    require_kept(question.media)
    for enemy in question.enemies:
        if item_named(enemy) is None:
            raise Refused(
                what=f"互斥题 {enemy} 不在题库中", rule=RULE, remedy="请改正互斥题号", code="enemy-unknown"
            )
    for twin in twins(question):
        raise Refused(
            what=f"这道题与{twin.get_pool_display()} {twin.name} 的题干相同",
            rule=f"{RULE}：练习题不进考卷",
            remedy="请改写题干，或从其中一个题库删去",
            code="pools-shared",
        )


def _new_item(question: Question) -> Item:
    row = _new_row(question, ItemStatus.DRAFT)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(
            what=f"题号 {question.id} 已在题库中",
            rule=RULE,
            remedy="请换一个题号，或修改原题",
            code="item-taken",
        ) from None
    return row


def _append(item: Item, question: Question, by: Account) -> ItemVersion:
    body = file_form(question)
    last = ItemVersion.objects.filter(item=item).order_by("-number").first()
    if last is not None and last.content_hash == digest(body):
        raise Refused(
            what=f"题目 {item.name} 没有改动", remedy="请改动后再保存，或直接返回", code="item-unchanged"
        )
    version = _version(item, number=last.number + 1 if last else 1, body=body, written_by=by)
    version.save(force_insert=True)
    item.status = ItemStatus.DRAFT
    _describe(item, question, by)
    item.save(update_fields=["status", *DESCRIBED])
    return version


@transaction.atomic
def submit_item(*, by: Account, item: Item) -> Item:
    """Hand a draft to a second person.

    Raises: Refused when it is not a draft, lacks something (one that came from a file may), or a remark is open.
    """
    current = _in_state(item, ItemStatus.DRAFT, "只有草稿可以送审")
    require_sound(question_of(newest_version(current)))
    require_settled(current)
    return _moved(current, ItemStatus.REVIEW, by=by, act="item-submitted")


@transaction.atomic
def approve_item(*, by: Account, item: Item) -> Item:
    """Put the newest version into use.

    Raises: Refused unless it waits, no remark is open, and this person wrote nothing of it since it was last approved.
    """
    current = _in_state(item, ItemStatus.REVIEW, "只有待审的题可以通过")
    version = newest_version(current)
    if written_since_approval(by).filter(item=current).exists():
        raise Refused(
            what=f"题目 {current.name} 是您自己写的，或您改写过",
            rule=f"{RULE}：命题与审题不得为同一人",
            remedy="请由另一位命题员审定",
            code="own-item",
        )
    require_settled(current)
    version.approved_by, version.approved_at = by, clock.now()
    version.save(update_fields=["approved_by", "approved_at"])
    return _moved(
        current,
        ItemStatus.APPROVED,
        by=by,
        act="item-approved",
        version=version.number,
        hash=version.content_hash,
    )


@transaction.atomic
def return_item(*, by: Account, item: Item, reason: str) -> Item:
    """Send a waiting item back to its writer. Raises: Refused without a reason."""
    current = _in_state(item, ItemStatus.REVIEW, "只有待审的题可以退回")
    if not reason.strip():
        raise Refused(what="退回时没有写明原因", remedy="请写明要改什么", code="reason-missing")
    remark(by=by, version=newest_version(current), words=reason, kind=RemarkKind.RETURN)
    return _moved(current, ItemStatus.DRAFT, by=by, act="item-returned", reason=reason.strip())


@transaction.atomic
def retire_item(*, by: Account, item: Item, reason: str = "") -> Item:
    """Take an item out of use for good; papers that hold it keep it. Raises: Refused when it is retired already."""
    current = Item.objects.select_for_update().get(pk=item.pk)
    if current.status == ItemStatus.RETIRED:
        raise Refused(what=f"题目 {current.name} 已停用", remedy="无需再次停用", code="item-state")
    return _moved(current, ItemStatus.RETIRED, by=by, act="item-retired", reason=reason.strip())


def _in_state(item: Item, status: ItemStatus, told: str) -> Item:
    current = Item.objects.select_for_update().get(pk=item.pk)
    if current.status != status:
        raise Refused(
            what=f"题目 {current.name} 现在是“{current.get_status_display()}”，{told}",
            rule=RULE,
            remedy="可能已有同事处理，请刷新后再看",
            code="item-state",
        )
    return current


def _moved(item: Item, status: ItemStatus, *, by: Account, act: str, **detail: Any) -> Item:
    item.status = status
    item.save(update_fields=["status"])
    record(by=str(by.id), act=act, subject=f"item:{item.id}", detail={"name": item.name, **detail})
    return item
