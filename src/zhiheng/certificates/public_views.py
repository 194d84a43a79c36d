"""What anybody may ask about a certificate, without an account."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from zhiheng.certificates.core.proof import sign
from zhiheng.certificates.core.reasons import class_of
from zhiheng.certificates.core.status import PURPOSES, status_list_credential
from zhiheng.certificates.core.verification import Check, State, Verification
from zhiheng.certificates.documents import sample_pdf
from zhiheng.certificates.forms import FileForm, NameForm, VerifyForm
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.certificates.queries import (
    by_number,
    history_of,
    indexes_in,
    issuer,
    publicly_agreed,
    replacement_of,
    rules_behind,
    seal_hash,
    verify_document,
    verify_number,
)
from zhiheng.foundation.moment import iso_utc
from zhiheng.people.access import public
from zhiheng.people.models import Account
from zhiheng.people.queries import person_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit
from zhiheng.surface.wording import english

LIMIT = 30  # questions a minute from one address
PURPOSE_STATES = {"revocation": CertificateState.REVOKED, "suspension": CertificateState.SUSPENDED}
SHAPES = {
    State.VALID: "valid",
    State.SUSPENDED: "paused",
    State.REVOKED: "revoked",
    State.REPLACED: "returned",
    State.UNKNOWN: "note",
}
WORDS = {
    State.VALID: gettext_lazy("有效"),
    State.SUSPENDED: gettext_lazy("暂停"),
    State.REVOKED: gettext_lazy("撤销"),
    State.REPLACED: gettext_lazy("已换发"),
    State.UNKNOWN: gettext_lazy("未核对"),
}
HEADINGS = {
    State.VALID: gettext_lazy("这张证书有效"),
    State.SUSPENDED: gettext_lazy("这张证书已暂停"),
    State.REVOKED: gettext_lazy("这张证书已撤销"),
    State.REPLACED: gettext_lazy("这张证书已换发"),
}
CHECKS = {
    ("register", True): gettext_lazy("登记册中有这张证书"),
    ("register", False): gettext_lazy("登记册中没有这张证书"),
    ("number", True): gettext_lazy("编号的校验码正确"),
    ("number", False): gettext_lazy("编号缺失，或校验码不符：请逐位核对是否抄错"),
    ("name", True): gettext_lazy("姓名与证书一致"),
    ("name", False): gettext_lazy("姓名与证书不一致"),
    ("signature", True): gettext_lazy("签名与文件的全部内容相符"),
    ("signature", False): gettext_lazy("签名与内容不符：文件被改动过，或不是本平台的凭证"),
    ("issuer", True): gettext_lazy("签名密钥属于颁证单位"),
    ("issuer", False): gettext_lazy("签名密钥不是颁证单位的密钥"),
    ("status", True): gettext_lazy("当前状态有效"),
    ("status", False): gettext_lazy("当前状态不是有效"),
}


REASONS = {
    "证书信息有误": gettext_lazy("证书信息有误"),
    "考核成绩被取消": gettext_lazy("考核成绩被取消"),
    "报名材料不实": gettext_lazy("报名材料不实"),
    "考试违纪": gettext_lazy("考试违纪"),
    "冒用身份": gettext_lazy("冒用身份"),
    "持证人申请": gettext_lazy("持证人申请"),
    "调查核实中": gettext_lazy("调查核实中"),
    "核实无误": gettext_lazy("核实无误"),
    "其他原因": gettext_lazy("其他原因"),
    "更正换发": gettext_lazy("更正换发"),
    "成绩更正": gettext_lazy("成绩更正"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A certificate as a stranger may see it.

    event: the last change of state, None while it never changed. plain: what the certificate is and is not.
    """

    certificate: Certificate
    facts: dict[str, Any]
    programme: str
    level: str
    seal: str
    plain: str
    event: CertificateEvent | None
    reason: str
    replacement: str  # the number of the one issued in its place


def _ask(request: HttpRequest) -> None:
    admit(request, name="verify", limit=LIMIT)


@public
def verify(request: HttpRequest) -> HttpResponse:
    """Number and name, or a file."""
    form = VerifyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _ask(request)
        number, name = form.cleaned_data["number"], form.cleaned_data["name"]
        return _answer(request, number, verify_number(number, name=name))
    return _entrance(request, form, FileForm(), status=422 if request.method == "POST" else 200)


def _entrance(
    request: HttpRequest, form: VerifyForm, file_form: FileForm, *, status: int = 200
) -> HttpResponse:
    return render(request, "certificates/verify.html", {"form": form, "file_form": file_form}, status=status)


