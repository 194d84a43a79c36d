"""A stand for the console's page: the real template, styles and scripts, and a hall that tells made-up seats."""

import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from zhiheng.foundation.moment import SHANGHAI

PER_ROOM = 40
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
AT = "2026-11-28T09:30:00.000+08:00"


def seat(number: int, **more: Any) -> dict[str, Any]:
    return {
        "attempt": str(UUID(int=number)),
        "ticket": f"26112{number:010d}",
        "room": f"第 {number // PER_ROOM + 1} 考场",
        "seat": str(number % PER_ROOM + 1),
        "state": "answering",
        "answered": 12,
        "total": 60,
        "seen_at": AT,
        "ends_at": "2026-11-28T10:30:00.000+08:00",
        "granted": 0,
        "events": 0,
        "asked": False,
        "machines": 1,
    } | more


def page(seats: int) -> str:
    """The administrator's page with so many seats, forty to a room."""
    offering = SimpleNamespace(
        id=UUID(int=1), title="互联网营销师（初级）", starts_at=datetime(2026, 11, 28, 9, tzinfo=SHANGHAI)
    )
    blocks = []
    for first in range(0, seats, PER_ROOM):
        room = SimpleNamespace(
            id=UUID(int=100 + first),
            name=f"第 {first // PER_ROOM + 1} 考场",
            centre=SimpleNamespace(name="测试考点"),
        )
        rows = [
            SimpleNamespace(
                sheet=SimpleNamespace(
                    ticket=SimpleNamespace(
                        number=f"26112{number:010d}",
                        application=SimpleNamespace(person=SimpleNamespace(name=f"演示考生{number}")),
                    ),
                    placement=SimpleNamespace(seat=number % PER_ROOM + 1),
                ),
                opened_at=None,
                submitted_at=None,
                answered=0,
            )
            for number in range(first, min(first + PER_ROOM, seats))
        ]
        blocks.append({"room": room, "rows": rows})
    desk = SimpleNamespace(scope=SimpleNamespace(offering=offering))
    with translation.override("zh-hans"):
        return render_to_string(
            "delivery/console/hall.html", {"desk": desk, "rooms": blocks, "total": seats, "today": True}
        )


@dataclass
class Stand:
    """rounds: batches of changed seats still to be told, one a second; silent: the hall answers nobody."""

    url: str = ""
    seats: int = 0
    rounds: list[list[dict[str, Any]]] = field(default_factory=list)
    pace: float = 1.0
    silent: bool = False
    cut: bool = False
    streams: int = 0

    def told(self) -> Iterator[bytes]:
        everybody = [seat(number) for number in range(self.seats)]
        yield _event("all", everybody)
        while not self.cut:
            if self.rounds:
                yield _event("changed", self.rounds.pop(0))
            else:
                yield b": alive\n\n"
            time.sleep(self.pace)


def _event(name: str, seats: list[dict[str, Any]]) -> bytes:
    at = datetime.now(UTC).astimezone(SHANGHAI).isoformat(timespec="milliseconds")  # noqa: TID251 - as the hall does
    told = json.dumps({"at": at, "seats": seats}, ensure_ascii=False)
    return f"event: {name}\ndata: {told}\n\n".encode()


def changes(seats: int, each: int, rounds: int) -> list[list[dict[str, Any]]]:
    """So many different seats a round; a twentieth of them go away, the others have saved one more answer."""
    rng = random.Random(4)
    return [
        [
            seat(number, state="away") if place % 20 == 0 else seat(number, answered=13 + turn)
            for place, number in enumerate(rng.sample(range(seats), each))
        ]
        for turn in range(rounds)
    ]


class Handler(BaseHTTPRequestHandler):
    """One request; `here` and `html` come from the server it belongs to."""

    def do_GET(self) -> None:  # the standard library's name
        server = cast(_Server, self.server)
        path = self.path.partition("?")[0]
        if path == "/stream":
            self._stream(server.here)
        elif path.endswith("/line/"):
            lines = [{"address": f"{server.here.url}/stream", "token": "word"}]
            self._say(json.dumps({"lines": lines}).encode(), "application/json")
        elif path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            kind = TYPES.get("." + path.rsplit(".", 1)[-1], "text/plain")
            self._say(Path(str(found)).read_bytes() if found else b"", kind)
        else:
            self._say(server.html if path == "/" else b"<p></p>", "text/html; charset=utf-8")

    def _stream(self, here: Stand) -> None:
        if here.silent or self.headers["Authorization"] != "Staff word":
            self._say(b"{}", "application/json", status=503)
            return
        here.streams += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(OSError):  # the page may go
            for part in here.told():
                self.wfile.write(part)
                self.wfile.flush()

    def _say(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Keep the test's output clean."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    here: Stand
    html: bytes


@contextmanager
def stand(seats: int) -> Iterator[Stand]:
    server = _Server(("127.0.0.1", 0), Handler)
    server.here, server.html = Stand(seats=seats), page(seats).encode()
    server.here.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.here
    finally:
        server.here.cut = True
        server.shutdown()
        thread.join()
        server.server_close()
