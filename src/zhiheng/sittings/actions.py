"""Calling a sitting and offering programmes on it."""

import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import iso
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.clock import now, today
from zhiheng.plumbing.crypto import keyed_hash
from zhiheng.sittings.core.notices import read_notice
from zhiheng.sittings.core.plan import (
    SittingPlan,
    decide_callable,
    is_regular_day,
    last_saturday,
    plan_sitting,
)
from zhiheng.sittings.models import CalendarFeed, HolidayNotice, Offering, PlanChange, Sitting
from zhiheng.sittings.queries import rules_for, working_calendar
from zhiheng.standards.actions import publish
from zhiheng.standards.core.loader import list_rule_sets
from zhiheng.standards.core.terms import RuleSet
from zhiheng.standards.queries import rules_of

DATES = (
    "enrolment_closes", "review_due", "cram_opens", "mock_from", "mock_until", "tickets_from",
    "result_due", "certificate_due", "query_opens", "makeup_closes",
)  # fmt: skip


@transaction.atomic
def call_sitting(*, by: str, day: date) -> Sitting:
    """Open an exam day. A collision with a holiday or make-up workday is kept and flagged on its page, never moved."""
    words = f"{day.month}月" if is_regular_day(day) else f"{day.month}月{day.day}日"
    sitting, created = Sitting.objects.get_or_create(
        day=day, defaults={"title": f"{day.year}年{words}考期", "opened_at": now()}
    )
    if created:
        record(by=by, act="sitting-called", subject=f"sitting:{sitting.id}", detail={"day": day.isoformat()})
    return sitting


@transaction.atomic
def call_year(*, by: str, year: int) -> list[Sitting]:
    """Open every exam day of a year that people can still enrol for, the last Saturday of each month; those open stay as they are.

    Returns the ones newly opened. None is moved off a holiday or a make-up workday.
    Raises: Refused when no exam day of the year is ahead.
    """
    rules = list_rule_sets()
    days = [
        day
        for day in (last_saturday(year, month) for month in range(1, 13))
        if decide_callable(rules, day, today=today()).granted
    ]
    if not days:
        raise Refused(
            what=f"{year} 年的考试日都已过去，或已来不及报名",
            remedy="请选今年还没过完的年份或以后的年份",
            code="year-past",
        )
    known = set(Sitting.objects.filter(day__in=days).values_list("day", flat=True))
    return [call_sitting(by=by, day=day) for day in days if day not in known]


@transaction.atomic
def offer(
    *, by: str, sitting: Sitting, rule_set: str, programme: str, level: str, trade: str = ""
) -> Offering:
    """Offer a programme and level (and trade) on a sitting, pinning the rule set and every derived date.

    Raises: Refused for a level the trade does not have, or an offering that is already there.
    """
    revision = publish(by=by, rule_set=rule_set)
    rules = rules_of(revision)
    wanted, rung = rules.programme(programme), rules.level(level)
    mark = rules.trade(trade, rung.id).mark if trade or rules.trades else ""
    plan = plan_sitting(rules, sitting.day, calendar=working_calendar())
    try:
        with transaction.atomic():
            offering = Offering.objects.create(
                sitting=sitting,
                revision=revision,
                programme=wanted.id,
                level=rung.id,
                trade=mark,
                title=_title(rules, wanted.name, rung.name, mark),
                starts_at=plan.starts_at,
                minutes=rules.components[0].minutes.value,
                fee_fen=rules.fees.registration_fen.value,
                makeup_fee_fen=rules.fees.makeup_fen.value,
                plan=stored_plan(plan),
            )
    except IntegrityError:
        raise Refused(
            what=f"{sitting.title}已开设{_title(rules, wanted.name, rung.name, mark)}",
            remedy="请直接使用已开设的科目",
            code="offered-already",
        ) from None
    record(
        by=by,
        act="offered",
        subject=f"offering:{offering.id}",
        detail={"title": offering.title, "rules": str(revision)},
    )
    return offering


def _title(rules: RuleSet, programme: str, level: str, mark: str) -> str:
    if not mark:
        return f"{programme}（{level}）"
    trade = next(trade.name for trade in rules.trades if trade.mark == mark)
    return f"{programme}·{trade}（{level}）"