@public
def verify_one(request: HttpRequest, number: str) -> HttpResponse:
    """Where the QR code leads: asks for the name before it tells anything."""
    given = request.POST.get("name") or request.GET.get("name")
    form = NameForm({"name": given} if given is not None or request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _ask(request)
        return _answer(request, number, verify_number(number, name=form.cleaned_data["name"]))
    status = 422 if form.is_bound else 200
    return render(request, "certificates/ask_name.html", {"form": form, "number": number}, status=status)


@public
@require_POST
def verify_file(request: HttpRequest) -> HttpResponse:
    """A credential file, held against its signature and the register."""
    _ask(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _entrance(request, VerifyForm(), form, status=422)
    seen = verify_document(form.cleaned_data["file"])
    return _answer(request, str(seen.facts.get("number", "")), seen, from_file=True)


def _answer(
    request: HttpRequest, number: str, seen: Verification, *, from_file: bool = False
) -> HttpResponse:
    """The four states, or one answer for everything that was not found: a wrong name learns nothing."""
    certificate = by_number(number) if seen.status != State.UNKNOWN else None
    context: dict[str, Any] = {
        "seen": seen,
        "from_file": from_file,
        "number": number,
        "checks": [(check.ok, _words(check)) for check in seen.checks],
        "misspelt": any(check.name == "number" and not check.ok for check in seen.checks),
    }
    if certificate is None:
        return render(request, "certificates/not_found.html", context)
    context |= {
        "shown": _shown(certificate),
        "heading": HEADINGS[seen.status],
        "shape": SHAPES[seen.status],
        "word": WORDS[seen.status],
    }
    return render(request, "certificates/verified.html", context)


def _words(check: Check) -> str:
    return str(CHECKS[(check.name, check.ok)])


def _shown(certificate: Certificate) -> Shown:
    facts, rules = certificate.facts, rules_behind(certificate)
    programme, level = rules.programme(facts["programme"]), rules.level(facts["level"])
    events = history_of(certificate)
    last = events[-1] if len(events) > 1 else None
    trade = f"·{facts['trade']}" if facts["trade"] else ""
    newer = replacement_of(certificate)
    return Shown(
        certificate=certificate,
        facts=facts,
        programme=f"{facts['programme']}{trade}" + (f" ({programme.name_en})" if english() else ""),
        level=facts["level"] + (f" ({level.name_en})" if english() else ""),
        seal=seal_hash(certificate),
        plain=rules.certificate.plain,
        event=last,
        reason=str(REASONS[class_of(last.reason)]) if last else "",
        replacement=newer.number if newer else "",
    )


@public
def credential(request: HttpRequest, number: str) -> HttpResponse:
    """The signed credential, for its holder or for whoever knows the name on it."""
    found = by_number(number)
    if found is None or not _may_read(request, found):
        raise Http404
    response = JsonResponse(
        found.credential, json_dumps_params={"ensure_ascii": False}, content_type="application/vc"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.number}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def _may_read(request: HttpRequest, certificate: Certificate) -> bool:
    account = request.user
    if isinstance(account, Account):
        person = person_of(account)
        if person is not None and certificate.result.application.person_id == person.id:
            return True
    name = request.GET.get("name")
    if name is None:
        return False
    _ask(request)
    return publicly_agreed(certificate) and bool(verify_number(certificate.number, name=name).facts)


@public
def status_list(request: HttpRequest, purpose: str) -> HttpResponse:
    """The signed bitstring of one purpose: whoever reads it does not tell which certificate it is about."""
    if purpose not in PURPOSES:
        raise Http404
    signer, now = issuer(), iso_utc(clock.now())
    listed = status_list_credential(
        purpose,
        indexes_in(PURPOSE_STATES[purpose]),
        issuer=signer.did,
        base_url=signer.base_url,
        valid_from=now,
    )
    response = JsonResponse(sign(listed, signer.key, created=now), content_type="application/vc")
    response["Cache-Control"] = "public, max-age=300"
    return response


@public
def issuer_document(request: HttpRequest) -> HttpResponse:
    """Who signs, with which key."""
    signer = issuer()
    return JsonResponse(
        {
            "did": signer.did,
            "name": signer.name,
            "url": signer.base_url,
            "key": {"type": "Multikey", "publicKeyMultibase": signer.did.removeprefix("did:key:")},
            "status": {purpose: f"{signer.base_url}/status/{purpose}" for purpose in PURPOSES},
        },
        json_dumps_params={"ensure_ascii": False},
    )


@public
def sample(request: HttpRequest) -> HttpResponse:
    """What a certificate looks like; its number never verifies."""
    response = HttpResponse(sample_pdf(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="certificate-sample.pdf"'
    return response
