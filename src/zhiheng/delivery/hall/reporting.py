"""What a page reports of its own accord: that it was left or copied from, and what the candidate says to that."""

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from zhiheng.delivery.core.attempt import Entry, Kind, control_entry
from zhiheng.delivery.hall.candidate_routes import Route
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Reply, Request, json_response, refusal
from zhiheng.delivery.hall.live import NOTES_LIMIT
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.delivery.hall.wire import decoded
from zhiheng.foundation.errors import Refused

EVENTS_AT_ONCE = 50
COMMENT_LIMIT = 500
SEQ_LIMIT = 2**53
TIME_LIMIT = 40
LONGEST = 24 * 3600

EventKind = Literal["hidden", "blur", "copy", "cut", "paste", "fullscreen-left", "print", "devtools-none"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """at: as the machine says. seconds: how long it lasted."""

    seq: int
    kind: EventKind
    at: str
    seconds: float | None = None


class _Events(msgspec.Struct):
    events: tuple[Event, ...]


class _Comment(msgspec.Struct):
    """seq: of the event it speaks of. epoch: of that event's session, 0 for what the hall itself noted."""

    seq: int
    text: str
    epoch: int | None = None


_events = msgspec.json.Decoder(_Events)
_comment = msgspec.json.Decoder(_Comment)


class Reporting:
    def __init__(self, *, desk: Desk, now: Callable[[], int]) -> None:
        self._desk = desk
        self._now = now
        self.exact: dict[tuple[str, str], Route] = {
            ("POST", "/hall/events"): self._report,
            ("POST", "/hall/comment"): self._say,
        }

    def _report(self, request: Request, reply: Reply) -> None:
        asked, now = decoded(_events, request), self._now()
        place, session = self._desk.place_of(request.bearer, now=now)
        _check(asked.events)
        self._require_room(session.attempt, len(asked.events))
        rows = [
            control_entry(
                Kind.EVENT,
                session.attempt,
                epoch=session.epoch,
                serial=event.seq,
                body=_body(event),
                at=now,
            )
            for event in asked.events
            if event.kind not in place.pack.unrecorded
        ]
        highest = max(event.seq for event in asked.events)
        if rows:
            self._append(rows, reply, highest=highest)
        else:
            reply(json_response({"seq": highest}))

    def _say(self, request: Request, reply: Reply) -> None:
        asked, now = decoded(_comment, request), self._now()
        _, session = self._desk.place_of(request.bearer, now=now)
        text = asked.text.strip()
        if not text or len(text) > COMMENT_LIMIT or "\x00" in text or not 0 <= asked.seq < SEQ_LIMIT:
            raise Refused(
                what="说明没有保存",
                rule=f"说明为 1 至 {COMMENT_LIMIT} 个字",
                remedy="请修改后重试",
                code="answer",
            )
        epoch = session.epoch if asked.epoch is None else asked.epoch
        if not 0 <= epoch <= session.epoch:
            raise Refused(what="没有这条记录可以说明", remedy="请刷新页面后重试", code="answer")
        self._require_room(session.attempt, 1)
        row = control_entry(
            Kind.COMMENT, session.attempt, epoch=epoch, serial=asked.seq, body={"text": text}, at=now
        )
        self._append([row], reply, highest=asked.seq)

    def _require_room(self, attempt: str, more: int) -> None:
        self._desk.require_room()
        if len(self._desk.live(attempt).notes) + more > NOTES_LIMIT:
            raise Refused(
                what="本场考试的页面记录已满，新的记录没有保存",
                rule=f"每名考生最多 {NOTES_LIMIT} 条",
                remedy="不影响作答，请继续考试",
                code="events-full",
            )

    def _append(self, rows: Sequence[Entry], reply: Reply, *, highest: int) -> None:
        """Reply with the highest number once all are durable; one number cannot mean two things."""
        left, conflict = len(rows), False

        def durable(outcome: Outcome) -> None:
            nonlocal left, conflict
            left -= 1
            conflict = conflict or outcome.fate is Fate.CONFLICT
            if left:
                return
            reply(refusal(_USED) if conflict else json_response({"seq": highest}))

        for row in rows:
            self._desk.append(row, durable)


_USED = Refused(
    what="这条记录的序号已用于另一条记录",
    rule="同一序号只能对应一条记录，已有的不能改",
    remedy="请刷新页面",
    code="sequence-conflict",
)


def _check(events: Sequence[Event]) -> None:
    whole = all(
        0 < event.seq < SEQ_LIMIT
        and len(event.at) <= TIME_LIMIT
        and event.at.isprintable()
        and (event.seconds is None or 0 <= event.seconds <= LONGEST)
        for event in events
    )
    if not whole or not 0 < len(events) <= EVENTS_AT_ONCE:
        raise Refused(
            what="页面记录没有保存",
            rule=f"一次 1 至 {EVENTS_AT_ONCE} 条，序号为正整数",
            remedy="不影响作答，请继续考试",
            code="answer",
        )


def _body(event: Event) -> dict[str, object]:
    body: dict[str, object] = {"kind": event.kind, "at": event.at}
    if event.seconds is not None:
        body["seconds"] = round(event.seconds)
    return body
