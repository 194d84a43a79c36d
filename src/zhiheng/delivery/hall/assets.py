"""The exam page's own files, read once at start and served with a strict policy.

All scripts and styles together have one version, the hash of their contents, and an address with that version
in it, which never changes its content. So a page, once loaded, stays of one piece, and the page's worker can
keep a whole version for the reload without network.
"""

import hashlib
from pathlib import Path

import msgspec

from zhiheng.delivery.hall.http import Request, Response, plain_fault

STATIC = Path(__file__).parent / "static"
PAGE = "/hall/"
WORKER = "/hall/worker.js"
FOLDER = "/hall/static/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_GUARDS = (
    ("Content-Security-Policy", _POLICY),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
_ASK_AGAIN = "no-cache"
_FOR_GOOD = "public, max-age=31536000, immutable"


class Assets:
    """`version`: of all files together; changes when any of them does."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[Response, str]] = {}
        files = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in _TYPES}
        page, worker = files.pop("exam.html"), files.pop("worker.js")
        self.version = _hash_of(page, worker, *(part for item in files.items() for part in item))
        folder = f"{FOLDER}{self.version}/"
        for name, body in files.items():
            kind = _TYPES[Path(name).suffix]
            self._files[FOLDER + name] = _response(body, kind, _ASK_AGAIN)
            self._files[folder + name] = _response(body, kind, _FOR_GOOD)
        page = page.replace(FOLDER.encode(), folder.encode())
        shell = {"version": self.version, "files": [PAGE, *(folder + name for name in files)]}
        worker = b"self.shell = " + msgspec.json.encode(shell) + b";\n" + worker
        self._files[PAGE] = _response(page, _TYPES[".html"], _ASK_AGAIN)
        self._files[WORKER] = _response(worker, _TYPES[".js"], _ASK_AGAIN)

    def find(self, request: Request) -> Response:
        if request.path in ("/", "/hall"):
            return Response(status=308, body=b"", headers=(("Location", PAGE),))
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


def _hash_of(*parts: bytes | str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        whole.update(len(raw).to_bytes(8, "big") + raw)
    return whole.hexdigest()[:16]


def _response(body: bytes, kind: str, caching: str) -> tuple[Response, str]:
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = (*_GUARDS, ("ETag", tag), ("Cache-Control", caching))
    return Response(status=200, body=body, content_type=kind, headers=headers), tag
