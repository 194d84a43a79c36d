"""A hall that answers only what the page before an exam asks over the network."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from zhiheng.plumbing import clock


@dataclass
class SmallHall:
    """What it says of itself; a test may change it while it runs."""

    healthy: bool = True
    fast_by: timedelta = timedelta(0)
    pack: str = ""
    url: str = ""


@contextmanager
def small_hall() -> Iterator[SmallHall]:
    hall = SmallHall()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the standard library's name
            if self.path == "/healthz":
                self._say(200 if hall.healthy else 503, {"ok": hall.healthy})
            elif self.path == "/hall/staff/pack":
                self._say(200, {"hash": hall.pack})
            else:
                self._say(200, {"server_time": (clock.now() + hall.fast_by).isoformat()})

        def _say(self, status: int, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    hall.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hall
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
