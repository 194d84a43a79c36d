"""The administrator's pages: the year, one sitting, and what is offered on it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhiheng.foundation.errors import Refused
from zhiheng.people.access import SignedInRequest, allow
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.core.plan import (
    SittingPlan,
    decide_callable,
    is_regular_day,
    last_saturday,
    plan_sitting,
)
from zhiheng.sittings.forms import CallForm, OfferForm
from zhiheng.sittings.models import Sitting
from zhiheng.sittings.queries import (
    FLAGS,
    LABELS,
    changes_of,
    milestones,
    offerings_of,
    rules_for,
    sitting_on,
    sittings_in,
    undecided_changes,
    working_calendar,
)
from zhiheng.standards.core.loader import list_rule_sets, load_rule_set
from zhiheng.surface.wording import day_words

YEARS = range(2022, 2100)
SPANS = {"mock_from": "模拟考"}  # shown with its last day in one column
SKIPPED = ("sitting", "mock_until")


@allow(Role.ADMINISTRATOR)
def sittings(request: HttpRequest) -> HttpResponse:
    """A year's exam days, called or foreseen, with every date that follows by one rule set (?rules=)."""
    today = clock.today()
    year = _year(request.GET.get("year", ""), today.year)
    rules = load_rule_set(request.GET.get("rules") or list_rule_sets()[0].id)
    called = {sitting.day: sitting for sitting in sittings_in(year)}
    regular = {last_saturday(year, month) for month in range(1, 13)}
    calendar = working_calendar()
    plans = [plan_sitting(rules, day, calendar=calendar) for day in sorted(regular | set(called))]
    rows = [
        {
            "plan": plan,
            "sitting": called.get(plan.day),
            "past": plan.day < today,
            "flags": [FLAGS[flag] for flag in plan.flags],
            "dates": _columns(plan),
            "regular": is_regular_day(plan.day),
        }
        for plan in plans
    ]
    context = {
        "year": year,
        "rows": rows,
        "labels": [SPANS.get(name, label) for name, label in LABELS.items() if name not in SKIPPED],
        "year_tabs": [
            {"url": f"?year={entry}&rules={rules.id}", "label": f"{entry} 年", "current": entry == year}
            for entry in (year - 1, year, year + 1)
            if entry in YEARS
        ],
        "rules": rules,
        "rule_sets": list_rule_sets(),
        "uncalled": sum(
            1 for day in regular - set(called) if decide_callable(list_rule_sets(), day, today=today).granted
        ),
        "undecided": undecided_changes(),
    }
    return render(request, "sittings/year.html", context)


def _columns(plan: SittingPlan) -> list[dict[str, Any]]:
    return [
        {
            "label": SPANS.get(name, label),
            "day": getattr(plan, name),
            "end": plan.mock_until if name == "mock_from" else None,
            "provisional": name in plan.provisional,
        }
        for name, label in LABELS.items()
        if name not in SKIPPED
    ]


def _year(text: str, usual: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in YEARS else usual


@allow(Role.ADMINISTRATOR)
def call(request: SignedInRequest) -> HttpResponse:
    """Open an exam day; one that is already open is simply shown."""
    today = clock.today()
    form = CallForm(request.POST or None, today=today, initial={"day": request.GET.get("day", "")})
    if request.method == "POST" and form.is_valid():
        called = call_sitting(by=str(request.user.id), day=form.cleaned_data["day"])
        messages.success(request, f"{called.title}已设立。接下来开设项目。")
        return redirect("sitting", day=called.day)
    return render(request, "sittings/call.html", {"form": form}, status=_status(request))


@allow(Role.ADMINISTRATOR)
def sitting(request: HttpRequest, day: date) -> HttpResponse:
    """One exam day: what is offered on it and every pinned date."""
    found = _sitting(day)
    today = clock.today()
    offered = [
        {
            "offering": offering,
            "timeline": milestones(offering, today=today),
            "source": rules_for(offering).source,
        }
        for offering in offerings_of(found)
    ]
    changes = [{"change": change, "label": LABELS[change.name]} for change in changes_of(found)]
    context = {
        "sitting": found,
        "offered": offered,
        "notes": _notes(day),
        "past": day < today,
        "changes": changes,
    }
    return render(request, "sittings/sitting.html", context)


def _notes(day: date) -> list[str]:
    """What is unusual about the day: kept and said, never moved."""
    flags = [
        str(FLAGS[flag]) for flag in plan_sitting(list_rule_sets()[0], day, calendar=working_calendar()).flags
    ]
    if not is_regular_day(day):
        usual = last_saturday(day.year, day.month)
        flags.append(f"不是当月最后一个周六（{day_words(usual)}）")
    return flags


@allow(Role.ADMINISTRATOR)
def offer_programme(request: SignedInRequest, day: date) -> HttpResponse:
    """Offer one programme and level (and trade) on the day, pinning the rules as they stand now."""
    found = _sitting(day)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen: dict[str, Any] = {
            name: form.cleaned_data[name] for name in ("rule_set", "programme", "level", "trade")
        }
        try:
            offering = offer(by=str(request.user.id), sitting=found, **chosen)
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"已开设{offering.title}，规则与日期已固定。")
            return redirect("sitting", day=day)
    context = {"form": form, "sitting": found, "back_url": reverse("sitting", args=[day])}
    return render(request, "sittings/offer.html", context, status=_status(request))


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _sitting(day: date) -> Sitting:
    found = sitting_on(day)
    if found is None:
        raise Http404
    return found
