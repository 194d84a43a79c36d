"""Signed words, never stored: a candidate's session token, and the pass of those who watch over a sitting."""

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


class StaffPass(msgspec.Struct, frozen=True, array_like=True):
    """What the back office lets one of its people do in the hall for a while.

    who, name: the account, for the log. rooms: as the pack names them; empty for all of the sitting.
    expires: milliseconds since 1970 UTC. looks: good for seeing seats and for nothing else, as a page in a browser
    carries it; acts and rescued answers go through the back office, which asks who decides and keeps it.
    """

    who: str
    name: str
    sitting: str
    rooms: tuple[str, ...]
    expires: int
    looks: bool = False


_decoder = msgspec.json.Decoder(Session)
_staff_decoder = msgspec.json.Decoder(StaffPass)
_CANDIDATE, _STAFF = b"token:", b"staff:"


def mint_token(session: Session, *, key: bytes) -> str:
    """payload.mac, both base64url without padding; the mac is HMAC-SHA256."""
    return _signed(msgspec.json.encode(session), key, _CANDIDATE)


def mint_staff_token(staff: StaffPass, *, key: bytes) -> str:
    """In the form of a session token, signed in another context: neither can stand for the other."""
    return _signed(msgspec.json.encode(staff), key, _STAFF)


def read_staff_token(token: str, *, key: bytes, now: int) -> StaffPass:
    """Raises: Refused, code "staff-token", when it is forged, damaged or over."""
    payload, _, mac = token.partition(".")
    try:
        if not token.isascii() or not hmac.compare_digest(mac, _mac(payload, key, _STAFF)):
            raise ValueError("not signed by us")
        staff = _staff_decoder.decode(_from_text(payload))
    except (msgspec.DecodeError, ValueError):
        raise Refused(what="监考凭证无效", remedy="请从后台的监考页面重新打开", code="staff-token") from None
    if staff.expires <= now:
        raise Refused(what="监考凭证已过期", remedy="请刷新监考页面", code="staff-token")
    return staff


def read_token(token: str, *, key: bytes, now: int) -> Session:
    """The session of a token we minted.

    Raises: Refused, code "token" (forged or damaged) or "token-expired".
    """
    payload, _, mac = token.partition(".")
    if not token.isascii() or not hmac.compare_digest(mac, _mac(payload, key, _CANDIDATE)):
        raise Refused(what="登录凭证无效", remedy="请重新用准考证号和身份证号登录", code="token")
    try:
        session = _decoder.decode(_from_text(payload))
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


def _signed(raw: bytes, key: bytes, context: bytes) -> str:
    payload = _to_text(raw)
    return f"{payload}.{_mac(payload, key, context)}"


def _mac(payload: str, key: bytes, context: bytes) -> str:
    return _to_text(hmac.digest(key, context + payload.encode(), hashlib.sha256))


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _from_text(text: str) -> bytes:
    """Raises: binascii.Error, which is a ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
