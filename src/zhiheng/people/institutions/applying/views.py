"""The public form and the applicant's page; the administrator's list and one page with everything."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.core.places import registered_in
from zhiheng.people.institutions.applying import actions, queries
from zhiheng.people.institutions.applying.actions import Licence, apply_as_partner, status_path
from zhiheng.people.institutions.applying.forms import PartnerForm
from zhiheng.people.institutions.forms import AcceptForm, RefuseForm
from zhiheng.people.institutions.presenting import listed_words, period_words, seat_words
from zhiheng.people.institutions.programmes import names_of_programmes
from zhiheng.people.institutions.staffing.once import keep_link
from zhiheng.people.models import Institution, InstitutionKind, PartnerApplication, PartnerState, Role
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.messages.posting import mask_address
from zhiheng.plumbing.pictures import watermarked
from zhiheng.plumbing.throttle import admit
from zhiheng.surface.wording import english, moment_words

APPLICATIONS_A_MINUTE = 5
LOOKS_A_MINUTE = 30
ROWS = 50
SHAPES = {PartnerState.WAITING: "pending", PartnerState.ACCEPTED: "valid", PartnerState.REFUSED: "returned"}
FIELDS = {
    "credit_code": "credit_code",
    "place_unknown": "place",
    "partner_known": "credit_code",
    "partner_waiting": "credit_code",
    "file_empty": "licence",
    "file_too_large": "licence",
    "file_type": "licence",
    "file_disguised": "licence",
    "picture_unreadable": "licence",
    "picture_too_large": "licence",
    "pdf_unreadable": "licence",
    "pdf_encrypted": "licence",
    "pdf_active": "licence",
    "pdf_too_long": "licence",
}


@public
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to become an institution."""
    if request.method == "POST":
        admit(request, name="partner-apply", limit=APPLICATIONS_A_MINUTE)
    form = PartnerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["licence"]
        try:
            made = apply_as_partner(
                **form.facts(),
                licence=Licence(name=file.name, content=file.read()),
                language="en" if english() else "zh-hans",
            )
        except Refused as refused:
            form.refuse(refused, **FIELDS)
        else:
            messages.success(request, _("申请已收到。请把这一页的地址存下来，凭它查看进度。"))
            return redirect(status_path(made))
    status = 422 if request.method == "POST" else 200
    return render(request, "people/institutions/apply.html", {"form": form}, status=status)


@public
@never_cache
def status(request: HttpRequest, number: str) -> HttpResponse:
    """How far an application has come, for whoever holds its key (?key=)."""
    admit(request, name="partner-status", limit=LOOKS_A_MINUTE)
    found = queries.partner_by_key(number, request.GET.get("key", ""))
    if found is None:
        raise Http404
    context = {
        "application": found,
        "shape": SHAPES[PartnerState(found.state)],
        "state": _(str(found.get_state_display())),
        "kind": _(str(InstitutionKind(found.kind).label)),
        "programmes": listed_words(names_of_programmes(found.programmes)),
        "email": mask_address(found.email),
        "seat": seat_words(found.province, found.city),
        "period": _period(found.institution),
        "steps": _steps(found),
    }
    return render(request, "people/institutions/status.html", context)


def _period(institution: Institution | None) -> str:
    return period_words(institution.authorised_from, institution.authorised_until) if institution else ""


def _steps(application: PartnerApplication) -> list[dict[str, Any]]:
    """Received, looked at, answered."""
    waiting = application.state == PartnerState.WAITING
    refused = application.state == PartnerState.REFUSED
    answered = {
        "label": _("未接受") if refused else _("已接受") if not waiting else _("答复"),
        "state": "ahead" if waiting else "stopped" if refused else "done",
        "at": moment_words(application.decided_at) if application.decided_at else "",
    }
    return [
        {"label": _("已收到"), "state": "done", "at": moment_words(application.created_at)},
        {"label": _("专委会核实"), "state": "current" if waiting else "done"},
        answered,
    ]


# The administrator's pages


