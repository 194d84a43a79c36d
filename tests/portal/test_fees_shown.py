"""Pages and the interface show what is charged: the fee table before the rules."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import PASSWORD, World
from tests.portal.test_pages import words
from zhiheng.payments.fees.actions import decide_fee, propose_fee
from zhiheng.payments.models import OrderKind
from zhiheng.people.actions import create_account
from zhiheng.people.models import Role
from zhiheng.plumbing import clock


@pytest.fixture
def charge(world: World) -> Callable[..., None]:
    """A row of the fee table, approved."""
    second = create_account(
        by="test", username="second", password=PASSWORD, display_name="测试财务乙", roles=[Role.FINANCE]
    )

    def put(fen: int, **scope: Any) -> None:
        row = propose_fee(
            by=world[Role.FINANCE],
            rule_set="ccia-000",
            amount_fen=fen,
            valid_from=clock.today(),
            reason="会议纪要",
            **scope,
        )
        decide_fee(by=second, row=row, approved=True)

    return put


def offered(client: Client, world: World) -> tuple[int, int]:
    found = client.get(f"/api/v1/sittings/{world.association.sitting.day}").json()["offerings"]
    (entry,) = [entry for entry in found if entry["rule_set"] == "ccia-000"]
    return entry["fee_fen"], entry["makeup_fee_fen"]


def test_the_fee_table_comes_first(world: World, client: Client, charge: Callable[..., None]) -> None:
    assert offered(client, world) == (68000, 10000)
    charge(59900)
    charge(9900, kind=OrderKind.MAKEUP)
    assert offered(client, world) == (59900, 9900)
    assert "¥599.00" in client.get("/").text
    page = words(client.get("/programmes/internet-marketing/?rules=ccia-000").text)
    assert "报名费 ¥599.00 费用表，2026年11月10日 周二起执行" in page
    assert "补考费，每次 ¥99.00 费用表，2026年11月10日 周二起执行" in page
    english = words(
        client.get("/programmes/internet-marketing/?rules=ccia-000", headers={"Accept-Language": "en"}).text
    )
    assert "Fee table, in force since" in english


def test_levels_that_differ_are_told_apart(world: World, client: Client, charge: Callable[..., None]) -> None:
    charge(88000, level="senior")
    page = words(client.get("/programmes/internet-marketing/?rules=ccia-000").text)
    assert "报名费 · 初级 ¥680.00" in page
    assert "报名费 · 高级 ¥880.00 费用表" in page


def test_an_institution_reads_its_own_fee_and_the_public_does_not(
    world: World, client: Client, charge: Callable[..., None]
) -> None:
    charge(50000, institution=world.institution)
    assert offered(client, world) == (68000, 10000)
    client.force_login(world[Role.INSTITUTION])
    assert "¥500.00" in client.get(reverse("new_application")).text
    client.force_login(world.outsider)
    assert "¥500.00" not in client.get(reverse("new_application")).text
