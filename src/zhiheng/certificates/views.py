"""Certificates for those who issue them, those who hold them, and the institutions that entered them."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhiheng.certificates import actions
from zhiheng.certificates.core.verification import STATE_WORDS, State
from zhiheng.certificates.documents import certificate_pdf
from zhiheng.certificates.forms import ReasonForm
from zhiheng.certificates.models import Certificate, CertificateEvent
from zhiheng.certificates.public_views import SHAPES, WORDS
from zhiheng.certificates.queries import (
    awaiting_issue,
    by_number,
    certificates_of,
    certificates_of_institution,
    due_of,
    history_of,
    issue_due,
    names_another,
    replacement_of,
    rules_behind,
    seal_hash,
    search,
    state_of,
    to_reissue,
)
from zhiheng.certificates.reissuing.actions import reissue_corrected
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.people.rights.queries import consented
from zhiheng.results.amending.presenting import amended_words
from zhiheng.results.amending.queries import amended
from zhiheng.results.models import Outcome
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.surface.forms import as_validation_error
from zhiheng.surface.wording import english

_PAGE = 50
CHANGES: dict[str, tuple[Callable[..., CertificateEvent], str]] = {
    "suspend": (actions.suspend, "证书已暂停，查验页即时显示。"),
    "reinstate": (actions.reinstate, "证书已恢复有效。"),
    "revoke": (actions.revoke, "证书已撤销，不能恢复。"),
}
OPEN_CHANGES = {State.VALID: ("suspend", "revoke"), State.SUSPENDED: ("reinstate", "revoke")}


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


# Certificate officer


@allow(Role.CERTIFICATE_OFFICER)
def register(request: HttpRequest) -> HttpResponse:
    """What waits to be issued, and every certificate by number or name."""
    text = request.GET.get("q", "")
    return render(
        request,
        "certificates/register.html",
        {"dues": issue_due(), "reissues": to_reissue(), "text": text, **_page(request, search(text))},
    )


def _page(request: HttpRequest, found: QuerySet[Certificate]) -> dict[str, object]:
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    return {"page": page, "rows": [_row(certificate) for certificate in page]}


def _row(certificate: Certificate) -> dict[str, object]:
    state = State(getattr(certificate, "state"))  # noqa: B009 - an annotation the type does not know
    return {"certificate": certificate, "shape": SHAPES[state], "word": WORDS[state]}


def _exam(certificate: Certificate) -> str:
    """What the certificate certifies, in the language of the page."""
    programme, level = certificate.facts["programme"], certificate.facts["level"]
    if not english():
        return f"{programme} {level}"
    rules = rules_behind(certificate)
    return f"{rules.programme(programme).name_en}, {rules.level(level).name_en}"


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.CERTIFICATE_OFFICER)
def issue(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """The dry run: exactly who would get a certificate; then the act."""
    offering = _offering(offering_id)
    if request.method == "POST":
        issued = actions.issue(by=_account(request), offering=offering)
        messages.success(request, f"已颁发 {len(issued)} 张证书，考生可以下载。")
        return redirect("certificates")
    waiting = list(awaiting_issue(offering))
    return render(
        request,
        "certificates/issue.html",
        {"offering": offering, "results": waiting, "due": due_of(offering) if waiting else None},
    )


def _certificate(number: str) -> Certificate:
    found = by_number(number)
    if found is None:
        raise Http404
    return found


@allow(Role.CERTIFICATE_OFFICER)
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    return _certificate_page(request, _certificate(number), ReasonForm())


def _certificate_page(
    request: HttpRequest, found: Certificate, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    state = state_of(found)
    return render(
        request,
        "certificates/certificate.html",
        {
            "certificate": found,
            "rules": rules_for(found.result.application.offering),
            "seal_hash": seal_hash(found),
            "reissuable": state == State.VALID and names_another(found),
            "holder": found.result.application.person,
            "replacement": replacement_of(found),
            "shape": SHAPES[state],
            "word": STATE_WORDS[state],
            "events": [(event, SHAPES[State(event.state)]) for event in history_of(found)],
            "changes": _changes(found, state),
            "amended": [(one, amended_words(one)) for one in amended([found.result])[found.result_id]],
            "told_employers": consented(found.result.application.person, "employers"),
            "form": form,
        },
        status=status,
    )


def _changes(found: Certificate, state: State) -> tuple[str, ...]:
    """What may be done to it; on a result that passes no longer nothing is lifted."""
    changes = OPEN_CHANGES.get(state, ())
    failed = found.result.outcome != Outcome.PASSED
    return tuple(one for one in changes if not (failed and one == "reinstate"))


@allow(Role.CERTIFICATE_OFFICER)
@require_POST
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Suspend, reinstate or revoke, with a reason."""
    found = _certificate(number)
    form = ReasonForm(request.POST)
    if request.POST.get("act") not in CHANGES:
        raise Http404
    act, done = CHANGES[request.POST["act"]]
    if form.is_valid():
        try:
            act(by=_account(request), certificate=found, reason=form.reason)
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, done)
            return redirect("certificate", number=found.number)
    return _certificate_page(request, found, form, status=422)


@allow(Role.CERTIFICATE_OFFICER)
@require_POST
def reissue(request: HttpRequest, number: str) -> HttpResponse:
    """Issue it anew for a holder whose name or number was put right."""
    made = reissue_corrected(by=_account(request), certificate=_certificate(number))
    messages.success(request, f"已换发，新编号 {made.number}；旧证书在查验页显示“已换发”。")
    return redirect("certificate", number=made.number)


# Holders and institutions


@allow(Role.CANDIDATE)
def my_certificates(request: HttpRequest) -> HttpResponse:
    person = person_of(_account(request))
    found = certificates_of(person) if person else Certificate.objects.none()
    return render(
        request,
        "certificates/my_certificates.html",
        {"rows": [_row(certificate) | {"exam": _exam(certificate)} for certificate in found]},
    )


@allow(Role.INSTITUTION)
def institution_certificates(request: HttpRequest) -> HttpResponse:
    institution = institution_of(_account(request))
    if institution is None:
        raise Http404
    found = certificates_of_institution(institution)
    return render(request, "certificates/institution_certificates.html", _page(request, found))


@allow(Role.CANDIDATE, Role.INSTITUTION, Role.CERTIFICATE_OFFICER)
def certificate_file(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate as PDF. Raises: Refused for a holder whose certificate was revoked."""
    found = _certificate(number)
    officer = Role.CERTIFICATE_OFFICER in cast(SignedInRequest, request).roles
    if not officer and not _reachable(_account(request)).filter(pk=found.pk).exists():
        raise Http404
    replaced = replacement_of(found)
    if not officer and replaced is not None:
        raise Refused(
            what=f"证书 {found.number} 已换发，不再提供文件",
            remedy=f"请下载新证书 {replaced.number}",
            code="replaced",
        )
    if not officer and state_of(found) == State.REVOKED:
        raise Refused(
            what=f"证书 {found.number} 已撤销，不再提供文件",
            remedy="对撤销有异议的，请联系颁证单位",
            code="revoked",
        )
    response = HttpResponse(certificate_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _reachable(account: Account) -> QuerySet[Certificate]:
    """The account's own certificates, and those of its institution's candidates."""
    person, institution = person_of(account), institution_of(account)
    nothing = Certificate.objects.none()
    own = certificates_of(person) if person else nothing
    entered = certificates_of_institution(institution) if institution else nothing
    return Certificate.objects.filter(
        pk__in=[*own.values_list("pk", flat=True), *entered.values_list("pk", flat=True)]
    )
