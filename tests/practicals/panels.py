"""Examiners, a panel and its candidates on the day of the skill assessment."""

from datetime import datetime

from tests.factories.world import World
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.practicals import models
from zhiheng.practicals.actions import assign_candidates, form_panel, load_task, submit_sheet
from zhiheng.practicals.core.task import SkillTask, load_tasks
from zhiheng.practicals.models import Panel, PanelCandidate
from zhiheng.seating.models import Centre, Ticket
from zhiheng.sittings.models import Offering

ON_THE_DAY = datetime(2026, 11, 28, 13, 30, tzinfo=SHANGHAI)
DAY_BEFORE = datetime(2026, 11, 27, 23, 59, 50, tzinfo=SHANGHAI)


def core_task() -> SkillTask:
    return next(task for task in load_tasks() if (task.level, task.trade) == ("5", "B"))


def pinned_task() -> models.SkillTask:
    return load_task(by="test", task=core_task())


def examiners(world: World, count: int = 3) -> list[Account]:
    """The world's examiner in the first place, then further ones."""
    more = [
        create_account(
            by="test",
            username=f"examiner-{number}",
            password=None,
            display_name=f"考评{number}",
            roles=[Role.EXAMINER],
        )
        for number in range(2, count + 1)
    ]
    return [world[Role.EXAMINER], *more]


def tickets(world: World, count: int, offering: Offering | None = None) -> list[Ticket]:
    """Tickets as seating would issue them."""
    chosen = offering or world.national
    centre, _ = Centre.objects.get_or_create(
        code="001",
        defaults={"name": "一号考点", "province": "福建省", "city": "福州市", "address": "示例路 1 号"},
    )
    first = Ticket.objects.count() + 1
    return [
        Ticket.objects.create(
            application=world.approved(chosen),
            offering=chosen,
            centre=centre,
            number=f"{777000000000000 + number}",
        )
        for number in range(first, first + count)
    ]


def panel_of(world: World, seats: list[Account], name: str = "第一考评组") -> Panel:
    return form_panel(
        by=world[Role.ADMINISTRATOR],
        offering=world.national,
        task=pinned_task(),
        name=name,
        place="一号实训室",
        examiners=seats,
        chair=seats[0],
    )


def sitting_panel(world: World, count: int = 1) -> tuple[Panel, list[Account], list[PanelCandidate]]:
    """A panel of three with candidates; the clock stands on the day."""
    seats = examiners(world)
    panel = panel_of(world, seats)
    rows = assign_candidates(by=world[Role.ADMINISTRATOR], panel=panel, tickets=tickets(world, count))
    clock.move_to(ON_THE_DAY)
    return panel, seats, rows


def full_scores() -> dict[str, str]:
    return {criterion.id: str(criterion.marks) for criterion in core_task().criteria}


def scores_less(less: str) -> dict[str, str]:
    """Everything right but the first criterion, which gets so many marks."""
    first = core_task().criteria[0]
    return full_scores() | {first.id: less}


def all_sheets(candidate: PanelCandidate, seats: list[Account]) -> None:
    for examiner in seats:
        submit_sheet(by=examiner, candidate=candidate, scores=full_scores())
