"""The bank's statement: read in any usual form, judged row by row, settled once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.payments.bank_files.actions import confirm_bank_file, upload_bank_file
from zhiheng.payments.models import BankFile, BankRow, Order, Settlement
from zhiheng.payments.queries import balance_of, ledger_balance
from zhiheng.people.models import Account, Role

HEADING = "交易日期,流水号,收入金额(元),支出金额(元),对方户名,摘要,附言"


def statement_of(*rows: str, heading: str = HEADING, encoding: str = "gb18030") -> bytes:
    top = "账号,999900001\r\n期间,2026-11-01 至 2026-11-10\r\n"
    return (top + "\r\n".join([heading, *rows]) + "\r\n").encode(encoding)


def row(serial: str, amount: str, remark: str, day: str = "2026-11-10") -> str:
    return f'{day},="{serial}","{amount}",,青禾培训中心（测试）,转账,{remark}'


@pytest.fixture
def finance(world: World, client_of: Callable[[Account], Client]) -> Client:
    return client_of(world[Role.FINANCE])


def test_each_row_is_judged_and_only_the_good_ones_settle(
    world: World, finance: Client, ordered: Callable[..., Order]
) -> None:
    paid, full, part, over = ordered(), ordered(), ordered(2), ordered()
    world.settle(paid)
    content = statement_of(
        row("S1", "680.00", f"{full.reference}报名费"),
        row("S2", "1,000.00", f"报名费 {part.reference[:4]} {part.reference[4:]}"),
        row("S3", "360.00", part.reference.lower()),
        row("S4", "1.00", part.reference),
        row("S5", "700", over.reference),
        row("S6", "680", paid.reference),
        row("S7", "680", "报名费"),
        row("S8", "680", "ZH26119990001"),
        row("S9", "680", f"{full.reference}、{over.reference}"),
        row("S1", "680", over.reference),
        row(f"BANK{paid.reference}", "680", paid.reference),
        row("S10", "680", over.reference, day="2026-11-11"),
        row("S11", "六百八", over.reference),
        row("", "680", over.reference),
        "2026-11-10,S12,,50.00,供应商,付款,水费",
        "合计,,5000,50,,,",
    )
    file = upload_bank_file(by=world[Role.FINANCE], name="十一月.csv", content=content)
    url = reverse("bank_file", args=[file.id])
    expected = [
        "matched", "part", "matched", "settled", "overpaid", "settled", "unmatched", "unmatched", "unmatched",
        "duplicate", "duplicate", "unreadable", "unreadable", "unreadable", "outgoing",
    ]  # fmt: skip

    before = finance.get(url)
    assert [entry["outcome"] for entry in before.context["rows"]] == expected
    assert [entry["row"].number for entry in before.context["rows"]] == list(range(4, 19))
    assert (before.context["good"], before.context["good_fen"], Settlement.objects.count()) == (3, 204000, 1)

    finance.post(reverse("confirm_bank_file", args=[file.id]))
    after = finance.get(url)
    assert [entry["outcome"] for entry in after.context["rows"]] == expected
    assert [entry["reason"] for entry in after.context["rows"]] == [
        entry["reason"] for entry in before.context["rows"]
    ]
    settled = Settlement.objects.exclude(bank_reference__startswith="BANK").order_by("amount_fen")
    assert list(settled.values_list("bank_reference", "amount_fen")) == [
        ("S3", 36000),
        ("S1", 68000),
        ("S2", 100000),
    ]
    assert [balance_of(order).owed_fen for order in (paid, full, part, over)] == [0, 0, 0, 68000]
    assert ledger_balance() == 0


def test_the_same_file_and_the_same_rows_count_once(
    world: World, second: Account, ordered: Callable[..., Order]
) -> None:
    order = ordered(2)
    first = statement_of(row("S1", "680", order.reference))
    file = upload_bank_file(by=second, name="a.csv", content=first)
    confirm_bank_file(by=second, file=file)

    again = upload_bank_file(by=world[Role.FINANCE], name="b.csv", content=first)
    confirmed = confirm_bank_file(by=world[Role.FINANCE], file=again)
    assert (again, confirmed.confirmed_by, BankFile.objects.count()) == (file, second, 1)

    longer = statement_of(row("S1", "680", order.reference), row("S2", "680", order.reference))
    confirm_bank_file(by=second, file=upload_bank_file(by=second, name="c.csv", content=longer))
    assert list(BankRow.objects.filter(file__name="c.csv").values_list("outcome", flat=True)) == [
        "duplicate",
        "matched",
    ]
    assert (Settlement.objects.count(), balance_of(order).owed_fen) == (2, 0)


@pytest.mark.parametrize(
    ("encoding", "heading", "line"),
    [
        ("utf-8-sig", "记账日期\t交易流水号\t交易金额\t借贷标志\t备注", "20261110\tS1\t680.00\t贷\t{}"),
        ("utf-8", "交易时间,银行流水号,发生额（元）,用途", "2026/11/10 09:30:00,'S1,+680.00,{}"),
        ("gb18030", "日期, 流水号 ,贷方发生额,客户附言", "2026年11月10日,S1,¥680.00元,{}"),
    ],
)
def test_banks_write_it_in_different_ways(
    world: World, ordered: Callable[..., Order], encoding: str, heading: str, line: str
) -> None:
    order = ordered()
    content = statement_of(line.format(order.reference), heading=heading, encoding=encoding)
    finance = world[Role.FINANCE]
    confirm_bank_file(by=finance, file=upload_bank_file(by=finance, name="a.csv", content=content))

    settled = Settlement.objects.get()
    assert (settled.bank_reference, settled.amount_fen, str(settled.received_on)) == (
        "S1",
        68000,
        "2026-11-10",
    )


def test_what_was_paid_out_is_no_receipt(world: World, ordered: Callable[..., Order]) -> None:
    order = ordered()
    content = statement_of(
        f"2026-11-10,S1,680.00,借,{order.reference}",
        f"2026-11-10,S2,-680.00,贷,{order.reference}",
        heading="交易日期,流水号,金额,借贷标志,附言",
    )
    finance = world[Role.FINANCE]
    file = confirm_bank_file(by=finance, file=upload_bank_file(by=finance, name="a.csv", content=content))
    assert list(BankRow.objects.filter(file=file).values_list("outcome", flat=True)) == ["outgoing"] * 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\x00\x00", "statement-encoding"),
        (b"\xff\xff\xff", "statement-encoding"),
        ("交易日期,金额,附言\n2026-11-10,1,x".encode(), "statement-heading"),
        (statement_of(), "statement-empty"),
        (statement_of(*["2026-11-10,S,1,,,,"] * 5001), "statement-too-long"),
        (b"x" * (4 * 1024 * 1024 + 1), "statement-too-long"),
    ],
)
def test_what_is_no_statement_is_refused(world: World, finance: Client, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        upload_bank_file(by=world[Role.FINANCE], name="a.csv", content=content)
    assert (refused.value.code, BankFile.objects.count()) == (code, 0)

    sent = {"file": SimpleUploadedFile("a.csv", content)}
    response = finance.post(reverse("bank_files"), sent)
    assert response.status_code == 422
    assert [error.code for error in response.context["form"].errors.as_data()["file"]] == [code]


def test_the_missing_columns_are_named(world: World) -> None:
    with pytest.raises(Refused) as refused:
        upload_bank_file(by=world[Role.FINANCE], name="a.csv", content="交易日期,金额\n1,2".encode())
    assert refused.value.what == "文件里找不到表头“流水号”、“摘要或附言”"


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_and_many(
    world: World,
    finance: Client,
    ordered: Callable[..., Order],
    count: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    order = ordered(3)
    files = []
    for place in range(count):
        rows = [row(f"S{place}-{line}", "10", order.reference) for line in range(count)]
        sent = {"file": SimpleUploadedFile("明细.csv", statement_of(*rows))}
        answer = finance.post(reverse("bank_files"), sent)
        files.append(
            BankFile.objects.get(created_at=max(BankFile.objects.values_list("created_at", flat=True)))
        )
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            reverse("bank_file", args=[files[-1].id]),
        )
    with django_assert_num_queries(7):
        assert len(finance.get(reverse("bank_files")).context["rows"]) == count
    with django_assert_num_queries(8):
        assert len(finance.get(reverse("bank_file", args=[files[0].id])).context["rows"]) == count


def test_only_finance_and_only_what_is_there(
    world: World, finance: Client, client_of: Callable[[Account], Client], ordered: Callable[..., Order]
) -> None:
    file = upload_bank_file(
        by=world[Role.FINANCE], name="a.csv", content=statement_of(row("S1", "1", ordered().reference))
    )
    pages = [reverse("bank_files"), reverse("bank_file", args=[file.id])]
    confirm = reverse("confirm_bank_file", args=[file.id])
    for role in set(Role) - {Role.FINANCE}:
        client = client_of(world[role])
        assert [client.get(page).status_code for page in pages] == [403, 403]
        assert client.post(confirm).status_code == 403
    assert [Client().get(page).status_code for page in pages] == [302, 302]
    assert finance.get(confirm).status_code == 405
    missing = world.institution.id
    assert finance.get(reverse("bank_file", args=[missing])).status_code == 404
    assert finance.post(reverse("confirm_bank_file", args=[missing])).status_code == 404
    assert Settlement.objects.count() == 0
