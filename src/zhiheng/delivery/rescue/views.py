"""The administrator's pages for rescue files: bring one in, see what it holds, decide."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from zhiheng.delivery.hall_line import HallLine
from zhiheng.delivery.relying import may_change
from zhiheng.delivery.rescue.actions import approve, bring_in, refuse
from zhiheng.delivery.rescue.forms import RescueFileForm, WordForm
from zhiheng.delivery.rescue.line import RescueLine
from zhiheng.delivery.rescue.queries import Rescue, Stage, opened_for, rescue_by_id, rescues_of
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.sittings.models import Offering
from zhiheng.surface.forms import as_validation_error


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def line_for(by: Account, offering: Offering) -> RescueLine:
    """To the hall as it runs."""
    return HallLine(by, offering)


def _offering(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.ADMINISTRATOR)
def rescues(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = _offering(offering_id)
    return render(request, "delivery/rescue/rescues.html", {"offering": found, "rescues": rescues_of(found)})


@allow(Role.ADMINISTRATOR)
def bring(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Whatever is wrong with a file is said on the form; nothing of it is kept then."""
    found = _offering(offering_id)
    form = RescueFileForm(request.POST, request.FILES) if request.method == "POST" else RescueFileForm()
    if form.is_bound and form.is_valid():
        content, name = form.cleaned_data["file"]
        try:
            rescue = bring_in(by=_account(request), offering=found, content=content, name=name)
        except Refused as refused:
            form.add_error("file", as_validation_error(refused))
        else:
            messages.success(request, "救援文件已收存。下一步由两人先后批准。")
            return redirect("rescue", rescue_id=rescue.id)
    status = 422 if form.is_bound else 200
    return render(request, "delivery/rescue/bring.html", {"offering": found, "form": form}, status=status)


@allow(Role.ADMINISTRATOR)
def rescue(request: HttpRequest, rescue_id: UUID) -> HttpResponse:
    """What the file holds against what the log has, and the next word on it."""
    found = rescue_by_id(rescue_id)
    if found is None:
        raise Http404
    may = may_change(found.row.attempt.ticket.offering)
    given = request.POST if request.method == "POST" else None
    form = WordForm(given, initial={} if may.granted else {"agreed": "no"})
    if form.is_bound and form.is_valid():
        try:
            _say(request, found, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
            found = rescue_by_id(rescue_id) or found
        else:
            return redirect("rescue", rescue_id=rescue_id)
    return _page(request, found, form)


def _say(request: HttpRequest, found: Rescue, *, agreed: bool, reason: str) -> None:
    by = _account(request)
    if not agreed:
        refuse(by=by, rescue=found, reason=reason)
        messages.success(request, "已记录：不予采纳，答卷保持原样。")
        return
    word = approve(by=by, rescue=found, reason=reason, line=line_for(by, found.row.attempt.ticket.offering))
    if word.result is None:
        messages.success(request, "第一人已同意。下一步请另一位管理员决定。")
    else:
        messages.success(request, f"已导入 {word.result['appended']} 条答案，答卷按新的记录汇总。")


def _page(request: HttpRequest, found: Rescue, form: WordForm) -> HttpResponse:
    context: dict[str, Any] = {
        "rescue": found,
        "offering": found.row.attempt.ticket.offering,
        "opened": opened_for(found),
        "form": form,
        "mine": found.may_decide(_account(request)),
        "open": found.stage in (Stage.FIRST, Stage.SECOND),
        "may": may_change(found.row.attempt.ticket.offering),
    }
    return render(request, "delivery/rescue/rescue.html", context, status=422 if form.is_bound else 200)
