"""What the hall answers under /hall/, /healthz and /metrics: who answers which address."""

import ipaddress
from collections.abc import Callable

from zhiheng.delivery.hall.assets import Assets
from zhiheng.delivery.hall.candidate_routes import CandidateRoutes, ReadAttempt, Route, our_fault
from zhiheng.delivery.hall.committer import Committer
from zhiheng.delivery.hall.desk import Desk
from zhiheng.delivery.hall.http import Reply, Request, Response, json_response, plain_fault, refusal
from zhiheng.delivery.hall.media import MediaShelf
from zhiheng.delivery.hall.metrics import CONTENT_TYPE, Figures, metrics
from zhiheng.delivery.hall.packs import MEDIA_FOLDER
from zhiheng.delivery.hall.presence import HEARTBEAT_FILE, SILENCE_FILE, Heartbeat, Presence, Silences
from zhiheng.delivery.hall.reporting import Reporting
from zhiheng.delivery.hall.seats import SeatBoard
from zhiheng.delivery.hall.staff_routes import STAFF_PATH, StaffRoutes
from zhiheng.foundation.errors import Refused


class Routes:
    def __init__(
        self,
        *,
        desk: Desk,
        committer: Committer,
        now: Callable[[], int],
        real: Callable[[int], int],
        read_attempt: ReadAttempt,
        open_connections: Callable[[], int],
        site_origin: str = "",
    ) -> None:
        self._desk = desk
        self._committer = committer
        self._open_connections = open_connections
        self._assets = Assets()
        self._now = now
        self.board = SeatBoard(desk)
        folder = desk.shelf.folder.parent
        heartbeat, silences = Heartbeat(folder / HEARTBEAT_FILE), Silences(folder / SILENCE_FILE)
        self._presence = Presence(desk, heartbeat=heartbeat, silences=silences, real=real)
        self._staff = StaffRoutes(desk=desk, now=now, board=self.board, site_origin=site_origin)
        media = MediaShelf(desk.shelf.folder / MEDIA_FOLDER)
        candidates = CandidateRoutes(desk=desk, now=now, read_attempt=read_attempt, media=media)
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/healthz"): self._health,
            ("GET", "/metrics"): self._metrics,
            **candidates.exact,
            **Reporting(desk=desk, now=now).exact,
            **self._staff.exact,
        }
        self._under = candidates.under
        self._paths = {path for _, path in self._routes} | {"/hall/answer"}  # whose POST never comes here

    def tick(self) -> None:
        """Once a second: what changed by time alone."""
        now = self._now()
        if self._presence.tick(now=now):
            self.board.clock_moved()
        self.board.tick(now=now)

    def dispatch(self, request: Request, reply: Reply) -> None:
        """Answer exactly once, at once or later."""
        if request.path.startswith(STAFF_PATH):
            reply = self._staff.cross_origin(request, reply)
            if request.method == "OPTIONS":
                self._staff.preflight(request, reply)
                return
        try:
            route = self._routes.get((_asked(request), request.path)) or self._below(request)
            if route is not None:
                route(request, reply)
            else:
                reply(self._page(request))
        except Refused as refused:
            self._desk.refused[refused.code] += 1
            reply(refusal(refused))
        except Exception as error:
            reply(our_fault(error))

    def _below(self, request: Request) -> Route | None:
        """The route of an address that names something: /hall/sealed/<hash>."""
        if _asked(request) != "GET":
            return None
        return next((route for path, route in self._under.items() if request.path.startswith(path)), None)

    def _page(self, request: Request) -> Response:
        if request.path in self._paths:
            return plain_fault(405, "这个地址不接受这种请求方法。")
        return self._assets.find(request)

    def _health(self, request: Request, reply: Reply) -> None:
        alive = self._committer.alive
        reply(json_response({"ok": alive}, status=200 if alive else 503))

    def _metrics(self, request: Request, reply: Reply) -> None:
        if not _is_inside(request):
            reply(plain_fault(404, "没有这个页面。"))
            return
        figures = Figures(
            commits=self._committer.figures,
            waiting=self._committer.waiting,
            connections=self._open_connections(),
            consoles=self.board.consoles,
        )
        text = metrics(self._desk, figures)
        reply(Response(status=200, body=text.encode(), content_type=CONTENT_TYPE))


def _asked(request: Request) -> str:
    """HEAD asks what GET does, for the head alone: so do those who look whether a service lives."""
    return "GET" if request.method == "HEAD" else request.method


def _is_inside(request: Request) -> bool:
    """Asked on this machine itself; a proxy's requests are not, wherever the proxy runs."""
    if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.peer).is_loopback
    except ValueError:
        return False
