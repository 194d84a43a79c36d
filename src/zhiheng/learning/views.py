"""The candidate's study pages and the institution's hours."""

from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.bank.media.views import medium_response
from zhiheng.bank.queries import PoolEntry, question_of, versions_by_id
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.learning.actions import answer_practice, record_attendance
from zhiheng.learning.forms import AttendanceForm, ChoiceForm, PointsForm, WritingForm
from zhiheng.learning.queries import (
    AreaProgress,
    answer_of,
    attendance_of,
    blueprint_for,
    entry_by_version,
    has_permit,
    hours_attended,
    hours_needed,
    learner_of,
    learners_of,
    next_entry,
    practice_medium,
    progress_of,
    studies_of,
    study_of,
)
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Account, Institution, Role
from zhiheng.people.queries import institution_of
from zhiheng.surface.forms import as_validation_error
from zhiheng.surface.icicle import Branch

PAGE = 30


def _account(request: HttpRequest) -> Account:
    return cast(SignedInRequest, request).user


def _study(request: HttpRequest, application_id: UUID) -> Application:
    application = study_of(_account(request), application_id)
    if application is None:
        raise Http404
    return application


@allow(Role.CANDIDATE)
def my_learning(request: HttpRequest) -> HttpResponse:
    """What may I study?"""
    studies = studies_of(_account(request))
    if len(studies) == 1:
        return redirect("study", studies[0].id)
    return render(request, "learning/studies.html", {"studies": studies})


