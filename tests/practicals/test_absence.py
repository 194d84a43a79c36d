"""An absence written down by mistake and taken back by somebody else."""

import pytest
from django.urls import reverse

from tests.factories.world import World
from tests.practicals.panels import full_scores, sitting_panel
from tests.practicals.test_actions import code_of
from tests.practicals.test_views import browser, examiner_elsewhere
from tests.results.outcomes import second_officer, theory
from zhiheng.people.models import Account, Role
from zhiheng.plumbing.models import AuditLine
from zhiheng.practicals.absence.actions import ask_back, decide_back
from zhiheng.practicals.actions import mark_absent, sign_off, submit_sheet
from zhiheng.practicals.models import AbsenceWord, PanelCandidate
from zhiheng.practicals.waiting import waiting
from zhiheng.results.actions import propose, release, send_back

WHY = "签到表第三行有考生签字"


def absent_one(world: World) -> tuple[list[Account], PanelCandidate]:
    _, seats, (row,) = sitting_panel(world, 1)
    mark_absent(by=seats[1], candidate=row)
    return seats, row


def now(row: PanelCandidate) -> bool:
    return PanelCandidate.objects.get(pk=row.pk).absent


def said(row: PanelCandidate) -> list[tuple[str, str]]:
    words = AbsenceWord.objects.filter(candidate=row).select_related("by").order_by("created_at")
    return [(word.step, word.by.username) for word in words]


def titles(account: Account, role: Role) -> list[str]:
    return [line.title for line in waiting(account, role) if "撤销缺考" in line.title]


def test_two_people_take_it_back_and_the_candidate_is_scored(world: World) -> None:
    seats, row = absent_one(world)

    ask_back(by=seats[1], candidate=row, reason=f" {WHY} ")
    assert now(row)
    decide_back(by=seats[2], candidate=row, agreed=True, reason="与考场记录一致")

    assert not now(row)
    assert said(row) == [
        ("recorded", seats[1].username),
        ("asked", seats[1].username),
        ("taken-back", seats[2].username),
    ]
    (line,) = AuditLine.objects.filter(act="skill-absence-taken-back")
    assert (line.subject, line.detail) == (f"panel-candidate:{row.id}", {"reason": "与考场记录一致"})
    for examiner in seats:
        submit_sheet(by=examiner, candidate=row, scores=full_scores())
    assert sign_off(by=seats[0], candidate=row).marks == 100


def test_a_no_leaves_it_and_it_may_be_asked_for_again(world: World) -> None:
    seats, row = absent_one(world)
    ask_back(by=seats[0], candidate=row, reason=WHY)
    decide_back(by=world[Role.ADMINISTRATOR], candidate=row, agreed=False, reason="签字的是另一人")
    assert now(row)
    ask_back(by=seats[0], candidate=row, reason="又找到录像")
    assert [step for step, _ in said(row)] == ["recorded", "asked", "refused", "asked"]


def test_who_and_when_not(world: World) -> None:
    seats, row = absent_one(world)
    stranger, admin = examiner_elsewhere(), world[Role.ADMINISTRATOR]
    words = {"candidate": row, "reason": WHY}

    assert code_of(ask_back, by=stranger, **words) == "not-on-panel"
    assert code_of(ask_back, by=admin, **words) == "not-on-panel"
    assert code_of(ask_back, by=seats[0], candidate=row, reason=" ") == "reason-missing"
    assert code_of(ask_back, by=seats[0], candidate=row, reason="长" * 201) == "reason-long"
    assert code_of(decide_back, by=admin, agreed=True, **words) == "absence-decided"
    ask_back(by=seats[0], **words)
    assert code_of(ask_back, by=seats[1], **words) == "absence-asked"
    assert code_of(decide_back, by=seats[0], agreed=True, **words) == "absence-same-person"
    assert code_of(decide_back, by=stranger, agreed=True, **words) == "not-on-panel"
    assert code_of(decide_back, by=world[Role.RESULTS_OFFICER], agreed=False, **words) == "not-on-panel"
    decide_back(by=seats[1], agreed=True, **words)
    assert code_of(decide_back, by=seats[2], agreed=True, **words) == "absence-decided"
    assert code_of(ask_back, by=seats[0], **words) == "not-absent"
    assert now(row) is False


def test_results_made_of_it_come_back_first_and_once_released_it_stands(world: World) -> None:
    seats, row = absent_one(world)
    theory(row.ticket, "70")
    officer = world[Role.RESULTS_OFFICER]
    ask_back(by=seats[0], candidate=row, reason=WHY)
    words = {"by": seats[1], "candidate": row, "reason": WHY}

    proposal = propose(by=officer, offering=world.national)
    assert code_of(decide_back, agreed=True, **words) == "results-proposed"
    send_back(by=officer, release=proposal, reason="有缺考待核实")
    proposal = propose(by=officer, offering=world.national)
    release(by=second_officer(), release=proposal)
    assert code_of(decide_back, agreed=True, **words) == "results-released"
    assert now(row)
    decide_back(agreed=False, **words)
    assert code_of(ask_back, by=seats[0], candidate=row, reason=WHY) == "results-released"


def test_pages_lead_through_it_and_strangers_find_nothing(world: World) -> None:
    seats, row = absent_one(world)
    page = reverse("skill_absence", args=[row.id])
    first, second = browser(seats[0]), browser(seats[1])
    assert page in first.get(reverse("panel", args=[row.panel_id])).content.decode()
    assert "提出撤销缺考" in first.get(page).content.decode()
    assert first.post(f"{page}ask/", {"reason": ""}).status_code == 422
    assert first.post(f"{page}ask/", {"reason": WHY}).status_code == 302

    waits = [f"决定是否撤销缺考：准考证 {row.ticket.number}（第一考评组）"]
    assert titles(seats[0], Role.EXAMINER) == []
    assert titles(seats[1], Role.EXAMINER) == waits
    assert titles(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR) == waits
    assert 'value="agree"' not in first.get(page).content.decode()
    assert first.post(f"{page}decide/", {"verdict": "agree", "reason": WHY}).status_code == 422
    stranger = examiner_elsewhere()
    assert titles(stranger, Role.EXAMINER) == []
    for method in (browser(stranger).get, browser(stranger).post):
        assert method(page).status_code == 404
    assert browser(stranger).post(f"{page}ask/", {"reason": WHY}).status_code == 404
    assert browser(stranger).post(f"{page}decide/", {"verdict": "agree", "reason": WHY}).status_code == 404

    assert WHY in second.get(page).content.decode()
    assert second.post(f"{page}decide/", {"verdict": "agree", "reason": "属实"}).status_code == 302
    assert "这名考生不是缺考" in browser(world[Role.ADMINISTRATOR]).get(page).content.decode()
    assert now(row) is False


@pytest.mark.parametrize("count", [1, 3])
def test_what_waits_costs_the_same(world: World, count: int, django_assert_num_queries: object) -> None:
    _, seats, rows = sitting_panel(world, count)
    for candidate in rows:
        mark_absent(by=seats[1], candidate=candidate)
        ask_back(by=seats[1], candidate=candidate, reason=WHY)
    with django_assert_num_queries(7):  # type: ignore[operator]
        assert len(titles(seats[0], Role.EXAMINER)) == count
