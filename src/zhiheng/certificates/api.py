"""Asking about a certificate by program."""

from django.http import HttpRequest
from ninja import Router, Schema

from zhiheng.certificates.core.verification import State
from zhiheng.certificates.public_views import LIMIT
from zhiheng.certificates.queries import verify_number
from zhiheng.plumbing.throttle import admit

router = Router(tags=["certificates"])


class CheckOut(Schema):
    name: str
    ok: bool
    detail: str


class CertificateOut(Schema):
    """status: valid, suspended, revoked, replaced, or unknown when number and name do not belong together."""

    valid: bool
    status: State
    facts: dict[str, str]
    checks: list[CheckOut]


@router.get("certificates/{number}", response=CertificateOut, summary="查验证书 Verify a certificate")
def certificate(request: HttpRequest, number: str, name: str) -> CertificateOut:
    """编号与持证人姓名都相符才给出内容。Facts are told only when number and name belong together."""
    admit(request, name="verify", limit=LIMIT)
    seen = verify_number(number, name=name)
    checks = [CheckOut(name=check.name, ok=check.ok, detail=check.detail) for check in seen.checks]
    if not seen.facts and seen.checks[0].name != "number":
        # one answer for an unknown number and a wrong name: the difference would tell who holds one
        checks = [CheckOut(name="register", ok=False, detail="没有编号与姓名都相符的证书")]
    return CertificateOut(valid=seen.valid, status=seen.status, facts=seen.facts, checks=checks)
