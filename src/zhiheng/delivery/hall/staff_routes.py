"""What the back office and its console ask of the hall, under /hall/staff/."""

from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec

from zhiheng.delivery.core.attempt import Kind
from zhiheng.delivery.core.token import StaffPass, read_staff_token
from zhiheng.delivery.hall.candidate_routes import Route
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Reply, Request, Response, json_response
from zhiheng.delivery.hall.outages import outages, told
from zhiheng.delivery.hall.presence import HALL
from zhiheng.delivery.hall.rescuing import Brought, Rescue, bring_in
from zhiheng.delivery.hall.seats import RETRY, SeatBoard, seat_of
from zhiheng.delivery.hall.staff import Act, Done, Staff
from zhiheng.delivery.hall.wire import decoded, moment
from zhiheng.delivery.hall.withdrawing import Withdraw, withdrawn_entry
from zhiheng.foundation.errors import Refused

STAFF_PATH = "/hall/staff/"
NOBODY = Refused(what="没有监考凭证", remedy="请从后台的监考页面打开", code="staff-token")

TAKEN_BACK = Refused(
    what="监考凭证已收回", remedy="仍在监考的，请刷新监考页面；已换人的，请联系管理员", code="staff-token"
)
LOOKS_ONLY = Refused(
    what="这个监考凭证只能查看座位，不能处置", remedy="请在后台的监考页面办理", code="staff-token"
)

_act = msgspec.json.Decoder(Act)
_withdraw = msgspec.json.Decoder(Withdraw)
_rescue = msgspec.json.Decoder(Rescue)


class StaffRoutes:
    """site_origin: of the back office; its pages alone may ask from another origin."""

    def __init__(self, *, desk: Desk, now: Callable[[], int], board: SeatBoard, site_origin: str) -> None:
        self._desk = desk
        self._now = now
        self._board = board
        self._staff = Staff(desk)
        self._origin = _origin(site_origin)
        self.exact: dict[tuple[str, str], Route] = {
            ("GET", "/hall/staff/seats"): self._seats,
            ("GET", "/hall/staff/pack"): self._pack,
            ("POST", "/hall/staff/act"): self._act,
            ("POST", "/hall/staff/rescue"): self._rescue,
            ("GET", "/hall/staff/outages"): self._outages,
            ("POST", "/hall/staff/withdraw"): self._withdraw,
            ("POST", "/hall/staff/news"): self._news,
        }

    def cross_origin(self, request: Request, reply: Reply) -> Reply:
        """The reply that also lets the back office's pages read it."""
        if not self._origin or request.headers.get("origin") != self._origin:
            return reply

        def shared(response: Response) -> None:
            response.headers = (
                *response.headers,
                ("Access-Control-Allow-Origin", self._origin),
                ("Vary", "Origin"),
            )
            reply(response)

        return shared

    def preflight(self, request: Request, reply: Reply) -> None:
        """What a browser asks before it sends an Authorization header to another origin."""
        headers = (
            ("Access-Control-Allow-Methods", "GET, POST"),
            ("Access-Control-Allow-Headers", "authorization, content-type"),
            ("Access-Control-Max-Age", "600"),
        )
        reply(Response(status=204, body=b"", headers=headers))

    def _pass(self, request: Request) -> StaffPass:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "staff":
            raise NOBODY
        staff = read_staff_token(token, key=self._desk.keys.hmac, now=self._now())
        if self._desk.withdrawn.has(staff):
            raise TAKEN_BACK
        return staff

    def _doer(self, request: Request) -> StaffPass:
        """A pass that may change something. Raises: Refused for one that only looks."""
        staff = self._pass(request)
        if staff.looks:
            raise LOOKS_ONLY
        return staff

    def _seats(self, request: Request, reply: Reply) -> None:
        """An event stream; asked for JSON, all seats once."""
        staff, now = self._pass(request), self._now()
        if "application/json" in request.headers.get("accept", ""):
            seats = [
                seat_of(place, self._desk.peek(place.candidate.attempt), now=now)
                for place in self._staff.places(staff)
            ]
            reply(json_response({"at": moment(now), "seats": seats}))
            return
        reply(
            Response(
                status=200,
                body=RETRY,
                content_type="text/event-stream; charset=utf-8",
                headers=(("Cache-Control", "no-store"), ("X-Accel-Buffering", "no")),
                stream=lambda stream: self._board.watch(staff, stream, now=self._now()),
            )
        )

    def _pack(self, request: Request, reply: Reply) -> None:
        """Which pack of the sitting is in use; no hash where there is none."""
        staff = self._pass(request)
        found = next((pack for pack in self._desk.shelf.packs if pack.sitting == staff.sitting), None)
        facts = (
            {"hash": found.hash, "candidates": len(found.candidates)}
            if found
            else {"hash": "", "candidates": 0}
        )
        reply(json_response(facts))

    def _act(self, request: Request, reply: Reply) -> None:
        staff = self._doer(request)

        def then(done: Done) -> None:
            refused = [{"attempt": attempt, "sentence": why} for attempt, why in done.refused.items()]
            reply(json_response({"done": done.done, "refused": refused}))

        self._staff.act(staff, decoded(_act, request), now=self._now(), then=then)

    def _outages(self, request: Request, reply: Reply) -> None:
        staff, now = self._pass(request), self._now()
        found = outages(self._desk, self._staff.places(staff), now=now)
        reply(json_response({"outages": [told(one) for one in found]}))

    def _rescue(self, request: Request, reply: Reply) -> None:
        staff = self._doer(request)

        def then(brought: Brought) -> None:
            reply(json_response(brought))

        bring_in(self._desk, staff, decoded(_rescue, request), now=self._now(), then=then)

    def _withdraw(self, request: Request, reply: Reply) -> None:
        """Take back every pass of an account; answered once that outlives the process."""
        staff, asked = self._doer(request), decoded(_withdraw, request)
        self._desk.require_room()
        make = withdrawn_entry(asked, HALL, by=staff.who, now=self._now())
        self._desk.write(HALL, Kind.WITHDRAWN, make, lambda: reply(json_response({"done": 1})))

    def _news(self, request: Request, reply: Reply) -> None:
        """Something was written down about the rooms of the pass: their consoles look at the back office again."""
        reply(json_response({"told": self._board.tell_news(self._doer(request))}))


def _origin(url: str) -> str:
    """Scheme and host of an address; a browser names no more of itself."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
