"""What those who watch over a sitting do to running attempts: time, pauses, messages, handing in, the door."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from zhiheng.delivery.core.attempt import Entry, Kind, control_entry, granted_entry
from zhiheng.delivery.core.token import StaffPass
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.live import Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.wire import clock_words
from zhiheng.foundation.errors import Refused

MOST_MINUTES = 24 * 60
TEXT_LIMIT = 500
AT_ONCE = 1_000
"""Attempts acted on together; between two lots the answers of candidates have their turn."""

KEY_LIMIT = 64

ActName = Literal["grant", "pause", "resume", "message", "submit", "allow", "deny", "adjust"]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """attempts: None for everybody of the pass.

    key: of a grant or an adjustment that may be sent again: what was done under it is done. zh, en: what is to be
    done for one candidate from now on, in both languages.
    """

    act: ActName
    attempts: tuple[str, ...] | None = None
    minutes: int = 0
    reason: str = ""
    text: str = ""
    key: str = ""
    zh: str = ""
    en: str = ""


@dataclass(slots=True)
class Done:
    """refused: attempt -> why nothing was done to it."""

    done: int = 0
    refused: dict[str, str] = field(default_factory=dict)


class Staff:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def places(self, staff: StaffPass) -> Iterator[Place]:
        """Everybody the pass speaks of."""
        for place in self._desk.shelf.by_attempt.values():
            if in_pass(staff, place):
                yield place

    def act(self, staff: StaffPass, act: Act, *, now: int, then: Callable[[Done], None]) -> None:
        """Do it to each; `then` once every row is durable. Raises: Refused when the act itself is not whole."""
        _check(act)
        self._desk.require_room()
        told = Done()
        if act.attempts is None:
            targets = [place for place in self.places(staff) if self._concerned(act, place)]
        else:
            targets = self._named(staff, act.attempts, told)
        _Round(self._desk, staff, act, now, targets, told, then).go_on()

    def _named(self, staff: StaffPass, attempts: Sequence[str], told: Done) -> list[Place]:
        targets = []
        for attempt in dict.fromkeys(attempts):
            place = self._desk.shelf.by_attempt.get(attempt)
            if place is not None and in_pass(staff, place):
                targets.append(place)
            else:
                told.refused[attempt[:80]] = "这名考生不在您监考的范围内。"
        return targets

    def _concerned(self, act: Act, place: Place) -> bool:
        """Said to everybody, an answer at the door is for those who asked."""
        live = self._desk.live(place.candidate.attempt)
        return act.act not in ("allow", "deny") or _asks(live)


@dataclass(slots=True)
class _Round:
    """One act on many attempts, a lot at a time."""

    desk: Desk
    staff: StaffPass
    act: Act
    now: int
    targets: list[Place]
    told: Done
    then: Callable[[Done], None]
    begun: int = 0
    open: int = 0
    at_work: bool = False

    def go_on(self) -> None:
        """Take lots until one has to wait for its rows; what is refused at once waits for nothing."""
        if self.at_work:
            return
        self.at_work = True
        while not self.open and self.begun < len(self.targets):
            lot = self.targets[self.begun : self.begun + AT_ONCE]
            self.begun += len(lot)
            self.open = len(lot)
            for place in lot:
                self.desk.in_turn(place.candidate.attempt, self._turn(place))
        self.at_work = False
        if not self.open:
            self.then(self.told)

    def _turn(self, place: Place) -> Callable[[Callable[[], None]], None]:
        def take(done: Callable[[], None]) -> None:
            def written() -> None:
                self.told.done += 1
                self._one_less(done)

            live = self.desk.live(place.candidate.attempt)
            if self.act.key and live.has(_KINDS[self.act.act], self.act.key):
                written()
                return
            why = refusal_of(self.act, place, live, now=self.now)
            if why:
                self.told.refused[place.candidate.attempt] = why
                self._one_less(done)
            else:
                self._write(place.candidate.attempt, written)

        return take

    def _one_less(self, done: Callable[[], None]) -> None:
        done()
        self.open -= 1
        if not self.open:
            self.go_on()

    def _write(self, attempt: str, written: Callable[[], None]) -> None:
        act, desk, who = self.act, self.desk, self.staff.who
        if act.act == "submit":
            epoch = desk.live(attempt).epoch
            desk.hand_in(attempt, epoch=epoch, now=self.now, done=written, by=who, reason=act.reason)
            return
        kind = _KINDS[act.act]
        desk.write(attempt, kind, lambda serial: self._row(kind, attempt, serial), written)

    def _row(self, kind: Kind, attempt: str, serial: int) -> Entry:
        act, who, now = self.act, self.staff.who, self.now
        live = self.desk.live(attempt)
        if kind == Kind.GRANTED_TIME:
            total = live.granted_minutes + act.minutes
            return granted_entry(
                attempt, serial=serial, minutes=total, reason=act.reason, at=now, by=who, key=act.key
            )
        body: dict[str, object] = {"by": who}
        if kind == Kind.PAUSED:
            body["reason"] = act.reason
        elif kind == Kind.MESSAGE:
            body["text"] = act.text
        elif kind == Kind.ADJUSTED:
            body |= {"key": act.key, "zh": act.zh, "en": act.en}
        elif live.asking is not None and kind != Kind.RESUMED:
            body["asked"] = live.asking.serial
        return control_entry(kind, attempt, serial=serial, body=body, at=now)


_KINDS = {
    "grant": Kind.GRANTED_TIME,
    "pause": Kind.PAUSED,
    "resume": Kind.RESUMED,
    "message": Kind.MESSAGE,
    "allow": Kind.ALLOWED,
    "deny": Kind.DENIED,
    "adjust": Kind.ADJUSTED,
}


def in_pass(staff: StaffPass, place: Place) -> bool:
    return place.sitting == staff.sitting and (not staff.rooms or place.candidate.room in staff.rooms)


def _asks(live: Live) -> bool:
    return live.asking is not None and not live.asking.decision


def refusal_of(act: Act, place: Place, live: Live, *, now: int) -> str:
    """Why the act cannot be done to this attempt now; empty when it can."""
    return _CASES[act.act](act, place, live, now)


def _grant(act: Act, place: Place, live: Live, now: int) -> str:
    """Minutes count from the candidate's own end: what leaves that end in the past would help nobody."""
    if live.submitted:
        return "已经交卷，不能再延长时间。"
    ended = live.deadline(place.ends_ms, now=now)
    if ended + act.minutes * 60_000 > now:
        return ""
    least = (now - ended) // 60_000 + 1
    return f"作答时间已于 {clock_words(ended)} 结束，从那时算起至少延长 {least} 分钟，才能继续作答。"


