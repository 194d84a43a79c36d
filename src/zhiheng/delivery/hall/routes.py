"""What the hall answers under /hall/, /healthz and /metrics."""

import ipaddress
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from zhiheng.delivery.core.attempt import Attempt, Entry, fold
from zhiheng.delivery.core.receipt import make_receipt
from zhiheng.delivery.core.token import Session
from zhiheng.delivery.hall.assets import Assets
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Reply, Request, Response, json_response, plain_fault, refusal
from zhiheng.delivery.hall.packs import Place
from zhiheng.delivery.hall.saving import Saving
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI

Asked = TypeVar("Asked")
ReadAttempt = Callable[[str, Callable[[list[Entry]], None], Callable[[BaseException], None]], None]


class _SignIn(msgspec.Struct):
    ticket: str
    id_number: str


_sign_in = msgspec.json.Decoder(_SignIn)


class Routes:
    """read_attempt(attempt, then, fail): fetch the rows of an attempt off the loop, then call back on it."""

    def __init__(
        self,
        *,
        desk: Desk,
        committer: Committer,
        now: Callable[[], int],
        read_attempt: ReadAttempt,
        open_connections: Callable[[], int],
    ) -> None:
        self._desk = desk
        self._committer = committer
        self._now = now
        self._read_attempt = read_attempt
        self._open_connections = open_connections
        self._assets = Assets()
        self._routes: dict[tuple[str, str], Callable[[Request, Reply], None]] = {
            ("POST", "/hall/answer"): Saving(desk=desk, committer=committer, now=now).save,
            ("POST", "/hall/signin"): self._sign_in,
            ("POST", "/hall/submit"): self._submit,
            ("GET", "/hall/paper"): self._paper,
            ("GET", "/hall/answers"): self._answers,
            ("GET", "/hall/time"): self._time,
            ("GET", "/healthz"): self._health,
            ("GET", "/metrics"): self._metrics,
        }
        self._paths = {path for _, path in self._routes}

    def dispatch(self, request: Request, reply: Reply) -> None:
        """Answer exactly once, at once or later."""
        try:
            route = self._routes.get((request.method, request.path))
            if route is not None:
                route(request, reply)
            else:
                reply(self._page(request))
        except Refused as refused:
            reply(refusal(refused))
        except Exception as error:
            reply(_our_fault(error))

    def _page(self, request: Request) -> Response:
        if request.path in self._paths:
            return plain_fault(405, "这个地址不接受这种请求方法。")
        return self._assets.find(request)

    def _sign_in(self, request: Request, reply: Reply) -> None:
        asked = _decoded(_sign_in, request)
        now = self._now()

        def done(place: Place, session: Session, token: str) -> None:
            facts = self._status(place) | {"token": token, "epoch": session.epoch}
            if now >= place.starts_ms:
                facts["paper"] = paper_view(place)
            reply(json_response(facts))

        self._desk.sign_in(ticket=asked.ticket.strip(), id_number=asked.id_number, now=now, done=done)

    def _status(self, place: Place) -> dict[str, object]:
        candidate = place.candidate
        return {
            "attempt": candidate.attempt,
            "ticket": candidate.ticket,
            "sitting": place.sitting,
            "title": place.pack.title,
            "name": candidate.display_name,
            "room": candidate.room,
            "seat": candidate.seat,
            "starts_at": moment(place.starts_ms),
            "ends_at": moment(self._desk.deadline(place)),
            "server_time": moment(self._now()),
            "submitted": self._desk.live(candidate.attempt).submitted,
        }

    def _paper(self, request: Request, reply: Reply) -> None:
        now = self._now()
        place, _ = self._desk.place_of(request.bearer, now=now)
        self._desk.require_started(place, now=now)
        reply(json_response(self._status(place) | {"paper": paper_view(place)}))

    def _answers(self, request: Request, reply: Reply) -> None:
        place, session = self._desk.place_of(request.bearer, now=self._now())

        def then(state: Attempt) -> None:
            reply(json_response(self._status(place) | {"epoch": session.epoch, "answers": state.given}))

        self._folded(place, reply, then)

    def _submit(self, request: Request, reply: Reply) -> None:
        def done(place: Place) -> None:
            self._folded(place, reply, lambda state: reply(self._receipt(place, state)))

        self._desk.submit(request.bearer, now=self._now(), done=done)

    def _receipt(self, place: Place, state: Attempt) -> Response:
        receipt = make_receipt(
            state,
            sitting=place.sitting,
            attempt=place.candidate.attempt,
            ticket=place.candidate.ticket,
            pack=place.pack.hash,
            key_id=self._desk.keys.key_id,
            key=self._desk.keys.signing,
        )
        return json_response(receipt)

    def _folded(self, place: Place, reply: Reply, then: Callable[[Attempt], None]) -> None:
        def fetched(rows: list[Entry]) -> None:
            try:
                then(fold(rows, ends_at=place.ends_ms))
            except Exception as error:
                reply(_our_fault(error))

        self._read_attempt(place.candidate.attempt, fetched, lambda error: reply(_our_fault(error)))

    def _time(self, request: Request, reply: Reply) -> None:
        """With a token also the candidate's own deadline, which may have moved; the page's heartbeat."""
        now = self._now()
        facts = {"server_time": moment(now)}
        if request.bearer:
            place, _ = self._desk.place_of(request.bearer, now=now)
            facts["ends_at"] = moment(self._desk.deadline(place))
        reply(json_response(facts))

    def _health(self, request: Request, reply: Reply) -> None:
        alive = self._committer.alive
        reply(json_response({"ok": alive}, status=200 if alive else 503))

    def _metrics(self, request: Request, reply: Reply) -> None:
        if not _is_inside(request):
            reply(plain_fault(404, "没有这个页面。"))
            return
        figures = self._committer.figures
        lines = [
            ("zhiheng_hall_rows_total", "counter", figures.rows),
            ("zhiheng_hall_batches_total", "counter", figures.batches),
            ("zhiheng_hall_commit_seconds_total", "counter", round(figures.seconds, 6)),
            ("zhiheng_hall_largest_batch", "gauge", figures.largest),
            ("zhiheng_hall_waiting_rows", "gauge", self._committer.waiting),
            ("zhiheng_hall_open_attempts", "gauge", self._desk.opened),
            ("zhiheng_hall_connections", "gauge", self._open_connections()),
            ("zhiheng_hall_packs", "gauge", len(self._desk.shelf.packs)),
            ("zhiheng_hall_packs_refused_total", "counter", self._desk.shelf.refused),
        ]
        text = "".join(f"# TYPE {name} {kind}\n{name} {value}\n" for name, kind, value in lines)
        reply(Response(status=200, body=text.encode(), content_type="text/plain; version=0.0.4"))


