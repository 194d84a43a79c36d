"""A pack is worked out in the background and written in one go, or not at all."""

import errno
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.delivery.asking import MORE_TIME, ask, decide
from tests.delivery.test_actions import START, code_of, pack_path, seal_small_paper, seated
from tests.factories.world import World
from zhiheng.delivery.actions import collect
from zhiheng.delivery.conditions.actions import Wanted, set_conditions
from zhiheng.delivery.core.attempt import granted_entry, opened_entry
from zhiheng.delivery.core.pack import decode_pack
from zhiheng.delivery.hall.keys import ensure_keys
from zhiheng.delivery.hall.sqlite_store import LOG_FILE, SqliteStore
from zhiheng.delivery.models import Attempt, Preparation, PreparationState, PublishedPack
from zhiheng.delivery.preparing import making
from zhiheng.delivery.preparing.actions import (
    ask_preparation,
    cancel_preparation,
    prepare_now,
    publish_pack,
    put_on_shelf,
)
from zhiheng.delivery.preparing.queries import is_stuck
from zhiheng.delivery.preparing.tasks import shelve_pack
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.models import Placement

EVE = datetime(2026, 11, 27, 16, 0, tzinfo=SHANGHAI)


@pytest.fixture
def ready(world: World) -> World:
    seal_small_paper(world)
    seated(world, 3)
    clock.move_to(EVE)
    return world


def asked(world: World) -> Preparation:
    return ask_preparation(by=world[Role.ADMINISTRATOR], offering=world.association)


def ended(preparation: Preparation) -> tuple[str, str, int, int]:
    preparation.refresh_from_db()
    return (
        preparation.state,
        preparation.trouble,
        Attempt.objects.count(),
        PublishedPack.objects.count(),
    )


