"""The answer path: POST /hall/answer, from the bytes of one answer to its acknowledgement.

The only route that is asked thousands of times a second. An answer is acknowledged after its row is
durable, never before.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from zhiheng.delivery.core.answer import AnswerValue, answer_body
from zhiheng.delivery.core.attempt import Entry, Flag, Kind
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk, Live
from zhiheng.delivery.hall.http import Reply, Request, Response, json_response, refusal
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

LATE_NOTICE = "这个答案在考试截止时间之后送达，已保存并标注，暂不计入；是否计入由考务人员决定。"
SUBMITTED_NOTICE = "本场考试已经交卷，这个答案已保存并标注，不计入成绩。"
SEQ_LIMIT = 2**53


class _Answer(msgspec.Struct):
    item: str
    seq: int
    value: AnswerValue = None
    client_time: str = ""


_answer = msgspec.json.Decoder(_Answer)


class Saving:
    def __init__(self, *, desk: Desk, committer: Committer, now: Callable[[], int]) -> None:
        """now: milliseconds since 1970 UTC."""
        self._desk = desk
        self._committer = committer
        self._now = now

    def save(self, request: Request, reply: Reply) -> None:
        """Append one answer and acknowledge it once it is durable. Raises: Refused for what cannot be kept."""
        asked = _decoded(request)
        desk, now = self._desk, self._now()
        place, session = desk.place_of(request.bearer, now=now)
        desk.require_started(place, now=now)
        question = place.items.get(asked.item)
        if question is None:
            raise _refused(f"试卷里没有题目“{asked.item[:40]}”，答案未保存")
        if not 0 < asked.seq < SEQ_LIMIT:
            raise _refused(f"答案序号 {asked.seq} 无效")
        body = answer_body(question, asked.value)
        desk.require_room()
        live = desk.live(session.attempt)
        flags = [Flag.LATE] if now > desk.deadline(place) else []
        flags += [Flag.AFTER_SUBMIT] if live.submitted else []
        entry = Entry(
            attempt=session.attempt,
            epoch=session.epoch,
            item=asked.item,
            seq=asked.seq,
            kind=Kind.ANSWER,
            body=body,
            client_time=asked.client_time[:40],
            server_time=now,
            flags=",".join(flags),
        )
        self._committer.add(entry, lambda outcome: reply(_told(outcome, live)))


def _decoded(request: Request) -> _Answer:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(what="请求内容应为 JSON", remedy="请刷新页面后重试", code="body")
    try:
        return _answer.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(what=f"请求内容读不懂：{error}", remedy="请刷新页面后重试", code="body") from None


def _refused(what: str) -> Refused:
    return Refused(what=what, remedy="请刷新页面后重试", code="answer")


def _told(outcome: Outcome, live: Live) -> Response:
    row = outcome.entry
    if outcome.fate is Fate.CONFLICT:
        return refusal(
            Refused(
                what=f"答案序号 {row.seq} 已用于另一个答案，这一次没有保存",
                rule="同一序号只能对应一个答案",
                remedy="请刷新页面后重新作答",
                code="sequence-conflict",
            )
        )
    late = Flag.LATE in row.flags
    facts: dict[str, object] = {
        "seq": row.seq,
        "saved_at": _moment(row.server_time),
        "late": late,
        "counted": not row.flags,
        "rev": getattr(live, "rev", 0),
    }
    if row.flags:
        facts["notice"] = LATE_NOTICE if late else SUBMITTED_NOTICE
    return json_response(facts)


def _moment(milliseconds: int) -> str:
    at = datetime.fromtimestamp(milliseconds / 1000, tz=UTC).astimezone(SHANGHAI)
    return at.isoformat(timespec="milliseconds")
