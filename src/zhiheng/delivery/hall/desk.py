"""The hall's desk: who is asking, what is known of them, and what is written down about them.

Knows no HTTP and no database, only the committer. Every act takes `now` (milliseconds since 1970 UTC)
and answers through a callback, because an answer may be given only after its row is durable.
"""

import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterable

from zhiheng.delivery.core.attempt import Entry, Kind, control_entry, granted_entry, submitted_entry
from zhiheng.delivery.core.token import Session, other_sitting, read_token, require_sitting
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.keys import HallKeys
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import PackShelf, Place
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.delivery.hall.withdrawing import Withdrawn
from zhiheng.foundation.errors import Refused

PENDING_LIMIT = 50_000
_TOKEN_CACHE = 20_000

Turn = Callable[[Callable[[], None]], None]
"""One act on an attempt: it is given what to call when its row is durable."""


class Desk:
    """changed: attempts of which the console has not heard yet. woken: whose silence has to be watched again.

    heard: since other halls were last told, None where there are no others. silences: that began, since when, or ended, 0,
    of which the file of silences does not know yet. saves, refused: counted for the figures, refusals by their code. latest: server time of the newest row
    seen. hall: names this process in the log. withdrawn: passes of staff that were taken back.
    """

    def __init__(self, *, shelf: PackShelf, committer: Committer, keys: HallKeys) -> None:
        self.shelf = shelf
        self.keys = keys
        self.hall = secrets.token_hex(4)
        self.changed: set[str] = set()
        self.woken: list[str] = []
        self.heard: set[str] | None = None
        self.silences: dict[str, int] = {}
        self.latest = 0
        self.saves = 0
        self.refused: Counter[str] = Counter()
        self.withdrawn = Withdrawn()
        self._committer = committer
        self._live: dict[str, Live] = {}
        self._sessions: dict[str, Session] = {}
        self._turns: dict[str, deque[Turn]] = {}

    def remember(self, entries: Iterable[Entry]) -> None:
        """Take up rows of the log: all of them at start, later those of other processes. Twice is once."""
        for entry in entries:
            self.latest = max(self.latest, entry.server_time)
            if entry.kind in (Kind.ANSWER, Kind.RESCUED):
                self._remember_answer(entry)
            elif entry.kind == Kind.WITHDRAWN:
                self.live(entry.attempt).number_taken(entry)
                self.withdrawn.take(entry)
            elif self.live(entry.attempt).take(entry):
                self.changed.add(entry.attempt)

    def live(self, attempt: str) -> Live:
        live = self._live.get(attempt)
        if live is None:
            live = self._live[attempt] = Live()
        return live

    def peek(self, attempt: str) -> Live:
        """To look only: nothing is kept of an attempt of which nothing is known."""
        return self._live.get(attempt) or Live()

    @property
    def opened(self) -> int:
        """Attempts opened and not yet submitted."""
        return sum(1 for live in self._live.values() if live.epoch and not live.submitted)

    @property
    def silent(self) -> int:
        """Open attempts whose machine is not heard from."""
        return sum(1 for live in self._live.values() if live.silent and not live.submitted)

    def deadline(self, place: Place, *, now: int | None = None) -> int:
        """While the candidate's clock stands the deadline moves on with `now`."""
        return self.live(place.candidate.attempt).deadline(place.ends_ms, now=now)

    def place_of(self, token: str, *, now: int) -> tuple[Place, Session]:
        """Who is asking; it counts as heard from.

        Raises: Refused, code "token", "token-expired", "other-sitting" or "other-machine".
        """
        session = self._session(token, now)
        place = self.shelf.by_attempt.get(session.attempt)
        if place is None:
            raise other_sitting(session.sitting)
        require_sitting(session, place.sitting)
        live = self.live(session.attempt)
        if session.epoch < live.epoch:
            raise Refused(
                what="这场考试已在另一台设备上打开，本页不再保存答案",
                rule="同一时间只能在一台设备上作答，以最后登录的为准",
                remedy="如需在本机继续，请重新登录；如非本人操作，请立即举手告知监考员",
                code="other-machine",
            )
        live.epoch = session.epoch  # opened by another process of this hall: the token proves it
        self.hear(place, live, now=now)
        return place, session

    def hear(self, place: Place, live: Live, *, now: int) -> None:
        """The machine in force has asked for something."""
        if 0 < live.heard_at < now - place.silent_ms:
            self._note_break(place, live, now=now)
        live.heard_at = now
        if self.heard is not None:
            self.heard.add(place.candidate.attempt)
        if not live.watched:
            self._watch(place.candidate.attempt, live)

    def heard_elsewhere(self, attempt: str, *, at: int) -> None:
        """Another hall on the same database has heard from this machine."""
        live = self._live.get(attempt)
        if live is None or at <= live.heard_at:
            return
        live.heard_at = at
        if not live.watched:
            self._watch(attempt, live)

    def fell_silent(self, attempt: str, live: Live) -> None:
        live.watched, live.silent = False, True
        self.silences[attempt] = live.heard_at
        self.changed.add(attempt)

    def still_silent(self, attempt: str, live: Live, *, since: int) -> None:
        """It was not heard from before this process began either."""
        live.heard_at = since
        self._watch(attempt, live)

    def _watch(self, attempt: str, live: Live) -> None:
        if live.silent:
            self.silences[attempt] = 0
        live.watched, live.silent = True, False
        self.woken.append(attempt)
        self.changed.add(attempt)

    def clock_moved(self, by: int) -> None:
        """The hall's clock was set forward or back by so many milliseconds; nobody was silent for that."""
        for live in self._live.values():
            if live.heard_at:
                live.heard_at += by

    def note_answer(self, place: Place, live: Live, item: str, *, given: bool) -> None:
        """A question has an answer now, or none any more; for the console only."""
        live.mark(place.asked[item].bit, given=given)
        self.changed.add(place.candidate.attempt)

    def require_started(self, place: Place, *, now: int) -> None:
        if now < place.starts_ms:
            raise Refused(what="考试尚未开始，试卷还不能打开", remedy="请等待倒计时结束", code="not-started")

    def require_room(self) -> None:
        if self._committer.waiting >= PENDING_LIMIT:
            raise Refused(what="考场服务正忙，答案尚未保存", remedy="页面会自动重试，请不要关闭", code="busy")

    def submit(self, token: str, *, now: int, done: Callable[[Place], None]) -> None:
        """Hand in; the second time changes nothing. `done` once the submission is durable."""
        place, session = self.place_of(token, now=now)
        self.require_started(place, now=now)
        self.hand_in(session.attempt, epoch=session.epoch, now=now, done=lambda: done(place))

    def hand_in(
        self, attempt: str, *, epoch: int, now: int, done: Callable[[], None], by: str = "", reason: str = ""
    ) -> None:
        """by, reason: of the person who does it for the candidate."""
        self.live(attempt).submitted = True  # at once: what comes after in the log is after it
        entry = submitted_entry(attempt, epoch=epoch, at=now, by=by, reason=reason)

        def durable(outcome: Outcome) -> None:
            self.remember([outcome.entry])  # whoever handed in first, the attempt is handed in
            done()

        self._committer.add(entry, durable)

    def append(self, entry: Entry, done: Callable[[Outcome], None]) -> None:
        """Write a row and take it up once it is durable, or the row that has its name already."""

        def durable(outcome: Outcome) -> None:
            self.remember([outcome.entry])
            done(outcome)

        self._committer.add(entry, durable)

    def write(self, attempt: str, kind: Kind, make: Callable[[int], Entry], done: Callable[[], None]) -> None:
        """Write a control row under the next free number of its kind.

        make: the row with that number; called again when another process has taken the number meanwhile.
        """
        live = self.live(attempt)

        def durable(outcome: Outcome) -> None:
            self.remember([outcome.entry])
            if outcome.fate is Fate.CONFLICT:
                self.write(attempt, kind, make, done)
            else:
                done()

        self._committer.add(make(live.next_serial(kind)), durable)

    def in_turn(self, attempt: str, act: Turn) -> None:
        """Acts on one attempt one after another, each knowing what the one before has written."""
        waiting = self._turns.get(attempt)
        if waiting is not None:
            waiting.append(act)
            return
        self._turns[attempt] = deque()
        act(lambda: self._next_turn(attempt))

    def log_grants(self, *, now: int) -> None:
        """Write time granted by the pack itself to the log; time given since by people is never taken back."""
        for place in self.shelf.by_attempt.values():
            candidate = place.candidate
            if candidate.granted_minutes > self.live_minutes(candidate.attempt):
                self.in_turn(candidate.attempt, self._grant_of_pack(place, now))

    def live_minutes(self, attempt: str) -> int:
        live = self._live.get(attempt)
        return live.granted_minutes if live is not None else 0

    def _grant_of_pack(self, place: Place, now: int) -> Turn:
        candidate = place.candidate

        def act(done: Callable[[], None]) -> None:
            if candidate.granted_minutes <= self.live_minutes(candidate.attempt):
                done()
                return
            self.write(
                candidate.attempt,
                Kind.GRANTED_TIME,
                lambda serial: granted_entry(
                    candidate.attempt,
                    serial=serial,
                    minutes=max(candidate.granted_minutes, self.live_minutes(candidate.attempt)),
                    reason=candidate.granted_reason,
                    at=now,
                ),
                done,
            )

        return act

    def _note_break(self, place: Place, live: Live, *, now: int) -> None:
        """Somebody sitting comes back after a silence; before the start and after the end nothing was missed."""
        since = max(live.heard_at, place.starts_ms)
        over = live.submitted or since >= live.deadline(place.ends_ms, now=now)
        if over or not live.epoch or now - since <= place.silent_ms:
            return
        attempt = place.candidate.attempt
        body = {"from": since, "until": now}
        self.write(
            attempt,
            Kind.AWAY,
            lambda serial: control_entry(Kind.AWAY, attempt, serial=serial, body=body, at=now),
            lambda: None,
        )

    def _next_turn(self, attempt: str) -> None:
        waiting = self._turns[attempt]
        if waiting:
            waiting.popleft()(lambda: self._next_turn(attempt))
        else:
            del self._turns[attempt]

    def _remember_answer(self, entry: Entry) -> None:
        place = self.shelf.by_attempt.get(entry.attempt)
        if place is None or entry.item not in place.asked:
            return
        live = self.live(entry.attempt)
        live.heard_at = max(live.heard_at, entry.server_time)
        self.note_answer(place, live, entry.item, given=entry.body != "null")

    def _session(self, token: str, now: int) -> Session:
        session = self._sessions.get(token)
        if session is None or session.expires <= now:
            session = read_token(token, key=self.keys.hmac, now=now)
            if len(self._sessions) >= _TOKEN_CACHE:
                self._sessions.clear()
            self._sessions[token] = session
        return session
