"""Acts of people on the running exam: asked of the hall first, written down only as far as it was done."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from zhiheng.delivery.console.line import Acted, Line, OpenLine, Outage, RefusedSeat
from zhiheng.delivery.console.queries import ASKED_HOLDS, decisions_of, undecided
from zhiheng.delivery.console.scope import Scope
from zhiheng.delivery.console.targets import Targets, only_sheet, parts, targets_of
from zhiheng.delivery.console.wording import act_words, since_words, span_words, whom_words
from zhiheng.delivery.core.attempt import FORM_KEY
from zhiheng.delivery.models import DoorPhoto, HallAct, HallActKind, OutageDecision
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.people.rights.queries import consented
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.seating.models import Incident, Invigilation, Ticket
from zhiheng.seating.queries import TicketSheet
from zhiheng.sittings.models import Offering

MOST_MINUTES = 180
MOST_MESSAGE = 200


def act_on_hall(
    *,
    by: Account,
    scope: Scope,
    kind: HallActKind,
    form_id: UUID,
    open_line: OpenLine,
    sheet: TicketSheet | None = None,
    minutes: int = 0,
    words: str = "",
) -> HallAct:
    """Do one act for one candidate, or for everybody in the scope when sheet is None.

    form_id: the form's own number; a form sent twice acts once.
    Raises: Refused when the account may not, a reason is missing, the hall is silent or would not do it for anybody.
    """
    reason = _decided(by=by, scope=scope, kind=kind, minutes=minutes, words=words)
    targets, count = targets_of(scope, sheet, kind)
    return _perform(
        by=by,
        scope=scope,
        act=HallAct(id=form_id, kind=kind, minutes=minutes, words=reason, asked=count),
        sheet=sheet,
        targets=targets,
        open_line=open_line,
    )


def grant_for_outage(
    *,
    by: Account,
    scope: Scope,
    offering: Offering,
    outage: Outage,
    minutes: int,
    reason: str,
    open_line: OpenLine,
) -> OutageDecision:
    """A person's word on proposed minutes: as proposed, other ones, or with minutes 0 none at all.

    Raises: Refused as for any act, and when somebody has decided about this break already.
    """
    kind = HallActKind.GRANT
    said = _decided(by=by, scope=scope, kind=kind, minutes=minutes, words=reason, dismissing=minutes == 0)
    sheet = only_sheet(scope, outage)
    decision = _claim_decision(
        by=by, scope=scope, offering=offering, outage=outage, minutes=minutes, reason=said, sheet=sheet
    )
    if decision.act is not None:
        targets = {offering: outage.attempts}
        _carry_out(by=by, scope=scope, act=decision.act, sheet=sheet, targets=targets, open_line=open_line)
    _record_decision(by=by, scope=scope, decision=decision, sheet=sheet)
    return decision


def outage_id(offering: Offering, outage: Outage) -> UUID:
    """The same for everybody who decides about the same break, so that two people cannot both give minutes."""
    since = round(outage.since.timestamp() * 1000)
    still = "/still" if outage.still else ""
    return uuid5(offering.id, f"{since}/{','.join(sorted(outage.attempts))}{still}")


@transaction.atomic
def _claim_decision(
    *,
    by: Account,
    scope: Scope,
    offering: Offering,
    outage: Outage,
    minutes: int,
    reason: str,
    sheet: TicketSheet | None,
) -> OutageDecision:
    """Take the word on this break before the hall is asked, so that nobody else gives its minutes meanwhile.

    When the hall then does not do it the decision holds for nothing (`decisions_of`) and may be made again.
    """
    lock_named(f"outages:{offering.id}")
    if undecided(outage, decisions_of(offering)).attempts != outage.attempts:
        raise _outage_decided(outage)
    number = outage_id(offering, outage)
    lost = HallAct.objects.filter(pk=number, done_at=None, created_at__lt=clock.now() - ASKED_HOLDS)
    lost.filter(failure="").update(failure="site-stopped")  # the hall would not propose what it gave
    act = None
    if minutes:
        span = since_words(outage.since) if outage.still else span_words(outage.since, outage.until)
        words = f"{span} 断线，{reason}"[:500]
        many = len(outage.attempts)
        act = HallAct(id=number, kind=HallActKind.GRANT, minutes=minutes, words=words, asked=many)
        act = _claim(act, by=by, scope=scope, sheet=sheet)
    words_of_it = {
        "offering": offering,
        "room": scope.room,
        "since": outage.since,
        "until": outage.until,
        "attempts": list(outage.attempts),
        "proposed": outage.minutes,
        "minutes": minutes,
        "reason": reason,
        "act": act,
        "by": by,
    }
    decision, _ = OutageDecision.objects.update_or_create(id=number, defaults=words_of_it)
    return decision


@transaction.atomic
def _record_decision(
    *, by: Account, scope: Scope, decision: OutageDecision, sheet: TicketSheet | None
) -> None:
    if not decision.minutes:
        span = span_words(decision.since, decision.until)
        many, proposed = len(decision.attempts), decision.proposed
        text = f"{span} {many} 人断线，建议补 {proposed} 分钟，决定不补：{decision.reason}"
        _note(by=by, scope=scope, sheet=sheet, text=text, at=decision.created_at)
    record(
        by=str(by.id),
        act="outage-granted" if decision.minutes else "outage-dismissed",
        subject=f"offering:{decision.offering_id}",
        detail={"decision": str(decision.id), "minutes": decision.minutes, "proposed": decision.proposed},
    )


@transaction.atomic
def keep_door_photo(
    *, by: Account, watch: Invigilation, ticket: Ticket, content: bytes, name: str
) -> DoorPhoto:
    """Keep the picture taken at the door beside the check-in.

    Raises: Refused for another's room or day, without the candidate's consent to recording, or a file that is no picture.
    """
    if watch.invigilator_id != by.id:
        raise _not_yours()
    _require_day(watch.sitting.day == clock.today(), "照片")
    if not consented(ticket.application.person, "recording"):
        raise Refused(
            what="这名考生没有同意录像，不能拍照留存",
            rule="考场录像与拍照须经本人同意",
            remedy="请用报名照片和身份证核对，由人员监考",
            code="no-consent",
        )
    file = vault.store(
        content, kind="door-photo", name=name, by=str(by.id), accept=("image/jpeg", "image/png")
    )
    photo = DoorPhoto.objects.create(ticket=ticket, file=file, by=by)
    record(
        by=str(by.id),
        act="door-photo-kept",
        subject=f"ticket:{ticket.number}",
        detail={"sha256": file.sha256},
    )
    return photo


def _decided(
    *, by: Account, scope: Scope, kind: HallActKind, minutes: int, words: str, dismissing: bool = False
) -> str:
    """The reason or message in one line. Raises: Refused."""
    if scope.watch is not None:
        if scope.watch.invigilator_id != by.id:
            raise _not_yours()
    elif Role.ADMINISTRATOR not in roles_of(by):
        raise _not_yours()
    _require_day(scope.is_today, "考场处置")
    said = " ".join(words.split())
    if not said and kind not in (HallActKind.RESUME, HallActKind.ALLOW):
        raise Refused(
            what="消息是空的" if kind == HallActKind.MESSAGE else "没有写明理由",
            remedy="请写一句考生看得懂的话" if kind == HallActKind.MESSAGE else "请写明理由，它会进考场记录",
            code="words-missing",
        )
    if kind == HallActKind.MESSAGE and len(said) > MOST_MESSAGE:
        raise Refused(
            what=f"消息有 {len(said)} 个字，超过 {MOST_MESSAGE} 个", remedy="请写短一些", code="words-long"
        )
    if kind == HallActKind.GRANT and not dismissing and not 1 <= minutes <= MOST_MINUTES:
        raise Refused(
            what=f"延长 {minutes} 分钟不在 1 至 {MOST_MINUTES} 之间", remedy="请核对分钟数", code="minutes"
        )
    return said[:200]


def _perform(
    *,
    by: Account,
    scope: Scope,
    act: HallAct,
    sheet: TicketSheet | None,
    targets: Targets,
    open_line: OpenLine,
) -> HallAct:
    """Claim the form's number, ask the hall, write down what was done."""
    act = _claim(act, by=by, scope=scope, sheet=sheet)
    return _carry_out(by=by, scope=scope, act=act, sheet=sheet, targets=targets, open_line=open_line)


