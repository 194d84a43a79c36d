"""Money goes back the way it came: asked by one, handed over by another, booked once when the provider says done."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.payments.channels.providers import Alipay, WeChat
from tests.payments.channels.test_asking import channel, refuse
from tests.payments.channels.test_notices import asked, refusals, tell, told_wechat
from zhiheng.payments.actions import confirm_transfer
from zhiheng.payments.channels.queries import attempts_of, left_of, returnables_of, surpluses
from zhiheng.payments.channels.refunding.actions import ask_refund, send_refund
from zhiheng.payments.models import ChannelRefund, Order, Refund, RefundDecision, RefundState, Settlement
from zhiheng.payments.queries import (
    balance_of,
    baskets_of,
    is_paid,
    ledger_sums,
    lines_of,
    never_ordered,
    order_with_everything,
)
from zhiheng.payments.refunds.actions import approve_refund, reject_refund, request_refund
from zhiheng.payments.statements import statement
from zhiheng.payments.waiting import waiting
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock

FEE = 68000
Ordered = Callable[..., Order]


def paid(world: World, provider: WeChat | Alipay, order: Order) -> Settlement:
    """The order's fee arrives by a channel."""
    if isinstance(provider, WeChat):
        payment = asked(world, order, "wechat")
        resource = provider.paid(payment.number, payment.amount_fen)
        assert told_wechat(*provider.notification("TRANSACTION.SUCCESS", resource))[0] == 200
    else:
        payment = asked(world, order, "alipay")
        told = provider.paid(payment.number, f"{payment.amount_fen / 100:.2f}")
        assert tell("alipay", provider.notification(told)) == (200, "success")
    return Settlement.objects.get(payment=payment)


def request(world: World, settlement: Settlement, **change: Any) -> Refund:
    words: dict[str, Any] = {
        "by": world[Role.FINANCE],
        "order": order_with_everything(settlement.order_id),
        "amount_fen": FEE,
        "reason": "考生退考",
        "settlement": settlement,
    }
    return request_refund(**(words | change))


def state(refund: Refund) -> list[tuple[str, str]]:
    return [(entry.state, entry.note) for entry in attempts_of(refund)]


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_a_candidates_fee_goes_back_the_way_it_came(
    world: World, second: Account, ordered: Ordered, request_: Any, method: str
) -> None:
    provider = request_.getfixturevalue(method)
    order = ordered()
    settlement = paid(world, provider, order)
    (line,) = lines_of(order)
    refund = request(world, settlement, line=line)
    words: dict[str, Any] = {"refund": refund, "channel": channel(method)}

    refuse("same-person", send_refund, by=world[Role.FINANCE], **words)
    refuse(
        "refund-by-channel",
        approve_refund,
        by=second,
        refund=refund,
        bank_reference="R1",
        paid_on=clock.today(),
    )
    attempt = send_refund(by=second, **words)

    assert (attempt.state, attempt.number) == (RefundState.DONE, f"{order.reference}_R1")
    decision = RefundDecision.objects.get()
    assert (decision.by, decision.bank_reference, decision.paid_on) == (
        second,
        attempt.reference,
        clock.today(),
    )
    sums = ledger_sums()
    assert (sums.channels_fen, sums.bank_fen, sums.income_fen, sums.difference_fen) == (0, 0, 0, 0)
    assert statement(order.institution, order.sitting).balanced
    assert (is_paid(line.application), returnables_of(order)) == (False, [])
    refuse("decided-already", send_refund, by=second, **words)
    assert ask_refund(by=second, attempt=attempt, channel=channel(method)).state == RefundState.DONE
    assert ChannelRefund.objects.count() == 1


@pytest.fixture
def request_(request: pytest.FixtureRequest) -> pytest.FixtureRequest:
    return request


def test_wechat_takes_its_time(world: World, second: Account, ordered: Ordered, wechat: WeChat) -> None:
    wechat.refund_state = "PROCESSING"
    order = ordered()
    settlement = paid(world, wechat, order)
    refund = request(world, settlement)
    attempt = send_refund(by=second, refund=refund, channel=channel("wechat"))
    assert (attempt.state, balance_of(order).refunded_fen) == (RefundState.ACCEPTED, 0)
    assert wechat.asked[-1]["body"]["amount"] == {"refund": FEE, "total": FEE, "currency": "CNY"}
    assert wechat.asked[-1]["body"]["transaction_id"] == settlement.bank_reference

    refuse("refund-under-way", send_refund, by=second, refund=refund, channel=channel("wechat"))
    refuse("refund-under-way", reject_refund, by=second, refund=refund, note="不")
    told = wechat.refunded(attempt.number, FEE)
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", told | {"amount": {"refund": 1}})) == (
        400,
        "FAIL",
    )
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", told | {"mchid": "1"})) == (400, "FAIL")
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", told | {"out_refund_no": "X"})) == (400, "FAIL")
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", told | {"success_time": None})) == (400, "FAIL")
    assert refusals() == ["amount", "merchant", "unknown", "incomplete"]
    assert balance_of(order).refunded_fen == 0

    for _ in range(2):
        assert told_wechat(*wechat.notification("REFUND.SUCCESS", told)) == (200, "SUCCESS")
    order.refresh_from_db()
    assert (balance_of(order).refunded_fen, order.paid_at, RefundDecision.objects.count()) == (FEE, None, 1)
    assert statement(order.institution, order.sitting).balanced


