"""What an institution does with its own applications."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from zhiheng.enrolment import actions, presenting, queries
from zhiheng.enrolment.core.admission import decide_open
from zhiheng.enrolment.core.asking import asked_fields
from zhiheng.enrolment.forms import CandidateForm, ClaimForm, ContactForm, UploadForm
from zhiheng.enrolment.models import Application, ApplicationStatus, DocumentKind
from zhiheng.enrolment.papers import sheets_of
from zhiheng.enrolment.profile_form import ProfileForm
from zhiheng.enrolment.recognition.queries import face_hint_for
from zhiheng.enrolment.refusals import EDITABLE
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import interpunct_note
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Institution, Role
from zhiheng.people.queries import institution_of
from zhiheng.people.rights.queries import missing_consents
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering
from zhiheng.sittings.prices import prices_of
from zhiheng.sittings.queries import enrolment_ends, milestones, open_offerings
from zhiheng.standards.queries import conditions_of
from zhiheng.surface.forms import as_validation_error
from zhiheng.surface.wording import until_words

PER_PAGE = 50


def _institution(request: SignedInRequest) -> Institution:
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    return institution


def _own(request: SignedInRequest, application_id: UUID) -> Application:
    application = queries.application_for(_institution(request), application_id)
    if application is None:
        raise Http404
    return application


def open_offering(offering_id: UUID) -> Offering:
    """An offering whose enrolment is open now, or a page that says there is none."""
    for offering in open_offerings(moment=clock.now()):
        if offering.id == offering_id:
            return offering
    raise Http404


@allow(Role.INSTITUTION)
def applications(request: SignedInRequest) -> HttpResponse:
    """The institution's applications, those of one sitting or state if asked."""
    institution = _institution(request)
    found = queries.applications_of(institution)
    status, sitting = request.GET.get("status", ""), request.GET.get("sitting", "")
    if status in ApplicationStatus.values:
        found = found.filter(status=status)
    sittings = queries.sittings_with_applications(institution)
    if sitting in {str(known.id) for known in sittings}:
        found = found.filter(sitting_id=sitting)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "enrolment/applications.html",
        {
            "page": page,
            "rows": [presenting.standing(application) for application in page],
            "tabs": _tabs(institution, status, sitting),
            "sittings": sittings,
            "sitting": sitting,
            "status": status,
        },
    )


def _tabs(institution: Institution, status: str, sitting: str) -> list[dict[str, Any]]:
    counts = queries.status_counts(institution)
    base = reverse("applications")
    kept = f"&sitting={sitting}" if sitting else ""
    entries = [
        {
            "url": f"{base}?status={known.value}{kept}",
            "label": known.label,
            "current": status == known,
            "count": counts[known],
        }
        for known in ApplicationStatus
        if known in counts
    ]
    whole = {
        "url": base + (f"?{kept[1:]}" if kept else ""),
        "label": "全部",
        "current": not status,
        "count": sum(counts.values()),
    }
    return [whole, *entries]


@allow(Role.INSTITUTION)
def new_application(request: SignedInRequest) -> HttpResponse:
    """Which programme and sitting to enrol for."""
    institution = _institution(request)
    now = clock.now()
    found = open_offerings(moment=now)
    prices = prices_of(found, institution)
    offerings = [
        {
            "offering": offering,
            "fen": prices[offering.id],
            "ends": standing.ends,
            "decision": decide_open(standing, now=now),
        }
        for offering, standing in zip(found, queries.standings_of(institution, found), strict=True)
    ]
    return render(request, "enrolment/new_application.html", {"offerings": offerings})


@allow(Role.INSTITUTION)
def enter_application(request: SignedInRequest, offering_id: UUID) -> HttpResponse:
    """Write down one candidate's application."""
    institution, offering = _institution(request), open_offering(offering_id)
    asked = asked_fields(conditions_of(offering.revision), offering.level)
    if request.method != "POST":
        return _form_page(request, CandidateForm(), ProfileForm.blank(asked), offering)
    if "add" in request.POST:
        typed = {name: request.POST.get(name, "") for name in CandidateForm.base_fields}
        return _form_page(
            request, CandidateForm(initial=typed), ProfileForm.with_room(asked, request.POST), offering
        )
    candidate, profile = CandidateForm(request.POST), ProfileForm.sent(asked, request.POST)
    if candidate.is_valid() & profile.is_valid():
        try:
            application = actions.enter_application(
                by=request.user,
                institution=institution,
                offering=offering,
                profile=profile.facts(),
                **candidate.cleaned_data,
            )
        except Refused as refused:
            field = {"name-differs": "name", "enrolled-twice": "id_number"}.get(refused.code)
            candidate.add_error(field, as_validation_error(refused))
        else:
            messages.success(request, "报名已存为草稿。请核对条件、上传材料后提交。")
            if note := interpunct_note(request.POST.get("name", ""), application.person.name):
                messages.info(request, f"{note}。")
            return redirect("application", application.id)
    return _form_page(request, candidate, profile, offering, status=422)


def _form_page(
    request: SignedInRequest,
    person: ContactForm,
    profile: ProfileForm,
    offering: Offering,
    *,
    application: Application | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "enrolment/application_form.html",
        {
            "form": person,
            "profile": profile,
            "offering": offering,
            "application": application,
            "ends": enrolment_ends(offering),
        },
        status=status,
    )