def _carry_out(
    *,
    by: Account,
    scope: Scope,
    act: HallAct,
    sheet: TicketSheet | None,
    targets: Targets,
    open_line: OpenLine,
) -> HallAct:
    try:
        acted = _ask(by=by, scope=scope, act=act, targets=targets, open_line=open_line)
    except Refused as refused:
        act.failure = refused.code[:40]
        act.save(update_fields=["failure"])
        raise
    _write_done(by=by, scope=scope, act=act, sheet=sheet, acted=acted)
    return act


def _claim(act: HallAct, *, by: Account, scope: Scope, sheet: TicketSheet | None) -> HallAct:
    """Take the form's number; one that failed before may be tried again. Raises: Refused when it is taken."""
    act.sitting, act.offering, act.room, act.by = scope.sitting, scope.offering, scope.room, by
    act.ticket = sheet.ticket if sheet else None
    try:
        with transaction.atomic():
            act.save(force_insert=True)
            return act
    except IntegrityError:
        failed = HallAct.objects.filter(pk=act.pk, done_at=None).exclude(failure="")
        again = {"failure": "", "minutes": act.minutes, "words": act.words, "by": act.by}
        if failed.update(created_at=clock.now(), **again):
            return HallAct.objects.get(pk=act.pk)
        raise Refused(
            what="这张表已经提交过一次",
            rule="一张表只执行一次，以免重复延长或重复发送",
            remedy="请返回考场查看结果；还要再做一次的，请重新打开这一页",
            code="act-twice",
        ) from None


