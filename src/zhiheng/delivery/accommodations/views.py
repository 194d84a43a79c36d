"""Other conditions: for candidates, for institutions, and for those who decide."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from zhiheng.delivery.accommodations import actions, queries
from zhiheng.delivery.accommodations.actions import DECIDERS, Evidence
from zhiheng.delivery.accommodations.carrying.queries import carried_of
from zhiheng.delivery.accommodations.forms import AskForm, DecideForm, language
from zhiheng.delivery.core.adjusting import (
    Adjustment,
    Asked,
    Verdict,
    adjusted_minutes,
    adjustment_rules,
    amount_to,
    decode_asked,
    decode_verdicts,
    doing,
    kinds,
    last_day_to_ask,
)
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest, AdjustmentState
from zhiheng.delivery.queries import pack_of
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.files import sealed_file
from zhiheng.people.models import Institution, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing import clock
from zhiheng.sittings.wording import exam_words

ROWS = 50
CHINESE = "zh"  # in which staff work
SHAPES = {
    AdjustmentState.WAITING: "pending",
    AdjustmentState.DECIDED: "valid",
    AdjustmentState.WITHDRAWN: "note",
}
TABS = {**dict(AdjustmentState.choices), queries.LAPSED: "没有决定"}
FIELDS = {
    "file_empty": "evidence",
    "file_too_large": "evidence",
    "file_type": "evidence",
    "file_disguised": "evidence",
    "picture_unreadable": "evidence",
    "picture_too_large": "evidence",
    "pdf_unreadable": "evidence",
    "pdf_encrypted": "evidence",
    "pdf_active": "evidence",
    "pdf_too_long": "evidence",
    "evidence_missing": "evidence",
    "consent_missing": "agreed",
    "reason_missing": "reason",
    "adjustment_percent": "percent",
}


# Those who ask


@allow(Role.CANDIDATE)
@never_cache
def mine(request: SignedInRequest) -> HttpResponse:
    """The exams to come with what holds for each, and what was asked."""
    person = person_of(request.user)
    found = list(queries.requests_of(person)) if person else []
    waiting = {row.application_id for row in found if row.state == AdjustmentState.WAITING}
    askable = queries.askable_of(person) if person else []
    verdicts = queries.verdicts_of_all(askable)
    exams = [
        {
            **_exam(application, amount_to(verdicts.get(application.pk, []), language=language())),
            "waiting": application.pk in waiting,
            "begun": clock.now() >= application.offering.starts_at,
        }
        for application in askable
    ]
    context = {"exams": exams, "rows": _rows(found), "rules": adjustment_rules()}
    return render(request, "delivery/accommodations/mine.html", context)


@allow(Role.CANDIDATE)
def ask_mine(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    found = queries.application_by_id(application_id)
    if found is None or found.person.account_id != request.user.id:
        raise Http404
    return _ask(request, found, institution=None, back="my_adjustments")


@allow(Role.INSTITUTION)
def institution_list(request: SignedInRequest) -> HttpResponse:
    """What the institution asked for; never what its candidates asked for themselves."""
    found = queries.requests_by(_institution(request))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "rows": _rows(list(page.object_list)), "rules": adjustment_rules()}
    return render(request, "delivery/accommodations/institution.html", context)


@allow(Role.INSTITUTION)
def ask_for(request: SignedInRequest, application_id: UUID) -> HttpResponse:
    institution, found = _institution(request), queries.application_by_id(application_id)
    if found is None or found.institution_id != institution.id:
        raise Http404
    return _ask(request, found, institution=institution, back="institution_adjustments")


def _ask(
    request: SignedInRequest, application: Application, *, institution: Institution | None, back: str
) -> HttpResponse:
    actions.require_time(application)
    form = AskForm(request.POST or None, request.FILES or None, for_institution=institution is not None)
    if request.method == "POST" and form.is_valid():
        given, file = form.cleaned_data, form.cleaned_data["evidence"]
        try:
            made = actions.request_adjustment(
                by=request.user,
                application=application,
                institution=institution,
                asked=form.asked(),
                reason=given["reason"],
                agreed=given["agreed"],
                evidence=Evidence(name=file.name, content=file.read()) if file else None,
            )
        except Refused as refused:
            form.refuse(refused, **FIELDS)
        else:
            messages.success(request, _("申请 %(number)s 已收到，决定后会通知。") % {"number": made.number})
            return redirect(back)
    last_day = last_day_to_ask(application.offering.sitting.day)
    context = {
        "form": form,
        "application": application,
        "exam": exam_words(application.offering),
        "last_day": last_day,
        "late": clock.today() > last_day,
        "rules": adjustment_rules(),
        "back": back,
        "for_institution": institution is not None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "delivery/accommodations/ask.html", context, status=status)


@allow(Role.CANDIDATE, Role.INSTITUTION)
@never_cache
def own(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    """One request as whoever asked sees it: what, why, and the word on each thing."""
    found = _own(request, request_id)
    back = (
        "my_adjustments"
        if found.application.person.account_id == request.user.id
        else "institution_adjustments"
    )
    context = {
        **_content(found, language()),
        "back": back,
        "askable": clock.now() < found.application.offering.starts_at,
        "carried": carried_of(found),
    }
    return render(request, "delivery/accommodations/own.html", context)


@allow(Role.CANDIDATE, Role.INSTITUTION)
@require_POST
def withdraw(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    found = _own(request, request_id)
    actions.withdraw_adjustment(by=request.user, request=found)
    messages.success(request, _("已撤回。"))
    own_page = found.application.person.account_id == request.user.id
    return redirect("my_adjustments" if own_page else "institution_adjustments")


def _own(request: SignedInRequest, request_id: UUID) -> AdjustmentRequest:
    found = queries.own_request(request.user, request_id)
    if found is None:
        raise Http404
    return found


def _institution(request: SignedInRequest) -> Institution:
    institution = institution_of(request.user)
    if institution is None:
        raise Http404
    return institution


# Those who decide


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
def all_requests(request: HttpRequest) -> HttpResponse:
    """Requests of one state, ?state=: neither who nor what stands in the list."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in TABS else AdjustmentState.WAITING
    page = Paginator(queries.requests_in(state), ROWS).get_page(request.GET.get("page"))
    counts = queries.request_counts()
    tabs = [
        {"url": f"?state={key}", "label": label, "current": key == state, "count": counts[key]}
        for key, label in TABS.items()
    ]
    context = {"page": page, "rows": _rows(list(page.object_list)), "tabs": tabs, "rules": adjustment_rules()}
    return render(request, "delivery/accommodations/requests.html", context)


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
@never_cache
def one_request(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    found = _found(request_id)
    actions.note_adjustment_seen(by=request.user, request=found, what="page")
    return _page(request, found, _decide_form(found))


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
@require_POST
def decide(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    found = _found(request_id)
    form = _decide_form(found, request.POST)
    if form.is_valid():
        try:
            actions.decide_adjustment(
                by=request.user,
                request=found,
                verdicts=form.verdicts(),
                late_reason=form.cleaned_data.get("late_reason", ""),
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "决定已记录，申请人会收到通知。")
            return redirect("adjustment", found.id)
    return _page(request, found, form, status=422)


@allow(Role.ADMINISTRATOR, Role.REVIEWER)
def evidence(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    found = _found(request_id)
    if found.evidence is None:
        raise Http404
    actions.note_adjustment_seen(by=request.user, request=found, what="evidence")
    return sealed_file(found.evidence, reader=request.user)


def _found(request_id: UUID) -> AdjustmentRequest:
    found = queries.request_by_id(request_id)
    if found is None:
        raise Http404
    return found


def _decide_form(found: AdjustmentRequest, data: Any = None) -> DecideForm:
    return DecideForm(data, asked=decode_asked(found.asked), late=found.late)


def _page(
    request: SignedInRequest, found: AdjustmentRequest, form: DecideForm, *, status: int = 200
) -> HttpResponse:
    offering = found.application.offering
    mine_to_decide = (
        not queries.has_lapsed(found)
        and bool(request.roles & DECIDERS)
        and queries.waiting_for_decision(request.user).filter(pk=found.pk).exists()
        and request.user.id not in queries.earlier_deciders(found)
    )
    context = {
        **_content(found, CHINESE),
        "form": form,
        "parts": [(_what(one, CHINESE), fields) for one, fields in form.parts()],
        "open": mine_to_decide,
        "published": pack_of(offering) is not None,
        "carried": carried_of(found),
        "rules": adjustment_rules(),
        "may_see_trail": Role.ADMINISTRATOR in request.roles,
    }
    return render(request, "delivery/accommodations/request.html", context, status=status)


# How it is shown


def _exam(application: Application, adjustment: Adjustment) -> dict[str, Any]:
    offering = application.offering
    return {
        "application": application,
        "exam": exam_words(offering),
        "adjustment": adjustment,
        "ends_at": queries.end_with(offering, adjustment),
        "over": clock.now() >= queries.end_with(offering, adjustment),
        "minutes": adjusted_minutes(offering.minutes, adjustment.percent),
        "last_day": last_day_to_ask(offering.sitting.day),
    }


def _rows(found: list[AdjustmentRequest]) -> list[dict[str, Any]]:
    return [_row(row, lapsed=queries.has_lapsed(row)) for row in found]


def _row(row: AdjustmentRequest, *, lapsed: bool) -> dict[str, Any]:
    """lapsed: it waited until the exam was over."""
    return {
        "request": row,
        "exam": exam_words(row.application.offering),
        "shape": "overdue" if lapsed else SHAPES[AdjustmentState(row.state)],
        "word": _("没有决定") if lapsed else _(str(row.get_state_display())),
        "lapsed": lapsed,
        "open": row.state == AdjustmentState.WAITING and not lapsed,
    }


def _content(found: AdjustmentRequest, spoken: str) -> dict[str, Any]:
    """Everything about one request; each thing asked with the word on it."""
    decision = queries.decisions_of([found]).get(found.id)
    (row,) = _rows([found])
    return {
        "row": row,
        "request_row": found,
        "decision": decision,
        "lines": _lines(found, decision, spoken),
        **_exam(found.application, amount_to(queries.verdicts_of(found.application), language=spoken)),
    }


def _lines(
    found: AdjustmentRequest, decision: AdjustmentDecision | None, spoken: str
) -> list[dict[str, Any]]:
    words = {verdict.kind: verdict for verdict in decode_verdicts(decision.verdicts)} if decision else {}
    return [{**_what(one, spoken), **_word(words.get(one.kind), spoken)} for one in decode_asked(found.asked)]


def _what(one: Asked, spoken: str) -> dict[str, Any]:
    kind = kinds()[one.kind]
    particulars = f"{one.percent} %" if kind.asks_percent else one.detail
    return {"title": kind.title.spoken(spoken), "particulars": particulars}


def _word(verdict: Verdict | None, spoken: str) -> dict[str, Any]:
    if verdict is None:
        return {"verdict": None}
    given = doing(verdict, language=spoken) if verdict.granted else ""
    return {"verdict": verdict, "doing": given}
