"""Uploaded statements of the bank, judged against the orders as they stand."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zhiheng.payments.core.bank_csv import BankLine
from zhiheng.payments.core.matching import Judged, judge, references_in
from zhiheng.payments.models import BankFile, BankRow, Order, Settlement
from zhiheng.payments.queries import OrderAccount, with_received
from zhiheng.plumbing import clock

_AT_ONCE = 500  # databases limit how many values one question may carry


def bank_files() -> QuerySet[BankFile]:
    """The latest first, with how many rows each has and how many settled something."""
    return BankFile.objects.select_related("uploaded_by").order_by("-created_at", "id")


def row_counts(files: Iterable[BankFile]) -> dict[UUID, tuple[int, int]]:
    """Rows, and rows that settled something, per file."""
    counted = (
        BankRow.objects.filter(file__in=list(files))
        .order_by()
        .values("file")
        .annotate(rows=Count("id"), settled=Count("id", filter=Q(settlement__isnull=False)))
    )
    return {entry["file"]: (entry["rows"], entry["settled"]) for entry in counted}


def bank_file(file_id: UUID) -> BankFile | None:
    return BankFile.objects.filter(pk=file_id).select_related("uploaded_by", "confirmed_by").first()


def file_with_hash(sha256: str) -> BankFile | None:
    return BankFile.objects.filter(sha256=sha256).first()


def rows_of(file: BankFile) -> list[BankRow]:
    return list(BankRow.objects.filter(file=file).select_related("settlement__order"))


def preview(rows: Sequence[BankRow]) -> tuple[Judged, ...]:
    """What would become of the rows if the file were confirmed now."""
    lines = [
        BankLine(
            number=row.number,
            serial=row.serial,
            day=row.day,
            amount_fen=row.amount_fen,
            remark=row.remark,
            payer=row.payer,
            problem=row.problem,
        )
        for row in rows
    ]
    orders = orders_named({name for line in lines for name in references_in(line.remark)})
    return judge(
        lines,
        owed={account.order.reference: account.owed_fen for account in orders.values()},
        used=_used({line.serial for line in lines if line.serial}),
        today=clock.today(),
    )


def orders_named(references: set[str]) -> dict[str, OrderAccount]:
    return {
        account.order.reference: account
        for some in _batches(references)
        for account in with_received(Order.objects.filter(reference__in=some))
    }


def _used(serials: set[str]) -> dict[str, str]:
    return {
        serial: reference
        for some in _batches(serials)
        for serial, reference in Settlement.objects.filter(bank_reference__in=some).values_list(
            "bank_reference", "order__reference"
        )
    }


def _batches(values: set[str]) -> list[list[str]]:
    ordered = sorted(values)
    return [ordered[start : start + _AT_ONCE] for start in range(0, len(ordered), _AT_ONCE)]