def _ask(*, by: Account, scope: Scope, act: HallAct, targets: Targets, open_line: OpenLine) -> Acted:
    """What the hall did, over all offerings. Raises: Refused when it did nothing for anybody."""
    done = 0
    refused: list[RefusedSeat] = []
    trouble: Refused | None = None
    for offering, attempts in targets.items():
        line = open_line(by, offering, scope.room_names)
        for part in parts(attempts):
            try:
                acted = _send(line, act, part)
            except Refused as error:
                trouble = error
                refused.extend(RefusedSeat(attempt=one, sentence=error.what) for one in part or ("",))
                continue
            done += acted.done
            refused.extend(acted.refused)
    if not done and trouble is not None:
        raise trouble
    if not done:
        sentences = list(dict.fromkeys(one.sentence.rstrip("。") for one in refused))
        raise Refused(
            what="；".join(sentences[:3]) or "考场服务没有可以处置的答卷",
            remedy=_INSTEAD if act.kind == HallActKind.GRANT else "请返回考场查看当前状态",
            code="act-refused",
        )
    return Acted(done=done, refused=tuple(refused))


_INSTEAD = "已经交卷的不能再作答，请记录考场情况，由考务人员考后处理；作答时间已经结束的，请填写够用的分钟数"


def _send(line: Line, act: HallAct, attempts: Sequence[str] | None) -> Acted:
    is_message = act.kind == HallActKind.MESSAGE
    return line.act(
        str(act.kind),
        attempts=attempts,
        minutes=act.minutes,
        reason="" if is_message else act.words,
        text=act.words if is_message else "",
        key=f"{FORM_KEY}{act.id}/{act.minutes}" if act.kind == HallActKind.GRANT else "",
    )


@transaction.atomic
def _write_done(*, by: Account, scope: Scope, act: HallAct, sheet: TicketSheet | None, acted: Acted) -> None:
    act.done, act.done_at = acted.done, clock.now()
    act.refused = [{"attempt": one.attempt, "sentence": one.sentence} for one in acted.refused]
    act.save(update_fields=["done", "refused", "done_at"])
    whom = whom_words(scope, sheet)
    left = f"（另有 {act.asked - act.done} 人没有执行）" if act.asked > act.done else ""
    said = act_words(act.kind, minutes=act.minutes, words=act.words)
    _note(by=by, scope=scope, sheet=sheet, text=f"{whom}{left} {said}", at=act.done_at)
    record(
        by=str(by.id),
        act=f"hall-{act.kind}",
        subject=f"ticket:{sheet.ticket.number}" if sheet else _subject(scope),
        detail={"id": str(act.id), "minutes": act.minutes, "words": act.words, "done": acted.done},
    )


def _subject(scope: Scope) -> str:
    if scope.room is not None:
        return f"room:{scope.room.id}"
    return f"offering:{scope.offering.id}" if scope.offering else f"sitting:{scope.sitting.id}"


def _note(*, by: Account, scope: Scope, sheet: TicketSheet | None, text: str, at: datetime) -> None:
    """A line in the record of every room it concerns. at: of the act, by which the report knows its line."""
    rooms = [sheet.placement.room] if sheet and sheet.placement else scope.rooms
    Incident.objects.bulk_create(
        Incident(
            sitting=scope.sitting,
            room=room,
            ticket=sheet.ticket if sheet else None,
            text=text[:500],
            by=by,
            created_at=at,
        )
        for room in rooms
    )


def _require_day(today: bool, what: str) -> None:
    if not today:
        raise Refused(
            what=f"{what}只在考试当天进行", remedy="当天之外的情况，请书面告知管理员", code="console-day"
        )


def _outage_decided(outage: Outage) -> Refused:
    return Refused(
        what=f"{span_words(outage.since, outage.until)} 的断线已有处理决定",
        remedy="请刷新页面查看",
        code="outage-decided",
    )


def _not_yours() -> Refused:
    return Refused(what="这个考场不由您负责", remedy="请核对考场", code="not-your-room")
