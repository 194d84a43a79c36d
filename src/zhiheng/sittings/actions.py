"""Calling a sitting and offering programmes on it."""

from datetime import date

from django.db import IntegrityError, transaction

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import iso
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.clock import now
from zhiheng.sittings.core.plan import SittingPlan, plan_sitting
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.standards.actions import publish
from zhiheng.standards.core.terms import RuleSet
from zhiheng.standards.queries import rules_of


@transaction.atomic
def call_sitting(*, by: str, day: date) -> Sitting:
    """Open an exam day. A collision with a holiday or make-up workday is kept and flagged on its page, never moved."""
    sitting, created = Sitting.objects.get_or_create(
        day=day, defaults={"title": f"{day.year}年{day.month}月考期", "opened_at": now()}
    )
    if created:
        record(by=by, act="sitting-called", subject=f"sitting:{sitting.id}", detail={"day": day.isoformat()})
    return sitting


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
    plan = plan_sitting(rules, sitting.day)
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


def stored_plan(plan: SittingPlan) -> dict[str, object]:
    """The plan as JSON, for the offering's row."""
    dates = (
        "enrolment_closes", "review_due", "cram_opens", "mock_from", "mock_until", "tickets_from",
        "result_due", "certificate_due", "query_opens", "makeup_closes",
    )  # fmt: skip
    stored: dict[str, object] = {name: getattr(plan, name).isoformat() for name in dates}
    stored |= {
        "starts_at": iso(plan.starts_at),
        "flags": list(plan.flags),
        "provisional": list(plan.provisional),
    }
    return stored
