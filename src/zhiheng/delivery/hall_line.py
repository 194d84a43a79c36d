"""The back office's line to the running hall: acts on attempts, breaks in the line, rescued answers, live seats.

A line speaks for one account about one offering, and about some of its rooms or all. It carries a pass
signed with the hall's key, which the hall and the back office share; nothing else opens the staff routes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx
import msgspec
from django.conf import settings

from zhiheng.delivery.console.line import Acted, Outage, RefusedSeat, SeatNow, SeatsPass
from zhiheng.delivery.core.token import StaffPass, mint_staff_token
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall_http import ask_hall
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering

PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 4.0  # a page waits for a look; an act over a hundred thousand rows may take longer
NEWS_SECONDS = 0.5
PASS_HOLDS = timedelta(minutes=10)
ROWS_AT_ONCE = 10
"""Rescued answers in one request: ten of the longest stay under what the hall takes."""

Told = TypeVar("Told")


class Rescued(msgspec.Struct, frozen=True, kw_only=True):
    """conflicts: {epoch, item, seq} of rows whose name the log holds with another answer."""

    appended: int
    repeated: int
    conflicts: tuple[dict[str, Any], ...]


class _Acted(msgspec.Struct):
    done: int
    refused: tuple[dict[str, str], ...]


class _Seats(msgspec.Struct):
    seats: tuple[dict[str, Any], ...]


class _Pack(msgspec.Struct):
    hash: str


class _Outage(msgspec.Struct):
    kind: str
    attempts: tuple[str, ...]
    minutes: int
    since: datetime = msgspec.field(name="from")
    until: datetime
    room: str = ""
    still: bool = False


class _Outages(msgspec.Struct):
    outages: tuple[_Outage, ...]


class _Refusal(msgspec.Struct):
    code: str
    sentence: str


class _Refused(msgspec.Struct):
    error: _Refusal


class _Withdrawn(msgspec.Struct):
    done: int


class _Heard(msgspec.Struct):
    told: int


class HallLine:
    """rooms: as the pack names them; empty for all of the offering. address: of a hall that is not the usual one."""

    def __init__(
        self, by: Account, offering: Offering, rooms: Sequence[str] = (), *, address: str = ""
    ) -> None:
        self._by = by
        self._offering = offering
        self._rooms = tuple(rooms)
        self._staff = f"{address or settings.HALL_URL}/hall/staff"

    def act(
        self,
        kind: str,
        *,
        attempts: Sequence[str] | None,
        minutes: int = 0,
        reason: str = "",
        text: str = "",
        key: str = "",
    ) -> Acted:
        """Returns once every row is durable. kind: grant, pause, resume, message, submit, allow or deny.

        attempts: None for everybody the line speaks of. key: of a grant; what was given under it is not given again.
        Raises: Refused, code "hall-silent" when the hall does not answer, else as the hall refuses.
        """
        asked = {
            "act": kind,
            "attempts": None if attempts is None else [str(one) for one in attempts],
            "minutes": minutes,
            "reason": reason,
            "text": text,
            "key": key,
        }
        return _acted(self._ask("POST", "act", _Acted, asked))

    def adjust(self, attempt: str, *, key: str, minutes: int, reason: str, zh: str, en: str) -> Acted:
        """Give one candidate minutes, if any, and the words of what is to be done from now on, "" for nothing.

        What was done under the key is not done again. Raises: Refused as `act`; sending it again is safe.
        """
        asked: dict[str, Any] = {"attempts": [attempt], "key": key}
        if minutes:
            acted = self._ask(
                "POST", "act", _Acted, asked | {"act": "grant", "minutes": minutes, "reason": reason}
            )
            if not acted.done:
                return _acted(acted)
        return _acted(self._ask("POST", "act", _Acted, asked | {"act": "adjust", "zh": zh, "en": en}))

    def outages(self) -> list[Outage]:
        """Breaks in the line that no time was given for yet, those that go on as well. Raises: Refused, code "hall-silent"."""
        return [
            Outage(
                kind=one.kind,
                room=one.room,
                since=one.since,
                until=one.until,
                attempts=one.attempts,
                minutes=one.minutes,
                still=one.still,
            )
            for one in self._ask("GET", "outages", _Outages).outages
        ]

    def rescue(self, attempt: str, rows: Sequence[Mapping[str, Any]]) -> Rescued:
        """Bring in rows {epoch, item, seq, value, client_time}; what is there already is told, not doubled.

        Raises: Refused, code "hall-silent", or as the hall refuses; rows sent before that stay.
        """
        appended, repeated = 0, 0
        conflicts: list[dict[str, Any]] = []
        for at in range(0, len(rows), ROWS_AT_ONCE):
            asked = {"attempt": attempt, "rows": [dict(row) for row in rows[at : at + ROWS_AT_ONCE]]}
            told = self._ask("POST", "rescue", Rescued, asked)
            appended, repeated = appended + told.appended, repeated + told.repeated
            conflicts.extend(told.conflicts)
        return Rescued(appended=appended, repeated=repeated, conflicts=tuple(conflicts))

    def seats(self) -> list[SeatNow]:
        """All seats once. Raises: Refused, code "hall-silent"."""
        wanted = SeatNow.__slots__  # the hall tells more of a seat than this
        found = self._ask("GET", "seats", _Seats).seats
        return [
            msgspec.convert({name: seat[name] for name in wanted}, SeatNow, strict=False) for seat in found
        ]

    def pack_hash(self) -> str:
        """Of the pack the hall uses for this offering, "" when it has none. Raises: Refused, code "hall-silent"."""
        return self._ask("GET", "pack", _Pack).hash

    def seats_pass(self) -> SeatsPass:
        """For the console's page, which listens to the seats itself."""
        return SeatsPass(address=f"{self._staff}/seats", token=self._token(looks=True))

    def seats_address_and_token(self) -> tuple[str, str]:
        opening = self.seats_pass()
        return opening.address, opening.token

    def tell_news(self) -> int:
        """Something was written down about these rooms: their consoles look again; how many there are.

        Raises: Refused, code "hall-silent", soon: whoever wrote it down waits for this.
        """
        return self._ask("POST", "news", _Heard, patience=NEWS_SECONDS).told

    def _token(self, *, looks: bool = False) -> str:
        return _signed_pass(
            who=str(self._by.id),
            name=self._by.display_name,
            sitting=str(self._offering.id),
            rooms=self._rooms,
            looks=looks,
        )

    def _ask(
        self, method: str, path: str, form: type[Told], asked: object = None, *, patience: float = 0
    ) -> Told:
        patience = patience or (PATIENCE_SECONDS if method == "POST" else LOOK_SECONDS)
        return _answer(method, f"{self._staff}/{path}", self._token(), form, asked, patience=patience)


