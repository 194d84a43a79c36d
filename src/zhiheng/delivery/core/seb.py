"""Safe Exam Browser: its configuration file, the Config Key of one, and the check of what a client sends.

A configuration is a property list. The Config Key is the SHA-256 of its "SEB-JSON": keys sorted without
regard to case at every level, no white space, no escaping, `originatorVersion` and empty dictionaries left
out, data in Base64, dates in ISO 8601. A client proves the key by the SHA-256 of the address it asked for
followed by the key. Source: safeexambrowser.org, Developer Documentation, "Config Key" and "File Format".
"""

import base64
import gzip
import hashlib
import hmac
import io
import math
import plistlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard
from urllib.parse import urldefrag, urlsplit, urlunsplit
from xml.parsers.expat import ExpatError

from zhiheng.foundation.errors import Refused

PlistDict = dict[str, object]
"""A property list's dictionary; values are str, bytes, bool, int, float, datetime, lists and dicts of these."""

CONFIG_KEY_HEADER = "X-SafeExamBrowser-ConfigKeyHash"
FILE_TYPE = "application/seb"
DOWNLOAD_SITE = "https://safeexambrowser.org/download_en.html"
LIMIT_FILE = 1024 * 1024
LIMIT_UNPACKED = 4 * 1024 * 1024
LIMIT_DEPTH = 24

