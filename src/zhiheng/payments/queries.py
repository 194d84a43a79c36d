"""What is owed and what has arrived."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.payments.models import LedgerEntry, Order, OrderLine, Settlement
from zhiheng.people.models import Institution
from zhiheng.sittings.models import Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One institution's account for one sitting; sums in fen."""

    lines: tuple[OrderLine, ...]
    ordered_fen: int
    received_fen: int

    @property
    def owed_fen(self) -> int:
        return self.ordered_fen - self.received_fen


def is_paid(application: Application) -> bool:
    """Whether the fee of this application has arrived in full."""
    return OrderLine.objects.filter(application=application, order__paid_at__isnull=False).exists()


def paid_applications() -> QuerySet[Application]:
    paid = OrderLine.objects.filter(application=OuterRef("pk"), order__paid_at__isnull=False)
    return Application.objects.filter(Exists(paid))


def unordered_applications(institution: Institution) -> QuerySet[Application]:
    """Approved applications no order has been placed for."""
    ordered = OrderLine.objects.filter(application=OuterRef("pk"))
    return (
        Application.objects.filter(institution=institution, status=ApplicationStatus.APPROVED)
        .filter(~Exists(ordered))
        .select_related("person", "offering", "sitting")
        .order_by("sitting__day", "person__name")
    )


def received_fen(order: Order) -> int:
    """What has arrived for the order so far."""
    total: int | None = Settlement.objects.filter(order=order).aggregate(sum=Sum("amount_fen"))["sum"]
    return total or 0


def orders_of(institution: Institution) -> QuerySet[Order]:
    return Order.objects.filter(institution=institution).select_related("sitting")


def unpaid_orders() -> list[Order]:
    """What finance waits for, the oldest first."""
    return list(
        Order.objects.filter(paid_at=None).select_related("institution", "sitting").order_by("created_at")
    )


def statement(institution: Institution, sitting: Sitting) -> Statement:
    lines = OrderLine.objects.filter(order__institution=institution, order__sitting=sitting)
    received = Settlement.objects.filter(order__institution=institution, order__sitting=sitting)
    found = tuple(
        lines.select_related("order", "application__person", "application__offering").order_by("id")
    )
    return Statement(
        lines=found,
        ordered_fen=sum(line.amount_fen for line in found),
        received_fen=sum(received.values_list("amount_fen", flat=True)),
    )


def ledger_balance() -> int:
    """The sum over the whole ledger; anything but zero means it was tampered with."""
    return sum(LedgerEntry.objects.values_list("amount_fen", flat=True))