def test_no_answer_is_asked_again_under_the_same_number(
    world: World, second: Account, ordered: Ordered, wechat: WeChat
) -> None:
    order = ordered()
    refund = request(world, paid(world, wechat, order))
    wechat.broken = "silent"
    attempt = send_refund(by=second, refund=refund, channel=channel("wechat"))
    assert state(refund) == [("asked", "渠道暂时没有回音，请稍后查询")]
    refuse("channel-unreachable", ask_refund, by=second, attempt=attempt, channel=channel("wechat"))
    wechat.broken = ""
    assert ask_refund(by=second, attempt=attempt, channel=channel("wechat")).state == RefundState.DONE
    assert [entry["path"] for entry in wechat.asked[-2:]] == [
        f"/v3/refund/domestic/refunds/{attempt.number}",
        "/v3/refund/domestic/refunds",
    ]
    assert (balance_of(order).refunded_fen, len(wechat.refunds)) == (FEE, 1)


def test_a_refund_the_provider_will_not_make_can_go_over_the_bank(
    world: World, second: Account, ordered: Ordered, wechat: WeChat
) -> None:
    order = ordered()
    refund = request(world, paid(world, wechat, order))
    wechat.broken = "no"
    send_refund(by=second, refund=refund, channel=channel("wechat"))
    wechat.broken, wechat.refund_state = "", "ABNORMAL"
    send_refund(by=second, refund=refund, channel=channel("wechat"))
    assert state(refund) == [("failed", "参数错误"), ("failed", "微信支付：ABNORMAL")]
    assert balance_of(order).refunded_fen == 0

    reject_refund(by=second, refund=refund, note="改走银行")
    again = request_refund(by=world[Role.FINANCE], order=order, amount_fen=FEE, reason="退")
    approve_refund(by=second, refund=again, bank_reference="R1", paid_on=clock.today())
    assert (balance_of(order).refunded_fen, ledger_sums().bank_fen, ledger_sums().channels_fen) == (
        FEE,
        -FEE,
        FEE,
    )


def test_an_answer_with_a_reference_used_before_books_nothing(
    world: World, second: Account, ordered: Ordered, wechat: WeChat
) -> None:
    order = ordered()
    settlement = paid(world, wechat, order)
    wechat.refund_state = "PROCESSING"
    first, other = (request(world, settlement, amount_fen=100) for _ in range(2))
    attempts = [send_refund(by=second, refund=entry, channel=channel("wechat")) for entry in (first, other)]
    told = wechat.refunded(attempts[0].number, 100)
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", told))[0] == 200
    borrowed = told | {"out_refund_no": attempts[1].number}
    assert told_wechat(*wechat.notification("REFUND.SUCCESS", borrowed))[0] == 400
    assert (balance_of(order).refunded_fen, refusals()) == (100, ["reference-used"])
    closed = wechat.refunded(attempts[1].number, 100, refund_status="CLOSED")
    assert told_wechat(*wechat.notification("REFUND.CLOSED", closed))[0] == 200
    assert state(other) == [("failed", "微信支付：CLOSED")]


def test_money_in_suspense_goes_back_and_touches_nothing_of_the_order(
    world: World, second: Account, ordered: Ordered, wechat: WeChat
) -> None:
    order = ordered()
    payment = asked(world, order, "wechat")
    world.settle(order)
    resource = wechat.paid(payment.number, FEE)
    assert told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource))[0] == 200
    settlement = Settlement.objects.get(payment=payment)
    assert [(entry.settlement, entry.left_fen) for entry in surpluses()] == [(settlement, FEE)]
    titles = [entry.title for entry in waiting(world[Role.FINANCE], Role.FINANCE)]
    assert titles == ["1 笔暂收款等待退回"]

    refuse("refund-line", request, world=world, settlement=settlement, line=lines_of(order)[0])
    refuse("refund-amount", request, world=world, settlement=settlement, amount_fen=FEE + 1)
    other = ordered()
    refuse("refund-settlement", request, world=world, settlement=settlement, order=other)
    bank = Settlement.objects.get(method="bank_transfer")
    refuse("refund-settlement", request, world=world, settlement=bank)

    refund = request(world, settlement)
    assert (surpluses(), left_of(settlement), balance_of(order).held_fen) == ([], 0, FEE)
    whole = request_refund(by=world[Role.FINANCE], order=order, amount_fen=FEE, reason="退")
    reject_refund(by=second, refund=whole, note="不")
    assert send_refund(by=second, refund=refund, channel=channel("wechat")).state == RefundState.DONE

    order.refresh_from_db()
    sums, found = ledger_sums(), statement(order.institution, order.sitting)
    assert (order.paid_at is not None, balance_of(order).held_fen) == (True, FEE)
    assert (sums.suspense_fen, sums.channels_fen, sums.bank_fen, sums.difference_fen) == (0, 0, FEE, 0)
    assert (found.balanced, found.balance.refunded_fen, len(found.surplus_refunds)) == (True, 0, 1)


