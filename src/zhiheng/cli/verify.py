"""`zhiheng verify`: whether a certificate can be believed, by its file or by its number."""

import base64
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhiheng.certificates.core.multibase import NotMultibase, did_key, key_of_did
from zhiheng.certificates.core.number import looks_like_number, parse_number
from zhiheng.certificates.core.reading import read_credential
from zhiheng.certificates.core.verification import (
    STATE_WORDS,
    Check,
    State,
    Verification,
    misspelt,
    verify_credential,
)
from zhiheng.cli.backend import start_backend
from zhiheng.cli.output import AsJson, answer, read_input
from zhiheng.foundation.errors import Refused
from zhiheng.plumbing.places import environment, var_folder

CHECKS = {
    "signature": "签名",
    "issuer": "颁证单位",
    "number": "编号",
    "register": "登记册",
    "name": "姓名",
    "status": "状态",
}
FACTS = {
    "number": "证书编号",
    "name": "姓名",
    "id_masked": "证件号码",
    "title": "证书名称",
    "programme": "项目",
    "level": "等级",
    "trade": "工种",
    "body": "颁证单位",
    "passed_on": "合格日期",
    "issued_on": "颁发日期",
}

app = typer.Typer(help="验证证书", add_completion=False)


@app.command()
def verify(
    what: Annotated[str, typer.Argument(metavar="FILE|NUMBER", help="凭证文件（- 为标准输入）或证书编号")],
    name: Annotated[str | None, typer.Option("--name", help="持证人姓名，给出时一并核对")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="只看文件与签名，不查登记册")] = False,
    issuer: Annotated[
        list[str] | None, typer.Option("--issuer", metavar="DID", help="另外信任的颁证密钥（did:key）")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """验证一张证书：退出码 0 为有效，1 为无效，2 为无法判断的输入"""
    trusted = frozenset(_known_key(did) for did in issuer or [])
    if _is_number(what):
        seen = _by_number(what, name=name, offline=offline)
    else:
        seen = _by_file(read_credential(_text(what)), name=name, offline=offline, trusted=trusted)
    answer(
        {
            "valid": seen.valid,
            "status": str(seen.status),
            "facts": seen.facts,
            "checks": [asdict(check) for check in seen.checks],
        },
        as_json=as_json,
        text=lambda: _page(seen),
        yes=seen.valid,
    )


def _is_number(what: str) -> bool:
    return looks_like_number(what) and not Path(what).exists()


def _text(what: str) -> str:
    if what != "-" and not Path(what).is_file():
        raise Refused(
            what=f"“{what}”既不是文件，也不是证书编号",
            remedy="请给出凭证文件的路径，或形如 TXGY-01-1-2026-000001-X 的编号（末位是校验码）",
            code="neither-file-nor-number",
        )
    return read_input(what)


def _known_key(did: str) -> str:
    try:
        key_of_did(did)
    except NotMultibase:
        raise Refused(
            what=f"--issuer“{did}”不是 Ed25519 的 did:key",
            remedy="请填写颁证单位公布的 did:key:z6Mk…",
            code="issuer",
        ) from None
    return did


def _by_number(number: str, *, name: str | None, offline: bool) -> Verification:
    if offline:
        raise Refused(
            what="只凭编号无法离线验证",
            rule="编号要在登记册中核对",
            remedy="请给出凭证文件，或去掉 --offline",
            code="number-offline",
        )
    if parse_number(number) is None:
        return misspelt()
    if not _register_exists():
        missing = Check(name="register", ok=False, detail="本机没有登记册，无法核对编号")
        return Verification(valid=False, status=State.UNKNOWN, facts={}, checks=(missing,))
    from zhiheng.certificates.queries import verify_number  # noqa: PLC0415 - models exist only after start_backend

    return verify_number(number, name=name)


def _by_file(
    credential: dict[str, Any], *, name: str | None, offline: bool, trusted: frozenset[str]
) -> Verification:
    if not offline and _register_exists():
        from zhiheng.certificates.queries import verify_document  # noqa: PLC0415 - models exist only after start_backend

        return verify_document(credential, trusted=trusted, name=name)
    return verify_credential(credential, trusted=trusted | _own_keys(), state=State.UNKNOWN, name=name)


def _own_keys() -> frozenset[str]:
    """This installation's key as did:key, read without Django and without making one; empty when there is none yet."""
    coded = environment().str("ZHIHENG_ISSUER_KEY", "")
    path = var_folder() / "keys.json"
    if not coded and path.is_file():
        coded = json.loads(path.read_text())["issuer_key"]
    if not coded:
        return frozenset()
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(coded))
    return frozenset({did_key(key.public_key().public_bytes_raw())})


def _register_exists() -> bool:
    """Whether this installation has a database with the register's tables; asking makes no new file."""
    start_backend()
    from django.conf import settings  # noqa: PLC0415 - settings are read only when a register is asked
    from django.db import DatabaseError, connection  # noqa: PLC0415 - the same

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and not _is_there(database["NAME"]):
        return False
    try:
        return "certificates_certificate" in connection.introspection.table_names()
    except DatabaseError:
        return False


def _is_there(name: Any) -> bool:
    return Path(name).is_file() or "memory" in str(name)


def _page(seen: Verification) -> str:
    verdict = "有效" if seen.valid else "不能确认有效"
    lines = [f"{verdict}　状态：{STATE_WORDS[seen.status]}"]
    lines += [f"  {label}　{seen.facts[key]}" for key, label in FACTS.items() if seen.facts.get(key)]
    lines += [
        f"  {'✓' if check.ok else '✗'} {CHECKS.get(check.name, check.name)}：{check.detail}"
        for check in seen.checks
    ]
    return "\n".join(lines)
