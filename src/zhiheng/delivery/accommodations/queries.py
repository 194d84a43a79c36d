"""What was asked, what was decided, and what holds for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhiheng.delivery.core.adjusting import (
    Adjustment,
    Verdict,
    adjusted_minutes,
    amount_to,
    decode_verdicts,
    in_force,
)
from zhiheng.delivery.models import AdjustmentDecision, AdjustmentRequest, AdjustmentState
from zhiheng.delivery.queries import ends_at
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.people.models import Account, Institution, Person
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering

LAPSED = "lapsed"
"""Not a state of its own: it still waited when the exam was over, and nobody can decide it any more."""

CLOSED = (ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED)
NOTHING = Adjustment()


# What holds


def adjustments_in(offerings: Iterable[Offering], *, language: str = "zh") -> dict[UUID, Adjustment]:
    """Application id -> what holds for it, in one query; applications without are absent."""
    return {
        application: amount_to(verdicts, language=language)
        for application, verdicts in _verdicts(AdjustmentDecision.objects.filter(
            request__application__offering__in=[offering.pk for offering in offerings]
        )).items()
    }  # fmt: skip


def adjustments_of(tickets: Iterable[Ticket], *, language: str = "zh") -> dict[UUID, Adjustment]:
    """Ticket id -> what holds for it, in one query; tickets without are absent.

    The words say what is to be done and nothing of why: an invigilator and the hall may have them.
    """
    held = list(tickets)
    applications = {ticket.application_id: ticket.pk for ticket in held}
    offerings = {ticket.offering_id for ticket in held}
    found = _verdicts(AdjustmentDecision.objects.filter(request__application__offering__in=offerings))
    return {
        applications[application]: amount_to(verdicts, language=language)
        for application, verdicts in found.items()
        if application in applications
    }


def adjustment_of(application: Application) -> Adjustment:
    return amount_to(verdicts_of(application))


def verdicts_of(application: Application) -> list[Verdict]:
    """The newest word on every kind asked for this application."""
    return verdicts_of_all([application]).get(application.pk, [])


def verdicts_of_all(applications: Iterable[Application]) -> Mapping[UUID, list[Verdict]]:
    """Application id -> the newest words, in one query; applications nothing was decided on are absent."""
    wanted = [application.pk for application in applications]
    return _verdicts(AdjustmentDecision.objects.filter(request__application__in=wanted))


def adjusted_end(of: Ticket | Application) -> datetime:
    """When the exam ends for this candidate; time given during the exam comes on top."""
    application = of.application_id if isinstance(of, Ticket) else of.pk
    found = _verdicts(AdjustmentDecision.objects.filter(request__application=application))
    return end_with(of.offering, amount_to(found.get(application, [])))


def end_with(offering: Offering, adjustment: Adjustment) -> datetime:
    return offering.starts_at + timedelta(minutes=adjusted_minutes(offering.minutes, adjustment.percent))


def accommodation_words(ticket: Ticket) -> str:
    """What is to be done for the holder, "" when nothing."""
    return adjustments_of([ticket]).get(ticket.pk, NOTHING).words


def _verdicts(decisions: QuerySet[AdjustmentDecision]) -> Mapping[UUID, list[Verdict]]:
    rows = decisions.order_by("created_at").values_list("request__application_id", "verdicts")
    by_application: dict[UUID, list[tuple[Verdict, ...]]] = defaultdict(list)
    for application, verdicts in rows:
        by_application[application].append(decode_verdicts(verdicts))
    return {application: in_force(found) for application, found in by_application.items()}


# What was asked


def _with_everything() -> QuerySet[AdjustmentRequest]:
    return AdjustmentRequest.objects.select_related(
        "application__person",
        "application__offering__sitting",
        "application__offering__revision",
        "institution",
        "requested_by",
        "evidence",
        "previous",
    )


def request_by_id(request_id: UUID | str) -> AdjustmentRequest | None:
    return _with_everything().filter(pk=request_id).first()


def requests_in(state: str) -> QuerySet[AdjustmentRequest]:
    """Those of one state, or lapsed: what waits by the day of the exam, the rest with the newest first."""
    if state == AdjustmentState.WAITING:
        return _with_everything().filter(still_waiting()).order_by("application__sitting__day", "created_at")
    if state == LAPSED:
        return _with_everything().filter(_lapsed()).order_by("-application__sitting__day", "-created_at")
    return _with_everything().filter(state=state).order_by("-settled_at")


def request_counts() -> dict[str, int]:
    """By state, with the lapsed apart."""
    found: dict[str, int] = AdjustmentRequest.objects.aggregate(
        **{
            state: Count("id", filter=Q(state=state))
            for state in AdjustmentState.values
            if state != "waiting"
        },
        **{
            AdjustmentState.WAITING: Count("id", filter=still_waiting()),
            LAPSED: Count("id", filter=_lapsed()),
        },
    )
    return found


def still_waiting() -> Q:
    """What may yet be decided; of exams of today that are over the request's own page says so."""
    return Q(state=AdjustmentState.WAITING, application__sitting__day__gte=clock.today())


def _lapsed() -> Q:
    return Q(state=AdjustmentState.WAITING, application__sitting__day__lt=clock.today())


def has_lapsed(request: AdjustmentRequest) -> bool:
    return request.state == AdjustmentState.WAITING and clock.now() >= ends_at(request.application.offering)


def requests_of(person: Person) -> QuerySet[AdjustmentRequest]:
    return _with_everything().filter(application__person=person).order_by("-created_at")


def requests_by(institution: Institution) -> QuerySet[AdjustmentRequest]:
    """What an institution asked for. What a candidate asked for alone is not among it."""
    return _with_everything().filter(institution=institution).order_by("-created_at")


def own_request(account: Account, request_id: UUID) -> AdjustmentRequest | None:
    """The candidate's own, or one of the account's institution; nothing for anybody else."""
    found = request_by_id(request_id)
    if found is None:
        return None
    institution = institution_of(account)
    ours = institution is not None and found.institution_id == institution.pk
    return found if ours or found.application.person.account_id == account.pk else None


def decisions_of(requests: Iterable[AdjustmentRequest]) -> dict[UUID, AdjustmentDecision]:
    """Request id -> its decision, in one query."""
    found = AdjustmentDecision.objects.filter(request__in=[request.pk for request in requests])
    return {decision.request_id: decision for decision in found.select_related("by")}


def earlier_deciders(request: AdjustmentRequest) -> set[UUID]:
    """Who decided what this request asks again."""
    if request.previous_id is None:
        return set()
    rows = AdjustmentDecision.objects.filter(
        request__application=request.application_id, created_at__lt=request.created_at
    )
    return set(rows.values_list("by_id", flat=True))


def waiting_for_decision(account: Account) -> QuerySet[AdjustmentRequest]:
    """What this account may decide: neither its own nor its institution's."""
    waiting = AdjustmentRequest.objects.filter(still_waiting())
    waiting = waiting.exclude(requested_by=account).exclude(application__person__account=account)
    return waiting.order_by("application__sitting__day", "created_at")


def askable_of(person: Person) -> list[Application]:
    """The person's applications whose exam is still to come."""
    coming = _applications().filter(person=person, sitting__day__gte=clock.today(), erased_at=None)
    return list(coming.exclude(status__in=CLOSED).order_by("sitting__day", "created_at"))


def application_by_id(application_id: UUID) -> Application | None:
    return _applications().filter(pk=application_id).first()


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related(
        "person", "institution", "offering__sitting", "offering__revision", "sitting"
    )
