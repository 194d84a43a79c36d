"""Collected answers to a small paper: one single, one multiple, one written question."""

from decimal import Decimal
from typing import Any

from tests.factories.world import World
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus
from zhiheng.bank.models import Item, ItemVersion
from zhiheng.delivery.models import Attempt, Collection
from zhiheng.delivery.queries import ends_at
from zhiheng.marking.actions import give_marks, mark_by_keys, open_marking, take_task
from zhiheng.marking.models import MarkingTask, WrittenMark
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Centre, Ticket
from zhiheng.sittings.models import Offering

BODIES: dict[str, dict[str, Any]] = {
    "S1": {"type": "single", "stem": "单选一？", "options": {"A": "甲", "B": "乙"}, "key": ["B"]},
    "M1": {
        "type": "multiple",
        "stem": "多选一？",
        "options": {"A": "甲", "B": "乙", "C": "丙"},
        "key": ["A", "C"],
    },
    "W1": {
        "type": "short",
        "stem": "简答一：怎样核实素材？",
        "answer": "先对照资料卡，再实测。",
        "points": [{"text": "对照资料卡", "marks": "6"}, {"text": "实测", "marks": "4"}],
    },
}
MARKS = {"S1": "1", "M1": "2", "W1": "10"}
AREAS = {"S1": "ethics", "M1": "livestream", "W1": "livestream"}
RIGHT = {"S1": "B", "M1": ["A", "C"], "W1": "先对照资料卡"}


def paper_of(offering: Offering) -> Paper:
    lines = []
    for name, body in BODIES.items():
        item, _ = Item.objects.get_or_create(
            name=name,
            defaults={
                "pool": "live",
                "standard": "s",
                "level": "5",
                "area": AREAS[name],
                "type": body["type"],
            },
        )
        version, _ = ItemVersion.objects.get_or_create(
            item=item, number=1, defaults={"body": body, "content_hash": name}
        )
        lines.append(
            {
                "item": name,
                "version": str(version.id),
                "hash": name,
                "area": AREAS[name],
                "type": body["type"],
                "marks": MARKS[name],
            }
        )
    return Paper.objects.create(
        run=AssemblyRun.objects.create(offering=offering, forms=1, seed=1),
        offering=offering,
        form_id=f"form-{offering.id}",
        label="甲",
        status=PaperStatus.SEALED,
        total=Decimal(13),
        lines=lines,
        proof={},
        content_hash="p" * 64,
    )


def collect(attempt: Attempt, answers: dict[str, Any], *, late: list[int] | None = None) -> Collection:
    return Collection.objects.create(
        attempt=attempt, answers=answers, answers_hash="0" * 64, entries=1, late=late or []
    )


def collected(world: World, *answers: dict[str, Any], offering: Offering | None = None) -> list[Attempt]:
    """One attempt per set of answers; the exam is over."""
    chosen = offering or world.association
    paper = Paper.objects.filter(offering=chosen).first() or paper_of(chosen)
    centre, _ = Centre.objects.get_or_create(
        code="001", defaults={"name": "一号考点", "province": "闽", "city": "福州市", "address": "1 号"}
    )
    attempts = []
    for one in answers:
        ticket = Ticket.objects.create(
            application=world.approved(chosen),
            offering=chosen,
            centre=centre,
            number=f"{888000000000000 + Ticket.objects.count()}",
        )
        attempt = Attempt.objects.create(ticket=ticket, paper=paper, ends_at=ends_at(ticket.offering))
        collect(attempt, one)
        attempts.append(attempt)
    return attempts


def over(world: World) -> None:
    clock.move_to(world.association.starts_at.replace(hour=18))


def markers(world: World, count: int = 3) -> list[Account]:
    """The world's marker in the first place, then further ones."""
    more = [
        create_account(
            by="test",
            username=f"marker-{number}",
            password=None,
            display_name=f"阅卷{number}",
            roles=[Role.MARKER],
        )
        for number in range(2, count + 1)
    ]
    return [world[Role.MARKER], *more]


def opened(world: World, *answers: dict[str, Any]) -> list[Attempt]:
    """Answers marked by key and put before the markers."""
    attempts = collected(world, *answers)
    over(world)
    mark_by_keys(by="test", offering=world.association)
    open_marking(by="test", offering=world.association)
    return attempts


def taken(marker: Account) -> MarkingTask:
    task = take_task(by=marker)
    assert task is not None
    return task


def give(marker: Account, *points: str) -> WrittenMark:
    """Take the next answer and mark it."""
    return give_marks(by=marker, task=taken(marker), points=list(points))
