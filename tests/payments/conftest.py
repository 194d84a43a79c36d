"""What several tests of payments build on."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.payments.actions import place_order
from zhiheng.payments.models import Order
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role


@pytest.fixture
def second(world: World) -> Account:
    """Another finance person."""
    return create_account(
        by="test", username="second", password=PASSWORD, display_name="测试财务乙", roles=[Role.FINANCE]
    )


@pytest.fixture
def ordered(world: World) -> Callable[..., Order]:
    """An order for so many new candidates."""

    def place(count: int = 1) -> Order:
        applications = [world.approved() for _ in range(count)]
        return place_order(
            by=world[Role.INSTITUTION],
            institution=world.institution,
            sitting=applications[0].sitting,
            applications=applications,
        )

    return place


@pytest.fixture
def client_of() -> Callable[[Account], Client]:
    def sign_in(account: Account) -> Client:
        client = Client()
        client.force_login(account)
        return client

    return sign_in
