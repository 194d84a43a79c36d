"""Signing in: recognising a candidate by ticket and identity number, and one machine at a time."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from zhiheng.delivery.core.attempt import Kind, control_entry, opened_entry
from zhiheng.delivery.core.pack import hash_id
from zhiheng.delivery.core.token import Session, mint_token
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.live import Asking, Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.delivery.hall.throttle import Throttle
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

TOKEN_OUTLIVES_DEADLINE_MS = 12 * 3600 * 1000
MACHINE_LIMIT = 64
WAITING = (
    "这个准考证号正在另一台设备上作答，已请监考员确认是否由本机继续。本页每 5 秒自动询问一次，请不要关闭。"
)

Opened = Callable[[Place, Session, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody at the door. machine: the random id their browser keeps. peer: their address."""

    ticket: str
    id_number: str
    machine: str = ""
    peer: str = ""


class SigningIn:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._throttle = Throttle()

    def sign_in(self, arrival: Arrival, *, now: int, done: Opened, wait: Callable[[], None]) -> None:
        """Open a new session: `done(place, session, token)` once that is durable.

        `wait` instead when the invigilator has to allow this machine first; ask again in some seconds.
        Raises: Refused when this is not a candidate, or may not enter.
        """
        place = self._recognise(arrival, now)
        self._require_entry(place, now)
        self._desk.require_room()
        live = self._desk.live(place.candidate.attempt)
        if self._may_open(place, live, arrival, now):
            self._open(place, live, arrival, now=now, done=done)
        else:
            self._ask(place, live, arrival, now=now, wait=wait)

    def _open(self, place: Place, live: Live, arrival: Arrival, *, now: int, done: Opened) -> None:
        """The epoch moves at once, so that two sign-ins in one batch get two epochs."""
        attempt = place.candidate.attempt
        live.epoch += 1
        live.machine, live.peer, live.asking = arrival.machine, arrival.peer, None
        self._desk.hear(place, live, now=now)
        epoch = live.epoch
        entry = opened_entry(
            attempt,
            epoch=epoch,
            at=now,
            machine=arrival.machine,
            peer=arrival.peer,
            hall=self._desk.hall,
        )

        def durable(outcome: Outcome) -> None:
            if outcome.fate is Fate.CONFLICT:  # another process has opened this very epoch
                self._open(place, live, arrival, now=now, done=done)
                return
            expires = live.deadline(place.ends_ms, now=now) + TOKEN_OUTLIVES_DEADLINE_MS
            session = Session(place.sitting, attempt, epoch, expires)
            done(place, session, mint_token(session, key=self._desk.keys.hmac))

        self._desk.append(entry, durable)

    def _may_open(self, place: Place, live: Live, arrival: Arrival, now: int) -> bool:
        in_use = live.epoch > 0 and not live.submitted and now - live.heard_at <= place.silent_ms
        if not in_use or place.pack.second_sign_in == "allow":
            return True
        if arrival.machine and arrival.machine == live.machine:
            return True
        asking = live.asking
        if asking is None or asking.machine != arrival.machine:
            return False
        if asking.decision == Kind.DENIED:
            live.asking = None  # said once; who asks again after that asks anew
            raise Refused(
                what="监考员没有同意在这台设备上继续",
                rule="同一准考证同一时间只能在一台设备上作答",
                remedy="请回到原来的设备，或举手告知监考员",
                code="denied",
            )
        return asking.decision == Kind.ALLOWED

    def _ask(self, place: Place, live: Live, arrival: Arrival, *, now: int, wait: Callable[[], None]) -> None:
        asking = live.asking
        if asking is not None and asking.machine == arrival.machine:
            asking.heard_at = now
            wait()
            return
        attempt = place.candidate.attempt
        body = {"peer": arrival.peer, "machine": arrival.machine}
        live.asking = Asking(serial=-1, machine=arrival.machine, peer=arrival.peer, heard_at=now, row=0)
        self._desk.write(
            attempt,
            Kind.ASKED,
            lambda serial: control_entry(Kind.ASKED, attempt, serial=serial, body=body, at=now),
            wait,
        )

    def _recognise(self, arrival: Arrival, now: int) -> Place:
        wait = self._throttle.wait(arrival.ticket, now=now)
        if wait:
            raise Refused(
                what="这个准考证号连续几次登录不成功",
                rule="连续 5 次不符后需等待 30 秒",
                remedy=f"请核对后在 {wait} 秒后重试，或举手告知监考员",
                code="sign-in-throttled",
            )
        place = self._desk.shelf.by_ticket.get(arrival.ticket)
        offered = hash_id(self._desk.keys.hmac, arrival.id_number)
        expected = place.candidate.id_hash if place else "0" * 64
        if not hmac.compare_digest(offered, expected) or place is None:
            self._throttle.failed(arrival.ticket, now=now)
            raise Refused(
                what="准考证号与身份证号不符",
                remedy="请对照准考证和身份证逐位核对；若仍不符，请举手告知监考员",
                code="sign-in",
            )
        self._throttle.clear(arrival.ticket)
        return place

    def _require_entry(self, place: Place, now: int) -> None:
        if now < place.sign_in_ms:
            raise Refused(
                what="还没有到登录时间",
                rule="开考前 30 分钟开放登录",
                remedy="请在开考前 30 分钟内再来登录",
                code="not-open",
            )
        if self._desk.live(place.candidate.attempt).epoch > 0:
            return
        if now > self._desk.deadline(place, now=now):
            raise Refused(what="本场考试已经结束", remedy="如有疑问，请联系考点工作人员", code="over")
        if place.late_entry_ms is not None and now > place.late_entry_ms:
            until = datetime.fromtimestamp(place.late_entry_ms / 1000, tz=SHANGHAI)
            raise Refused(
                what="已过本场考试允许进入的时间",
                rule=f"最迟进入时间为 {until:%H:%M}",
                remedy="请联系考点工作人员",
                code="late-entry",
            )


class SignInBody(msgspec.Struct):
    """What the page posts. config_key: what Safe Exam Browser tells the page by script."""

    ticket: str
    id_number: str
    machine: str = ""
    config_key: str = ""
