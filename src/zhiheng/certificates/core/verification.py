"""Whether a credential can be believed, check by check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zhiheng.certificates.core.credential import facts_of
from zhiheng.certificates.core.number import parse_number
from zhiheng.certificates.core.proof import signer_of
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name


class State(StrEnum):
    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


STATE_WORDS = {
    State.VALID: "有效",
    State.SUSPENDED: "暂停",
    State.REVOKED: "撤销",
    State.REPLACED: "已换发",
    State.UNKNOWN: "未核对",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """valid: every check holds. status: the certificate's state, "unknown" when only the file was looked at."""

    valid: bool
    status: State
    facts: dict[str, Any]
    checks: tuple[Check, ...]


def verify_credential(
    credential: Any,
    *,
    trusted: frozenset[str],
    state: State,
    name: str | None = None,
    registered: bool | None = None,
) -> Verification:
    """Check a credential file.

    trusted: did:key of every key the body signs with. state: from the register, or UNKNOWN off line.
    name: the holder's name as the asker knows it, compared when given.
    registered: whether the register holds its number, None when no register was asked.
    """
    secured = credential if isinstance(credential, dict) else {}
    facts = facts_of(secured)
    checks = [_signed(secured), _issued_by(secured, trusted), _numbered(facts)]
    if name is not None:
        checks.append(_named(facts.get("name"), name))
    if registered is not None:
        checks.append(_held(registered))
    checks.append(_in_force(state))
    return Verification(
        valid=all(check.ok for check in checks), status=state, facts=facts, checks=tuple(checks)
    )


def verify_record(facts: dict[str, Any] | None, *, state: State, name: str | None = None) -> Verification:
    """Check a number against the register. facts: what the register holds, None when it holds nothing."""
    if facts is None:
        return Verification(valid=False, status=State.UNKNOWN, facts={}, checks=(_held(False),))
    checks = [_held(True)]
    if name is not None:
        checks.append(_named(facts.get("name"), name))
        if not checks[-1].ok:  # a wrong name learns nothing more about the holder
            return Verification(valid=False, status=State.UNKNOWN, facts={}, checks=tuple(checks))
    checks.append(_in_force(state))
    return Verification(
        valid=all(check.ok for check in checks), status=state, facts=facts, checks=tuple(checks)
    )


def misspelt() -> Verification:
    """What is said of a number whose check character is wrong: no register need be asked."""
    check = Check(name="number", ok=False, detail="编号的校验码不符：请逐位核对是否抄错")
    return Verification(valid=False, status=State.UNKNOWN, facts={}, checks=(check,))


def _held(registered: bool) -> Check:
    words = "登记册中有这张证书" if registered else "登记册中没有这个编号的证书"
    return Check(name="register", ok=registered, detail=words)


def _signed(secured: dict[str, Any]) -> Check:
    if signer_of(secured) is None:
        return Check(
            name="signature", ok=False, detail="签名与内容不符：文件的内容或签名被改动过，或不是本平台的凭证"
        )
    return Check(name="signature", ok=True, detail="签名与全部内容相符（eddsa-jcs-2022）")


def _issued_by(secured: dict[str, Any], trusted: frozenset[str]) -> Check:
    issuer = secured.get("issuer")
    named = issuer.get("id") if isinstance(issuer, dict) else None
    signer = signer_of(secured)
    if signer is not None and signer == named and signer in trusted:
        return Check(name="issuer", ok=True, detail="签名密钥属于颁证单位")
    return Check(name="issuer", ok=False, detail="签名密钥不是颁证单位公布的密钥")


def _numbered(facts: dict[str, Any]) -> Check:
    number = facts.get("number")
    if isinstance(number, str) and parse_number(number) is not None:
        return Check(name="number", ok=True, detail=f"编号 {number} 的校验码正确")
    return Check(name="number", ok=False, detail="证书编号缺失或校验码不符")


def _named(held: Any, given: str) -> Check:
    if isinstance(held, str) and _one_form(held) == _one_form(given):
        return Check(name="name", ok=True, detail="姓名一致")
    return Check(name="name", ok=False, detail="姓名与证书不一致")


def _one_form(name: str) -> str:
    """Spaces and the kinds of interpunct do not make another person; an impossible name is only itself."""
    try:
        return normal_name(name)
    except Refused:
        return name


def _in_force(state: State) -> Check:
    if state == State.UNKNOWN:
        return Check(name="status", ok=True, detail="未联网核对状态：请在查询页确认没有被暂停或撤销")
    return Check(name="status", ok=state == State.VALID, detail=f"当前状态：{STATE_WORDS[state]}")
