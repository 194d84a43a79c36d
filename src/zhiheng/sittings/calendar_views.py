"""A year opened in one act, the holiday calendar, and the public feed of dates."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.sittings.actions import call_year, decide_change, import_notice
from zhiheng.sittings.core.feed import calendar_text
from zhiheng.sittings.core.notices import MOST_BYTES
from zhiheng.sittings.forms import NoticeForm
from zhiheng.sittings.models import PlanChange
from zhiheng.sittings.queries import feed_events, notices, offerings_for_feed


@require_POST
@allow(Role.ADMINISTRATOR)
def call_whole_year(request: SignedInRequest) -> HttpResponse:
    """Open what is left of a year; a collision with a holiday is kept and shown on the year's page."""
    given = request.POST.get("year", "")
    if not (given.isascii() and given.isdigit() and len(given) == 4):
        raise Refused(what=f"年份“{given}”不是四位数字", remedy="请回到考期页重新选择", code="year-range")
    opened = call_year(by=str(request.user.id), year=int(given))
    words = f"已设立 {len(opened)} 个考期。" if opened else "这一年的考期都已设立，没有变动。"
    messages.success(request, words)
    return redirect(f"/sittings/?year={given}")


@allow(Role.ADMINISTRATOR)
def calendar(request: SignedInRequest) -> HttpResponse:
    """Import a year's notice; what it moves stands on the pages of the sittings."""
    form = NoticeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file: Any = form.cleaned_data["file"]
        try:
            taken = import_notice(
                by=request.user, content=file.read(MOST_BYTES + 1), name=file.name or "notice"
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{taken.year} 年的放假安排已导入，受影响的日期见各考期页。")
            return redirect("holiday_calendar")
    status = 422 if request.method == "POST" else 200
    return render(request, "sittings/calendar.html", {"form": form, "notices": notices()}, status=status)


@require_POST
@allow(Role.ADMINISTRATOR)
def decide(request: SignedInRequest, change_id: UUID) -> HttpResponse:
    """Confirm or decline the move of a settled date."""
    change = get_object_or_404(PlanChange.objects.select_related("offering__sitting"), pk=change_id)
    answer = request.POST.get("answer", "")
    if answer not in ("apply", "keep"):
        raise Refused(what="没有说改还是不改", remedy="请在考期页选择一项", code="answer-missing")
    decide_change(by=request.user, change=change, apply=answer == "apply")
    messages.success(request, "日期已改。" if answer == "apply" else "日期保持不变。")
    return redirect("sitting", day=change.offering.sitting.day)


@public
def feed(request: HttpRequest) -> HttpResponse:
    """The dates of one programme's open sittings (?programme=), for a calendar to subscribe to."""
    wanted = request.GET.get("programme", "")
    offerings = offerings_for_feed(wanted, today=clock.today())
    if offerings is None:
        raise Http404
    return as_calendar(
        calendar_text(
            feed_events(offerings), title=_("职业技能考期"), stamp=clock.now().replace(microsecond=0)
        )
    )


def as_calendar(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="sittings.ics"'
    response["Cache-Control"] = "private, max-age=3600"
    return response
