"""A sitting goes to the hall and its answers come back."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from tests.factories.world import World
from zhiheng.assembly.models import AssemblyRun, Paper, PaperStatus
from zhiheng.bank.models import Item, ItemVersion
from zhiheng.delivery.actions import collect, decide_late
from zhiheng.delivery.core.attempt import Entry, opened_entry, submitted_entry
from zhiheng.delivery.core.pack import decode_pack
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.models import Attempt, Collection, PublishedPack
from zhiheng.delivery.preparing.actions import publish_pack
from zhiheng.delivery.queries import collections_of, undecided_late
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import add_room, issue_tickets, open_centre, place_candidates

START = datetime(2026, 11, 28, 9, 0, tzinfo=SHANGHAI)


def seal_small_paper(world: World) -> Paper:
    """A sealed paper of two questions."""
    lines = []
    for name, kind, body in (
        (
            "Q1",
            "single",
            {
                "type": "single",
                "stem": "一？",
                "options": {"A": "甲", "B": "乙"},
                "key": ["B"],
                "explanation": "密",
            },
        ),
        (
            "Q2",
            "short",
            {
                "type": "short",
                "stem": "二？",
                "answer": "密",
                "points": [{"text": "密", "marks": "10"}],
                "explanation": "密",
            },
        ),
    ):
        item = Item.objects.create(name=name, pool="live", standard="s", level="5", area="ethics", type=kind)
        version = ItemVersion.objects.create(item=item, number=1, body=body, content_hash=name)
        lines.append(
            {
                "item": name,
                "version": str(version.id),
                "hash": name,
                "area": "ethics",
                "type": kind,
                "marks": "10",
            }
        )
    run = AssemblyRun.objects.create(offering=world.association, forms=1, seed=1)
    return Paper.objects.create(
        run=run,
        offering=world.association,
        form_id="f",
        label="甲",
        status=PaperStatus.SEALED,
        total=Decimal(20),
        lines=lines,
        proof=[],
        content_hash="x",
    )


def seated(world: World, count: int = 2) -> None:
    world.paid(count)
    admin = world[Role.ADMINISTRATOR]
    centre = open_centre(by="test", code="001", name="考点", province="福建省", city="福州市", address="1 号")
    room = add_room(by="test", centre=centre, name="第一考场", seats=10)
    issue_tickets(by=admin, offering=world.association, centre=centre)
    place_candidates(by=admin, offering=world.association, rooms=[room], seed=1)


def write_log(attempt: Attempt, *rows: Entry) -> None:
    store = SqliteStore(settings.HALL_DATA / LOG_FILE)
    try:
        store.append(list(rows))
    finally:
        store.close()


def answered(attempt: Attempt, *, item: str, body: str, seq: int, at: datetime) -> Entry:
    return Entry(
        attempt=str(attempt.id),
        epoch=1,
        item=item,
        seq=seq,
        kind="answer",
        body=body,
        server_time=round(at.timestamp() * 1000),
    )


def code_of(call: object, **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)  # type: ignore[operator]
    return refused.value.code


@pytest.fixture
def published(world: World, django_capture_on_commit_callbacks: object) -> PublishedPack:
    seal_small_paper(world)
    seated(world)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        return publish_pack(by=world[Role.ADMINISTRATOR], offering=world.association)


def pack_path(world: World) -> Path:
    return Path(settings.HALL_DATA) / "packs" / f"{world.association.id}.json"


def test_the_pack_holds_everybody_and_no_secret(world: World, published: PublishedPack) -> None:
    raw = pack_path(world).read_bytes()
    pack = decode_pack(raw)

    assert (published.content_hash, published.attempts, len(pack.candidates)) == (pack.hash, 2, 2)
    assert "密" not in raw.decode()
    assert all(len(candidate.id_hash) == 64 for candidate in pack.candidates)
    assert {candidate.attempt for candidate in pack.candidates} == {str(a.id) for a in Attempt.objects.all()}


def test_a_pack_is_published_once(world: World, published: PublishedPack) -> None:
    code = code_of(publish_pack, by=world[Role.ADMINISTRATOR], offering=world.association)

    assert (code, PublishedPack.objects.count(), Attempt.objects.count()) == ("published-already", 1, 2)


def test_what_is_missing_is_named_before_anything_is_written(world: World) -> None:
    admin = world[Role.ADMINISTRATOR]
    assert code_of(publish_pack, by=admin, offering=world.association) == "no-sealed-paper"

    seal_small_paper(world)
    assert code_of(publish_pack, by=admin, offering=world.association) == "not-seated"

    seated(world)
    clock.move_to(START + timedelta(minutes=90))
    assert code_of(publish_pack, by=admin, offering=world.association) == "exam-over"
    assert (Attempt.objects.count(), PublishedPack.objects.count()) == (0, 0)


def test_answers_are_folded_from_the_log(world: World, published: PublishedPack) -> None:
    sat, absent = Attempt.objects.order_by("ticket__number")
    at = round(START.timestamp() * 1000)
    write_log(
        sat,
        opened_entry(str(sat.id), epoch=1, at=at),
        answered(sat, item="Q1", body='"A"', seq=1, at=START),
        answered(sat, item="Q1", body='"B"', seq=2, at=START + timedelta(minutes=1)),
        answered(sat, item="Q2", body='"写了"', seq=3, at=START + timedelta(minutes=2)),
        submitted_entry(str(sat.id), epoch=1, at=at + 180_000),
    )
    admin = world[Role.ADMINISTRATOR]
    clock.move_to(START + timedelta(minutes=10))
    assert code_of(collect, by=admin, offering=world.association) == "still-running"

    clock.move_to(START + timedelta(hours=2))
    first = collect(by=admin, offering=world.association)
    again = collect(by=admin, offering=world.association)

    assert [collection.answers for collection in first] == [{"Q1": "B", "Q2": "写了"}]
    assert first == again
    assert first[0].receipt is not None
    assert json.loads(json.dumps(first[0].receipt))["answers"] == 2
    assert not Collection.objects.filter(attempt=absent).exists()


def test_a_late_answer_counts_only_when_a_person_says_so(world: World, published: PublishedPack) -> None:
    attempt = Attempt.objects.order_by("ticket__number")[0]
    late = START + timedelta(minutes=91)
    write_log(
        attempt,
        opened_entry(str(attempt.id), epoch=1, at=round(START.timestamp() * 1000)),
        answered(attempt, item="Q1", body='"B"', seq=1, at=late),
    )
    admin = world[Role.ADMINISTRATOR]
    clock.move_to(START + timedelta(hours=2))
    collection = collect(by=admin, offering=world.association)[0]
    (entry,) = collection.late

    assert (collection.answers, undecided_late(collection)) == ({}, [entry])
    assert (
        code_of(decide_late, by=admin, attempt=attempt, entry=entry, admitted=True, reason=" ")
        == "reason-missing"
    )
    assert (
        code_of(decide_late, by=admin, attempt=attempt, entry=entry + 99, admitted=True, reason="断网")
        == "not-late"
    )

    decide_late(by=admin, attempt=attempt, entry=entry, admitted=True, reason="考场断网，时间戳在考试时间内")
    (now,) = collections_of(world.association)

    assert (now.answers, now.late) == ({"Q1": "B"}, [])
    assert code_of(decide_late, by=admin, attempt=attempt, entry=entry, admitted=False, reason="再想") in {
        "not-late",
        "late-decided",
    }
