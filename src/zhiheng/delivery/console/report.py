"""The report of a room after the exam: who was there, what they did, what people did, on paper to be signed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from zhiheng.delivery.console.queries import acts_in
from zhiheng.delivery.console.scope import Scope
from zhiheng.delivery.console.wording import act_words
from zhiheng.delivery.core.attempt import Attempt as Folded
from zhiheng.delivery.core.attempt import Entry, Kind
from zhiheng.delivery.models import Attempt, HallAct
from zhiheng.delivery.queries import ends_at, folded_all, log_of, moment_of
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.plumbing import clock, pdf
from zhiheng.seating.models import Incident, Invigilation
from zhiheng.seating.queries import TicketSheet, incidents_in
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_body
from zhiheng.surface.wording import clock_words, day_words, moment_words

TEMPLATE = Path(__file__).parent.parent / "typst" / "room_report.typ"


def room_report(scope: Scope) -> bytes:
    """PDF of one room. Raises: Refused while anybody in the room may still answer."""
    if scope.room is None or not scope.sheets:
        raise Refused(what="这个考场没有考生", remedy="考场有考生并考完后，才有考场报告", code="report-empty")
    attempts = {
        attempt.ticket_id: attempt
        for attempt in Attempt.objects.filter(
            ticket__in=[sheet.ticket for sheet in scope.sheets]
        ).select_related("ticket__offering")
    }
    log = log_of(attempts.values()) if attempts else {}
    states = folded_all(attempts.values(), log) if attempts else {}
    closes = closing_time(scope, attempts.values(), states)
    if clock.now() < closes:
        raise Refused(
            what=f"{scope.room.name}要到 {clock_words(closes)} 才全部结束",
            rule="考场报告写的是结束后的情况",
            remedy="请在结束后再打开",
            code="report-early",
        )
    lines = [_line(sheet, attempts.get(sheet.ticket.id), states, log) for sheet in scope.sheets]
    return pdf.render(TEMPLATE, _facts(scope, lines))


def closing_time(scope: Scope, attempts: Iterable[Attempt], states: dict[UUID, Folded]) -> datetime:
    """When nobody in the scope can answer any more; those who handed in are not waited for."""
    last = max(offering.starts_at for offering in scope.offerings)
    now = round(clock.now().timestamp() * 1000)
    known = set()
    for attempt in attempts:
        known.add(attempt.ticket_id)
        state = states.get(attempt.id)
        if state is None:
            last = max(last, attempt.ends_at)
        elif state.submitted_at is None:
            last = max(last, moment_of(state.deadline_at(now)) or last)
    for sheet in scope.sheets:
        if sheet.ticket.id not in known:
            last = max(last, ends_at(sheet.ticket.offering))
    return last


def _line(
    sheet: TicketSheet,
    attempt: Attempt | None,
    states: dict[UUID, Folded],
    log: dict[str, list[Entry]],
) -> dict[str, Any]:
    """One candidate as one row of the table, in words."""
    state = states.get(attempt.id) if attempt else None
    if state is not None and state.opened_at is None:
        state = None  # time was given to everybody, those who never came included
    rows = log.get(str(attempt.id), []) if attempt else []
    kinds = Counter(row.kind for row in rows)
    check = sheet.check_in
    return {
        "seat": str(sheet.placement.seat) if sheet.placement else "",
        "name": sheet.ticket.application.person.name,
        "number": sheet.ticket.number,
        "came": "未登记" if check is None else "到" if check.present else "缺考",
        "opened": _at(state.opened_at) if state else "—",
        "submitted": (_at(state.submitted_at) if state.submitted_at else "未交") if state else "—",
        "answered": str(len(state.given)) if state else "—",
        "extra": _some(_extra_minutes(state, attempt)) if state and attempt else "—",
        "machines": _some(_changes_of_machine(rows)),
        "events": _some(kinds[Kind.EVENT]),
        "late": _some(len(state.late) + len(state.after_submit)) if state else "—",
        "rescued": _some(kinds[Kind.RESCUED]),
        "present": bool(check and check.present),
        "absent": bool(check and not check.present),
        "signed": state is not None,
        "handed": bool(state and state.submitted_at),
    }


def _changes_of_machine(rows: Sequence[Entry]) -> int:
    """How often a sign-in came from another machine than the one before; one without a name counts as another."""
    named = [
        msgspec.json.decode(row.body).get("machine", f"epoch {row.epoch}")
        for row in rows
        if row.kind == Kind.OPENED
    ]
    return sum(before != after for before, after in pairwise(named))


def _extra_minutes(state: Folded, attempt: Attempt) -> int:
    """Time beyond the candidate's own deadline in the pack: given minutes and pauses."""
    return round((state.deadline / 1000 - attempt.ends_at.timestamp()) / 60)


