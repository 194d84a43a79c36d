"""What stands out in the questions found: advice on each, and the balance of their keys."""

from dataclasses import dataclass

from django.db.models import QuerySet

from zhiheng.bank.core.advice import Balance, advice, key_balance
from zhiheng.bank.models import Item, ItemVersion
from zhiheng.bank.queries import question_of
from zhiheng.foundation.decision import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """looked: how many questions. advised: those with something to look at, by name."""

    looked: int
    advised: list[Advised]
    balance: Balance


def findings(found: QuerySet[Item]) -> Findings:
    """Over the newest versions; one query."""
    rows = ItemVersion.objects.filter(item__in=found.order_by().values("id")).order_by("item__name", "number")
    newest = {row.item_id: row for row in rows}
    questions = [question_of(row) for row in newest.values()]
    told = [Advised(name=question.id, reasons=advice(question)) for question in questions]
    return Findings(
        looked=len(questions),
        advised=[entry for entry in told if entry.reasons],
        balance=key_balance(questions),
    )