@allow(Role.CANDIDATE)
def study(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """How far am I, area by area, and what comes next?"""
    application = _study(request, application_id)
    progress = progress_of(application)
    attended = hours_attended([application]).get(application.id, Decimal(0))
    context = {
        "application": application,
        "progress": progress,
        "tree": _tree(application, progress),
        "untried": next((row for row in progress if row.tried < row.total), None),
        "wrong": next((row for row in progress if row.wrong), None),
        "attended": attended,
        "needed": hours_needed(application.offering),
        "attendance": attendance_of(application),
    }
    return render(request, "learning/study.html", context)


def _tree(application: Application, progress: list[AreaProgress]) -> Branch:
    total = sum(row.total for row in progress)
    right = sum(row.right for row in progress)
    return Branch(
        label=_("全部练习"),
        amount=f"{right}/{total}",
        share=Decimal(right) / total if total else Decimal(0),
        children=tuple(
            Branch(
                label=row.title,
                weight=row.marks,
                amount=f"{row.right}/{row.total}",
                share=row.share,
                url=reverse("practice", args=[application.id, row.area]) if row.total else "",
            )
            for row in progress
        ),
    )


@allow(Role.CANDIDATE)
def practice(request: HttpRequest, application_id: UUID, area: str) -> HttpResponse:
    """One question; answering it leads to its explanation.

    GET: ?wrong=1 only those answered wrong; ?after=<name> not that one again at once. POST: item = id of the version.
    """
    application = _study(request, application_id)
    titles = {row.area_slug: row.title for row in blueprint_for(application.offering).areas}
    if area not in titles:
        raise Http404
    wrong_only = request.GET.get("wrong") == "1"
    entry = _asked(request, application, area, wrong_only=wrong_only)
    context: dict[str, Any] = {
        "application": application,
        "area": area,
        "title": titles[area],
        "wrong_only": wrong_only,
    }
    if entry is None:
        return render(request, "learning/practice_done.html", context)
    context |= {
        "question": entry.item,
        "version": entry.version,
        "media_base": _media_base(application),
    }
    if entry.item.type == "short":
        return _short(request, application, entry, context)
    form = ChoiceForm(entry.item, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _kept(request, application, entry, form.value, wrong_only=wrong_only)
    context["form"] = form
    return render(request, "learning/practice.html", context, status=422 if form.errors else 200)


def _asked(
    request: HttpRequest, application: Application, area: str, *, wrong_only: bool
) -> PoolEntry | None:
    """The question of a posted answer, or the one to ask next."""
    if request.method != "POST":
        return next_entry(application, area, wrong_only=wrong_only, skip=request.GET.get("after", ""))
    entry = entry_by_version(application, area, request.POST.get("item", ""))
    if entry is None:
        raise Http404
    return entry


def _short(
    request: HttpRequest, application: Application, entry: PoolEntry, context: dict[str, Any]
) -> HttpResponse:
    """First the candidate's own words, then, beside the reference, which points they hold."""
    if request.method != "POST":
        return render(request, "learning/practice.html", context | {"form": WritingForm()})
    if request.POST.get("step") == "points":
        points = PointsForm(entry.item, request.POST)
        if points.is_valid():
            return _kept(request, application, entry, points.value, wrong_only=context["wrong_only"])
    writing = WritingForm(request.POST)
    if not writing.is_valid():
        return render(request, "learning/practice.html", context | {"form": writing}, status=422)
    text = writing.cleaned_data["text"]
    form = PointsForm(entry.item, initial={"text": text})
    return render(request, "learning/points.html", context | {"form": form, "text": text})


def _kept(
    request: HttpRequest, application: Application, entry: PoolEntry, value: Any, *, wrong_only: bool
) -> HttpResponse:
    version = versions_by_id([entry.version])[str(entry.version)]
    answer = answer_practice(by=_account(request), application=application, version=version, value=value)
    more = f"?{urlencode({'wrong': 1})}" if wrong_only else ""
    return redirect(reverse("explained", args=[application.id, answer.id]) + more)


@allow(Role.CANDIDATE)
def explained(request: HttpRequest, application_id: UUID, answer_id: UUID) -> HttpResponse:
    """Was it right, and why?"""
    application = _study(request, application_id)
    answer = answer_of(application, answer_id)
    if answer is None:
        raise Http404
    question = question_of(answer.version)
    wrong_only = request.GET.get("wrong") == "1"
    following = {"after": question.id} | ({"wrong": "1"} if wrong_only else {})
    titles = {row.area_slug: row.title for row in blueprint_for(application.offering).areas}
    context = {
        "application": application,
        "answer": answer,
        "question": question,
        "media_base": _media_base(application),
        "title": titles.get(answer.area, answer.area),
        "chosen": answer.value if isinstance(answer.value, list) else [],
        "text": answer.value.get("text", "") if isinstance(answer.value, dict) else "",
        "next_url": f"{reverse('practice', args=[application.id, answer.area])}?{urlencode(following)}",
    }
    return render(request, "learning/explained.html", context)


def _media_base(application: Application) -> str:
    return reverse("practice_shown", args=[application.id, "0"]).removesuffix("0/")


@allow(Role.CANDIDATE)
def shown(request: HttpRequest, application_id: UUID, sha256: str) -> HttpResponse:
    """A picture or recording of a practice question."""
    found = practice_medium(_study(request, application_id), sha256)
    if found is None:
        raise Http404
    return medium_response(found)


def _institution(request: HttpRequest) -> Institution:
    institution = institution_of(_account(request))
    if institution is None:
        raise Http404
    return institution


@allow(Role.INSTITUTION)
def attendance(request: HttpRequest) -> HttpResponse:
    """Whose hours are on record, and who still needs some?"""
    page = Paginator(learners_of(_institution(request)), PAGE).get_page(request.GET.get("page"))
    attended = hours_attended(page.object_list)
    rows = [
        {
            "application": application,
            "attended": attended.get(application.id, Decimal(0)),
            "needed": hours_needed(application.offering),
        }
        for application in page.object_list
    ]
    return render(request, "learning/attendance.html", {"page": page, "rows": rows})


@allow(Role.INSTITUTION)
def attendance_of_learner(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Enter a day's hours of one candidate."""
    application = learner_of(_institution(request), application_id)
    if application is None:
        raise Http404
    form = AttendanceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entry = record_attendance(by=_account(request), application=application, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, f"已登记 {chinese_day(entry.day)}的 {entry.hours} 课时。")
            return redirect("attendance_of", application.id)
    context = {
        "application": application,
        "form": form,
        "open": has_permit(application),
        "entries": attendance_of(application),
        "attended": hours_attended([application]).get(application.id, Decimal(0)),
        "needed": hours_needed(application.offering),
    }
    return render(request, "learning/learner.html", context, status=422 if form.errors else 200)
