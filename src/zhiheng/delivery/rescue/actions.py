"""Bringing a rescue file in, and the two words on it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from zhiheng.delivery.actions import collect_anew
from zhiheng.delivery.core.rescue import Fate, RescueFile, Weighed
from zhiheng.delivery.models import Attempt, RescueDecision, RescueImport
from zhiheng.delivery.queries import latest_collection, log_of
from zhiheng.delivery.relying import hold_answers, may_change
from zhiheng.delivery.rescue.line import RescueLine, Taken
from zhiheng.delivery.rescue.queries import (
    Rescue,
    Stage,
    attempt_in,
    counted,
    opened,
    proven,
    rescue_by_id,
    weighed,
)
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.seating.models import Incident, Placement
from zhiheng.sittings.models import Offering

MEDIA_TYPE = "application/octet-stream"


@transaction.atomic
def bring_in(*, by: Account, offering: Offering, content: bytes, name: str) -> RescueImport:
    """Keep a file that this hall can open and that speaks of an attempt of this offering.

    Raises: Refused for a file that is none, is damaged, was sealed to another hall, is of another sitting or ticket,
    of somebody who never signed in, or was brought before.
    """
    file = opened(content)
    attempt = _attempt_of(offering, file)
    seal = hashlib.sha256(content).hexdigest()
    lock_named(f"rescue:{seal}")
    if RescueImport.objects.filter(sha256=seal).exists():
        raise Refused(
            what="这个救援文件已经导入过一次", remedy="请在救援文件列表里打开它", code="rescue-repeated"
        )
    fates = counted(weighed(attempt, file.contents))
    sure = proven(file)
    rescue = RescueImport.objects.create(
        attempt=attempt,
        file=vault.keep(content, kind="rescue-file", name=name, by=str(by.id), media_type=MEDIA_TYPE),
        sha256=seal,
        facts={
            "created_at": _moment(file.header.created_at),
            "rows": file.header.rows,
            "epoch": file.contents.epoch,
            "offset": file.contents.offset // 1000,
            "proven": sure,
            "fates": fates,
        },
        brought_by=by,
    )
    record(
        by=str(by.id),
        act="rescue-brought",
        subject=f"attempt:{attempt.id}",
        detail={"rescue": str(rescue.id), "sha256": seal, "rows": file.header.rows, "fates": fates},
    )
    _note_incident(by, attempt, f"收到救援文件：{file.header.rows} 条没有送达的答案，待两人批准")
    return rescue


@transaction.atomic
def approve(*, by: Account, rescue: Rescue, reason: str, line: RescueLine) -> RescueDecision:
    """The first or the second yes. With the second the rows are handed to the hall, the answers folded anew and
    what was marked already is marked again.

    Raises: Refused without a reason, when it was decided already, when nothing in it is new, when the second word is
    of somebody who had a part in it, when results were made of the answers, and, changing nothing, when the hall
    does not answer.
    """
    attempt = rescue.row.attempt
    hold_answers(attempt.ticket.offering)
    rescue = _undecided(by, rescue, reason)
    may_change(attempt.ticket.offering).require()
    rows = weighed(attempt, opened(vault.read(rescue.row.file)).contents)
    taken = None
    if rescue.stage == Stage.SECOND:
        # What the hall has already goes with the rest: a line that broke half way is made good by asking again.
        _require_some(rows, Fate.NEW, Fate.KNOWN)
        taken = line.rescue(str(attempt.id), _handed(rows))
    else:
        _require_some(rows, Fate.NEW)
    decision = _decide(by, rescue, agreed=True, reason=reason, taken=taken)
    if taken is not None:
        _note_incident(by, attempt, f"救援文件经两人批准，导入 {taken.appended} 条答案")
        if latest_collection(attempt) is not None:
            collect_anew(
                by=by, attempt=attempt, why=f"救援文件导入 {taken.appended} 条答案：{decision.reason}"
            )
    return decision


@transaction.atomic
def refuse(*, by: Account, rescue: Rescue, reason: str) -> RescueDecision:
    """A no settles it; nothing of the file counts. Raises: Refused as `approve`."""
    rescue = _undecided(by, rescue, reason)
    return _decide(by, rescue, agreed=False, reason=reason, taken=None)


def _moment(text: str) -> str:
    """The moment as given, "" for anything else: what strangers write is not kept unread."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _attempt_of(offering: Offering, file: RescueFile) -> Attempt:
    header = file.header
    attempt = attempt_in(offering, header.attempt)
    if attempt is None or header.sitting != str(offering.id):
        raise Refused(
            what="这个救援文件不是这一科考试的",
            rule="文件写明的考试与答卷须与本科目一致",
            remedy="请到文件所属的科目下导入",
            code="rescue-elsewhere",
        )
    if header.ticket != attempt.ticket.number:
        raise Refused(
            what=f"文件写的准考证号 {header.ticket[:40]} 与答卷不符",
            remedy="文件可能被改动过；请向考生和监考员核实",
            code="rescue-ticket",
        )
    if str(attempt.id) not in log_of([attempt]):
        raise Refused(
            what=f"考场记录里没有准考证 {attempt.ticket.number} 的登录",
            rule="没有登录过的考生不会有没有送达的答案",
            remedy="请核实文件的来历",
            code="rescue-never-opened",
        )
    return attempt