def test_only_what_came_by_a_channel_goes_back_through_it(
    world: World, second: Account, ordered: Ordered, wechat: WeChat, alipay: Alipay
) -> None:
    order = ordered(2)
    words = {"bank_reference": "B1", "amount_fen": FEE, "received_on": clock.today()}
    confirm_transfer(by=second, order=order, **words)
    settlement = paid(world, wechat, order)
    assert (settlement.amount_fen, balance_of(order).held_fen) == (FEE, 2 * FEE)
    refuse("refund-amount", request, world=world, settlement=settlement, amount_fen=FEE + 1)
    refund = request(world, settlement)
    refuse("refund-not-by-channel", send_refund, by=second, refund=refund, channel=channel("alipay"))
    by_bank = request_refund(by=world[Role.FINANCE], order=order, amount_fen=FEE, reason="退")
    refuse("refund-not-by-channel", send_refund, by=second, refund=by_bank, channel=channel("wechat"))
    refuse("refund-amount", request, world=world, settlement=settlement, amount_fen=1)


def test_a_candidate_refunded_in_full_can_be_ordered_for_again(
    world: World, second: Account, ordered: Ordered
) -> None:
    order = ordered(2)
    world.settle(order)
    leaving, staying = lines_of(order)
    words: dict[str, Any] = {"by": world[Role.FINANCE], "order": order, "reason": "退", "line": leaving}
    part = request_refund(**words, amount_fen=8000)
    approve_refund(by=second, refund=part, bank_reference="R1", paid_on=clock.today())
    assert baskets_of(world.institution) == []
    rest = request_refund(**words, amount_fen=FEE - 8000)
    approve_refund(by=second, refund=rest, bank_reference="R2", paid_on=clock.today())

    (basket,) = baskets_of(world.institution)
    assert (basket.applications, basket.refunded) == ((leaving.application,), {leaving.application_id})
    assert not never_ordered(world.institution).exists()
    client = Client()
    client.force_login(world[Role.INSTITUTION])
    (row,) = client.get(reverse("orders")).context["baskets"]
    assert row["form"].initial == {"applications": []}
    sent = {"applications": [str(leaving.application_id)], "kind": "registration"}
    assert client.post(reverse("place_order", args=[order.sitting_id]), sent).status_code == 302
    again = Order.objects.exclude(pk=order.pk).get()
    world.settle(again)
    assert (is_paid(leaving.application), is_paid(staying.application)) == (True, True)
    assert baskets_of(world.institution) == []
    assert statement(order.institution, order.sitting).balanced


def test_the_pages_of_a_refund_through_a_channel(
    world: World,
    second: Account,
    ordered: Ordered,
    wechat: WeChat,
    client_of: Callable[[Account], Client],
    settings: Any,
) -> None:
    order = ordered()
    payment = asked(world, order, "wechat")
    world.settle(order)
    resource = wechat.paid(payment.number, FEE)
    told_wechat(*wechat.notification("TRANSACTION.SUCCESS", resource))
    first, other = client_of(world[Role.FINANCE]), client_of(second)
    settlement = Settlement.objects.get(payment=payment)
    ask = f"{reverse('request_refund', args=[order.id])}?surplus={settlement.id}"
    assert ask in first.get(reverse("refunds")).content.decode()
    wish = first.get(ask).context["form"].initial
    assert (wish["way"], wish["amount"]) == (str(settlement.id), "680.00")
    assert first.get(reverse("request_refund", args=[order.id])).context["form"].initial == {}
    assert first.post(ask, wish | {"amount": "680.01"}).status_code == 422
    assert first.post(ask, wish).status_code == 302

    refund = Refund.objects.get()
    send, page = reverse("send_refund", args=[refund.id]), reverse("refund", args=[refund.id])
    assert other.get(page).content.decode().count(send) == 1
    assert first.get(page).content.decode().count(send) == 0
    assert (first.post(send).status_code, first.get(send).status_code) == (422, 405)
    wechat.broken = "silent"
    assert other.post(send).status_code == 302
    assert other.get(page).context["live"].state == RefundState.ASKED
    wechat.broken = ""
    assert other.post(send).status_code == 302
    assert other.get(page).context["case"].decision.approved
    for role in set(Role) - {Role.FINANCE, Role.CANDIDATE}:
        assert client_of(world[role]).post(send).status_code == 403
    assert (Client().post(send).status_code, client_of(world.outsider).post(send).status_code) == (302, 403)
    assert other.post(reverse("send_refund", args=[order.id])).status_code == 404
    assert client_of(world[Role.INSTITUTION]).get(reverse("order", args=[order.id])).status_code == 200
    assert other.get(reverse("ledger")).status_code == 200
    settings.PAY_WECHAT = settings.PAY_WECHAT | {"mchid": ""}
    assert other.post(send).status_code == 422
