"""The administrator's door to the hall: check, publish, watch, collect, decide."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhiheng.delivery.actions import collect, decide_late
from zhiheng.delivery.forms import LateDecisionForm
from zhiheng.delivery.hall_line import HallLine
from zhiheng.delivery.models import PublishedPack
from zhiheng.delivery.preparing.queries import is_open, is_stuck, latest_preparation
from zhiheng.delivery.pulse import hall_pulse
from zhiheng.delivery.queries import (
    collections_of,
    delivery_states,
    ends_at,
    late_answers,
    pack_of,
    readiness,
    rows_now,
)
from zhiheng.delivery.relying import may_change
from zhiheng.foundation.decision import Decision
from zhiheng.foundation.errors import Refused
from zhiheng.people.access import allow
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.queries import all_offerings, sheets_of, tickets_of
from zhiheng.sittings.models import Offering
from zhiheng.surface.forms import as_validation_error

NOTHING_COLLECTED = (
    "考场记录里没有人登录过，没有可以收的答卷。确有考生作答的，"
    "请系统管理员核对考场服务与本站用的是不是同一个数据目录或数据库，然后再收卷。"
)


def offering_of(offering_id: UUID) -> Offering:
    return get_object_or_404(Offering.objects.select_related("sitting", "revision"), pk=offering_id)


@allow(Role.ADMINISTRATOR)
def overview(request: HttpRequest) -> HttpResponse:
    states = delivery_states(all_offerings(), moment=clock.now())
    return render(request, "delivery/overview.html", {"states": states})


@allow(Role.ADMINISTRATOR)
def offering(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Go or no-go, and after publishing what was handed over."""
    found = offering_of(offering_id)
    (state,) = delivery_states([found], moment=clock.now())
    context = {"offering": found, "state": state, "ends_at": ends_at(found)}
    if state.pack is not None:
        after = tickets_of(found).count() - state.pack.attempts
        context["left_out"] = f"{after} 名持证考生没有试卷" if after else ""
    if not state.over:
        by = cast(Account, request.user)
        context["decision"] = decision_of(found, by=by, pack=state.pack)
        if state.pack is None:
            context |= _preparing(found)
    return render(request, "delivery/offering.html", context)


def _preparing(found: Offering) -> dict[str, object]:
    latest = latest_preparation(found)
    return {
        "preparation": latest,
        "working": latest is not None and is_open(latest),
        "stuck": latest is not None and is_stuck(latest),
    }


def decision_of(found: Offering, *, by: Account, pack: PublishedPack | None) -> Decision:
    """pack: what was published, None before that."""
    pulse, loaded = hall_pulse(), None
    if pack is not None:  # one that hangs is not waited for twice
        loaded = pulse.answers and _is_loaded(by, found, pack)
    return readiness(found, hall_answers=pulse.answers, offset_seconds=pulse.offset_seconds, loaded=loaded)


def _is_loaded(by: Account, found: Offering, pack: PublishedPack) -> bool:
    """Whether the hall uses what was published."""
    try:
        return HallLine(by, found).pack_hash() == pack.content_hash
    except Refused:
        return False


@allow(Role.ADMINISTRATOR)
def attempts(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    """Who signed in, how many answers are saved, who submitted: from the hall's log as it stands now."""
    found = offering_of(offering_id)
    now = rows_now(sheets_of(tickets_of(found)))
    rows = now.rows
    context = {
        "offering": found,
        "trouble": now.trouble,
        "silent": _is_near(found) and pack_of(found) is not None and not hall_pulse().answers,
        "rows": rows,
        "opened": sum(row.opened_at is not None for row in rows),
        "submitted": sum(row.submitted_at is not None for row in rows),
        "over": clock.now() >= ends_at(found),
        "ends_at": ends_at(found),
        "collected": {collection.attempt_id for collection in collections_of(found)},
        "refresh": ends_at(found) > clock.now(),
    }
    return render(request, "delivery/attempts.html", context)


def _is_near(found: Offering) -> bool:
    """On the day of the exam, when answers may still lie on machines in the rooms."""
    return clock.today() == found.sitting.day


@allow(Role.ADMINISTRATOR)
@require_POST
def collect_answers(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = offering_of(offering_id)
    collections = collect(by=cast(Account, request.user), offering=found)
    if collections:
        messages.success(request, f"已收回 {len(collections)} 份答卷。")
    else:
        messages.warning(request, NOTHING_COLLECTED)
    return redirect("delivery_attempts", offering_id=found.id)


@allow(Role.ADMINISTRATOR)
def late(request: HttpRequest, offering_id: UUID) -> HttpResponse:
    found = offering_of(offering_id)
    return render(request, "delivery/late.html", {"offering": found, "answers": late_answers(found)})


@allow(Role.ADMINISTRATOR)
def decide(request: HttpRequest, offering_id: UUID, entry: int) -> HttpResponse:
    """Admit or refuse one late answer, with a reason."""
    found = offering_of(offering_id)
    answer = next((one for one in late_answers(found) if one.entry.id == entry), None)
    if answer is None:
        raise Http404
    may = may_change(found)
    form = LateDecisionForm(request.POST or None, initial={} if may.granted else {"admitted": "no"})
    if request.method == "POST" and form.is_valid():
        try:
            decided = decide_late(
                by=cast(Account, request.user), attempt=answer.attempt, entry=entry, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, as_validation_error(refused))
        else:
            messages.success(request, f"决定已记录，答卷已按决定重新汇总。{decided.told}")
            return redirect("delivery_late", offering_id=found.id)
    status = 422 if request.method == "POST" else 200
    context = {"offering": found, "answer": answer, "form": form, "may": may}
    return render(request, "delivery/late_decide.html", context, status=status)
