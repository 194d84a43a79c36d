"""The room's report: after the end, with what people and machines did, for those of the room."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.delivery.console.fake_line import FakeHall
from tests.delivery.console.test_acts import act
from tests.delivery.test_actions import START, answered, code_of, write_log
from tests.factories.world import World
from tests.seating.rooms import second_invigilator
from zhiheng.delivery.actions import collect
from zhiheng.delivery.console.report import room_report
from zhiheng.delivery.console.scope import Scope, own_room, shared_room, whole_hall
from zhiheng.delivery.core.attempt import Kind, control_entry, granted_entry, opened_entry, submitted_entry
from zhiheng.delivery.models import Attempt, HallActKind
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.seating.actions import check_in, note_incident, replace_invigilator
from zhiheng.seating.models import Invigilation

AFTERWARDS = START + timedelta(minutes=120)


def ms(minutes: int) -> int:
    return round((START + timedelta(minutes=minutes)).timestamp() * 1000)


@pytest.fixture
def scope(world: World, watch: Invigilation) -> Scope:
    """The first candidate answers on two machines and hands in; the second never comes; both get seven minutes."""
    found = own_room(world[Role.INVIGILATOR], watch.id)
    assert found is not None
    first, second = (Attempt.objects.get(ticket=sheet.ticket) for sheet in found.sheets)
    name = str(first.id)
    write_log(
        first,
        opened_entry(name, epoch=1, at=ms(0)),
        answered(first, item="Q1", body='"B"', seq=1, at=START + timedelta(minutes=1)),
        control_entry(Kind.EVENT, name, serial=1, epoch=1, body={"kind": "hidden"}, at=ms(2)),
        granted_entry(name, serial=0, minutes=7, reason="断电", at=ms(3)),
        opened_entry(name, epoch=2, at=ms(5)),
        submitted_entry(name, epoch=2, at=ms(60)),
        granted_entry(str(second.id), serial=0, minutes=7, reason="断电", at=ms(3)),
    )
    check_in(by=world[Role.INVIGILATOR], ticket=found.sheets[0].ticket, present=True)
    check_in(by=world[Role.INVIGILATOR], ticket=found.sheets[1].ticket, present=False, note="电话未接通")
    again = own_room(world[Role.INVIGILATOR], watch.id)
    assert again is not None
    return again


def words_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_report_tells_people_times_acts_and_incidents(
    world: World, hall: FakeHall, scope: Scope, watch: Invigilation
) -> None:
    act(world, hall, scope, HallActKind.GRANT, minutes=7, words="断电")
    note_incident(by=world[Role.INVIGILATOR], watch=watch, text="空调停机")
    clock.move_to(AFTERWARDS)
    words = words_of(room_report(scope))

    one, two = (sheet.ticket for sheet in scope.sheets)
    missing = [
        wanted
        for wanted in (
            "考场报告",
            "第一考场",
            "测试监考员、监考乙",
            *("应到", "实到", "缺考", "登录作答", "到时未交", "换机", "页面事件", "迟到的作答", "补录答案"),
            f"{one.application.person.name}{one.number}到09:00:0010:00:00171",
            f"{two.application.person.name}{two.number}缺考",
            "全场，2人延长7分钟：断电",
            "空调停机",
            "监考员测试监考员签名",
            "考点负责人签名",
        )
        if wanted not in words
    ]
    assert missing == []
    assert words.count("断电") == 1  # the act's own line of the room's record is not told twice


def test_the_report_names_who_was_replaced_and_when(world: World, scope: Scope, watch: Invigilation) -> None:
    clock.move_to(START + timedelta(minutes=15))
    replace_invigilator(
        by=world[Role.ADMINISTRATOR],
        offering=world.association,
        room=watch.room,
        leaving=watch.invigilator,
        successor=second_invigilator("three"),
        reason="身体不适",
    )
    clock.move_to(AFTERWARDS)
    shared = shared_room(watch.sitting, watch.room)

    assert "测试监考员（至09:15）、监考乙、监考乙" in words_of(room_report(shared))


def test_there_is_no_report_while_somebody_may_answer(world: World, scope: Scope) -> None:
    clock.move_to(START + timedelta(minutes=96))  # the end has passed, the given minutes have not
    assert code_of(room_report, scope=scope) == "report-early"
    clock.move_to(START + timedelta(minutes=97))
    assert room_report(scope).startswith(b"%PDF")


def test_an_empty_room_has_none(scope: Scope) -> None:
    assert (
        code_of(room_report, scope=Scope(sitting=scope.sitting, room=scope.room, sheets=())) == "report-empty"
    )


def test_who_may_have_it(
    world: World, scope: Scope, watch: Invigilation, watcher: Client, admin: Client
) -> None:
    own = reverse("room_report", args=[watch.id])
    every = reverse("hall_report", args=[world.association.id, watch.room_id])
    assert watcher.get(own).status_code == 422
    clock.move_to(AFTERWARDS + timedelta(days=3))
    for client, url in ((watcher, own), (admin, every)):
        answer = client.get(url)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Cache-Control"] == "private, no-store"
    other = Invigilation.objects.exclude(pk=watch.pk).get()
    assert watcher.get(reverse("room_report", args=[other.id])).status_code == 404
    assert admin.get(reverse("hall_report", args=[world.association.id, uuid4()])).status_code == 404
    assert [watcher.get(every).status_code, admin.get(own).status_code] == [403, 403]


def test_the_whole_hall_is_found_room_by_room(world: World, watch: Invigilation) -> None:
    every = whole_hall(world.association.id)
    assert every is not None
    assert ([room.id for room in every.rooms], every.room_names, whole_hall(uuid4())) == (
        [watch.room_id],
        (),
        None,
    )


def test_time_given_to_everybody_makes_no_answers_of_those_who_never_came(world: World, scope: Scope) -> None:
    clock.move_to(AFTERWARDS)
    found = collect(by=world[Role.ADMINISTRATOR], offering=world.association)
    assert [one.attempt.ticket for one in found] == [scope.sheets[0].ticket]
