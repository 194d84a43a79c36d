"""Completion links: made by institutions, used by candidates on their telephones."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.enrolment import presenting, queries
from zhiheng.enrolment.batches.views import own_batch
from zhiheng.enrolment.completing import actions
from zhiheng.enrolment.completing.documents import links_pdf, qr_svg
from zhiheng.enrolment.completing.forms import GateForm
from zhiheng.enrolment.completing.queries import (
    address_of,
    applications_of_batch,
    link_by_token,
    live_links,
)
from zhiheng.enrolment.core.asking import asked_fields
from zhiheng.enrolment.forms import ContactForm, UploadForm
from zhiheng.enrolment.models import Application, CompletionLink, DocumentKind
from zhiheng.enrolment.profile_form import ProfileForm
from zhiheng.enrolment.refusals import EDITABLE
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit
from zhiheng.sittings.queries import enrolment_ends
from zhiheng.standards.queries import conditions_of
from zhiheng.surface.forms import as_validation_error

TRIES_A_MINUTE = 10
OPEN_FOR = 3600  # seconds until name and number are asked again


def _own(request: SignedInRequest, application_id: UUID) -> Application:
    institution = institution_of(request.user)
    found = queries.application_for(institution, application_id) if institution else None
    if found is None:
        raise Http404
    return found


@allow(Role.INSTITUTION)
@never_cache
def application_link(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """One application's link: shown, made anew."""
    shown = _own(request, application_id)
    if request.method == "POST":
        actions.make_link(by=request.user, application=shown)
        messages.success(request, "补交链接已生成；以前的链接不再有效。")
        return redirect("application_link", shown.id)
    link = live_links([shown]).get(shown.id)
    context = {
        "application": shown,
        "link": link,
        "address": address_of(link) if link else "",
        # Drawn here from an address of ours: nothing a person typed is in it.
        "qr": mark_safe(qr_svg(link)) if link else "",
        "editable": shown.status in EDITABLE,
    }
    return render(request, "enrolment/application_link.html", context)