def moment(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and +08:00."""
    at = datetime.fromtimestamp(milliseconds / 1000, tz=UTC).astimezone(SHANGHAI)
    return at.isoformat(timespec="milliseconds")


def paper_view(place: Place) -> dict[str, object]:
    """The paper as this candidate sees it: own order of items and options, no more than is printed."""
    rank = {item: number for number, item in enumerate(place.candidate.item_order)}
    sections = []
    for section in place.paper.sections:
        ids = sorted(section.items, key=lambda item: rank.get(item, 0))
        sections.append({"title": section.title, "items": [_item_view(place, item) for item in ids]})
    return {"id": place.paper.id, "title": place.paper.title, "sections": sections}


def _item_view(place: Place, item_id: str) -> dict[str, object]:
    item = place.items[item_id]
    rank = {option: number for number, option in enumerate(place.candidate.option_order.get(item_id, ()))}
    options = sorted(item.options, key=lambda option: rank.get(option.id, 0))
    return {
        "id": item.id,
        "type": item.type,
        "marks": item.marks,
        "stem": item.stem,
        "options": [{"id": option.id, "text": option.text} for option in options],
    }


def _decoded(decoder: "msgspec.json.Decoder[Asked]", request: Request) -> Asked:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(what="请求内容应为 JSON", remedy="请刷新页面后重试", code="body")
    try:
        return decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(what=f"请求内容读不懂：{error}", remedy="请刷新页面后重试", code="body") from None


def _is_inside(request: Request) -> bool:
    """Asked on this machine itself; a proxy's requests are not, wherever the proxy runs."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.peer).is_loopback
    except ValueError:
        return False


def _our_fault(error: BaseException) -> Response:
    traceback.print_exception(error, file=sys.stderr)
    return plain_fault(500, "考场服务内部出错，请求没有完成。请稍候重试；若仍不行，请举手告知监考员。")