def take_back_passes(account_id: str, *, by: str) -> None:
    """Every pass of the account given out until now is no good any more, also after a restart of the hall.

    by: account id, or the name of a service. Raises: Refused, code "hall-silent".
    """
    asked = {"who": account_id, "until": _runs_out()}
    token = _signed_pass(who=by, name="", sitting="", rooms=())
    address = f"{settings.HALL_URL}/hall/staff/withdraw"
    _answer("POST", address, token, _Withdrawn, asked, patience=LOOK_SECONDS)


def _signed_pass(*, who: str, name: str, sitting: str, rooms: tuple[str, ...], looks: bool = False) -> str:
    staff = StaffPass(who=who, name=name, sitting=sitting, rooms=rooms, expires=_runs_out(), looks=looks)
    return mint_staff_token(staff, key=ensure_keys(settings.HALL_DATA).hmac)


def _runs_out() -> int:
    """When a pass given out now runs out: later than all given out before."""
    return round((clock.now() + PASS_HOLDS).timestamp() * 1000)


def _answer(
    method: str, address: str, token: str, form: type[Told], asked: object, *, patience: float
) -> Told:
    headers = {"Authorization": f"Staff {token}", "Accept": "application/json"}
    try:
        answer = ask_hall(method, address, headers=headers, json=asked, timeout=patience)
        if answer.status_code == httpx.codes.OK:
            return msgspec.json.decode(answer.content, type=form)
        refusal = msgspec.json.decode(answer.content, type=_Refused).error
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise _silent(method, error) from None
    raise Refused(what=refusal.sentence, code=refusal.code)


def _silent(method: str, error: Exception) -> Refused:
    """Looked at in vain, not reached, or reached and not heard back from: then nobody knows what was done."""
    call = "若持续如此，请联系系统管理员检查考场服务"
    if method == "GET":
        return Refused(
            what="考场服务没有应答，现在看不到考场的情况",
            remedy=f"签到和考场情况照常可以记录；考生的答案留在各自的机器上，恢复后自动送达。{call}",
            code="hall-silent",
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Refused(
            what="考场服务没有应答，这次操作没有办成", remedy=f"请稍后重试；{call}", code="hall-silent"
        )
    return Refused(
        what="考场服务没有应答完，还不知道这次操作办成没有",
        remedy=f"请先核对有没有办成；没有的，原样再提交一次同一张表，延长的时间和导入的答案不会重复。{call}",
        code="hall-silent",
    )


def _acted(told: _Acted) -> Acted:
    refused = tuple(RefusedSeat(attempt=one["attempt"], sentence=one["sentence"]) for one in told.refused)
    return Acted(done=told.done, refused=refused)