_GZIP = b"\x1f\x8b"
_PLAIN = b"plnd"
_ENCRYPTED = (b"pswd", b"pwcc", b"pkhs", b"phsk")
_NOT_READABLE = (
    ExpatError,
    plistlib.InvalidFileException,
    ValueError,
    OverflowError,
    AttributeError,  # a date that is none
    IndexError,
    KeyError,
    TypeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SebSettings:
    """What a sitting asks of Safe Exam Browser; everything else stays at the client's own safe defaults.

    start_url: the hall's address. quit_url: the page whose opening ends the browser, "" for none.
    quit_password_hash: `password_hash(...)`, "" when the browser may be left without a password.
    """

    start_url: str
    quit_url: str = ""
    quit_password_hash: str = ""
    allow_reload: bool = True
    full_screen: bool = True
    spell_check: bool = False
    other_programs: bool = False


def password_hash(password: str) -> str:
    """How a configuration keeps a password: SHA-256 in lower-case hex, "" for none."""
    return hashlib.sha256(password.encode()).hexdigest() if password else ""


def configuration(settings: SebSettings) -> PlistDict:
    """The property list of a sitting: only well-known keys."""
    found: PlistDict = {
        "originatorVersion": "zhiheng",
        "sebConfigPurpose": 0,  # starts an exam; it does not configure the client for good
        "startURL": settings.start_url,
        "sendBrowserExamKey": True,
        "browserWindowWebView": 3,  # the modern engine; the key is read by script there
        "browserViewMode": 1 if settings.full_screen else 0,
        "browserWindowAllowReload": settings.allow_reload,
        "showReloadButton": settings.allow_reload,
        "showReloadWarning": True,
        "showTaskBar": True,
        "showTime": True,
        "enableZoomPage": True,
        "enableZoomText": True,
        "allowSpellCheck": settings.spell_check,
        "allowSwitchToApplications": settings.other_programs,
        "allowQuit": True,
        "enablePrintScreen": False,
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,  # the modern engine has no content filter
        "URLFilterRules": [
            {"action": 1, "active": True, "expression": expression, "regex": False}
            for expression in _allowed(settings)
        ],
    }
    if settings.quit_url:
        found |= {"quitURL": settings.quit_url, "quitURLConfirm": False}
    if settings.quit_password_hash:
        found["hashedQuitPassword"] = settings.quit_password_hash
    return found


def _allowed(settings: SebSettings) -> list[str]:
    """The addresses a candidate may open: the hall's host, and the page that ends the browser."""
    hosts = [urlsplit(url).netloc for url in (settings.start_url, settings.quit_url) if url]
    return [f"{host}/*" for host in dict.fromkeys(hosts)]


def seb_file(found: Mapping[str, object]) -> bytes:
    """The plain .seb file of a property list: the same list always gives the same bytes."""
    return plistlib.dumps(dict(found), fmt=plistlib.FMT_XML, sort_keys=True)


def read_seb(raw: bytes) -> PlistDict:
    """The property list of somebody's own .seb file, plain or packed with gzip.

    Raises: Refused, code "seb-encrypted", "seb-size", "seb-unreadable" or "seb-deep".
    """
    if len(raw) > LIMIT_FILE:
        raise _too_large()
    text = _unpacked(raw)
    if text[:4] == _PLAIN:
        text = _unpacked(text[4:])
    if text[:4] in _ENCRYPTED:
        raise Refused(
            what="这份 .seb 文件是加密的，无法计算它的 Config Key",
            rule="只接受未加密的配置文件",
            remedy="请在 SEB 配置工具里去掉设置密码与证书，另存为未加密的 .seb 文件后再上传",
            code="seb-encrypted",
        )
    try:
        found = plistlib.loads(text, fmt=plistlib.FMT_XML)
    except _NOT_READABLE:
        raise _unreadable() from None
    if not is_plist(found):
        raise _unreadable()
    if _depth(found) > LIMIT_DEPTH:
        raise Refused(
            what=f"这份 .seb 文件的层数超过 {LIMIT_DEPTH} 层",
            remedy="请用 SEB 配置工具重新保存后再上传",
            code="seb-deep",
        )
    return found


def is_plist(found: object) -> TypeGuard[PlistDict]:
    return isinstance(found, dict)


def start_url_of(found: Mapping[str, object]) -> str:
    url = found.get("startURL", "")
    return url if isinstance(url, str) else ""


def seb_json(found: Mapping[str, object]) -> str:
    """The SEB-JSON of a property list. An empty list is written as "[]".

    Raises: Refused, code "seb-value", for a number that is none.
    """
    kept = {key: value for key, value in found.items() if key != "originatorVersion"}
    return _object(kept) if kept else "[]"


def config_key(found: Mapping[str, object]) -> str:
    """The Config Key of a property list, 64 lower-case hex digits."""
    return hashlib.sha256(seb_json(found).encode()).hexdigest()


def request_hash(url: str, key: str) -> str:
    """What a client with this Config Key sends for this address, as its browser saw it."""
    return hashlib.sha256((urldefrag(url).url + key).encode()).hexdigest()


def header_matches(url: str, key: str, header: str) -> bool:
    """Whether the header's value is the one of this key for the requested address.

    Behind a proxy `url` must be the one the browser asked for. The same holds for the value a page reads
    from `SafeExamBrowser.security.configKey`, with the page's own address: see `script_matches`.
    """
    return hmac.compare_digest(request_hash(url, key).encode(), header.strip().lower().encode())


def script_matches(page_url: str, key: str, value: str) -> bool:
    """Whether the value a page read by script is the one of this key for the page's address."""
    return header_matches(page_url, key, value)


def any_matches(urls: Iterable[str], keys: Iterable[str], value: str) -> bool:
    """Whether the value proves one of the keys for one of the addresses."""
    addresses = list(urls)
    return any(header_matches(url, key, value) for key in keys for url in addresses)


def launch_url(download_url: str) -> str:
    """The address that opens a configuration in an installed client: sebs: for https:, seb: for http:."""
    parts = urlsplit(download_url)
    return urlunsplit(parts._replace(scheme="sebs" if parts.scheme == "https" else "seb"))


def _object(found: Mapping[str, object]) -> str:
    keys = sorted(found, key=lambda key: (key.lower(), key.swapcase()))
    return "{" + ",".join(f'"{key}":{_value(found[key])}' for key in keys if found[key] != {}) + "}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        return "[" + ",".join(_value(one) for one in value) + "]"
    if isinstance(value, int):
        return str(value)
    return _number(value) if isinstance(value, float) else f'"{_text(value)}"'


def _number(value: float) -> str:
    """As the clients write a real: fifteen digits, no point after a whole number."""
    if not math.isfinite(value):
        raise Refused(
            what=f"配置文件里有不是数的数值“{value}”",
            remedy="请用 SEB 配置工具重新保存后再上传",
            code="seb-value",
        )
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}"


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)


def _depth(found: object) -> int:
    """How deep it nests, found without calling itself."""
    deepest, waiting = 0, [(found, 1)]
    while waiting:
        value, level = waiting.pop()
        deepest = max(deepest, level)
        if isinstance(value, dict):
            waiting.extend((one, level + 1) for one in value.values())
        elif isinstance(value, list):
            waiting.extend((one, level + 1) for one in value)
    return deepest


def _unpacked(raw: bytes) -> bytes:
    """The bytes behind gzip, or the bytes themselves; never more than the limit."""
    if raw[:2] != _GZIP:
        return raw
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            found = packed.read(LIMIT_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise _unreadable() from None
    if len(found) > LIMIT_UNPACKED:
        raise _too_large()
    return found


def _too_large() -> Refused:
    return Refused(
        what=f"这份 .seb 文件超过 {LIMIT_FILE // 1024 // 1024} MB，或者解压后超过 {LIMIT_UNPACKED // 1024 // 1024} MB",
        remedy="请核对是不是选错了文件",
        code="seb-size",
    )


def _unreadable() -> Refused:
    return Refused(
        what="这不是 Safe Exam Browser 的配置文件，或者文件已损坏",
        remedy="请上传 SEB 配置工具保存的、未加密的 .seb 文件",
        code="seb-unreadable",
    )
