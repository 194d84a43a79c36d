"""What a decision means for the running hall, and whether it has got there."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from django.db.models import QuerySet, Sum

from zhiheng.delivery.accommodations.queries import end_with, verdicts_of
from zhiheng.delivery.core.adjusting import (
    Adjustment,
    Verdict,
    amount_to,
    decode_verdicts,
    in_force,
    owed_minutes,
)
from zhiheng.delivery.core.attempt import Kind
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest, Attempt, HallAct, HallActKind
from zhiheng.delivery.queries import ends_at, log_of
from zhiheng.enrolment.models import Application
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket

OVER = "exam-over"
REFUSED = "act-refused"
UNDONE = "act-undone"


class Stage(StrEnum):
    WAITING = "waiting"  # tried again by itself
    DONE = "done"
    OVER = "over"  # the candidate's time ended before the hall answered
    REFUSED = "refused"  # the hall said no, for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What the hall is to be told. zh, en: what is to be done from now on, "" when nothing any more."""

    attempt: Attempt
    key: UUID
    by: Account
    number: str
    minutes: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How far one decision has come on its way to the hall. over: the candidate's time has ended meanwhile."""

    act: HallAct
    over: bool = False

    @property
    def stage(self) -> Stage:
        if self.act.done_at is not None:
            return Stage.DONE
        open_still = Stage.OVER if self.over else Stage.WAITING
        return {OVER: Stage.OVER, REFUSED: Stage.REFUSED}.get(self.act.failure, open_still)

    @property
    def why(self) -> str:
        """What the hall said when it refused."""
        return "；".join(one["sentence"] for one in self.act.refused)


def act_id(decision: AdjustmentDecision) -> UUID:
    """The act's number in the hall and here: one for each decision."""
    return uuid5(decision.id, "hall")


def attempt_of(request: AdjustmentRequest) -> Attempt | None:
    """The candidate's attempt once it was handed over to the hall."""
    rows = Attempt.objects.filter(ticket__application=request.application_id)
    return rows.select_related(
        "ticket__offering__sitting", "ticket__offering__revision", "ticket__application__person"
    ).first()


def owed_to(request: AdjustmentRequest) -> Owed | None:
    """What the newest decision asks of the hall; None when there is none, no pack yet, or nothing changes by it."""
    decision = AdjustmentDecision.objects.filter(request=request).select_related("by").first()
    attempt = attempt_of(request)
    if decision is None or attempt is None or not _after_pack(decision, attempt):
        return None
    verdicts = verdicts_of(request.application)
    now, before = amount_to(verdicts), _before(decision, attempt)
    offering = attempt.ticket.offering
    in_pack = round((attempt.ends_at - ends_at(offering)).total_seconds() / 60)
    given = _given(attempt.ticket, but=act_id(decision))
    minutes = owed_minutes(offering.minutes, now.percent, had=in_pack + given)
    begun = HallAct.objects.filter(pk=act_id(decision)).exists()
    if not begun and not minutes and now.words == before.words:
        return None
    return Owed(
        attempt=attempt,
        key=act_id(decision),
        by=decision.by,
        number=request.number,
        minutes=minutes,
        zh=now.words,
        en=amount_to(verdicts, language="en").words,
    )


def _after_pack(decision: AdjustmentDecision, attempt: Attempt) -> bool:
    """Attempts are made with the pack; what was decided before stands in it."""
    return decision.created_at >= attempt.created_at


def _before(decision: AdjustmentDecision, attempt: Attempt) -> Adjustment:
    """What held for the candidate until this decision."""
    rows = AdjustmentDecision.objects.filter(
        request__application=attempt.ticket.application_id, created_at__lt=decision.created_at
    )
    found: Sequence[Sequence[Verdict]] = [
        decode_verdicts(text) for text in rows.order_by("created_at").values_list("verdicts", flat=True)
    ]
    return amount_to(in_force(found))


def _given(ticket: Ticket, *, but: UUID) -> int:
    """Minutes that other decisions have given or are giving in the hall."""
    rows = HallAct.objects.filter(ticket=ticket, kind=HallActKind.ADJUST).exclude(pk=but)
    rows = rows.exclude(failure__in=(OVER, REFUSED))
    total: int | None = rows.aggregate(total=Sum("minutes"))["total"]
    return total or 0


def is_over(owed: Owed) -> bool:
    """Whether time would come too late: the candidate's own end has passed, the grant included."""
    return _time_is_over(owed.attempt.ticket.application)


def _time_is_over(application: Application) -> bool:
    return clock.now() >= end_with(application.offering, amount_to(verdicts_of(application)))


def has_handed_in(attempt: Attempt) -> bool:
    return any(row.kind == Kind.SUBMITTED for row in log_of([attempt]).get(str(attempt.id), ()))


def carried_of(request: AdjustmentRequest) -> Carried | None:
    decision = AdjustmentDecision.objects.filter(request=request).first()
    act = HallAct.objects.filter(pk=act_id(decision)).first() if decision else None
    return Carried(act=act, over=_time_is_over(request.application)) if act else None


def not_arrived() -> QuerySet[HallAct]:
    """Grants that still wait for the hall, of today and days to come, the exam that begins first on top."""
    rows = HallAct.objects.filter(kind=HallActKind.ADJUST, done_at=None, sitting__day__gte=clock.today())
    return rows.exclude(failure__in=(OVER, REFUSED)).order_by("offering__starts_at")
