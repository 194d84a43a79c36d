"""Signing in: recognising a candidate by ticket and identity number, and one machine at a time."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from zhiheng.delivery.core.attempt import Kind, control_entry, opened_entry
from zhiheng.delivery.core.network import inside
from zhiheng.delivery.core.pack import hash_id
from zhiheng.delivery.core.seb_check import SebProof
from zhiheng.delivery.core.token import Session, mint_token
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.live import PROVEN, Asking, Live
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.store import Fate, Outcome
from zhiheng.delivery.hall.throttle import Throttle
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

TOKEN_OUTLIVES_DEADLINE_MS = 12 * 3600 * 1000
SESSIONS_LIMIT = 500
ASKS_LIMIT = 100
"""For one attempt; nobody needs as many, and the log must not be filled by one."""
OTHER_BROWSER_NOTED = "没有通过安全考试浏览器的核对"
WAITING = {
    "machine": "这个准考证号正在另一台设备上作答，已请监考员确认是否由本机继续。"
    "本页每 5 秒自动询问一次，请不要关闭。",
    "config-key": "本场考试要求使用安全考试浏览器和规定的配置，本机没有通过核对，已告知监考员。"
    "请用安全考试浏览器重新打开考试；监考员同意后，本页也会自动继续。",
}
"""Why somebody has to wait at the door -> what they are told."""

Opened = Callable[[Place, Session, str], None]


NO_PROOF = SebProof()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody at the door. machine: the random id their browser keeps. peer: their address. proof: of their browser."""

    ticket: str
    id_number: str
    machine: str = ""
    peer: str = ""
    proof: SebProof = NO_PROOF