@allow(Role.INSTITUTION)
@require_POST
def revoke_link(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    shown = _own(request, application_id)
    actions.revoke_link(by=request.user, application=shown)
    messages.success(request, "补交链接已失效。")
    return redirect("application_link", shown.id)


@allow(Role.INSTITUTION)
@never_cache
def batch_links(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """The links of a whole batch."""
    batch = own_batch(request, batch_id)
    applications = list(applications_of_batch(batch))
    if request.method == "POST":
        made = actions.make_links(by=request.user, applications=applications)
        messages.success(request, f"已生成 {made} 个补交链接。")
        return redirect("batch_links", batch.id)
    links = live_links(applications)
    rows = [
        {
            "application": application,
            "link": links.get(application.id),
            "editable": application.status in EDITABLE,
            "standing": presenting.standing(application),
        }
        for application in applications
    ]
    waiting = sum(bool(row["editable"]) and row["link"] is None for row in rows)
    context = {"batch": batch, "rows": rows, "waiting": waiting, "number": len(links)}
    return render(request, "enrolment/batch_links.html", context)


@allow(Role.INSTITUTION)
@never_cache
def batch_links_file(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Every live link of the batch as cards to cut out."""
    applications = list(applications_of_batch(own_batch(request, batch_id)))
    links = live_links(applications)
    pairs = [(entry, links[entry.id]) for entry in applications if entry.id in links]
    if not pairs:
        raise Http404
    return HttpResponse(
        links_pdf(pairs),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="links.pdf"'},
    )


def _link(token: str) -> CompletionLink:
    found = link_by_token(token)
    if found is None:
        raise Refused(
            what=_("这个链接无效或已过期"),
            rule=_("补交链接在报名截止时失效，机构也可以随时收回"),
            remedy=_("请向您的报名机构要一个新的链接"),
            code="link-expired",
        )
    return found


def _session_key(link: CompletionLink) -> str:
    return f"completing:{link.id}"


def _is_open(request: HttpRequest, link: CompletionLink) -> bool:
    since = request.session.get(_session_key(link), 0)
    return clock.now().timestamp() - cast(float, since) < OPEN_FOR


@public
@never_cache
def complete(request: HttpRequest, token: str) -> HttpResponse:
    """Who are you? Then: what is still missing in your file?"""
    link = _link(token)
    if _is_open(request, link):
        return _file_page(request, link)
    form = GateForm(request.POST or None)
    if request.method == "POST":
        admit(request, name="completion-link", limit=TRIES_A_MINUTE)
        if form.is_valid():
            if actions.open_link(link=link, **form.cleaned_data):
                request.session.cycle_key()
                request.session[_session_key(link)] = clock.now().timestamp()
                return redirect("complete", token)
            form.add_error(None, _("姓名或号码末 6 位与报名不符。请核对后再填；仍不符的，请问您的报名机构。"))
    context = {"form": form, "institution": link.application.institution.name}
    return render(request, "enrolment/complete_gate.html", context, status=422 if form.errors else 200)


def _file_page(
    request: HttpRequest, link: CompletionLink, *, uploads: dict[str, UploadForm] | None = None
) -> HttpResponse:
    shown = link.application
    assessment = queries.assessment_of(shown)
    editable = shown.status in EDITABLE
    rows: list[dict[str, Any]] = [
        {
            "entry": entry,
            "url": reverse("complete_document", args=[link.token, entry.kind.value]),
            "form": (uploads or {}).get(entry.kind)
            or UploadForm(kind=entry.kind, auto_id=f"{entry.kind}_%s"),
        }
        for entry in queries.checklist_of(shown, assessment)
        if entry.required or entry.documents or entry.kind == DocumentKind.PROOF
    ]
    missing = [row for row in rows if row["entry"].required and not row["entry"].documents]
    context = {
        "application": shown,
        "token": link.token,
        "rows": rows,
        "missing": len(missing),
        "decision": assessment.decision(),
        "eligible": assessment.eligible,
        "editable": editable,
        "ends": link.expires_at,
        "standing": presenting.standing(shown),
    }
    status = 422 if uploads else 200
    return render(request, "enrolment/complete.html", context, status=status)


@public
@require_POST
def complete_document(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """One paper of the candidate's own file."""
    link = _link(token)
    if not _is_open(request, link):
        return redirect("complete", token)
    if kind not in DocumentKind.values or kind == DocumentKind.REVIEW_FORM:
        raise Http404
    form = UploadForm(request.POST, request.FILES, kind=kind, auto_id=f"{kind}_%s")
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.hand_in_paper(link=link, kind=DocumentKind(kind), content=file.read(), name=file.name)
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            messages.success(request, _("已收到。"))
            return redirect(f"{reverse('complete', args=[token])}#document-{kind}")
    return _file_page(request, link, uploads={kind: form})


@public
@never_cache
def complete_details(request: HttpRequest, token: str) -> HttpResponse:
    """The claimed facts of the candidate's own file."""
    link = _link(token)
    if not _is_open(request, link):
        return redirect("complete", token)
    shown = link.application
    asked = asked_fields(conditions_of(shown.offering.revision), shown.offering.level)
    sent = request.method == "POST"
    if sent and "add" not in request.POST:
        contact, profile = ContactForm(request.POST), ProfileForm.sent(asked, request.POST)
        if contact.is_valid() & profile.is_valid():
            try:
                actions.hand_in_facts(link=link, profile=profile.facts(), **contact.cleaned_data)
            except Refused as refused:
                contact.add_error(None, as_validation_error(refused))
            else:
                messages.success(request, _("已保存。"))
                return redirect("complete", token)
        return _details_page(request, link, contact, profile, status=422)
    contact = ContactForm(
        initial={
            "phone": request.POST.get("phone", "") if sent else shown.person.phone,
            "address": request.POST.get("address", "") if sent else shown.address,
        }
    )
    profile = ProfileForm.with_room(asked, request.POST) if sent else ProfileForm.blank(asked, shown.profile)
    return _details_page(request, link, contact, profile)


def _details_page(
    request: HttpRequest,
    link: CompletionLink,
    contact: ContactForm,
    profile: ProfileForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": contact,
        "profile": profile,
        "offering": link.application.offering,
        "application": link.application,
        "token": link.token,
        "ends": enrolment_ends(link.application.offering),
    }
    return render(request, "enrolment/complete_details.html", context, status=status)