@allow(Role.INSTITUTION)
def correct_application(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Change the claimed facts of a draft or returned application."""
    application = _own(request, application_id)
    offering = application.offering
    asked = asked_fields(conditions_of(offering.revision), offering.level)
    if application.status not in EDITABLE:
        messages.info(request, f"这份报名现在是“{application.get_status_display()}”，不能修改。")
        return redirect("application", application.id)
    if request.method != "POST" or "add" in request.POST:
        sent = request.method == "POST"
        contact = ContactForm(
            initial={
                "phone": request.POST.get("phone", "") if sent else application.person.phone,
                "address": request.POST.get("address", "") if sent else application.address,
            }
        )
        profile = (
            ProfileForm.with_room(asked, request.POST)
            if sent
            else ProfileForm.blank(asked, application.profile)
        )
        return _form_page(request, contact, profile, offering, application=application)
    contact, profile = ContactForm(request.POST), ProfileForm.sent(asked, request.POST)
    if contact.is_valid() & profile.is_valid():
        try:
            actions.correct_application(
                by=request.user,
                application=application,
                profile=profile.facts(),
                claimed_condition=application.claimed_condition,
                **contact.cleaned_data,
            )
        except Refused as refused:
            contact.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, "已保存。条件已按新内容重新核算。")
            return redirect("application", application.id)
    return _form_page(request, contact, profile, offering, application=application, status=422)


@allow(Role.INSTITUTION)
def application(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    """Where one application stands, what its conditions say, and what is still missing."""
    return application_page(request, _own(request, application_id))


def application_page(
    request: SignedInRequest,
    shown: Application,
    *,
    uploads: dict[str, UploadForm] | None = None,
    claim: ClaimForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    assessment = queries.assessment_of(shown)
    editable = shown.status in EDITABLE
    checklist = [
        {
            "entry": entry,
            "form": (uploads or {}).get(entry.kind)
            or UploadForm(kind=entry.kind, auto_id=f"{entry.kind}_%s"),
        }
        for entry in queries.checklist_of(shown, assessment)
    ]
    held = [document for row in checklist for document in row["entry"].documents]  # type: ignore[attr-defined]
    photo = next((document for document in held if document.kind == DocumentKind.PHOTO), None)
    claims = queries.claims_of(assessment)
    chosen = shown.claimed_condition if shown.claimed_condition in assessment.satisfied else ""
    return render(
        request,
        "enrolment/application.html",
        {
            "application": shown,
            "standing": presenting.standing(shown),
            "steps": presenting.steps(shown),
            "assessment": assessment,
            "decision": assessment.decision(),
            "claim": claim
            or ClaimForm(satisfied=claims, initial={"condition": chosen or (claims and claims[0][0])}),
            "claims": claims,
            "checklist": checklist,
            "sheets": sheets_of(held),
            "face_words": face_hint_for(photo.id) if photo else "",
            "missing": [
                row["entry"]
                for row in checklist
                if row["entry"].required and not row["entry"].documents  # type: ignore[attr-defined]
            ],
            "editable": editable,
            "withdrawable": editable or shown.status == ApplicationStatus.SUBMITTED,
            "ends": enrolment_ends(shown.offering),
            "ends_words": f"{until_words(enrolment_ends(shown.offering))} 前",
            "milestones": milestones(shown.offering, today=clock.today()),
            "history": queries.review_history(shown),
            "unagreed": missing_consents(shown.person) if editable else [],
            "refusal": refusal,
        },
        status=422 if uploads or claim or refusal else 200,
    )


@allow(Role.INSTITUTION)
@require_POST
def claim_condition(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    shown = _own(request, application_id)
    claim = ClaimForm(request.POST, satisfied=queries.claims_of(queries.assessment_of(shown)))
    if not claim.is_valid():
        return application_page(request, shown, claim=claim)
    actions.claim_condition(by=request.user, application=shown, number=claim.cleaned_data["condition"])
    messages.success(request, f"按第（{shown.claimed_condition}）条报名，所需材料已更新。")
    return redirect("application", shown.id)


@allow(Role.INSTITUTION)
@require_POST
def attach_document(request: SignedInRequest, application_id: UUID, kind: str) -> HttpResponse:
    """One file for one kind; a refusal stands beside the very field."""
    shown = _own(request, application_id)
    if kind not in DocumentKind.values:
        raise Http404
    form = UploadForm(request.POST, request.FILES, kind=kind, auto_id=f"{kind}_%s")
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            actions.attach_document(
                by=request.user,
                application=shown,
                kind=DocumentKind(kind),
                content=file.read(),
                name=file.name,
            )
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            messages.success(request, f"{DocumentKind(kind).label}已收到。")
            return redirect(f"{reverse('application', args=[shown.id])}#documents")
    return application_page(request, shown, uploads={kind: form})


@allow(Role.INSTITUTION)
@require_POST
def submit_application(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    shown = _own(request, application_id)
    try:
        actions.submit(by=request.user, application=shown)
    except Refused as refused:
        return application_page(request, _own(request, application_id), refusal=refused)
    messages.success(request, "已提交审核。审核结果会显示在这一页。")
    return redirect("application", shown.id)


@allow(Role.INSTITUTION)
@require_POST
def withdraw_application(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    shown = _own(request, application_id)
    try:
        actions.withdraw(by=request.user, application=shown)
    except Refused as refused:
        return application_page(request, _own(request, application_id), refusal=refused)
    messages.success(request, "报名已撤回。同一考期可以为这位考生重新报名。")
    return redirect("application", shown.id)
