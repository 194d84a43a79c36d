"""`zhiheng statements show`: what an institution owes for a sitting, to the fen."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from zhiheng.cli.backend import start_backend
from zhiheng.cli.calendar import parse_day
from zhiheng.cli.output import AsJson, answer
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.money import yuan

if TYPE_CHECKING:
    from zhiheng.payments.statements import Statement
    from zhiheng.people.models import Institution
    from zhiheng.sittings.models import Sitting

app = typer.Typer(help="对账单")


@app.callback()
def group() -> None:
    """Keeps `show` a subcommand."""


@app.command("show")
def show(
    institution: Annotated[str, typer.Option("--institution", metavar="ID", help="机构代码或 uuid")],
    sitting: Annotated[str, typer.Option("--sitting", metavar="DATE", help="考试日，例如 2026-11-28")],
    as_json: AsJson = False,
) -> None:
    """一个机构一个考期的对账单，以分为单位；与账簿不符时退出码为 1。"""
    day = parse_day(sitting)
    _need_tables()
    from zhiheng.payments.statements import statement  # noqa: PLC0415 - models exist only after start_backend

    whose, when = _institution(institution), _sitting(day)
    found = statement(whose, when)
    answer(
        _document(found, whose, when),
        as_json=as_json,
        text=lambda: _page(found, whose, when),
        yes=found.balanced,
    )


def _need_tables() -> None:
    """Raises: Refused when this installation has no database with orders; asking makes no new file."""
    start_backend()
    from django.conf import settings  # noqa: PLC0415 - settings are read only when a database is asked
    from django.db import DatabaseError, connection  # noqa: PLC0415 - the same

    database = settings.DATABASES["default"]
    there = not database["ENGINE"].endswith("sqlite3") or _is_there(str(database["NAME"]))
    try:
        if there and "payments_refund" in connection.introspection.table_names():
            return
    except DatabaseError:
        pass
    raise Refused(
        what="这里没有可读的数据库，或数据库还没有建好缴费的表",
        remedy="请先运行 zhiheng db init",
        code="no-database",
    )


def _is_there(name: str) -> bool:
    return Path(name).is_file() or "memory" in name


def _institution(text: str) -> "Institution":
    from zhiheng.people.queries import all_institutions  # noqa: PLC0415 - models exist only after start_backend

    wanted = _as_id(text)
    for entry in all_institutions():
        if text == entry.code or (wanted is not None and wanted == entry.id):
            return entry
    raise Refused(
        what=f"没有代码或编号为“{text}”的机构", remedy="请核对机构代码，例如 101", code="institution"
    )


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sitting(day: date) -> "Sitting":
    from zhiheng.sittings.queries import sitting_on  # noqa: PLC0415 - models exist only after start_backend

    found = sitting_on(day)
    if found is None:
        raise Refused(what=f"{day.isoformat()} 没有考期", remedy="请给出开设了考期的考试日", code="sitting")
    return found


def _document(found: "Statement", institution: "Institution", sitting: "Sitting") -> dict[str, Any]:
    sums = found.balance
    return {
        "institution": {"id": str(institution.id), "code": institution.code, "name": institution.name},
        "sitting": sitting.day.isoformat(),
        "lines": [
            {
                "order": line.order.reference,
                "candidate": line.application.person.name,
                "description": line.description,
                "basis": line.basis,
                "amount_fen": line.amount_fen,
            }
            for line in found.lines
        ],
        "receipts": [
            {
                "order": entry.order.reference,
                "bank_reference": entry.bank_reference,
                "received_on": entry.received_on.isoformat(),
                "amount_fen": entry.amount_fen,
            }
            for entry in found.receipts
        ],
        "refunds": [
            {
                "order": entry.refund.order.reference,
                "bank_reference": entry.bank_reference,
                "paid_on": entry.paid_on.isoformat() if entry.paid_on else None,
                "reason": entry.refund.reason,
                "fee_cancelled": entry.refund.line_id is not None,
                "amount_fen": entry.refund.amount_fen,
            }
            for entry in found.refunds
        ],
        "total_fen": sums.ordered_fen,
        "cancelled_fen": sums.cancelled_fen,
        "received_fen": sums.received_fen,
        "refunded_fen": sums.refunded_fen,
        "owed_fen": sums.owed_fen,
        "ledger_fen": found.ledger_fen,
        "balanced": found.balanced,
    }


def _page(found: "Statement", institution: "Institution", sitting: "Sitting") -> str:
    sums = found.balance
    lines = [f"{institution.name}（{institution.code}）　{sitting.title}（{sitting.day.isoformat()}）对账单"]
    lines += [
        f"  {line.order.reference}　{line.application.person.name}　{line.description}　{yuan(line.amount_fen)} 元"
        for line in found.lines
    ]
    lines += [
        f"  到账　{entry.received_on.isoformat()}　{entry.bank_reference}　{yuan(entry.amount_fen)} 元"
        for entry in found.receipts
    ]
    lines += [
        f"  退款　{entry.paid_on}　{entry.bank_reference}　{yuan(entry.refund.amount_fen)} 元"
        for entry in found.refunds
    ]
    lines += [
        f"费用 {yuan(sums.ordered_fen)} 元，冲减 {yuan(sums.cancelled_fen)} 元，到账 {yuan(sums.received_fen)} 元，"
        f"退款 {yuan(sums.refunded_fen)} 元，尚欠 {yuan(sums.owed_fen)} 元",
        "与账簿相符" if found.balanced else f"与账簿不符：账簿上欠 {yuan(found.ledger_fen)} 元",
    ]
    return "\n".join(lines)
