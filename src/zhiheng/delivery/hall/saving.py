"""The answer path: POST /hall/answer, from the bytes of one answer to its acknowledgement.

The only route that is asked thousands of times a second. An answer is acknowledged after its row is
durable, never before.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial

import msgspec

from zhiheng.delivery.core.answer import AnswerValue, answer_body
from zhiheng.delivery.core.attempt import Entry, Flag
from zhiheng.delivery.core.token import Session
from zhiheng.delivery.hall.call import Call, Head
from zhiheng.delivery.hall.candidate_routes import our_fault
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import json_response, refusal
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.protocol import Connection
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

LATE_NOTICE = "这个答案在考试截止时间之后送达，已保存并标注，暂不计入；是否计入由考务人员决定。"
SUBMITTED_NOTICE = "本场考试已经交卷，这个答案已保存并标注，不计入成绩。"
SEQ_LIMIT = 2**53
CLIENT_TIME_LIMIT = 40
VOLUME_LIMIT = 64 * 1024 * 1024
"""Characters one attempt may send while the hall runs: an essay saved every second for three hours stays below."""
ROW_VOLUME = 200  # of a row beside its body
_JSON = b"application/json"


class _Answer(msgspec.Struct, gc=False):
    item: str
    seq: int
    value: AnswerValue = None
    client_time: str = ""


_decode = msgspec.json.Decoder(_Answer).decode


class _Known(msgspec.Struct, frozen=True, gc=False):
    """Whose head it was the last time. shelf: all places at that time; another one means that packs have changed."""

    place: Place
    session: Session
    live: Live
    shelf: dict[str, Place]


class Saving:
    def __init__(self, *, desk: Desk, committer: Committer, now: Callable[[], int]) -> None:
        """now: milliseconds since 1970 UTC."""
        self._desk = desk
        self._committer = committer
        self._now = now

    def save(self, call: Call, line: Connection) -> None:
        """Append one answer and acknowledge it once it is durable; what cannot be kept is refused at once."""
        try:
            entry, live = self._entry(call)
            self._desk.saves += 1
            self._committer.add(entry, partial(_tell, call, line, live))
        except Refused as refused:
            self._refuse(call, line, refused)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            self._refuse(call, line, _unreadable(error))
        except Exception as error:
            line.answer(call, our_fault(error))

    def _refuse(self, call: Call, line: Connection, refused: Refused) -> None:
        self._desk.refused[refused.code] += 1
        line.answer(call, refusal(refused))

    def _entry(self, call: Call) -> tuple[Entry, Live]:
        desk, now = self._desk, self._now()
        known = self._who(call.head, now)
        place, session, live = known.place, known.session, known.live
        if now < place.starts_ms:
            desk.require_started(place, now=now)
        given = _decode(call.body)
        asked = place.asked.get(given.item)
        if asked is None:
            raise _refused(f"试卷里没有题目“{given.item[:40]}”，答案未保存")
        if not 0 < given.seq < SEQ_LIMIT:
            raise _refused(f"答案序号 {given.seq} 无效")
        value = given.value
        body = (asked.bodies.get(value) if isinstance(value, str) else None) or answer_body(asked.item, value)
        desk.require_room()
        live.volume += ROW_VOLUME + len(body)
        if live.volume > VOLUME_LIMIT:
            raise _too_much()
        flags = ""
        if live.submitted or now > place.ends_ms:  # the candidate's own deadline is never before that
            flags = _flags(live, late=now > live.deadline(place.ends_ms, now=now))
        if not flags:
            live.mark(asked.bit, given=body != "null")
            desk.changed.add(session.attempt)
        entry = Entry(
            attempt=session.attempt,
            epoch=session.epoch,
            item=given.item,
            seq=given.seq,
            kind="answer",
            body=body,
            client_time=client_time_of(given.client_time),
            server_time=now,
            flags=flags,
        )
        return entry, live

    def _who(self, head: Head, now: int) -> _Known:
        """Whose answer it is, as `Desk.place_of` says; what it said of this head before holds while nothing has changed."""
        desk, known = self._desk, head.known
        if isinstance(known, _Known) and known.shelf is desk.shelf.by_attempt:
            session, live = known.session, known.live
            if session.epoch == live.epoch and now < session.expires:
                desk.hear(known.place, live, now=now)
                return known
        if not head.headers.get(b"content-type", b"").startswith(_JSON):
            raise Refused(what="请求内容应为 JSON", remedy="请刷新页面后重试", code="body")
        place, session = desk.place_of(_bearer(head.headers.get(b"authorization", b"")), now=now)
        known = _Known(place, session, desk.live(session.attempt), desk.shelf.by_attempt)
        head.known = known
        return known


def _unreadable(error: Exception) -> Refused:
    return Refused(what=f"请求内容读不懂：{error}", remedy="请刷新页面后重试", code="body")


def _bearer(said: bytes) -> str:
    return said[7:].decode("latin-1") if said[:7].lower() == b"bearer " else ""


def client_time_of(said: str) -> str:
    """As the machine said, unless it cannot be a time at all: no control characters reach the log."""
    return said[:CLIENT_TIME_LIMIT] if said.isascii() and said.isprintable() else ""


def _flags(live: Live, *, late: bool) -> str:
    flags = [Flag.LATE] if late else []
    flags += [Flag.AFTER_SUBMIT] if live.submitted else []
    return ",".join(flags)


def _refused(what: str) -> Refused:
    return Refused(what=what, remedy="请刷新页面后重试", code="answer")


def _too_much() -> Refused:
    return Refused(
        what="这份答卷发来的内容已超过 64 MB，这个答案没有保存",
        rule="每份答卷的保存总量有上限，以免占满考场服务的磁盘",
        remedy="请立即举手告知监考员；本机上的答案仍在，可以导出救援文件",
        code="too-much",
    )


def _tell(call: Call, line: Connection, live: Live, outcome: Outcome) -> None:
    """The row is durable, or its name was taken by another answer."""
    row = outcome.entry
    if outcome.fate is Fate.CONFLICT:
        line.answer(call, refusal(_conflict(row)))
    elif row.flags:
        line.answer(call, json_response(_flagged(row, live)))
    else:
        line.acknowledge(call, b'{"seq":%d%b' % (row.seq, _kept(row.server_time, live.rev)))


def _conflict(row: Entry) -> Refused:
    return Refused(
        what=f"答案序号 {row.seq} 已用于另一个答案，这一次没有保存",
        rule="同一序号只能对应一个答案",
        remedy="请刷新页面后重新作答",
        code="sequence-conflict",
    )


def _flagged(row: Entry, live: Live) -> dict[str, object]:
    late = Flag.LATE in row.flags
    return {
        "seq": row.seq,
        "saved_at": _moment(row.server_time).decode(),
        "late": late,
        "counted": False,
        "notice": LATE_NOTICE if late else SUBMITTED_NOTICE,
        "rev": live.rev,
    }


@lru_cache(maxsize=256)
def _kept(server_time: int, rev: int) -> bytes:
    """An acknowledgement after its number; those of one batch differ in nothing else."""
    return b',"saved_at":"%b","late":false,"counted":true,"rev":%d}' % (_moment(server_time), rev)


def _moment(milliseconds: int) -> bytes:
    second, rest = divmod(milliseconds, 1000)
    return b"%b.%03d+08:00" % (_second(second), rest)


@lru_cache(maxsize=16)
def _second(second: int) -> bytes:
    return datetime.fromtimestamp(second, tz=SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S").encode()
