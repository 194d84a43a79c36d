"""The rescue file: what a page without network hands over, sealed to the hall's rescue key.

Three lines of text. First the header, a JSON object anybody may read; second the base64 of what is sealed; third the
SHA-256 in hex of the two lines before it with their ends, which tells a damaged copy from another key. Sealed is
`Contents` as JSON, by AES-256-GCM under HKDF-SHA256(ECDH over P-256 of a fresh key and the hall's, salt: the two public
points, info: FORMAT); the header line is the associated data, so it cannot be changed apart from what it speaks of.

Whoever knows the public key can make such a file. That is why its rows are held against the log, why the session token
inside tells who made it, and why two people decide.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhiheng.delivery.core.answer import AnswerValue, answer_body
from zhiheng.delivery.core.attempt import CONTROL_ITEM, Entry
from zhiheng.delivery.core.pack import PackItem
from zhiheng.foundation.errors import Refused

FORMAT = "zhiheng-rescue-1"
LIMIT = 4 * 1024 * 1024  # bytes; 2,000 rows of the longest answer would not be an honest file
ROWS = 5000
_SKEW_MS = 60_000  # what a page's measure of the hall's clock may be off by


_END_OF_TIME = 4_102_444_800_000  # the year 2100 in ms since 1970 UTC


Number = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]  # what every reader of JSON agrees on


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """created_at: ISO 8601, by the hall's clock as the page had measured it. point, nonce: raw bytes, as base64 in the file."""

    format: Literal["zhiheng-rescue-1"]
    attempt: str
    ticket: str
    sitting: str
    created_at: str
    rows: Number
    point: bytes
    nonce: bytes


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer the hall never acknowledged, under the name the log would know it by.

    client_time: ISO 8601, by the hall's clock as the page had measured it.
    """

    epoch: Number
    item: str
    seq: Number
    value: AnswerValue
    client_time: str


class Contents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """epoch: of the session that made the file. token: its token, "" when the page had none any more.

    offset: milliseconds by which the hall's clock was ahead of the machine's; the times are put right by it already.
    """

    epoch: Number
    token: str = ""
    offset: Number = 0
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueFile:
    header: Header
    contents: Contents


def seal_rescue(contents: Contents, header: Mapping[str, str], *, recipient: bytes) -> bytes:
    """A file as the page makes it, for those who build tools and tests. recipient: the hall's 65-byte point.

    header: attempt, ticket, sitting, created_at.
    """
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient))
    nonce = hashlib.sha256(point).digest()[
        :12
    ]  # a key is used once, so its nonce need not be secret or random
    line = msgspec.json.encode(
        Header(format="zhiheng-rescue-1", rows=len(contents.rows), point=point, nonce=nonce, **header)
    )
    sealed = AESGCM(_key(shared, point, recipient)).encrypt(nonce, msgspec.json.encode(contents), line)
    body = line + b"\n" + base64.b64encode(sealed) + b"\n"
    return body + hashlib.sha256(body).hexdigest().encode() + b"\n"


def read_header(raw: bytes) -> Header:
    """What may be read of a file without its key.

    Raises: Refused (code rescue-size, rescue-damaged or rescue-format).
    """
    return _split(raw)[0]


def open_rescue(raw: bytes, key: ec.EllipticCurvePrivateKey) -> RescueFile:
    """What a file holds.

    Raises: Refused as `read_header`, and code rescue-key when it was not sealed to this key or was changed since.
    """
    header, line, sealed = _split(raw)
    recipient = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), header.point)
        shared = key.exchange(ec.ECDH(), point)
        plain = AESGCM(_key(shared, header.point, recipient)).decrypt(header.nonce, sealed, line)
    except (ValueError, InvalidTag):
        raise Refused(
            what="这个救援文件打不开：不是为本考场加密的，或内容被改动过",
            rule="救援文件只能由签发它的考场打开",
            remedy="请核对是否选对了文件；考场密钥更换过的，请联系技术人员恢复当时的密钥文件",
            code="rescue-key",
        ) from None
    try:
        contents = msgspec.json.decode(plain, type=Contents)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_a_rescue(f"加密的内容读不懂（{error}）") from None
    if len(contents.rows) != header.rows or not 0 < header.rows <= ROWS:
        raise _not_a_rescue(f"文件头写 {header.rows} 条答案，里面有 {len(contents.rows)} 条")
    return RescueFile(header=header, contents=contents)


def _split(raw: bytes) -> tuple[Header, bytes, bytes]:
    if len(raw) > LIMIT:
        raise Refused(
            what=f"文件有 {len(raw) // 1024} KB，超过 {LIMIT // 1024} KB",
            remedy="请选择考试页面保存的 .zhrescue 文件",
            code="rescue-size",
        )
    lines = raw.split(b"\n")
    if len(lines) != 4 or lines[3]:
        raise _not_a_rescue("应当正好有三行")
    line, coded, seal = lines[:3]
    expected = hashlib.sha256(line + b"\n" + coded + b"\n").hexdigest()
    if not hmac.compare_digest(seal, expected.encode()):
        raise Refused(
            what="救援文件没有复制完整：末尾的校验值与内容不符",
            remedy="请从原来的机器重新复制一次",
            code="rescue-damaged",
        )
    try:
        return msgspec.json.decode(line, type=Header), line, base64.b64decode(coded, validate=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, binascii.Error) as error:
        raise _not_a_rescue(str(error)) from None


def _key(shared: bytes, point: bytes, recipient: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=point + recipient, info=FORMAT.encode()).derive(shared)


def _not_a_rescue(why: str) -> Refused:
    return Refused(
        what=f"这不是救援文件：{why}", remedy="请选择考试页面保存的 .zhrescue 文件", code="rescue-format"
    )


class Fate(StrEnum):
    """What importing a row would come to."""

    NEW = "new"  # not in the log; would count
    KNOWN = "known"  # the hall has it already
    OLDER = "older"  # the log has a later answer to this question
    CONFLICT = "conflict"  # the log has this very name with another answer
    IMPOSSIBLE = "impossible"  # no answer to this question, or at no time of this exam


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One row held against the paper, the sitting and the log.

    at: when the page says it was given, ms since 1970 UTC; None when that cannot be read.
    standing: JSON text of the answer the log counts now, None when there is none.
    """

    row: Row
    fate: Fate
    why: str
    at: int | None
    standing: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the log says of the attempt. rows: its answers, rescued ones among them. epoch: the last session.

    opens, closes: from when until when answers could be given, ms since 1970 UTC.
    """

    items: Mapping[str, PackItem]
    rows: Sequence[Entry]
    epoch: int
    opens: int
    closes: int


def weigh(contents: Contents, known: Known) -> tuple[Weighed, ...]:
    """Every row of a file in its order; only those whose fate is new may be handed to the hall."""
    named = {(row.epoch, row.item, row.seq): row.body for row in known.rows}
    standing: dict[str, Entry] = {}
    for entry in known.rows:
        before = standing.get(entry.item)
        if before is None or (entry.epoch, entry.seq) > (before.epoch, before.seq):
            standing[entry.item] = entry
    seen: dict[tuple[int, str, int], str] = {}
    weighed = []
    for row in contents.rows:
        at = _moment(row.client_time)
        last = standing.get(row.item)
        fate, why = _fate(row, at, known, named | seen, last)
        if fate == Fate.NEW:
            seen[(row.epoch, row.item, row.seq)] = answer_body(known.items[row.item], row.value)
        weighed.append(
            Weighed(row=row, fate=fate, why=why, at=at, standing=last.body if last is not None else None)
        )
    return tuple(weighed)


def _fate(
    row: Row,
    at: int | None,
    known: Known,
    named: Mapping[tuple[int, str, int], str],
    last: Entry | None,
) -> tuple[Fate, str]:
    problem, body = _problem(row, at, known)
    if problem:
        return Fate.IMPOSSIBLE, problem
    there = named.get((row.epoch, row.item, row.seq))
    if there is not None:
        if there == body:
            return Fate.KNOWN, "考场已收到这条答案"
        return Fate.CONFLICT, "考场以同一序号收到过另一个答案"
    if last is not None and (last.epoch, last.seq) > (row.epoch, row.seq):
        return Fate.OLDER, "考场收到过这道题更晚的答案"
    return Fate.NEW, "考场没有这条答案"


def _problem(row: Row, at: int | None, known: Known) -> tuple[str, str]:
    """Why the row can be no answer of this attempt, else "" and its body in the log."""
    item = known.items.get(row.item)
    if item is None or row.item.startswith(CONTROL_ITEM):
        return f"试卷里没有题目“{row.item[:40]}”", ""
    if not (0 < row.epoch <= known.epoch and 0 < row.seq < 2**53):
        return f"第 {row.epoch} 次登录、序号 {row.seq} 不是这场考试里的", ""
    if at is None:
        return f"作答时间“{row.client_time[:40]}”读不懂", ""
    if at < known.opens - _SKEW_MS:
        return "作答时间早于开考", ""
    if at > known.closes + _SKEW_MS:
        return "作答时间晚于考试截止", ""
    try:
        return "", answer_body(item, row.value)
    except Refused as refused:
        return refused.what, ""


def _moment(text: str) -> int | None:
    """Milliseconds since 1970 UTC; None for what is no moment of this century."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    at = None if moment.tzinfo is None else round(moment.timestamp() * 1000)
    return at if at is not None and 0 <= at < _END_OF_TIME else None
