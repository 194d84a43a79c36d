"""`zhiheng statements show`: what an institution owes for a sitting, to the fen."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from zhiheng.cli.backend import require_tables
from zhiheng.cli.calendar import parse_day
from zhiheng.cli.institutions import institution_named
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
    require_tables("payments_refund")
    from zhiheng.payments.statements import statement  # noqa: PLC0415 - models exist only after start_backend

    whose, when = institution_named(institution), _sitting(day)
    found = statement(whose, when)
    answer(
        _document(found, whose, when),
        as_json=as_json,
        text=lambda: _page(found, whose, when),
        yes=found.balanced,
    )


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