@allow(Role.ADMINISTRATOR)
def partner_applications(request: HttpRequest) -> HttpResponse:
    """Applications of one state, what waits first; ?state=."""
    wanted = request.GET.get("state", "")
    state = PartnerState(wanted) if wanted in PartnerState.values else PartnerState.WAITING
    page = Paginator(queries.partner_applications(state), ROWS).get_page(request.GET.get("page"))
    counts = queries.partner_counts()
    tabs = [
        {
            "url": f"?state={entry.value}",
            "label": entry.label,
            "current": entry == state,
            "count": counts.get(entry.value, 0),
        }
        for entry in PartnerState
    ]
    rows = [
        {
            "application": found,
            "kind": InstitutionKind(found.kind).label,
            "programmes": "、".join(names_of_programmes(found.programmes)),
        }
        for found in page.object_list
    ]
    context = {"rows": rows, "page": page, "tabs": tabs, "state": state}
    return render(request, "people/institutions/applications.html", context)


@allow(Role.ADMINISTRATOR)
def partner_application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Everything an organisation said, and the two answers."""
    found = _application(application_id)
    return _page(request, found, accept=_blank_accept(found), refuse=RefuseForm())


def _blank_accept(application: PartnerApplication) -> AcceptForm:
    today = clock.today()
    code = queries.next_code()
    initial = {
        "code": code,
        "valid_from": today,
        "valid_until": today.replace(year=today.year + 1, month=12, day=31),
        "programmes": application.programmes,
        "username": f"jg{code}",
    }
    return AcceptForm(initial=initial)


@allow(Role.ADMINISTRATOR)
@require_POST
def accept(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    found = _application(application_id)
    form = AcceptForm(request.POST)
    if form.is_valid():
        try:
            accepted = actions.accept_application(by=request.user, application=found, **form.cleaned_data)
        except Refused as refused:
            names = {
                "username_taken": "username",
                "institution_known": "code",
                "region_misses_seat": "regions",
            }
            form.refuse(refused, **names)
        else:
            keep_link(request, accepted.institution, accepted.head)
            messages.success(
                request, f"{found.name}已成为合作机构；设置密码的链接已发到 {mask_address(found.email)}。"
            )
            return redirect("institution", accepted.institution.id)
    return _page(request, found, accept=form, refuse=RefuseForm(), status=422)


@allow(Role.ADMINISTRATOR)
@require_POST
def refuse(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    found = _application(application_id)
    form = RefuseForm(request.POST)
    if form.is_valid():
        try:
            actions.refuse_application(by=request.user, application=found, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已答复{found.name}：未接受。原因已发到 {mask_address(found.email)}。")
            return redirect("partner_applications")
    return _page(request, found, accept=_blank_accept(found), refuse=form, status=422)


@allow(Role.ADMINISTRATOR)
def licence(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """The business licence; a picture carries the reader's name and the day."""
    found = _application(application_id)
    actions.note_licence_seen(by=request.user, application=found)
    content, media_type = vault.read(found.licence), found.licence.media_type
    if media_type.startswith("image/"):
        content = watermarked(content, f"{request.user.display_name} {clock.today().isoformat()}")
        media_type = "image/jpeg"
    response = HttpResponse(content, content_type=media_type)
    disposition = content_disposition_header(as_attachment=False, filename=found.licence.name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _application(application_id: UUID) -> PartnerApplication:
    found = queries.partner_by_id(application_id)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    found: PartnerApplication,
    *,
    accept: AcceptForm,
    refuse: RefuseForm,
    status: int = 200,
) -> HttpResponse:
    registry = registered_in(found.credit_code)
    context = {
        "application": found,
        "kind": InstitutionKind(found.kind).label,
        "shape": SHAPES[PartnerState(found.state)],
        "programmes": names_of_programmes(found.programmes),
        "seat": seat_words(found.province, found.city),
        "registry": registry or "总局或其他登记机关",
        "elsewhere": registry not in ("", found.province),
        "known": queries.institution_under(credit_code=found.credit_code, name=found.name)
        if found.state == PartnerState.WAITING
        else None,
        "earlier": queries.earlier_of(found),
        "accept": accept,
        "refuse": refuse,
        "waiting": found.state == PartnerState.WAITING,
    }
    return render(request, "people/institutions/application.html", context, status=status)
