"""The fee table, and what it says for an application."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiheng.enrolment.models import Application
from zhiheng.payments.core.fees import Fee, FeeFact, choose_fee
from zhiheng.payments.models import FeeDecision, FeeRow, OrderKind
from zhiheng.people.models import Institution
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering
from zhiheng.standards.models import RuleSetRevision


def fees_for(
    institution: Institution,
    applications: Sequence[Application],
    *,
    kind: OrderKind = OrderKind.REGISTRATION,
    day: date | None = None,
) -> dict[UUID, Fee]:
    """The fee of each application by its id, as it holds on the day of ordering (today), in two queries."""
    offerings = {application.offering.id: application.offering for application in applications}
    fees = _fees(list(offerings.values()), institution=institution, kind=kind, day=day or clock.today())
    return {application.id: fees[application.offering_id] for application in applications}


def offering_fees(
    offerings: Sequence[Offering],
    *,
    kind: OrderKind = OrderKind.REGISTRATION,
    institution: Institution | None = None,
) -> dict[UUID, Fee]:
    """The fee of each offering today, as anybody reads it, or one institution; by the offering's id, in one query, or
    two when the offerings come without their revisions."""
    return _fees(offerings, institution=institution, kind=kind, day=clock.today())


def registration_prices(offerings: Sequence[Offering], institution: Institution | None) -> dict[UUID, int]:
    """For stages before this one: what registering costs, in fen."""
    return {key: fee.amount_fen for key, fee in offering_fees(offerings, institution=institution).items()}


def programme_fees(
    *, rule_set: str, programme: str, levels: Iterable[str], kind: OrderKind, standard_fen: int
) -> dict[str, Fee]:
    """What anybody pays today for each level of a programme, in one query."""
    today = clock.today()
    table = _in_force(None, today)
    return {
        level: choose_fee(
            table,
            rule_set=rule_set,
            programme=programme,
            level=level,
            institution=None,
            day=today,
            standard_fen=standard_fen,
            makeup=kind == OrderKind.MAKEUP,
        )
        for level in levels
    }


def _fees(
    offerings: Sequence[Offering], *, institution: Institution | None, kind: OrderKind, day: date
) -> dict[UUID, Fee]:
    if not offerings:
        return {}
    rule_sets = _rule_sets(offerings)
    table = _in_force(institution, day)
    makeup = kind == OrderKind.MAKEUP
    return {
        offering.id: choose_fee(
            table,
            rule_set=rule_sets[offering.revision_id],
            programme=offering.programme,
            level=offering.level,
            institution=institution.id if institution else None,
            day=day,
            standard_fen=offering.makeup_fee_fen if makeup else offering.fee_fen,
            makeup=makeup,
        )
        for offering in offerings
    }


def _rule_sets(offerings: Sequence[Offering]) -> dict[UUID, str]:
    """Names of rule sets by revision."""
    known = {
        entry.revision_id: entry.revision.rule_set
        for entry in offerings
        if Offering.revision.is_cached(entry)
    }
    missing = {entry.revision_id for entry in offerings} - known.keys()
    if missing:
        known |= dict(RuleSetRevision.objects.filter(pk__in=missing).values_list("pk", "rule_set"))
    return known


def _in_force(institution: Institution | None, day: date) -> list[FeeFact]:
    approved = (
        FeeDecision.objects.filter(approved=True, row__valid_from__lte=day)
        .filter(Q(row__valid_until=None) | Q(row__valid_until__gte=day))
        .filter(Q(row__institution=None) | Q(row__institution=institution))
        .select_related("row")
    )
    return [
        FeeFact(
            id=decision.row.id,
            rule_set=decision.row.rule_set,
            programme=decision.row.programme,
            level=decision.row.level,
            institution=decision.row.institution_id,
            amount_fen=decision.row.amount_fen,
            valid_from=decision.row.valid_from,
            valid_until=decision.row.valid_until,
            approved_at=decision.created_at,
            makeup=decision.row.kind == OrderKind.MAKEUP,
        )
        for decision in approved
    ]


def waiting_fees() -> QuerySet[FeeRow]:
    """Proposed rows nobody has decided."""
    return (
        FeeRow.objects.filter(~Exists(FeeDecision.objects.filter(row=OuterRef("pk"))))
        .select_related("institution", "proposed_by")
        .order_by("created_at", "id")
    )


def decided_fees() -> QuerySet[FeeDecision]:
    """Decided rows, the latest first."""
    return FeeDecision.objects.select_related("row__institution", "row__proposed_by", "by").order_by(
        "-created_at", "id"
    )


def fee_row(row_id: UUID) -> FeeRow | None:
    return FeeRow.objects.filter(pk=row_id).select_related("proposed_by").first()
