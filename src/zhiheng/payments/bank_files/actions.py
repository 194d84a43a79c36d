"""Taking in the bank's statement: kept row by row when uploaded, settled when confirmed."""

import hashlib

from django.db import transaction

from zhiheng.payments.actions import confirm_transfer
from zhiheng.payments.bank_files.queries import file_with_hash, orders_named, preview, rows_of
from zhiheng.payments.core.bank_csv import BankLine, read_statement
from zhiheng.payments.models import BankFile, BankRow, Order, Settlement
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@transaction.atomic
def upload_bank_file(*, by: Account, name: str, content: bytes) -> BankFile:
    """Keep every row of the bank's statement; nothing is settled yet. The same file again is the one already there.

    Raises: Refused when it is no statement.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    lock_named(f"bank-file:{sha256}")
    if (known := file_with_hash(sha256)) is not None:
        return known
    lines = read_statement(content)
    file = BankFile.objects.create(name=name[:200], sha256=sha256, uploaded_by=by)
    BankRow.objects.bulk_create(
        BankRow(
            file=file,
            number=line.number,
            serial=line.serial,
            day=line.day,
            amount_fen=line.amount_fen,
            remark=line.remark,
            payer=line.payer,
            problem=line.problem,
        )
        for line in lines
    )
    record(
        by=str(by.id),
        act="bank-file-uploaded",
        subject=f"bank-file:{file.id}",
        detail={"name": file.name, "sha256": sha256, "rows": len(lines)},
    )
    return file


@transaction.atomic
def confirm_bank_file(*, by: Account, file: BankFile) -> BankFile:
    """Settle the rows that pay an order in full or in part; the others keep their reason. Twice is once."""
    lock_named(f"bank-file:{file.sha256}")
    file.refresh_from_db()
    if file.confirmed_at is not None:
        return file
    rows = rows_of(file)
    judged = preview(rows)
    orders = orders_named({entry.reference for entry in judged if entry.good})
    for row, entry in zip(rows, judged, strict=True):
        row.outcome, row.reason = entry.outcome, entry.reason
        if entry.good:
            row.settlement = _settle(by, orders[entry.reference].order, entry.line)
    BankRow.objects.bulk_update(rows, ["outcome", "reason", "settlement"], batch_size=200)
    file.confirmed_by, file.confirmed_at = by, clock.now()
    file.save(update_fields=["confirmed_by", "confirmed_at"])
    good = [entry for entry in judged if entry.good]
    record(
        by=str(by.id),
        act="bank-file-confirmed",
        subject=f"bank-file:{file.id}",
        detail={"rows": len(rows), "settled": len(good), "fen": sum(e.line.amount_fen or 0 for e in good)},
    )
    return file


def _settle(by: Account, order: Order, line: BankLine) -> Settlement:
    """The same act as by hand; it judges again under the order's lock."""
    assert line.day is not None
    assert line.amount_fen is not None
    return confirm_transfer(
        by=by,
        order=order,
        bank_reference=line.serial,
        amount_fen=line.amount_fen,
        received_on=line.day,
    )
