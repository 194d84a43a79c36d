"""How far questions were used, as the stages after the bank tell it."""

from datetime import date
from typing import Any

import pytest

from tests.bank.test_actions import BODY
from tests.factories.world import DAY, World
from tests.rooms import signed_in
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus
from zhiheng.bank.actions import write_item
from zhiheng.bank.usage import Usage, usage_of
from zhiheng.delivery.models import Attempt, Collection
from zhiheng.delivery.queries import ends_at
from zhiheng.people.models import Role
from zhiheng.seating.models import Centre, Ticket


def paper(world: World, form: str, status: str, *names: str) -> Paper:
    run = AssemblyRun.objects.create(offering=world.national, forms=1, seed=1)
    return Paper.objects.create(
        run=run,
        offering=world.national,
        form_id=form,
        label="甲",
        status=status,
        total=100,
        lines=[{"item": name} for name in names],
        proof=[],
    )


def sat(world: World, chosen: Paper, *, entries: int) -> None:
    application = world.enter(world.national)
    centre, _ = Centre.objects.get_or_create(
        code="001", name="一号考点", province="浙江", city="杭州", address="一号"
    )
    number = f"{Ticket.objects.count():015d}"
    ticket = Ticket.objects.create(
        application=application, offering=world.national, centre=centre, number=number
    )
    attempt = Attempt.objects.create(ticket=ticket, paper=chosen, ends_at=ends_at(ticket.offering))
    for _ in range(2):  # collected again: still one candidate
        Collection.objects.create(attempt=attempt, answers={}, answers_hash="", entries=entries)


def test_drafts_sittings_and_candidates(world: World) -> None:
    sealed = paper(world, "one", PaperStatus.SEALED, "A", "B")
    paper(world, "two", PaperStatus.DRAFT, "B", "C")
    paper(world, "three", PaperStatus.DISCARDED, "D")
    sat(world, sealed, entries=3)
    sat(world, sealed, entries=0)

    once = Usage(sealed=1, sittings=1, seen=1, last=DAY)
    assert usage_of() == {
        "A": once,
        "B": Usage(drafts=1, sealed=1, sittings=1, seen=1, last=DAY),
        "C": Usage(drafts=1),
    }
    assert usage_of(["A", "D", "E"]) == {"A": once}
    assert usage_of([]) == {}
    assert isinstance(DAY, date)


def test_the_question_says_how_far_it_was_used(world: World) -> None:
    writer = world[Role.ITEM_WRITER]
    write_item(by=writer, body={**BODY, "id": "A"})
    client = signed_in(writer)
    assert "还没有进过试卷" in client.get("/items/at/A/").content.decode()
    paper(world, "one", PaperStatus.SEALED, "A")
    assert "已封存试卷 1 份" in client.get("/items/at/A/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_usage_takes_two_queries(world: World, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        paper(world, f"p{number}", PaperStatus.SEALED, "A")
    with django_assert_num_queries(2):
        assert usage_of()["A"].sealed == count