def _pause(act: Act, place: Place, live: Live, now: int) -> str:
    if live.submitted:
        return "已经交卷，无需暂停。"
    if live.paused_at is not None:
        return "已经处于暂停。"
    if now < place.starts_ms:
        return "考试尚未开始，无需暂停。"
    return "作答时间已经结束，不能暂停。" if now > live.deadline(place.ends_ms, now=now) else ""


def _resume(act: Act, place: Place, live: Live, now: int) -> str:
    return "没有处于暂停。" if live.paused_at is None else ""


def _message(act: Act, place: Place, live: Live, now: int) -> str:
    """Whoever has not come yet reads it on signing in; a page that shows the receipt asks for nothing any more."""
    return "已经交卷，页面上不再显示消息，请当面告知。" if live.submitted else ""


def _adjust(act: Act, place: Place, live: Live, now: int) -> str:
    return ""


def _submit(act: Act, place: Place, live: Live, now: int) -> str:
    if live.submitted:
        return "已经交卷。"
    if not live.epoch:
        return "考生没有登录过，没有可交的答卷。"
    return "考试尚未开始，不能交卷。" if now < place.starts_ms else ""


def _door(act: Act, place: Place, live: Live, now: int) -> str:
    return "" if _asks(live) else "没有等待确认的登录。"


_CASES: dict[str, Callable[[Act, Place, Live, int], str]] = {
    "grant": _grant,
    "pause": _pause,
    "resume": _resume,
    "message": _message,
    "submit": _submit,
    "allow": _door,
    "deny": _door,
    "adjust": _adjust,
}


def _check(act: Act) -> None:
    if act.act == "grant" and not 0 < act.minutes <= MOST_MINUTES:
        raise _incomplete(f"延长 {act.minutes} 分钟无效", f"请填 1 至 {MOST_MINUTES} 之间的整数")
    if act.act in ("grant", "pause", "submit") and not act.reason.strip():
        raise _incomplete("没有写明理由", "延长时间、暂停和代为交卷都要写明理由")
    if act.act == "message" and not act.text.strip():
        raise _incomplete("消息是空的", "请写明要告诉考生的话")
    if act.key and act.act not in ("grant", "adjust"):
        raise _incomplete("这种处置没有编号", "只有延长时间和考试便利可以带编号")
    if act.act == "adjust" and (not act.key or act.attempts is None or len(act.attempts) != 1):
        raise _incomplete("考试便利要写明编号和一名考生", "请在后台重新办理")
    if len(act.key) > KEY_LIMIT or not act.key.isprintable():
        raise _incomplete("处置的编号有误", "请在后台重新办理")
    if "\x00" in act.reason + act.text + act.zh + act.en:
        raise _incomplete("文字里有不能显示的字符", "请重新输入")
    if max(map(len, (act.reason, act.text, act.zh, act.en))) > TEXT_LIMIT:
        raise _incomplete(f"文字超过 {TEXT_LIMIT} 个字", "请缩短后重试")


def _incomplete(what: str, remedy: str) -> Refused:
    return Refused(what=what, remedy=remedy, code="act")
