"""A pool in the hall: everybody gets a paper of their own, by lot; what is being taken back is not handed over."""

from datetime import datetime

import pytest

from tests.delivery.test_actions import seal_small_paper, seated
from tests.factories.world import World
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus, RunKind
from zhiheng.assembly.sealing.actions import drop_retraction, propose_retraction
from zhiheng.delivery.models import Attempt, PublishedPack
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Role
from zhiheng.plumbing import clock

EVE = datetime(2026, 11, 27, 16, 0, tzinfo=SHANGHAI)


def pool_of(world: World, size: int) -> None:
    """So many sealed papers of a pool beside a parallel one."""
    first = seal_small_paper(world)
    run = AssemblyRun.objects.create(offering=world.association, forms=size, seed=1, kind=RunKind.POOL)
    for number in range(1, size + 1):
        Paper.objects.create(
            run=run,
            offering=world.association,
            form_id=f"P-{number:04d}",
            label=f"{number:04d}",
            status=PaperStatus.SEALED,
            total=first.total,
            lines=first.lines,
            proof=[],
            content_hash="x",
        )


def test_everybody_gets_a_paper_of_their_own(world: World) -> None:
    seated(world, 3)
    pool_of(world, 4)
    clock.move_to(EVE)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)

    dealt = list(Attempt.objects.values_list("paper__form_id", flat=True))
    assert len(set(dealt)) == 3
    assert all(name.startswith("P-") for name in dealt)
    handed = set(Paper.objects.exclude(handed_over_at=None).values_list("form_id", flat=True))
    assert handed == set(dealt)


def test_a_pool_too_small_is_refused(world: World) -> None:
    seated(world, 3)
    pool_of(world, 2)
    clock.move_to(EVE)
    with pytest.raises(Refused) as refused:
        publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert refused.value.code == "pool-too-small"
    assert not Attempt.objects.exists()


def test_a_paper_about_to_be_taken_back_is_not_handed_over(world: World) -> None:
    seated(world, 1)
    paper = seal_small_paper(world)
    row = propose_retraction(by=world[Role.ADMINISTRATOR], paper=paper, reason="有误")
    clock.move_to(EVE)
    with pytest.raises(Refused) as refused:
        publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)
    assert refused.value.code == "retraction-open"
    drop_retraction(by=world[Role.ADMINISTRATOR], retraction=row)
    publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)

    assert PublishedPack.objects.count() == 1
    with pytest.raises(Refused) as refused:
        propose_retraction(by=world[Role.ADMINISTRATOR], paper=paper, reason="有误")
    assert refused.value.code == "paper-handed-over"