class SigningIn:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._throttle = Throttle()

    def sign_in(self, arrival: Arrival, *, now: int, done: Opened, wait: Callable[[str], None]) -> None:
        """Open a new session: `done(place, session, token)` once that is durable.

        `wait(why)`, a key of `WAITING`, instead when the invigilator has to allow this machine first.
        Raises: Refused when this is not a candidate, or may not enter.
        """
        place = self._recognise(arrival, now)
        self._require_entry(place, now)
        self._desk.require_room()
        live = self._desk.live(place.candidate.attempt)
        _require_few(live.epoch, SESSIONS_LIMIT)
        why = self._doubt(place, live, arrival, now)
        if why and not self._was_allowed(live, arrival):
            self._ask(place, live, arrival, why, now=now, wait=wait)
            return
        self._require_network(place, arrival, now)
        self._open(place, live, arrival, now=now, done=done)

    def _open(self, place: Place, live: Live, arrival: Arrival, *, now: int, done: Opened) -> None:
        """The epoch moves at once, so that two sign-ins in one batch get two epochs."""
        attempt = place.candidate.attempt
        live.epoch += 1
        live.machine, live.peer, live.asking = arrival.machine, arrival.peer, None
        self._desk.hear(place, live, now=now)
        epoch, keys = live.epoch, place.pack.seb_config_keys
        entry = opened_entry(
            attempt,
            epoch=epoch,
            at=now,
            machine=arrival.machine,
            peer=arrival.peer,
            hall=self._desk.hall,
            **({"browser": PROVEN} if keys and arrival.proof.holds(keys) else {}),
        )

        def durable(outcome: Outcome) -> None:
            if outcome.fate is Fate.CONFLICT:  # another process has opened this very epoch
                self._open(place, live, arrival, now=now, done=done)
                return
            expires = live.deadline(place.ends_ms, now=now) + TOKEN_OUTLIVES_DEADLINE_MS
            session = Session(place.sitting, attempt, epoch, expires)
            done(place, session, mint_token(session, key=self._desk.keys.hmac))

        self._desk.append(entry, durable)

    def _doubt(self, place: Place, live: Live, arrival: Arrival, now: int) -> str:
        """Why the invigilator has to allow this machine first; empty when nobody needs to be asked."""
        if live.submitted:
            return ""  # for the receipt any machine will do
        if not arrival.proof.holds(place.pack.seb_config_keys):
            return "config-key"
        in_use = live.epoch > 0 and now - live.heard_at <= place.silent_ms
        same = bool(arrival.machine) and arrival.machine == live.machine
        return "machine" if in_use and not same and place.pack.second_sign_in == "ask" else ""

    def _was_allowed(self, live: Live, arrival: Arrival) -> bool:
        """What the invigilator said of this machine. Raises: Refused, code "denied"."""
        asking = live.asking
        if asking is None or not _same_asker(asking, arrival):
            return self._stands(live, arrival)
        if asking.decision == Kind.DENIED:
            live.asking = None  # said once; who asks again after that asks anew
            raise Refused(
                what="监考员没有同意在这台设备上继续",
                rule="同一准考证同一时间只能在一台设备上作答，并使用本场规定的浏览器",
                remedy="请回到原来的设备，或举手告知监考员",
                code="denied",
            )
        return asking.decision == Kind.ALLOWED

    def _stands(self, live: Live, arrival: Arrival) -> bool:
        """A machine that was let in without the prescribed browser may come back, as long as it is in force."""
        return bool(arrival.machine) and arrival.machine == live.machine

    def _ask(
        self,
        place: Place,
        live: Live,
        arrival: Arrival,
        why: str,
        *,
        now: int,
        wait: Callable[[str], None],
    ) -> None:
        asking = live.asking
        if asking is not None and _same_asker(asking, arrival):
            asking.heard_at = now
            wait(why)
            return
        attempt = place.candidate.attempt
        _require_few(live.reserved.get(Kind.ASKED, 0), ASKS_LIMIT)
        body = {"peer": arrival.peer, "machine": arrival.machine, "why": why}
        live.asking = Asking(serial=-1, machine=arrival.machine, peer=arrival.peer, heard_at=now, row=0)
        if why == "config-key":
            note_event(self._desk, attempt, kind="config-key", text=OTHER_BROWSER_NOTED, now=now)
        self._desk.write(
            attempt,
            Kind.ASKED,
            lambda serial: control_entry(Kind.ASKED, attempt, serial=serial, body=body, at=now),
            lambda: wait(why),
        )

    def _require_network(self, place: Place, arrival: Arrival, now: int) -> None:
        """From elsewhere: a note in any case, and a closed door where the sitting asks for that."""
        candidate = place.candidate
        if inside(arrival.peer, place.pack.networks.get(candidate.room, ())):
            return
        text = f"在本考场的网络之外登录（{arrival.peer or '地址不明'}）"
        note_event(self._desk, candidate.attempt, kind="network", text=text, now=now)
        if place.pack.network_policy == "refuse":
            raise Refused(
                what="这台设备不在本考场的网络里，不能登录",
                rule=f"“{candidate.room}”的考生只能在本考场的网络里作答",
                remedy="请使用本考场的设备，或举手告知监考员",
                code="network",
            )

    def _recognise(self, arrival: Arrival, now: int) -> Place:
        wait = self._throttle.wait(arrival.ticket, arrival.peer, now=now)
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
            self._throttle.failed(arrival.ticket, arrival.peer, exists=place is not None, now=now)
            raise Refused(
                what="准考证号与身份证号不符",
                remedy="请对照准考证和身份证逐位核对；若仍不符，请举手告知监考员",
                code="sign-in",
            )
        self._throttle.clear(arrival.ticket, arrival.peer)
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


def _same_asker(asking: Asking, arrival: Arrival) -> bool:
    """A browser that keeps no name is known by its address."""
    return asking.machine == arrival.machine and bool(arrival.machine or asking.peer == arrival.peer)


def _require_few(count: int, limit: int) -> None:
    if count >= limit:
        raise Refused(
            what="这个准考证号的登录次数过多",
            rule=f"一场考试最多 {limit} 次",
            remedy="请举手告知监考员",
            code="sign-in-throttled",
        )


def note_event(desk: Desk, attempt: str, *, kind: str, text: str, now: int) -> None:
    """What the hall itself noticed: an event like those of the page, of session 0. text: what people read."""
    body = {"kind": kind, "text": text}
    desk.write(
        attempt,
        Kind.EVENT,
        lambda serial: control_entry(Kind.EVENT, attempt, serial=serial, body=body, at=now),
        lambda: None,
    )


class SignInBody(msgspec.Struct):
    """What the page posts. config_key: what Safe Exam Browser tells the page by script."""

    ticket: str
    id_number: str
    machine: str = ""
    config_key: str = ""
