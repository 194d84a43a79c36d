from typing import Any

import pytest

from tests.cli.answers import run
from tests.factories.world import World
from zhiheng.payments.actions import place_order
from zhiheng.payments.models import LedgerEntry, Order


@pytest.fixture
def order(world: World) -> Order:
    application = world.approved()
    return place_order(
        by=None, institution=world.institution, sitting=application.sitting, applications=[application]
    )


def show(capsys: pytest.CaptureFixture[str], *, whose: str = "101", when: str = "2026-11-28") -> Any:
    return run(capsys, "statements", "show", "--institution", whose, "--sitting", when, "--json")


def test_lines_and_total_in_fen(capsys: pytest.CaptureFixture[str], world: World, order: Order) -> None:
    world.settle(order)
    answer = show(capsys)

    assert (answer.code, answer.err) == (0, "")
    assert [line["amount_fen"] for line in answer.data["lines"]] == [68000]
    assert [line["order"] for line in answer.data["lines"]] == [order.reference]
    assert answer.data["receipts"] == [
        {
            "order": order.reference,
            "bank_reference": f"BANK{order.reference}",
            "received_on": "2026-11-10",
            "amount_fen": 68000,
        }
    ]
    sums = ("total_fen", "cancelled_fen", "received_fen", "refunded_fen", "owed_fen", "ledger_fen")
    assert [answer.data[key] for key in sums] == [68000, 0, 68000, 0, 0, 0]
    assert show(capsys, whose=str(world.institution.id)).data == answer.data


def test_an_institution_without_orders_owes_nothing(capsys: pytest.CaptureFixture[str], world: World) -> None:
    answer = show(capsys, whose="102")
    assert (answer.code, answer.data["lines"], answer.data["owed_fen"]) == (0, [], 0)


def test_in_words(capsys: pytest.CaptureFixture[str], order: Order) -> None:
    answer = run(capsys, "statements", "show", "--institution", "101", "--sitting", "2026-11-28")
    assert answer.out.splitlines()[-2:] == [
        "费用 680.00 元，冲减 0.00 元，到账 0.00 元，退款 0.00 元，尚欠 680.00 元",
        "与账簿相符",
    ]


def test_a_ledger_that_says_otherwise_is_a_no(capsys: pytest.CaptureFixture[str], order: Order) -> None:
    LedgerEntry.objects.filter(account__startswith="institution:").update(amount_fen=1)
    answer = show(capsys)
    assert (answer.code, answer.data["balanced"], answer.data["ledger_fen"]) == (1, False, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"whose": "999"}, "没有代码或编号为“999”的机构。请核对机构代码，例如 101。\n"),
        ({"when": "2026-11-21"}, "2026-11-21 没有考期。请给出开设了考期的考试日。\n"),
        ({"when": "下周六"}, "“下周六”不是一个日期。请写作 2026-11-28 的样子。\n"),
    ],
)
def test_what_is_not_there_is_said(
    capsys: pytest.CaptureFixture[str], world: World, words: dict[str, str], sentence: str
) -> None:
    answer = show(capsys, **words)
    assert (answer.code, answer.out, answer.err) == (2, "", sentence)


def test_without_a_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from django.conf import settings

    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", tmp_path / "none.sqlite3")
    answer = show(capsys)
    assert (answer.code, answer.err) == (
        2,
        "这里没有可用的数据库，或数据库还没有建好所需的表。请先运行 zhiheng db init。\n",
    )
    assert list(tmp_path.iterdir()) == []
