"""The hall's desk: what each request means. Knows no HTTP and no database, only the committer.

Every act takes `now` (milliseconds since 1970 UTC) and answers through a callback, because an answer
may be given only after its row is durable.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from zhiheng.delivery.core.attempt import (
    Entry,
    Kind,
    granted_entry,
    opened_entry,
    submitted_entry,
)
from zhiheng.delivery.core.pack import hash_id
from zhiheng.delivery.core.token import Session, mint_token, other_sitting, read_token, require_sitting
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.keys import HallKeys
from zhiheng.delivery.hall.packs import PackShelf, Place
from zhiheng.delivery.hall.throttle import Throttle
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

TOKEN_OUTLIVES_DEADLINE_MS = 12 * 3600 * 1000
PENDING_LIMIT = 50_000
_TOKEN_CACHE = 20_000


@dataclass(slots=True)
class Live:
    """What must be known of an attempt before the log is asked; answers themselves stay in the log."""

    epoch: int = 0
    submitted: bool = False
    granted_minutes: int = 0
    grants: int = 0


class Desk:
    def __init__(self, *, shelf: PackShelf, committer: Committer, keys: HallKeys) -> None:
        self.shelf = shelf
        self.keys = keys
        self._committer = committer
        self._live: dict[str, Live] = {}
        self._sessions: dict[str, Session] = {}
        self._throttle = Throttle()

    def remember(self, entries: list[Entry]) -> None:
        """Take up the control rows of the log, at start."""
        for entry in entries:
            live = self.live(entry.attempt)
            if entry.kind == Kind.OPENED:
                live.epoch = max(live.epoch, entry.epoch)
            elif entry.kind == Kind.SUBMITTED:
                live.submitted = True
            elif entry.kind == Kind.GRANTED_TIME:
                live.grants += 1
                live.granted_minutes = msgspec.json.decode(entry.body)["minutes"]

    def live(self, attempt: str) -> Live:
        return self._live.setdefault(attempt, Live())

    @property
    def opened(self) -> int:
        """Attempts opened and not yet submitted."""
        return sum(1 for live in self._live.values() if live.epoch and not live.submitted)

    def deadline(self, place: Place) -> int:
        return place.ends_ms + self.live(place.candidate.attempt).granted_minutes * 60_000

    def log_grants(self, *, now: int) -> None:
        """Write time granted by the back office to the log; it holds from then on."""
        for place in self.shelf.by_attempt.values():
            candidate = place.candidate
            live = (
                self.live(candidate.attempt)
                if candidate.granted_minutes
                else self._live.get(candidate.attempt)
            )
            if live is None or live.granted_minutes == candidate.granted_minutes:
                continue
            entry = granted_entry(
                candidate.attempt,
                serial=live.grants,
                minutes=candidate.granted_minutes,
                reason=candidate.granted_reason,
                at=now,
            )
            live.grants += 1
            live.granted_minutes = candidate.granted_minutes
            self._committer.add(entry, lambda outcome: None)

    def sign_in(
        self, *, ticket: str, id_number: str, now: int, done: Callable[[Place, Session, str], None]
    ) -> None:
        """Open a new session epoch; `done(place, session, token)` once the opening is durable."""
        place = self._recognise(ticket, id_number, now)
        self._require_entry(place, now)
        self.require_room()
        attempt = place.candidate.attempt
        live = self.live(attempt)
        live.epoch += 1  # at once, so that two sign-ins in one batch get two epochs
        expires = self.deadline(place) + TOKEN_OUTLIVES_DEADLINE_MS
        session = Session(place.sitting, attempt, live.epoch, expires)
        token = mint_token(session, key=self.keys.hmac)
        entry = opened_entry(attempt, epoch=live.epoch, at=now)
        self._committer.add(entry, lambda outcome: done(place, session, token))

    def place_of(self, token: str, *, now: int) -> tuple[Place, Session]:
        """Who is asking. Raises: Refused, code "token", "token-expired", "other-sitting" or "other-machine"."""
        session = self._session(token, now)
        place = self.shelf.by_attempt.get(session.attempt)
        if place is None:
            raise other_sitting(session.sitting)
        require_sitting(session, place.sitting)
        if session.epoch != self.live(session.attempt).epoch:
            raise Refused(
                what="这场考试已在另一台设备上打开，本页不再保存答案",
                rule="同一时间只能在一台设备上作答，以最后登录的为准",
                remedy="如需在本机继续，请重新登录；如非本人操作，请立即举手告知监考员",
                code="other-machine",
            )
        return place, session

    def require_started(self, place: Place, *, now: int) -> None:
        if now < place.starts_ms:
            raise Refused(what="考试尚未开始，试卷还不能打开", remedy="请等待倒计时结束", code="not-started")

    def submit(self, token: str, *, now: int, done: Callable[[Place], None]) -> None:
        """Hand in; the second time changes nothing. `done` once the submission is durable."""
        place, session = self.place_of(token, now=now)
        self.require_started(place, now=now)
        self.live(session.attempt).submitted = True  # at once: what comes after in the log is after it
        entry = submitted_entry(session.attempt, epoch=session.epoch, at=now)
        self._committer.add(entry, lambda outcome: done(place))

    def _recognise(self, ticket: str, id_number: str, now: int) -> Place:
        wait = self._throttle.wait(ticket, now=now)
        if wait:
            raise Refused(
                what="这个准考证号连续几次登录不成功",
                rule="连续 5 次不符后需等待 30 秒",
                remedy=f"请核对后在 {wait} 秒后重试，或举手告知监考员",
                code="sign-in-throttled",
            )
        place = self.shelf.by_ticket.get(ticket)
        offered = hash_id(self.keys.hmac, id_number)
        expected = place.candidate.id_hash if place else "0" * 64
        if not hmac.compare_digest(offered, expected) or place is None:
            self._throttle.failed(ticket, now=now)
            raise Refused(
                what="准考证号与身份证号不符",
                remedy="请对照准考证和身份证逐位核对；若仍不符，请举手告知监考员",
                code="sign-in",
            )
        self._throttle.clear(ticket)
        return place

    def _require_entry(self, place: Place, now: int) -> None:
        opened = self.live(place.candidate.attempt).epoch > 0
        if now < place.sign_in_ms:
            raise Refused(
                what="还没有到登录时间",
                rule="开考前 30 分钟开放登录",
                remedy="请在开考前 30 分钟内再来登录",
                code="not-open",
            )
        if opened:
            return
        if now > self.deadline(place):
            raise Refused(what="本场考试已经结束", remedy="如有疑问，请联系考点工作人员", code="over")
        if place.late_entry_ms is not None and now > place.late_entry_ms:
            until = datetime.fromtimestamp(place.late_entry_ms / 1000, tz=SHANGHAI)
            raise Refused(
                what="已过本场考试允许进入的时间",
                rule=f"最迟进入时间为 {until:%H:%M}",
                remedy="请联系考点工作人员",
                code="late-entry",
            )

    def require_room(self) -> None:
        if self._committer.waiting >= PENDING_LIMIT:
            raise Refused(what="考场服务正忙，答案尚未保存", remedy="页面会自动重试，请不要关闭", code="busy")

    def _session(self, token: str, now: int) -> Session:
        session = self._sessions.get(token)
        if session is None or session.expires <= now:
            session = read_token(token, key=self.keys.hmac, now=now)
            if len(self._sessions) >= _TOKEN_CACHE:
                self._sessions.clear()
            self._sessions[token] = session
        return session
