"""Papers under lock: fetched in the waiting room as ciphertext, opened at the start by a small key.

Key and nonce are derived from the hall's secret and the pack, so every process seals a paper to the
same bytes and nothing has to be kept. A nonce is used with its key for one text only: the pack's hash
is in both, and covers the paper.
"""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhiheng.delivery.core.pack import PackItem, PackPaper
from zhiheng.delivery.hall.packs import Place
from zhiheng.foundation.canonical import canonical_json

NONCE_BYTES = 12
CACHE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """body: 12 bytes of nonce, then the AES-256-GCM ciphertext with its tag. hash: SHA-256 of body, in hex."""

    hash: str
    body: bytes


class SealedPapers:
    """Seals each paper when it is first asked for; hashes are kept, bytes as long as there is room."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._seals: dict[tuple[str, str], tuple[str, int]] = {}
        self._bodies: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._held = 0

    def seal_of(self, place: Place) -> dict[str, object]:
        """{hash, bytes} of the candidate's paper, as the status tells it."""
        name = (place.pack.hash, place.paper.id)
        if name not in self._seals:
            self.sealed(place)
        seal, size = self._seals[name]
        return {"hash": seal, "bytes": size}

    def sealed(self, place: Place) -> Sealed:
        name = (place.pack.hash, place.paper.id)
        body = self._bodies.get(name)
        if body is None:
            body = seal_paper(place.paper, pack_hash=place.pack.hash, secret=self._secret)
            self._keep(name, body)
        self._bodies.move_to_end(name)
        return Sealed(hash=self._seals[name][0], body=body)

    def key_of(self, place: Place) -> bytes:
        return paper_key(place.paper.id, pack_hash=place.pack.hash, secret=self._secret)

    def _keep(self, name: tuple[str, str], body: bytes) -> None:
        self._seals[name] = (hashlib.sha256(body).hexdigest(), len(body))
        self._bodies[name] = body
        self._held += len(body)
        while self._held > CACHE_BYTES and len(self._bodies) > 1:
            self._held -= len(self._bodies.popitem(last=False)[1])


def paper_key(paper: str, *, pack_hash: str, secret: bytes) -> bytes:
    """32 bytes."""
    return hmac.digest(secret, f"paper-key:{pack_hash}:{paper}".encode(), hashlib.sha256)


def seal_paper(paper: PackPaper, *, pack_hash: str, secret: bytes) -> bytes:
    nonce = hmac.digest(secret, f"paper-nonce:{pack_hash}:{paper.id}".encode(), hashlib.sha256)[:NONCE_BYTES]
    key = paper_key(paper.id, pack_hash=pack_hash, secret=secret)
    return nonce + AESGCM(key).encrypt(nonce, canonical_json(printed_paper(paper)), None)


def printed_paper(paper: PackPaper) -> dict[str, object]:
    """The paper in printed order, no more than is printed."""
    return {
        "id": paper.id,
        "title": paper.title,
        "sections": [{"title": section.title, "items": list(section.items)} for section in paper.sections],
        "items": [item_view(item, [option.id for option in item.options]) for item in paper.items],
    }


def item_view(item: PackItem, options: list[str]) -> dict[str, object]:
    """One question with its options in the order given."""
    texts = {option.id: option.text for option in item.options}
    facts: dict[str, object] = {
        "id": item.id,
        "type": item.type,
        "marks": item.marks,
        "stem": item.stem,
        "options": [{"id": option, "text": texts[option]} for option in options],
    }
    if item.media:
        facts["media"] = [msgspec.to_builtins(media) for media in item.media]
    return facts
