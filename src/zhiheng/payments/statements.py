"""An institution's account for one sitting, to the fen."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from zhiheng.payments.core.ledger import Balance
from zhiheng.payments.models import LedgerEntry, OrderLine, RefundDecision, Settlement
from zhiheng.people.models import Institution
from zhiheng.sittings.models import Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Fees, receipts and refunds of one institution for one sitting; surplus: what it paid without owing it, to go
    back. Money in suspense and its refunds are no part of the balance.

    ledger_fen: what the ledger says is owed; it is kept by its own entries, so a difference means tampering.
    """

    lines: tuple[OrderLine, ...]
    receipts: tuple[Settlement, ...]
    refunds: tuple[RefundDecision, ...]
    surplus: tuple[Settlement, ...]
    surplus_refunds: tuple[RefundDecision, ...]
    ledger_fen: int

    @property
    def balance(self) -> Balance:
        return Balance(
            ordered_fen=sum(line.amount_fen for line in self.lines),
            cancelled_fen=sum(entry.refund.amount_fen for entry in self.refunds if entry.refund.line_id),
            received_fen=sum(entry.amount_fen for entry in self.receipts),
            refunded_fen=sum(entry.refund.amount_fen for entry in self.refunds),
        )

    @property
    def balanced(self) -> bool:
        return self.balance.owed_fen == self.ledger_fen


def statement(institution: Institution, sitting: Sitting) -> Statement:
    """In four queries, whatever its length."""
    lines, receipts, refunds = (
        _lines(institution, sitting),
        _receipts(institution, sitting),
        _refunds(institution, sitting),
    )
    owed = LedgerEntry.objects.filter(account=f"institution:{institution.id}", order__sitting=sitting)
    return Statement(
        lines=tuple(lines),
        receipts=tuple(entry for entry in receipts if not entry.suspense),
        refunds=tuple(entry for entry in refunds if not _of_surplus(entry)),
        surplus=tuple(entry for entry in receipts if entry.suspense),
        surplus_refunds=tuple(entry for entry in refunds if _of_surplus(entry)),
        ledger_fen=owed.aggregate(sum=Sum("amount_fen"))["sum"] or 0,
    )


def _of_surplus(entry: RefundDecision) -> bool:
    settlement = entry.refund.settlement
    return settlement is not None and settlement.suspense


def _lines(institution: Institution, sitting: Sitting) -> QuerySet[OrderLine]:
    found = OrderLine.objects.filter(order__institution=institution, order__sitting=sitting)
    return found.select_related("order", "application__person", "application__offering").order_by(
        "order__reference", "application__person__name", "id"
    )


def _receipts(institution: Institution, sitting: Sitting) -> QuerySet[Settlement]:
    found = Settlement.objects.filter(order__institution=institution, order__sitting=sitting)
    return found.select_related("order").order_by("received_on", "created_at", "id")


def _refunds(institution: Institution, sitting: Sitting) -> QuerySet[RefundDecision]:
    found = RefundDecision.objects.filter(
        approved=True, refund__order__institution=institution, refund__order__sitting=sitting
    )
    return found.select_related(
        "refund__order", "refund__line__application__person", "refund__settlement"
    ).order_by("paid_on", "created_at", "id")