def _undecided(by: Account, rescue: Rescue, reason: str) -> Rescue:
    """The file as it stands now, with nobody else deciding until this is over."""
    lock_named(f"rescue:{rescue.row.id}")
    now = rescue_by_id(rescue.row.id)
    if now is None or now.stage in (Stage.TAKEN, Stage.REFUSED):
        raise Refused(what="这个救援文件已有决定", remedy="请刷新页面查看", code="rescue-decided")
    if not now.may_decide(by):
        raise Refused(
            what="第二个决定要由另一个人作出",
            rule="救援文件由两人批准；导入文件和先批准的人不能再批准",
            remedy="请另一位管理员打开本页决定",
            code="rescue-same-person",
        )
    if not reason.strip():
        raise Refused(what="没有写明理由", remedy="请写明依据，例如断网时段与监考记录", code="reason-missing")
    return now


def _require_some(rows: Iterable[Weighed], *fates: Fate) -> None:
    if not any(row.fate in fates for row in rows):
        raise Refused(
            what="这个救援文件里没有考场缺少的答案",
            remedy="无需导入；可以不予采纳并写明原因",
            code="rescue-nothing-new",
        )


def _handed(rows: Iterable[Weighed]) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one.row) for one in rows if one.fate in (Fate.NEW, Fate.KNOWN)]


def _decide(by: Account, rescue: Rescue, *, agreed: bool, reason: str, taken: Taken | None) -> RescueDecision:
    step = len(rescue.decisions) + 1
    result = None
    if taken is not None:
        result = {
            "appended": taken.appended,
            "repeated": taken.repeated,
            "conflicts": list(taken.conflicts),
        }
    decision = RescueDecision.objects.create(
        rescue=rescue.row, step=step, agreed=agreed, reason=reason.strip()[:200], result=result, by=by
    )
    record(
        by=str(by.id),
        act="rescue-approved" if agreed else "rescue-refused",
        subject=f"attempt:{rescue.row.attempt_id}",
        detail={
            "rescue": str(rescue.row.id),
            "step": step,
            "reason": decision.reason,
            "result": result or {},
        },
    )
    return decision


def _note_incident(by: Account, attempt: Attempt, text: str) -> None:
    """In the record of the candidate's room; nothing when they have no seat."""
    seat = Placement.objects.filter(ticket=attempt.ticket, superseded_at=None).first()
    if seat is not None:
        Incident.objects.create(
            sitting_id=seat.sitting_id, room_id=seat.room_id, ticket=attempt.ticket, text=text, by=by
        )
