"""The pages anybody may see, and each role's home."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhiheng.enrolment.presenting import voice_of_page
from zhiheng.payments.core.fees import Fee
from zhiheng.payments.fees.queries import offering_fees, programme_fees
from zhiheng.payments.models import OrderKind
from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.throttle import admit
from zhiheng.portal.body import body_words
from zhiheng.portal.catalogue import (
    Choice,
    choices_of,
    goal_of,
    job_contents_of,
    listed,
    next_sitting,
    syllabus_tree,
    target_groups_of,
)
from zhiheng.portal.doors import doors_of
from zhiheng.portal.forms import CheckForm
from zhiheng.portal.self_check import answers_for, reachable
from zhiheng.portal.waiting import waiting_for
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import LABELS, milestones, open_offerings, rules_for
from zhiheng.standards.core.conditions import load_conditions
from zhiheng.standards.core.loader import load_occupation, load_syllabus
from zhiheng.standards.core.plain import papers_of, plain_words
from zhiheng.standards.core.terms import Stated

CHECKS_A_MINUTE = 30


@public
def front(request: HttpRequest) -> HttpResponse:
    """What this is, three doors, and the next sitting somebody can still apply for."""
    offerings = open_offerings(moment=clock.now())
    same_day = [entry for entry in offerings if entry.sitting_id == offerings[0].sitting_id]
    fees = offering_fees(same_day)
    rows = sorted((_offered(entry, fees[entry.id]) for entry in same_day), key=lambda row: row["rules"].seed)
    first = rows[0]["offering"] if rows else None
    context = {
        "body": body_words(),
        "sitting": first.sitting if first else None,
        "timeline": milestones(first, today=clock.today()) if first else (),
        "rows": rows,
        "listed": listed(),
    }
    return render(request, "portal/front.html", context)


def _offered(offering: Offering, fee: Fee) -> dict[str, Any]:
    rules = rules_for(offering)
    return {
        "offering": offering,
        "fee": fee,
        "rules": rules,
        "programme": rules.programme(offering.programme),
        "level": rules.level(offering.level),
        "trade": next((trade for trade in rules.trades if trade.mark == offering.trade), None),
    }


@public
def about(request: HttpRequest) -> HttpResponse:
    """The body, its services, and what its certificate is and is not."""
    rules = [entry.rules for entry in listed()]
    statements = tuple(dict.fromkeys(entry.certificate.plain for entry in rules))
    context = {"body": body_words(), "statements": statements}
    return render(request, "portal/about.html", context)


@public
def programmes(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/programmes.html", {"listed": listed()})


@public
def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """One programme under one rule set: ?rules=, and ?level=, ?trade= for its syllabus."""
    choices = choices_of(programme)
    if not choices:
        raise Http404
    wanted = request.GET.get("rules", "")
    choice = next((entry for entry in choices if entry.rules.id == wanted), choices[0])
    return render(
        request,
        "portal/programme.html",
        {
            "choice": choice,
            "rules": choice.rules,
            "programme": choice.programme,
            "rule_tabs": _rule_tabs(choices, choice),
            "entry_levels": _entry(choice),
            "fees": _fees(choice),
            "printed": [
                {"title": _("培养目标"), "found": goal_of(choice)},
                {"title": _("培养对象"), "found": target_groups_of(choice)},
                {"title": _("工作内容"), "found": job_contents_of(choice)},
            ],
            "dates": _dates(choice),
            "next": next_sitting(choice, today=clock.today()),
            "marking": choice.rules.marking,
        }
        | _syllabus(request, choice),
    )


def _rule_tabs(choices: tuple[Choice, ...], current: Choice) -> list[dict[str, Any]]:
    if len(choices) == 1:
        return []
    return [
        {"url": f"?rules={entry.rules.id}", "label": entry.source_name, "current": entry == current}
        for entry in choices
    ]


def _entry(choice: Choice) -> list[dict[str, Any]]:
    """The conditions of entry, level by level: in plain words, with the papers and the print."""
    conditions = load_conditions(choice.rules.id)
    language = voice_of_page().language
    return [
        {
            "level": choice.rules.level(level.id),
            "conditions": [
                {
                    "printed": condition,
                    "plain": plain_words(condition.requires, conditions, language),
                    "papers": papers_of(condition.requires, conditions, language),
                }
                for condition in level.conditions
            ],
        }
        for level in conditions.levels
    ]


def _fees(choice: Choice) -> list[dict[str, Any]]:
    """What the fee table says, level by level where levels differ; without a row, what the rules print."""
    fees = choice.rules.fees
    return [
        *_table_fees(choice, _("报名费"), OrderKind.REGISTRATION, fees.registration_fen),
        *_table_fees(choice, _("补考费，每次"), OrderKind.MAKEUP, fees.makeup_fen),
        {"label": _("成绩复核费"), "level": None, "fen": fees.review_fen.value, "stated": fees.review_fen},
    ]


def _table_fees(choice: Choice, label: str, kind: OrderKind, printed: Stated[int]) -> list[dict[str, Any]]:
    levels = choice.rules.levels
    found = programme_fees(
        rule_set=choice.rules.id,
        programme=choice.programme.id,
        levels=[level.id for level in levels],
        kind=kind,
        standard_fen=printed.value,
    )
    alike = len(set(found.values())) == 1
    return [
        {
            "label": label,
            "level": None if alike else level,
            "fen": found[level.id].amount_fen,
            "since": found[level.id].since,
            "stated": printed,
        }
        for level in (levels[:1] if alike else levels)
    ]


def _dates(choice: Choice) -> list[dict[str, Any]]:
    """Each derived date with the rule behind it, in the order of time."""
    plan = next_sitting(choice, today=clock.today()).plan
    rules = {rule.name: rule for rule in choice.rules.timetable.rules}
    rows = [
        {
            "label": label,
            "day": plan.day if name == "sitting" else getattr(plan, name),
            "stated": choice.rules.timetable.sitting_day if name == "sitting" else rules[cast(Any, name)],
            "provisional": name in plan.provisional,
        }
        for name, label in LABELS.items()
    ]
    return sorted(rows, key=lambda row: row["day"])


def _syllabus(request: HttpRequest, choice: Choice) -> dict[str, Any]:
    """The tree of one level (and trade), with tabs for the others."""
    rules = choice.rules
    level = rules.level(request.GET.get("level") or rules.levels[0].id)
    trades = [trade for trade in rules.trades if level.id in trade.levels]
    wanted = request.GET.get("trade", "")
    trade = next((entry for entry in trades if entry.mark == wanted), trades[0] if trades else None)
    return {
        "level": level,
        "trade": trade,
        "trades": trades,
        "syllabus": None if rules.standard else load_syllabus(choice.programme.id),
        "standard": load_occupation(_standard(choice)) if _standard(choice) else None,
        "tree": syllabus_tree(
            choice,
            level=level.id,
            trade=trade.mark if trade else None,
            marks_words=_("%s 分"),
            points_words=_("%s 条"),
        ),
    }


def _standard(choice: Choice) -> str:
    return choice.rules.standard or load_syllabus(choice.programme.id).standard


@public
def check(request: HttpRequest) -> HttpResponse:
    """Which programmes and levels somebody may apply for, from answers that are not kept."""
    if request.method != "POST":
        return render(request, "portal/check.html", {"form": CheckForm.blank()})
    admit(request, name="check", limit=CHECKS_A_MINUTE)
    if "add" in request.POST:
        return render(request, "portal/check.html", {"form": CheckForm.with_room(request.POST)})
    form = CheckForm.sent(request.POST)
    if not form.is_valid():
        return render(request, "portal/check.html", {"form": form, "sent": True}, status=422)
    today = clock.today()
    answers = answers_for(form.profile(today=today), as_of=today, voice=voice_of_page())
    context = {"form": form, "answers": answers, "reachable": reachable(answers), "today": today}
    return render(request, "portal/check.html", context)


@allow(*Role)
def home(request: SignedInRequest) -> HttpResponse:
    """What waits for the reader, and the reader's pages."""
    roles = [role for role in Role if role in request.roles]
    waiting = waiting_for(request.user, request.roles)
    context = {
        "waiting": waiting,
        "bare": all(line.due is None and not line.rule and line.count == 1 for line in waiting),
        "doors": [{"role": role, "doors": doors_of(role)} for role in roles],
        "now": clock.now(),
        "is_candidate": Role.CANDIDATE in request.roles,
    }
    return render(request, "portal/home.html", context)
