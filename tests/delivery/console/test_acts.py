"""Acts on the running exam: done once, written down as far as they were done, and never when the hall is silent."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.delivery.console.fake_line import FakeHall
from tests.delivery.test_actions import START, code_of
from tests.factories.world import ENROLLING, World
from zhiheng.assembly.models import Paper
from zhiheng.delivery.console.actions import act_on_hall, grant_for_outage
from zhiheng.delivery.console.line import Outage
from zhiheng.delivery.console.queries import acts_in, decisions_of, proposals
from zhiheng.delivery.console.scope import Scope, own_room, whole_hall
from zhiheng.delivery.models import Attempt, HallAct, HallActKind
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine
from zhiheng.seating.actions import issue_tickets, place_candidates
from zhiheng.seating.models import Incident, Invigilation, Ticket


@pytest.fixture
def scope(world: World, watch: Invigilation) -> Scope:
    found = own_room(world[Role.INVIGILATOR], watch.id)
    assert found is not None
    return found


def act(world: World, hall: FakeHall, scope: Scope, kind: HallActKind, **more: object) -> HallAct:
    words: dict[str, object] = {"form_id": uuid4(), "words": "网络中断"} | more
    role = Role.INVIGILATOR if scope.watch else Role.ADMINISTRATOR
    return act_on_hall(by=world[role], scope=scope, kind=kind, open_line=hall.open_line, **words)  # type: ignore[arg-type]  # by name


def test_a_room_gets_minutes_and_the_record_says_so(world: World, hall: FakeHall, scope: Scope) -> None:
    done = act(world, hall, scope, HallActKind.GRANT, minutes=7)

    assert hall.opened == [
        (str(Role.INVIGILATOR), str(world.association.id), ("测试考点 第一考场",)),
    ]
    assert hall.said == [
        {"kind": "grant", "attempts": None, "minutes": 7, "reason": "网络中断", "text": ""},
    ]
    assert (done.asked, done.done, done.refused, done.failure) == (2, 2, [], "")
    assert done.done_at is not None
    assert list(Incident.objects.values_list("text", "ticket", "created_at")) == [
        ("第一考场全场 2 人 延长 7 分钟：网络中断", None, done.done_at)
    ]
    line = AuditLine.objects.get(act="hall-grant")
    assert line.detail == {"id": str(done.id), "minutes": 7, "words": "网络中断", "done": 2}
    assert [one.id for one in acts_in(scope)] == [done.id]


def test_a_message_to_one_goes_as_text(world: World, hall: FakeHall, scope: Scope) -> None:
    sheet = scope.sheets[0]
    act(world, hall, scope, HallActKind.MESSAGE, sheet=sheet, words="请  坐好")
    attempt = str(Attempt.objects.get(ticket=sheet.ticket).id)

    assert hall.said == [
        {"kind": "message", "attempts": (attempt,), "minutes": 0, "reason": "", "text": "请 坐好"}
    ]
    assert Incident.objects.get().ticket == sheet.ticket


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        (HallActKind.PAUSE, {"words": " "}, "words-missing"),
        (HallActKind.MESSAGE, {"words": ""}, "words-missing"),
        (HallActKind.MESSAGE, {"words": "字" * 201}, "words-long"),
        (HallActKind.GRANT, {"minutes": 0}, "minutes"),
        (HallActKind.GRANT, {"minutes": 181}, "minutes"),
    ],
)
def test_what_is_incomplete_is_refused_before_the_hall_hears_of_it(
    world: World, hall: FakeHall, scope: Scope, kind: HallActKind, more: dict[str, object], code: str
) -> None:
    assert code_of(act, world=world, hall=hall, scope=scope, kind=kind, **more) == code
    assert (hall.opened, HallAct.objects.count(), Incident.objects.count()) == ([], 0, 0)


def test_resuming_needs_no_reason(world: World, hall: FakeHall, scope: Scope) -> None:
    act(world, hall, scope, HallActKind.RESUME, words="")
    assert Incident.objects.get().text == "第一考场全场 2 人 恢复考试"


def test_a_form_acts_once(world: World, hall: FakeHall, scope: Scope) -> None:
    number = uuid4()
    act(world, hall, scope, HallActKind.GRANT, minutes=5, form_id=number)
    again = code_of(
        act, world=world, hall=hall, scope=scope, kind=HallActKind.GRANT, minutes=5, form_id=number
    )

    assert (again, len(hall.said), Incident.objects.count()) == ("act-twice", 1, 1)


def test_a_silent_hall_leaves_nothing_done_and_the_same_form_may_try_again(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    number, hall.silent = uuid4(), True
    words = {"world": world, "hall": hall, "scope": scope, "kind": HallActKind.PAUSE, "form_id": number}
    assert code_of(act, **words) == "hall-silent"
    failed = HallAct.objects.get()
    assert (failed.done, failed.done_at, failed.failure) == (0, None, "hall-silent")
    assert (Incident.objects.count(), AuditLine.objects.filter(act="hall-pause").count()) == (0, 0)
    assert acts_in(scope) == []

    hall.silent = False
    done = act(**words)  # type: ignore[arg-type]  # the same words again
    assert (done.done, done.failure, HallAct.objects.count()) == (2, "", 1)


def test_what_the_hall_would_do_for_nobody_is_refused(world: World, hall: FakeHall, scope: Scope) -> None:
    sheet = scope.sheets[0]
    hall.refuses = (str(Attempt.objects.get(ticket=sheet.ticket).id),)
    with pytest.raises(Refused) as refused:
        act(world, hall, scope, HallActKind.SUBMIT, sheet=sheet)

    assert (refused.value.code, refused.value.what) == ("act-refused", "已经交卷")
    assert (HallAct.objects.get().failure, Incident.objects.count()) == ("act-refused", 0)


def test_only_the_rooms_own_invigilator_and_only_on_the_day(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    def code(by: Role, kind: HallActKind = HallActKind.PAUSE, where: Scope = scope) -> str:
        return code_of(
            act_on_hall,
            by=world[by],
            scope=where,
            kind=kind,
            form_id=uuid4(),
            open_line=hall.open_line,
            words="理由",
        )

    everything = whole_hall(world.association.id)
    assert everything is not None
    assert code(Role.ADMINISTRATOR) == "not-your-room"
    assert code(Role.INVIGILATOR, where=everything) == "not-your-room"
    clock.move_to(START + timedelta(days=1))
    assert code(Role.INVIGILATOR) == "console-day"
    assert (hall.opened, HallAct.objects.count()) == ([], 0)


def test_the_administrator_acts_on_every_room(world: World, hall: FakeHall, scope: Scope) -> None:
    everything = whole_hall(world.association.id)
    assert everything is not None
    done = act(world, hall, everything, HallActKind.PAUSE)

    assert hall.opened == [(str(Role.ADMINISTRATOR), str(world.association.id), ())]
    assert (done.room, done.offering) == (None, world.association)
    assert Incident.objects.get().text == "全部 1 个考场 2 人 暂停考试：网络中断"
    assert [one.id for one in acts_in(scope)] == [done.id]  # the room's report tells it too


def test_before_the_pack_is_out_there_is_nothing_to_act_on(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    Attempt.objects.all().delete()
    assert code_of(act, world=world, hall=hall, scope=scope, kind=HallActKind.PAUSE) == "not-published"


def outage(*tickets: Ticket, minutes: int = 7) -> Outage:
    since = START + timedelta(minutes=3)
    return Outage(
        kind="room" if len(tickets) > 1 else "one",
        room="测试考点 第一考场",
        since=since,
        until=since + timedelta(minutes=minutes - 1, seconds=20),
        attempts=tuple(str(Attempt.objects.get(ticket=ticket).id) for ticket in tickets),
        minutes=minutes,
    )


def test_proposed_minutes_are_given_as_a_person_decides(world: World, hall: FakeHall, scope: Scope) -> None:
    broken = outage(*(sheet.ticket for sheet in scope.sheets))
    hall.proposed = [broken]
    by = world[Role.INVIGILATOR]
    (proposal,) = proposals(by, scope, hall.open_line)
    assert (proposal.span, proposal.where, proposal.sheets) == ("09:03–09:09", "本考场 2 人", scope.sheets)

    decision = grant_for_outage(
        by=by,
        scope=scope,
        offering=proposal.offering,
        outage=broken,
        minutes=9,
        reason="交换机断电",
        open_line=hall.open_line,
    )
    assert hall.said == [
        {
            "kind": "grant",
            "attempts": broken.attempts,
            "minutes": 9,
            "reason": "09:03–09:09 断线，交换机断电",
            "text": "",
        }
    ]
    assert (decision.proposed, decision.minutes, decision.act) == (7, 9, HallAct.objects.get())
    assert proposals(by, scope, hall.open_line) == []
    again = code_of(
        grant_for_outage,
        by=by,
        scope=scope,
        offering=proposal.offering,
        outage=broken,
        minutes=7,
        reason="再补",
        open_line=hall.open_line,
    )
    assert (again, len(hall.said)) == ("outage-decided", 1)


def test_a_proposal_is_put_aside_with_a_reason(world: World, hall: FakeHall, scope: Scope) -> None:
    sheet = scope.sheets[1]
    broken = outage(sheet.ticket)
    hall.proposed = [broken]
    words = {
        "by": world[Role.INVIGILATOR],
        "scope": scope,
        "offering": world.association,
        "outage": broken,
        "minutes": 0,
        "open_line": hall.open_line,
    }
    assert code_of(grant_for_outage, **words, reason=" ") == "words-missing"
    decision = grant_for_outage(**words, reason="考生自己关机")  # type: ignore[arg-type]  # by name

    assert (decision.minutes, decision.act, hall.said) == (0, None, [])
    assert list(Incident.objects.values_list("text", "ticket")) == [
        ("09:03–09:09 1 人断线，建议补 7 分钟，决定不补：考生自己关机", sheet.ticket.id)
    ]
    assert proposals(world[Role.INVIGILATOR], scope, hall.open_line) == []
    hall.proposed = [outage(sheet.ticket, minutes=12)]  # it went on: a new matter
    assert len(proposals(world[Role.INVIGILATOR], scope, hall.open_line)) == 1


def test_minutes_for_a_break_are_not_given_while_the_hall_is_silent(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    broken, hall.silent = outage(scope.sheets[0].ticket), True
    code = code_of(
        grant_for_outage,
        by=world[Role.INVIGILATOR],
        scope=scope,
        offering=world.association,
        outage=broken,
        minutes=7,
        reason="断电",
        open_line=hall.open_line,
    )
    assert (code, decisions_of(world.association), Incident.objects.count()) == ("hall-silent", [], 0)
    hall.silent, hall.proposed = False, [broken]
    (proposal,) = proposals(world[Role.INVIGILATOR], scope, hall.open_line)
    decision = grant_for_outage(
        by=world[Role.INVIGILATOR],
        scope=scope,
        offering=world.association,
        outage=proposal.outage,
        minutes=6,
        reason="断电",
        open_line=hall.open_line,
    )
    assert (decisions_of(world.association), decision.minutes, len(hall.said)) == ([decision], 6, 1)
    assert HallAct.objects.get().failure == ""


def still_away(*tickets: Ticket, minutes: int) -> Outage:
    return replace(outage(*tickets, minutes=minutes), still=True)


def test_while_machines_are_away_minutes_are_given_once_and_the_rest_when_they_are_back(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    first, second = (sheet.ticket for sheet in scope.sheets)
    by, offering = world[Role.INVIGILATOR], world.association
    words = {"by": by, "scope": scope, "offering": offering, "reason": "断电", "open_line": hall.open_line}
    hall.proposed = [still_away(first, minutes=5)]
    (proposal,) = proposals(by, scope, hall.open_line)
    assert (proposal.span, proposal.outage.still, proposal.shown) == (
        "09:03 起",
        True,
        f"{proposal.key}.5",
    )
    grant_for_outage(**words, outage=proposal.outage, minutes=5)  # type: ignore[arg-type]  # by name
    assert hall.said[0]["reason"] == "09:03 起 断线，断电"

    hall.proposed = [still_away(first, minutes=6)]  # a moment later, still away
    assert proposals(by, scope, hall.open_line) == []
    later = {"outage": hall.proposed[0], "minutes": 6}
    assert code_of(grant_for_outage, **words, **later) == "outage-decided"
    hall.proposed = [still_away(first, second, minutes=7)]  # and now somebody else as well
    assert [one.outage.attempts for one in proposals(by, scope, hall.open_line)] == [
        (str(Attempt.objects.get(ticket=second).id),)
    ]
    # Who still has the page on which both were proposed gives nobody the same minutes twice.
    assert code_of(grant_for_outage, **words, outage=hall.proposed[0], minutes=7) == "outage-decided"
    assert len(hall.said) == 1

    hall.proposed = [replace(outage(first, minutes=12), minutes=7)]  # back; the hall has counted the five
    (proposal,) = proposals(by, scope, hall.open_line)
    assert (proposal.outage.minutes, proposal.span) == (7, "09:03–09:14")
    grant_for_outage(**words, outage=proposal.outage, minutes=7)  # type: ignore[arg-type]  # by name
    assert (proposals(by, scope, hall.open_line), [one["minutes"] for one in hall.said]) == ([], [5, 7])


def test_two_people_decide_at_the_same_moment_and_one_of_them_gives_the_minutes(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    """While the hall is being asked the minutes are spoken for, also for a break with one more person in it."""
    first, second = (sheet.ticket for sheet in scope.sheets)
    words = {
        "by": world[Role.INVIGILATOR],
        "scope": scope,
        "offering": world.association,
        "reason": "断电",
        "minutes": 5,
        "open_line": hall.open_line,
    }
    codes: list[str] = []

    def meanwhile() -> None:
        hall.asked = None
        wider = {"outage": still_away(first, second, minutes=5)}
        codes.append(code_of(grant_for_outage, **words, **wider))

    hall.asked = meanwhile
    grant_for_outage(**words, outage=still_away(first, minutes=5))  # type: ignore[arg-type]  # by name

    assert (codes, len(hall.said)) == (["outage-decided"], 1)


def test_minutes_the_site_did_not_see_given_may_be_given_again(
    world: World, hall: FakeHall, scope: Scope
) -> None:
    """The site stopped while it asked. If the hall did it, it proposes nothing; here it did not."""
    broken = outage(scope.sheets[0].ticket)
    words = {
        "by": world[Role.INVIGILATOR],
        "scope": scope,
        "offering": world.association,
        "outage": broken,
        "reason": "断电",
        "minutes": 5,
        "open_line": hall.open_line,
    }
    hall.asked = stop
    with pytest.raises(KeyboardInterrupt):
        grant_for_outage(**words)  # type: ignore[arg-type]  # by name
    hall.asked = None
    assert code_of(grant_for_outage, **words) == "outage-decided"
    clock.move_to(clock.now() + timedelta(seconds=61))
    assert decisions_of(world.association) == []
    decision = grant_for_outage(**words)  # type: ignore[arg-type]  # by name
    assert (decisions_of(world.association), len(hall.said)) == ([decision], 1)


def stop() -> None:
    raise KeyboardInterrupt


def second_exam(world: World, watch: Invigilation) -> Ticket:
    """One candidate of another exam in the same room; handed over to the hall."""
    admin = world[Role.ADMINISTRATOR]
    clock.move_to(ENROLLING)
    world.paid(1, world.national)
    (ticket,) = issue_tickets(by=admin, offering=world.national, centre=watch.room.centre)
    place_candidates(by=admin, offering=world.national, rooms=[watch.room], seed=2)
    Attempt.objects.create(ticket=ticket, paper=Paper.objects.get(), ends_at=START + timedelta(minutes=90))
    clock.move_to(START)
    return ticket


def test_a_room_with_two_exams_hears_of_both_and_what_one_missed_is_told(
    world: World, hall: FakeHall, scope: Scope, watch: Invigilation
) -> None:
    second_exam(world, watch)
    both = own_room(world[Role.INVIGILATOR], watch.id)
    assert both is not None
    hall.silent_about = str(world.national.id)
    done = act(world, hall, both, HallActKind.MESSAGE, words="请安静")

    assert {offering for _, offering, _ in hall.opened} == {str(world.association.id), str(world.national.id)}
    assert (done.done, [one["sentence"] for one in done.refused]) == (2, ["考场服务没有应答"])
    assert Incident.objects.get().text == "第一考场全场 3 人（另有 1 人没有执行） 发消息：请安静"
