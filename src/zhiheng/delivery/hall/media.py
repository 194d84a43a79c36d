"""Pictures, sounds and films of questions: files under their SHA-256 in `<data>/packs/media/`."""

from collections import OrderedDict
from pathlib import Path

from zhiheng.delivery.hall.http import Response, plain_fault
from zhiheng.delivery.hall.packs import Place

CACHE_BYTES = 64 * 1024 * 1024
_HEADERS = (
    ("Cache-Control", "private, max-age=86400, immutable"),
    ("Content-Security-Policy", "default-src 'none'; sandbox"),
)


class MediaShelf:
    """Files asked for lately are kept in memory; a name is looked for only when the pack knows it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0

    def find(self, place: Place, name: str) -> Response:
        known = place.media.get(name)
        body = self._read(name) if known is not None else None
        if known is None or body is None:
            return plain_fault(404, "没有这份媒体文件。请举手告知监考员。")
        return Response(status=200, body=body, content_type=known.media_type, headers=_HEADERS)

    def _read(self, name: str) -> bytes | None:
        body = self._bodies.get(name)
        if body is None:
            try:
                body = (self._folder / name).read_bytes()
            except OSError:
                return None
            self._keep(name, body)
        self._bodies.move_to_end(name)
        return body

    def _keep(self, name: str, body: bytes) -> None:
        self._bodies[name] = body
        self._held += len(body)
        while self._held > CACHE_BYTES and len(self._bodies) > 1:
            self._held -= len(self._bodies.popitem(last=False)[1])