def test_what_was_asked_for_is_prepared_once(
    ready: World, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    preparation = asked(ready)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        prepare_now(preparation_id=preparation.id)
    prepare_now(preparation_id=preparation.id)

    assert ended(preparation) == (PreparationState.DONE, "", 3, 1)
    assert (preparation.done, preparation.total) == (3, 3)
    pack = decode_pack(pack_path(ready).read_bytes())
    rooms = {candidate.room for candidate in pack.candidates}
    assert (rooms, [candidate.seat for candidate in pack.candidates]) == ({"考点 第一考场"}, ["1", "2", "3"])
    assert {(str(a.id), a.ends_at) for a in Attempt.objects.all()} == {
        (candidate.attempt, candidate.ends_at) for candidate in pack.candidates
    }


def test_nobody_asks_twice_and_nobody_cancels_what_is_over(ready: World) -> None:
    admin = ready[Role.ADMINISTRATOR]
    preparation = asked(ready)
    assert code_of(ask_preparation, by=admin, offering=ready.association) == "preparing-already"

    cancel_preparation(by=admin, preparation=preparation)
    prepare_now(preparation_id=preparation.id)
    assert ended(preparation) == (PreparationState.CANCELLED, "", 0, 0)
    assert code_of(cancel_preparation, by=admin, preparation=preparation) == "preparation-over"
    assert asked(ready).state == PreparationState.WAITING


def test_cancelled_at_work_it_leaves_nothing(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    preparation = asked(ready)
    deal = making._dealt

    def deal_while_somebody_cancels(*facts: object) -> object:
        cancel_preparation(by=ready[Role.ADMINISTRATOR], preparation=preparation)
        return deal(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_dealt", deal_while_somebody_cancels)
    prepare_now(preparation_id=preparation.id)

    assert ended(preparation) == (PreparationState.CANCELLED, "", 0, 0)


def test_a_change_of_seats_meanwhile_is_noticed(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    preparation = asked(ready)
    deal = making._dealt

    def deal_while_somebody_moves(*facts: object) -> object:
        Placement.objects.filter(seat=3).update(seat=9)
        return deal(*facts)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_dealt", deal_while_somebody_moves)
    prepare_now(preparation_id=preparation.id)

    state, trouble, attempts, packs = ended(preparation)
    assert (state, attempts, packs) == (PreparationState.FAILED, 0, 0)
    assert trouble.startswith("准备考场数据期间，互联网营销师（初级）的座位、便利或考试条件有变动")


def test_an_accident_is_no_endless_preparation(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    preparation = asked(ready)

    def broken(*facts: object) -> None:
        raise RuntimeError("no more memory")

    monkeypatch.setattr(making, "_dealt", broken)
    prepare_now(preparation_id=preparation.id)

    state, trouble, attempts, packs = ended(preparation)
    assert (state, attempts, packs) == (PreparationState.FAILED, 0, 0)
    assert trouble.startswith("准备考场数据时出现意外错误")


@pytest.fixture
def own_shelf(ready: World, settings: Any, tmp_path: Path) -> World:
    """Nothing of another test lies on it."""
    settings.HALL_DATA = tmp_path
    ensure_keys(tmp_path)
    return ready


def shelf(world: World) -> list[str]:
    return sorted(path.name for path in pack_path(world).parent.glob("*") if path.is_file())


def test_a_pack_that_finds_no_room_is_not_published(
    own_shelf: World,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    preparation = asked(own_shelf)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        patched.setattr("zhiheng.delivery.hall.packs.os.fsync", full)
        prepare_now(preparation_id=preparation.id)

    state, trouble, attempts, packs = ended(preparation)
    assert (state, attempts, packs, shelf(own_shelf)) == (PreparationState.FAILED, 0, 0, [])
    assert trouble == (
        f"考场数据写不到 {settings.HALL_DATA}：No space left on device。依据：写好的考场数据才能发布。"
        "请腾出磁盘空间或改正目录权限后重新发布。"
    )

    again = asked(own_shelf)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        prepare_now(preparation_id=again.id)
    assert (ended(again)[0], shelf(own_shelf)) == (PreparationState.DONE, [pack_path(own_shelf).name])


def test_who_dies_after_writing_it_down_leaves_the_pack_to_the_worker(own_shelf: World) -> None:
    published = publish_pack(
        by=own_shelf[Role.ADMINISTRATOR], offering=own_shelf.association
    )  # nothing after the commit
    assert not pack_path(own_shelf).exists()

    shelve_pack.call(offering_id=str(own_shelf.association.id))
    assert decode_pack(pack_path(own_shelf).read_bytes()).hash == published.content_hash
    assert put_on_shelf(offering_id=own_shelf.association.id)
    assert shelf(own_shelf) == [pack_path(own_shelf).name]

    pack_path(own_shelf).unlink()
    assert not put_on_shelf(offering_id=own_shelf.association.id)


def test_what_lay_ready_and_was_not_published_goes(own_shelf: World) -> None:
    with transaction.atomic():
        publish_pack(by=own_shelf[Role.ADMINISTRATOR], offering=own_shelf.association)
        transaction.set_rollback(True)
    left = {path.name for path in pack_path(own_shelf).parent.glob(".*")}
    published = publish_pack(by=own_shelf[Role.ADMINISTRATOR], offering=own_shelf.association)

    assert len(left) == 1
    assert [path.name for path in pack_path(own_shelf).parent.glob(".*")] == [
        f".{own_shelf.association.id}.{published.content_hash[:16]}.ready"
    ]


def test_after_ten_silent_minutes_it_is_stuck(ready: World) -> None:
    preparation = asked(ready)
    assert not is_stuck(preparation)
    clock.move_to(EVE + timedelta(minutes=11))
    assert is_stuck(preparation)


def test_the_page_shows_how_far_it_is_and_takes_it_back(ready: World, client: Client) -> None:
    preparation = asked(ready)
    Preparation.objects.filter(pk=preparation.pk).update(state=PreparationState.RUNNING, done=1, total=3)
    client.force_login(ready[Role.ADMINISTRATOR])
    page = client.get(reverse("delivery_offering", args=[ready.association.id]))
    assert 'value="1" max="3"' in page.content.decode().replace("  ", " ")

    assert client.post(reverse("preparation_cancel", args=[preparation.id])).status_code == 302
    assert ended(preparation)[0] == PreparationState.CANCELLED
    client.force_login(ready[Role.INVIGILATOR])
    assert client.post(reverse("preparation_cancel", args=[preparation.id])).status_code == 403


def test_answers_are_collected_only_when_the_last_ones_time_is_over(ready: World) -> None:
    admin = ready[Role.ADMINISTRATOR]
    publish_pack(by=admin, offering=ready.association)
    attempt = Attempt.objects.order_by("ticket__number")[0]
    at = round(START.timestamp() * 1000)
    store = SqliteStore(settings.HALL_DATA / LOG_FILE)
    store.append(
        [
            opened_entry(str(attempt.id), epoch=1, at=at),
            granted_entry(str(attempt.id), serial=0, minutes=10, reason="断网", at=at),
        ]
    )
    store.close()

    clock.move_to(START + timedelta(minutes=95))
    assert code_of(collect, by=admin, offering=ready.association) == "still-running"
    clock.move_to(START + timedelta(minutes=101))
    assert len(collect(by=admin, offering=ready.association)) == 1


def test_what_was_granted_and_what_was_set_goes_into_the_pack(ready: World) -> None:
    admin = ready[Role.ADMINISTRATOR]
    first = Placement.objects.get(seat=1).ticket
    clock.move_to(EVE - timedelta(days=14))
    decide(ready, ask(ready, first.application, MORE_TIME))
    set_conditions(by=admin, offering=ready.association, wanted=Wanted(second_sign_in="allow", networks={}))

    prepared = making.prepare(ready.association)
    one, two, three = prepared.pack.candidates
    usual = START + timedelta(minutes=90)

    assert [candidate.ends_at for candidate in (one, two, three)] == [
        START + timedelta(minutes=117),
        usual,
        usual,
    ]
    assert (one.accommodation, one.accommodation_en) == ("延长时间 30 %", "30 % more time")
    assert (two.accommodation, two.accommodation_en) == ("", "")
    assert [attempt.ends_at for attempt in prepared.attempts] == [one.ends_at, usual, usual]
    assert prepared.pack.second_sign_in == "allow"
