"""The day itself: check-in, the exam over HTTP, collecting, and the skill panel."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from zhiheng.assembly.queries import bodies_of
from zhiheng.cli.rehearsal.cast import Player, chance
from zhiheng.cli.rehearsal.company import Company, at
from zhiheng.cli.rehearsal.exam import Sat, Seat, send_late, sit_all, wait_for_hall
from zhiheng.delivery.actions import collect, decide_late
from zhiheng.delivery.hall_line import HallLine
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.queries import undecided_late
from zhiheng.people.models import Role
from zhiheng.practicals.actions import assign_candidates, form_panel, mark_absent, sign_off, submit_sheet
from zhiheng.practicals.core.task import SkillTask, load_tasks
from zhiheng.practicals.models import PanelCandidate
from zhiheng.seating.actions import check_in
from zhiheng.seating.models import Invigilation, Placement
from zhiheng.seating.queries import room_words

PANEL_SIZE = 15  # three examiners serve up to fifteen candidates (1:5)


def open_doors(company: Company) -> None:
    at(0, 8, 35)
    company.show.step("监考员核验身份、签到；缺考的记为缺考")
    watchers = {
        watch.room_id: watch.invigilator for watch in Invigilation.objects.select_related("invigilator")
    }
    places = {place.ticket_id: place for place in Placement.objects.filter(superseded_at=None)}
    tickets = company.tickets()
    for player in company.show.each("签到", company.players):
        ticket = tickets[player.serial]
        check_in(
            by=watchers[places[ticket.id].room_id], ticket=ticket, present=player.part != "absent",
            note="未到场" if player.part == "absent" else "",
        )  # fmt: skip


def sit_exam(company: Company, hall: str) -> list[Sat]:
    at(0, 9, 0, 2)
    seats = _seats(company, hall)
    company.show.step(f"{len(seats)} 名考生登录考场，逐题作答，每个答案写入存储后才确认；三分之一中途换机")
    if not seats:
        return []
    wait_for_hall(hall, seats[0].ticket, seats[0].player.id_number)
    with company.show.bar("考试", len(seats)) as progress:
        sat = sit_all(hall, seats, done=lambda _: progress.advance(progress.task_ids[0]))
    company.show.tell(
        f"共确认 {sum(one.saves for one in sat)} 次作答，{sum(one.receipt is not None for one in sat)} 份交卷回执"
    )
    _send_one_late(company, hall, seats, sat)
    return sat


def _seats(company: Company, hall: str) -> list[Seat]:
    attempts = {
        attempt.ticket_id: attempt for attempt in Attempt.objects.select_related("paper", "ticket__offering")
    }
    doors = _doors(hall)
    tickets = company.tickets()
    present = [player for player in company.players if player.part != "absent"]
    last = present[-1].serial if len(present) > 1 else 0
    seats = []
    for player in present:
        ticket = tickets[player.serial]
        attempt = attempts[ticket.id]
        paper = attempt.paper
        bodies = bodies_of([paper])
        seats.append(
            Seat(
                player=player,
                ticket=ticket.number,
                bodies={line["item"]: bodies[line["version"]] for line in paper.lines},
                let_in=partial(doors[ticket.id], attempt),
                stays_late=player.serial == last,
            )
        )
    return seats


def _doors(hall: str) -> dict[Any, Callable[[Attempt], None]]:
    """Ticket -> how the invigilator of its room lets a second machine in."""
    watchers = {
        watch.room_id: watch.invigilator for watch in Invigilation.objects.select_related("invigilator")
    }
    places = Placement.objects.filter(superseded_at=None).select_related("room__centre")

    def door(place: Placement) -> Callable[[Attempt], None]:
        def let_in(attempt: Attempt) -> None:
            line = HallLine(
                watchers[place.room_id],
                attempt.ticket.offering,
                (room_words(place.room.centre.name, place.room.name),),
                address=hall,
            )
            line.act("allow", attempts=[str(attempt.id)])

        return let_in

    return {place.ticket_id: door(place) for place in places}


def _send_one_late(company: Company, hall: str, seats: list[Seat], sat: list[Sat]) -> None:
    at(0, 10, 31)
    for seat, done in zip(seats, sat, strict=True):
        if seat.stays_late:
            reply: dict[str, Any] = _late_when_the_clock_has_moved(hall, seat, done)
            company.show.tell(
                f"一份答案在截止后送达：已保存，标注迟到={reply['late']}，计入={reply['counted']}"
            )


def _late_when_the_clock_has_moved(hall: str, seat: Seat, done: Sat) -> dict[str, Any]:
    """The hall looks at the clock file once a second."""
    time.sleep(1.2)
    return send_late(hall, seat, done)


def take_in(company: Company) -> None:
    at(0, 10, 45)
    company.show.step("收卷：把考场记录折叠成最终答案；迟到的答案由人决定是否计入")
    admin = company.tenant.one(Role.ADMINISTRATOR)
    for offering in company.used:
        for collection in collect(by=admin, offering=offering):
            for entry in undecided_late(collection):
                decide_late(
                    by=admin, attempt=collection.attempt, entry=entry, admitted=False,
                    reason="考场网络正常，截止后作答，不予计入",
                )  # fmt: skip


def assess_skill(company: Company) -> None:
    players = company.sat_by(company.offerings.national)
    if not players:
        return
    at(0, 13, 30)
    company.show.step("技能考核：三名考评员独立评分，组长在评分表齐备后签字")
    (task,) = (task for task in load_tasks() if (task.level, task.trade) == ("5", "B"))
    examiners = company.tenant.staff[Role.EXAMINER][:3]
    tickets = company.tickets()
    for number, first in enumerate(range(0, len(players), PANEL_SIZE), 1):
        group = players[first : first + PANEL_SIZE]
        panel = form_panel(
            by=company.tenant.one(Role.ADMINISTRATOR), offering=company.offerings.national, task=company.tenant.task,
            name=f"第 {number} 考评组", place="福州第一考点直播实训室", examiners=examiners, chair=examiners[0],
        )  # fmt: skip
        rows = assign_candidates(
            by=company.tenant.one(Role.ADMINISTRATOR),
            panel=panel,
            tickets=[tickets[player.serial] for player in group],
        )
        by_ticket = {row.ticket_id: row for row in rows}
        for player in company.show.each("考评", group):
            _assess_one(company, player, by_ticket[tickets[player.serial].id], task)


def _assess_one(company: Company, player: Player, candidate: PanelCandidate, task: SkillTask) -> None:
    examiners = company.tenant.staff[Role.EXAMINER][:3]
    if player.part == "absent":
        mark_absent(by=examiners[0], candidate=candidate)
        return
    for examiner in examiners:
        rng = chance("skill", player.serial, examiner.username)
        scores = {}
        for criterion in task.criteria:
            share = min(1.0, max(0.0, player.skill_ability + rng.uniform(-0.12, 0.12)))
            scores[criterion.id] = str(int(float(criterion.marks) * share * 2) / 2)
        submit_sheet(by=examiner, candidate=candidate, scores=scores, comment="")
    sign_off(by=examiners[0], candidate=candidate)