def stored_plan(plan: SittingPlan) -> dict[str, Any]:
    """The plan as JSON, for the offering's row."""
    stored: dict[str, Any] = {name: getattr(plan, name).isoformat() for name in DATES}
    stored |= {
        "starts_at": iso(plan.starts_at),
        "flags": list(plan.flags),
        "provisional": list(plan.provisional),
    }
    return stored


# A new year's calendar


@transaction.atomic
def import_notice(*, by: Account, content: bytes, name: str) -> HolidayNotice:
    """Take in a year's holiday notice and reckon again every offering it reaches, leaving a trace for each date.

    A provisional date follows at once; a date that is settled stays until somebody confirms the change.
    The same notice again changes nothing. Raises: Refused (code notice-unfit) for a file that cannot be one.
    """
    notice = read_notice(content, name=name)
    seal = digest(notice.facts)
    newest = HolidayNotice.objects.filter(year=notice.year).order_by("-created_at").first()
    if newest is not None and newest.sha256 == seal:
        return newest
    row = HolidayNotice.objects.create(
        year=notice.year,
        number=notice.number,
        off_days=notice.facts["off_days"],
        makeup=notice.facts["makeup"],
        sha256=seal,
        imported_by=by,
    )
    record(by=str(by.id), act="calendar-imported", subject=f"notice:{row.id}", detail=dict(notice.facts))
    reached = Offering.objects.select_for_update(of=("self",)).filter(sitting__day__year__gte=notice.year - 1)
    for offering in reached.select_related("sitting", "revision"):
        _reckon_again(by=by, offering=offering, notice=row)
    return row


def _reckon_again(*, by: Account, offering: Offering, notice: HolidayNotice) -> None:
    fresh = stored_plan(plan_sitting(rules_for(offering), offering.sitting.day, calendar=working_calendar()))
    plan, moved = dict(offering.plan), []
    pending: list[str] = plan["provisional"]
    for name in DATES:
        was, becomes = plan[name], fresh[name]
        provisional = name in pending
        if was != becomes:
            PlanChange.objects.filter(offering=offering, name=name, applied_at=None, declined_at=None).update(
                declined_at=now()
            )
            PlanChange.objects.create(
                offering=offering,
                notice=notice,
                name=name,
                before=was,
                after=becomes,
                was_provisional=provisional,
                applied_at=now() if provisional else None,
            )
            moved.append({"date": name, "before": was, "after": becomes, "applied": provisional})
        if provisional:
            plan[name] = becomes
    plan["provisional"] = [name for name in pending if name in fresh["provisional"]]
    if plan["flags"] != fresh["flags"]:
        moved.append({"date": "flags", "before": plan["flags"], "after": fresh["flags"], "applied": True})
        plan["flags"] = fresh["flags"]
    if plan == offering.plan and not moved:
        return
    offering.plan = plan
    offering.save(update_fields=["plan"])
    record(
        by=str(by.id),
        act="dates-reckoned-again",
        subject=f"offering:{offering.id}",
        detail={"notice": notice.number, "changes": moved},
    )


@transaction.atomic
def decide_change(*, by: Account, change: PlanChange, apply: bool) -> None:
    """Move a settled date as a notice would have it, or leave it where it is. Raises: Refused when decided already."""
    locked = PlanChange.objects.select_for_update().get(pk=change.pk)
    if locked.applied_at or locked.declined_at:
        raise Refused(what="这一处日期已有决定", remedy="请刷新考期页查看", code="change-decided")
    offering = Offering.objects.select_for_update().get(pk=locked.offering_id)
    locked.decided_by = by
    if apply:
        locked.applied_at = now()
        offering.plan = {**offering.plan, locked.name: locked.after}
        offering.save(update_fields=["plan"])
    else:
        locked.declined_at = now()
    locked.save(update_fields=["decided_by", "applied_at", "declined_at"])
    record(
        by=str(by.id),
        act="date-moved" if apply else "date-kept",
        subject=f"offering:{offering.id}",
        detail={"date": locked.name, "before": locked.before, "after": locked.after},
    )


# Private feeds


@transaction.atomic
def open_feed(*, by: Account) -> CalendarFeed:
    """A new private address of the account's dates; an earlier one stops working."""
    CalendarFeed.objects.filter(account=by, revoked_at=None).update(revoked_at=now())
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        account=by, token=token, token_hash=keyed_hash(token, purpose="calendar-feed")
    )
    record(by=str(by.id), act="calendar-feed-opened", subject=f"account:{by.id}")
    return feed
