"""A credential file as a value, read so that no two readers can see different facts in it."""

import json
from typing import Any

from zhiheng.foundation.errors import Refused

LIMIT = 200_000  # characters; a certificate has about four thousand


def read_credential(text: str) -> dict[str, Any]:
    """The JSON object of a file.

    Raises: Refused when it is not JSON, not an object, or names a member twice (parsers differ in which one counts).
    """
    if len(text) > LIMIT:
        raise Refused(
            what=f"文件有 {len(text)} 个字符，不像一份证书凭证",
            remedy="请选择从本平台下载的凭证文件",
            code="credential-size",
        )
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Refused(
            what=f"文件不是 JSON：第 {error.lineno} 行第 {error.colno} 列读不懂",
            remedy="请选择从本平台下载的凭证文件（.json），不要经其他软件改存",
            code="credential-json",
        ) from None
    except (RecursionError, ValueError):  # nesting without end, or an integer beyond all bounds
        raise Refused(
            what="文件的结构不像一份证书凭证",
            remedy="请选择从本平台下载的凭证文件（.json）",
            code="credential-json",
        ) from None
    if not isinstance(value, dict):
        raise Refused(
            what="文件里没有证书凭证", remedy="请选择从本平台下载的凭证文件（.json）", code="credential-shape"
        )
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(
            what=f"文件里“{twice}”出现了两次",
            rule="凭证的每一项只写一次，否则不同软件会读出不同的内容",
            remedy="请选择从本平台下载的原文件",
            code="credential-twice",
        )
    return seen