def _facts(scope: Scope, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    assert scope.room is not None  # checked by the caller
    room, offering = scope.room, scope.offerings[0]
    watchers = Invigilation.objects.filter(sitting=scope.sitting, room=room).select_related("invigilator")
    acts = acts_in(scope)
    told = {(act.by_id, act.done_at) for act in acts}  # acts write their own line into the room's record
    incidents = [one for one in incidents_in(scope.sitting, room) if (one.by_id, one.created_at) not in told]
    names = [_watcher(watch) for watch in watchers.order_by("created_at")]
    return {
        "body": load_body(rules_for(offering).body).name,
        "room": room.name,
        "centre": room.centre.name,
        "day": day_words(scope.sitting.day),
        "sitting": scope.sitting.title,
        "exams": [
            f"{one.title}　{clock_words(one.starts_at)} 至 {clock_words(ends_at(one))}"
            for one in scope.offerings
        ],
        "invigilators": names,
        "counts": _counts(lines),
        "lines": lines,
        "acts": [_act(act) for act in acts],
        "incidents": [_incident(one) for one in incidents],
        "printed": moment_words(clock.now()),
    }


def _watcher(watch: Invigilation) -> str:
    name = watch.invigilator.display_name
    return f"{name}（至 {clock_words(watch.ended_at)}）" if watch.ended_at else name


def _counts(lines: Sequence[dict[str, Any]]) -> list[list[str]]:
    def many(key: str) -> int:
        return sum(bool(line[key]) for line in lines)

    def total(key: str) -> str:
        return str(sum(int(line[key]) for line in lines if line[key].isdigit()))

    signed = many("signed")
    return [
        ["应到", str(len(lines))],
        ["实到", str(many("present"))],
        ["缺考", str(many("absent"))],
        ["登录作答", str(signed)],
        ["交卷", str(many("handed"))],
        ["到时未交", str(signed - many("handed"))],
        ["换机", total("machines")],
        ["页面事件", total("events")],
        ["迟到的作答", total("late")],
        ["补录答案", total("rescued")],
    ]


def _act(act: HallAct) -> list[str]:
    """When, for whom, what and why, by whom."""
    if act.ticket is not None:
        whom = f"{act.ticket.application.person.name}（{act.ticket.number}）"
    else:
        left = f"，{act.asked - act.done} 人未执行" if act.asked > act.done else ""
        whom = f"{'全部考场' if act.room_id is None else '全场'}，{act.done} 人{left}"
    return [
        _clock(act.done_at),
        whom,
        act_words(act.kind, minutes=act.minutes, words=act.words),
        act.by.display_name,
    ]


def _incident(incident: Incident) -> list[str]:
    about = ""
    if incident.ticket is not None:
        about = f"{incident.ticket.application.person.name}（{incident.ticket.number}）　"
    return [_clock(incident.created_at), f"{about}{incident.text}", incident.by.display_name]


def _at(milliseconds: int | None) -> str:
    return _clock(moment_of(milliseconds))


def _clock(moment: datetime | None) -> str:
    return "—" if moment is None else f"{moment.astimezone(SHANGHAI):%H:%M:%S}"


def _some(count: int) -> str:
    """A nought is left out, so that what is there is seen."""
    return str(count) if count else ""
