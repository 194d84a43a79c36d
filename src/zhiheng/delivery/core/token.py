"""The session token: who is sitting, in which session, until when; signed, never stored."""

import base64
import binascii
import hashlib
import hmac

import msgspec

from zhiheng.foundation.errors import Refused


class Session(msgspec.Struct, frozen=True, array_like=True):
    """One sign-in. expires: milliseconds since 1970 UTC."""

    sitting: str
    attempt: str
    epoch: int
    expires: int


_decoder = msgspec.json.Decoder(Session)


def mint_token(session: Session, *, key: bytes) -> str:
    """payload.mac, both base64url without padding; the mac is HMAC-SHA256."""
    payload = _to_text(msgspec.json.encode(session))
    return f"{payload}.{_mac(payload, key)}"


def read_token(token: str, *, key: bytes, now: int) -> Session:
    """The session of a token we minted.

    Raises: Refused, code "token" (forged or damaged) or "token-expired".
    """
    payload, _, mac = token.partition(".")
    if not token.isascii() or not hmac.compare_digest(mac, _mac(payload, key)):
        raise Refused(what="登录凭证无效", remedy="请重新用准考证号和身份证号登录", code="token")
    try:
        session = _decoder.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (msgspec.DecodeError, binascii.Error):
        raise Refused(
            what="登录凭证无法识别", remedy="请重新用准考证号和身份证号登录", code="token"
        ) from None
    if session.expires <= now:
        raise Refused(what="登录凭证已过期", remedy="请重新用准考证号和身份证号登录", code="token-expired")
    return session


def require_sitting(session: Session, sitting: str) -> None:
    """Refuse a token of another sitting."""
    if session.sitting != sitting:
        raise other_sitting(session.sitting)


def other_sitting(sitting: str) -> Refused:
    return Refused(
        what=f"这个登录凭证属于另一场考试（{sitting}），不能用于本场",
        remedy="请用本场的准考证号重新登录",
        code="other-sitting",
    )


def _mac(payload: str, key: bytes) -> str:
    return _to_text(hmac.digest(key, b"token:" + payload.encode(), hashlib.sha256))


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
