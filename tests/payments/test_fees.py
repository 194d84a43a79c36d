"""The fee table: proposed by one, approved by another, the most particular row wins, every line says why."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.payments.actions import place_order
from zhiheng.payments.core.fees import Fee, FeeFact, choose_fee
from zhiheng.payments.fees.actions import decide_fee, propose_fee
from zhiheng.payments.fees.queries import fees_for, offering_fees, programme_fees, waiting_fees
from zhiheng.payments.models import FeeDecision, FeeRow, OrderKind, OrderLine
from zhiheng.payments.queries import baskets_of, lines_of
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

DAY = date(2026, 11, 10)
OURS, OTHERS = uuid4(), uuid4()


def fact(amount: int, **change: Any) -> FeeFact:
    words: dict[str, Any] = {
        "id": uuid4(),
        "rule_set": "r",
        "programme": "",
        "level": "",
        "institution": None,
        "amount_fen": amount,
        "valid_from": DAY,
        "valid_until": None,
        "approved_at": datetime(2026, 11, 1, tzinfo=SHANGHAI),
    }
    return FeeFact(**(words | change))


def chosen(*table: FeeFact, day: date = DAY, institution: UUID = OURS) -> int:
    return choose_fee(
        table,
        rule_set="r",
        programme="p",
        level="l",
        institution=institution,
        day=day,
        standard_fen=1,
    ).amount_fen


def test_the_most_particular_row_wins() -> None:
    table = [fact(2), fact(3, programme="p"), fact(4, level="l"), fact(5, institution=OURS)]
    assert [chosen(*table[:count]) for count in range(5)] == [1, 2, 3, 4, 5]
    assert chosen(*table, fact(6, institution=OURS, level="l")) == 6
    assert chosen(*table, institution=OTHERS) == 4
    assert chosen(fact(2, rule_set="x"), fact(3, programme="x"), fact(4, level="x")) == 1


def test_the_days_it_holds_and_which_of_equals() -> None:
    row = fact(2, valid_until=DAY)
    assert [chosen(row, day=DAY + timedelta(days=step)) for step in (-1, 0, 1)] == [1, 2, 1]
    later = fact(3, valid_from=DAY + timedelta(days=1))
    assert [chosen(fact(2), later, day=DAY + timedelta(days=step)) for step in (0, 1)] == [2, 3]
    corrected = fact(9, approved_at=datetime(2026, 11, 2, tzinfo=SHANGHAI))
    assert chosen(corrected, fact(2)) == 9


def test_the_basis_says_which_row() -> None:
    row = fact(2, institution=OURS, level="l", valid_until=DAY)
    fee = choose_fee([row], rule_set="r", programme="p", level="l", institution=OURS, day=DAY, standard_fen=1)
    assert (fee.row, fee.basis) == (
        row.id,
        "费用表：规则集 r 本机构、本等级，2026年11月10日 至 2026年11月10日执行",
    )


def proposed(world: World, **change: Any) -> FeeRow:
    words: dict[str, Any] = {
        "by": world[Role.FINANCE],
        "rule_set": "ccia-000",
        "amount_fen": 50000,
        "valid_from": clock.today(),
        "reason": "会议纪要",
    }
    return propose_fee(**(words | change))


def test_an_approved_row_prices_new_orders_and_leaves_old_ones(
    world: World, second: Account, ordered: Callable[..., Any]
) -> None:
    (old,) = lines_of(ordered())
    row = proposed(world, programme="互联网营销师", level="初级", institution=world.institution)
    assert (row.programme, row.level, list(waiting_fees())) == ("internet-marketing", "junior", [row])
    assert lines_of(ordered())[0].amount_fen == 68000

    decide_fee(by=second, row=row, approved=True)
    application = world.approved()
    assert [basket.total_fen for basket in baskets_of(world.institution)] == [50000]
    order = place_order(
        by=None, institution=world.institution, sitting=application.sitting, applications=[application]
    )

    (line,) = lines_of(order)
    assert (order.total_fen, line.amount_fen, line.fee_id) == (50000, 50000, row.id)
    assert line.basis == "费用表：规则集 ccia-000 本机构、本项目、本等级，2026年11月10日 起执行"
    old.refresh_from_db()
    assert (old.amount_fen, old.basis, old.fee_id) == (68000, "规则集 ccia-000 的报名费", None)


def test_a_makeup_has_its_own_rows_and_otherwise_the_rule_sets_fee(world: World, second: Account) -> None:
    registration = proposed(world)
    decide_fee(by=second, row=registration, approved=True)
    application = world.approved()

    def fee(kind: OrderKind) -> Fee:
        return fees_for(world.institution, [application], kind=kind)[application.id]

    assert fee(OrderKind.MAKEUP) == Fee(amount_fen=10000, basis="规则集 ccia-000 的补考费")
    row = proposed(world, kind=OrderKind.MAKEUP, amount_fen=9000)
    decide_fee(by=second, row=row, approved=True)
    assert fee(OrderKind.MAKEUP) == Fee(
        amount_fen=9000,
        basis="费用表：规则集 ccia-000 各项目各等级，2026年11月10日 起执行",
        row=row.id,
        since=clock.today(),
    )
    assert (fee(OrderKind.REGISTRATION).amount_fen, fee(OrderKind.REGISTRATION).row) == (
        50000,
        registration.id,
    )


def test_the_public_reads_no_institutions_fee(world: World, second: Account) -> None:
    row = proposed(world, institution=world.institution)
    decide_fee(by=second, row=row, approved=True)
    offering = world.association
    assert offering_fees([offering])[offering.id].amount_fen == 68000
    assert offering_fees([offering], institution=world.institution)[offering.id].amount_fen == 50000

    decide_fee(by=second, row=proposed(world, amount_fen=60000), approved=True)
    assert offering_fees([offering])[offering.id].amount_fen == 60000
    assert offering_fees([]) == {}

    level = proposed(world, amount_fen=70000, programme="互联网营销师", level="高级")
    decide_fee(by=second, row=level, approved=True)
    shown = programme_fees(
        rule_set="ccia-000",
        programme="internet-marketing",
        levels=["junior", "senior"],
        kind=OrderKind.REGISTRATION,
        standard_fen=1,
    )
    assert [fee.amount_fen for fee in shown.values()] == [60000, 70000]


def test_what_cannot_be_proposed_or_decided(world: World, second: Account) -> None:
    def code(act: Callable[..., object], *places: Any, **words: Any) -> str:
        with pytest.raises(Refused) as refused:
            act(*places, **words)
        return refused.value.code

    assert code(proposed, world, amount_fen=0) == "amount"
    assert code(proposed, world, reason=" ") == "fee-reason"
    assert code(proposed, world, valid_from=clock.today() - timedelta(days=1)) == "fee-past"
    assert code(proposed, world, valid_until=clock.today() - timedelta(days=1)) == "fee-period"
    for change in ({"rule_set": "none"}, {"programme": "none"}, {"level": "none"}):
        with pytest.raises(Refused):
            proposed(world, **change)
    assert FeeRow.objects.count() == 0

    row = proposed(world)
    assert code(decide_fee, by=world[Role.FINANCE], row=row, approved=True) == "same-person"
    assert code(decide_fee, by=second, row=row, approved=False, note=" ") == "note"
    decide_fee(by=second, row=row, approved=False, note="依据不足")
    assert code(decide_fee, by=second, row=row, approved=True) == "decided-already"
    application = world.approved()
    assert fees_for(world.institution, [application])[application.id].amount_fen == 68000


def test_proposed_and_approved_on_the_pages(
    world: World, second: Account, client_of: Callable[[Account], Client]
) -> None:
    first, other = client_of(world[Role.FINANCE]), client_of(second)
    sent = {
        "kind": "registration",
        "scope": "ccia-000|internet-marketing|junior",
        "institution": str(world.institution.id),
        "amount": "500.00",
        "valid_from": "2026-11-10",
        "valid_until": "",
        "reason": "会议纪要",
    }
    wrong = first.post(reverse("propose_fee"), sent | {"valid_from": "2026-11-09", "amount": "x"})
    assert (wrong.status_code, set(wrong.context["form"].errors)) == (422, {"amount"})
    late = first.post(reverse("propose_fee"), sent | {"valid_from": "2026-11-09"})
    assert (late.status_code, set(late.context["form"].errors)) == (422, {"valid_from"})
    assert first.post(reverse("propose_fee"), sent).status_code == 302
    row = FeeRow.objects.get()
    decide = reverse("decide_fee", args=[row.id])

    assert [entry["own"] for entry in first.get(reverse("fee_table")).context["waiting"]] == [True]
    assert first.post(decide, {"verdict": "approve"}).status_code == 422
    assert other.post(decide, {"verdict": "approve"}).status_code == 302
    assert FeeDecision.objects.get().approved
    shown = other.get(reverse("fee_table")).context["rows"]
    assert [(entry["scope"], entry["ended"], entry["ahead"]) for entry in shown] == [
        ("互联网营销师（初级）", False, False)
    ]
    missing = reverse("decide_fee", args=[world.institution.id])
    assert other.post(missing, {"verdict": "approve"}).status_code == 404


def test_only_finance(world: World, client_of: Callable[[Account], Client]) -> None:
    decide = reverse("decide_fee", args=[proposed(world).id])
    for role in set(Role) - {Role.FINANCE}:
        client = client_of(world[role])
        assert [client.get(reverse(name)).status_code for name in ("fee_table", "propose_fee")] == [403, 403]
        assert client.post(decide, {"verdict": "approve"}).status_code == 403
    assert Client().get(reverse("fee_table")).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_table_costs_the_same_for_one_and_many(
    world: World,
    second: Account,
    client_of: Callable[[Account], Client],
    count: int,
    django_assert_num_queries: Callable[..., Any],
) -> None:
    for _ in range(count):
        proposed(world, institution=world.institution)
        decide_fee(by=second, row=proposed(world), approved=True)
    client = client_of(second)
    with django_assert_num_queries(7):
        page = client.get(reverse("fee_table"))
    assert (len(page.context["rows"]), len(page.context["waiting"])) == (count, count)


def test_an_order_costs_the_same_for_one_and_many(
    world: World, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    applications = [world.approved() for _ in range(4)]
    with django_assert_max_num_queries(40):
        place_order(
            by=None, institution=world.institution, sitting=applications[0].sitting, applications=applications
        )
    assert OrderLine.objects.count() == 4
