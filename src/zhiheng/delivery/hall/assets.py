"""The exam page's own files, read once at start and served with a strict policy."""

import hashlib
from pathlib import Path

from zhiheng.delivery.hall.http import Request, Response, plain_fault

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_GUARDS = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


class Assets:
    def __init__(self) -> None:
        self._files: dict[str, tuple[Response, str]] = {}
        for path in sorted(STATIC.iterdir()):
            if path.suffix in _TYPES:
                address = "/hall/" if path.name == "exam.html" else f"/hall/static/{path.name}"
                self._files[address] = _load(path)

    def find(self, request: Request) -> Response:
        if request.path in ("/", "/hall"):
            return Response(status=308, body=b"", headers=(("Location", "/hall/"),))
        found = self._files.get(request.path)
        if found is None:
            return plain_fault(404, "没有这个页面。考试入口在 /hall/。")
        if request.method not in ("GET", "HEAD"):
            return plain_fault(405, "这个地址不接受这种请求方法。")
        response, tag = found
        if request.headers.get("if-none-match") == tag:
            return Response(
                status=304, body=b"", content_type=response.content_type, headers=response.headers
            )
        return response


def _load(path: Path) -> tuple[Response, str]:
    body = path.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = (*_GUARDS, ("ETag", tag), ("Cache-Control", "no-cache"))
    return Response(status=200, body=body, content_type=_TYPES[path.suffix], headers=headers), tag
