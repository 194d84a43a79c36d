"""The pages of the skill assessment: who sees them, what they show and hide, and what they cost."""

import io
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.world import World
from tests.practicals.panels import (
    DAY_BEFORE,
    ON_THE_DAY,
    all_sheets,
    core_task,
    examiners,
    full_scores,
    panel_of,
    pinned_task,
    scores_less,
    sitting_panel,
    tickets,
)
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.practicals.actions import assign_candidates, mark_absent, sign_off, submit_sheet
from zhiheng.practicals.documents import task_pdf
from zhiheng.practicals.models import Panel, PanelCandidate, ScoreSheet, SignOff
from zhiheng.practicals.waiting import waiting

NOBODY = uuid.UUID(int=0)
STAFF = {Role.ADMINISTRATOR, Role.RESULTS_OFFICER}
PAGES = {
    "examining": ({Role.EXAMINER}, []),
    "panel": ({Role.EXAMINER}, [NOBODY]),
    "score_sheet": ({Role.EXAMINER}, [NOBODY]),
    "skill_sign_off": ({Role.EXAMINER}, [NOBODY]),
    "skill_absence": ({Role.EXAMINER, Role.ADMINISTRATOR}, [NOBODY]),
    "skill_offerings": (STAFF, []),
    "skill_offering": (STAFF, [NOBODY]),
    "form_panel": ({Role.ADMINISTRATOR}, [NOBODY]),
    "assign_candidates": ({Role.ADMINISTRATOR}, [NOBODY]),
    "skill_task": ({Role.ADMINISTRATOR, Role.EXAMINER}, [NOBODY]),
    "skill_task_pdf": ({Role.ADMINISTRATOR, Role.EXAMINER}, [NOBODY]),
}
POSTS = {
    "skill_absent": ({Role.EXAMINER}, [NOBODY]),
    "ask_skill_absence": ({Role.EXAMINER}, [NOBODY]),
    "decide_skill_absence": ({Role.EXAMINER, Role.ADMINISTRATOR}, [NOBODY]),
}


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def examiner_elsewhere() -> Account:
    return create_account(
        by="test", username="elsewhere", password=None, display_name="别组", roles=[Role.EXAMINER]
    )


def shown(client: Client, name: str, *words: object) -> str:
    answer = client.get(reverse(name, args=words))
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_its_roles_may_enter(world: World) -> None:
    clients = {role: browser(account) for role, account in world.accounts.items()}
    for name, (roles, words) in (PAGES | POSTS).items():
        url = reverse(name, args=words)

        def status(client: Client, url: str = url, name: str = name) -> int:
            return (client.get(url) if name in PAGES else client.post(url)).status_code

        assert (name, status(Client())) == (name, 302)
        others = {status(client) for role, client in clients.items() if role not in roles}
        assert (name, others) == (name, {403})
        own = {status(clients[role]) for role in roles}
        assert (name, own) == (name, {404 if words else 200})


def test_an_examiner_scores_corrects_and_the_chair_signs(world: World) -> None:
    _panel, seats, (row,) = sitting_panel(world)
    chair, second, third = (browser(seat) for seat in seats)
    sheet, signing_page = (reverse(name, args=[row.id]) for name in ("score_sheet", "skill_sign_off"))
    first = core_task().criteria[0]

    running = chair.post(sheet, scores_less("4.5") | {"then": "total"})
    assert running.status_code == 200
    assert f"合计 {core_task().marks - first.marks + 4}.5 / 100 分" in running.content.decode()
    assert ScoreSheet.objects.count() == 0

    refused = chair.post(sheet, scores_less("4.2") | {"then": "hand-in", "comment": "稳"})
    assert (refused.status_code, ScoreSheet.objects.count()) == (422, 0)
    assert ("4.2 不能用" in refused.content.decode(), "稳</textarea>" in refused.content.decode()) == (
        True,
        True,
    )

    assert chair.post(sheet, scores_less("4.5") | {"then": "hand-in"}).status_code == 302
    assert 'value="4.5"' in shown(chair, "score_sheet", row.id)
    assert chair.post(sheet, scores_less("5") | {"then": "hand-in"}).status_code == 302
    assert ScoreSheet.objects.count() == 2

    assert "还不能签字" in shown(chair, "skill_sign_off", row.id)
    assert chair.post(signing_page).status_code == 422
    for client in (second, third):
        assert client.post(sheet, full_scores() | {"then": "hand-in"}).status_code == 302
    assert second.get(signing_page).status_code == 404
    ready = shown(chair, "skill_sign_off", row.id)
    assert ("评分表已齐，请签字" in ready, "99.67" in ready) == (True, False)
    assert chair.post(signing_page).status_code == 302
    assert "(99.0 + 100.0 + 100.0) ÷ 3 = 99.67" in shown(chair, "skill_sign_off", row.id)
    assert str(SignOff.objects.get().marks) == "99.67"
    assert "技能成绩 99.67 分，已签字" in shown(third, "skill_sign_off", row.id)
    assert "成绩已签字，不能再改" in shown(second, "score_sheet", row.id)
    assert second.post(sheet, full_scores() | {"then": "hand-in"}).status_code == 422


def test_nobody_sees_anothers_marks_before_the_signature(world: World) -> None:
    panel, seats, (row,) = sitting_panel(world)
    submit_sheet(by=seats[1], candidate=row, scores=scores_less("2.5"), comment="只有我知道")
    first = browser(seats[0])

    for page in (shown(first, "panel", panel.id), shown(first, "score_sheet", row.id)):
        assert ("只有我知道" in page, "96.5" in page, 'value="2.5"' in page) == (False, False, False)
    assert "1 / 3" in shown(first, "panel", panel.id)
    unsigned = shown(first, "skill_sign_off", row.id)
    assert ("只有我知道" in unsigned, "96.5" in unsigned) == (False, False)


def test_another_panel_does_not_exist(world: World) -> None:
    panel, _seats, (row,) = sitting_panel(world)
    stranger = browser(examiner_elsewhere())

    assert "没有您参加的考评组" in shown(stranger, "examining")
    for name, word in (
        ("panel", panel.id),
        ("score_sheet", row.id),
        ("skill_sign_off", row.id),
        ("skill_task", panel.task_id),
        ("skill_task_pdf", panel.task_id),
    ):
        assert (name, stranger.get(reverse(name, args=[word])).status_code) == (name, 404)
    for name in ("score_sheet", "skill_absent", "skill_sign_off"):
        assert (name, stranger.post(reverse(name, args=[row.id]), full_scores()).status_code) == (name, 404)
    assert (ScoreSheet.objects.count(), SignOff.objects.count()) == (0, 0)


def test_before_the_day_nothing_is_scored(world: World) -> None:
    panel, seats, (row,) = sitting_panel(world)
    clock.move_to(DAY_BEFORE)
    client = browser(seats[0])

    assert "考核日还没有到" in shown(client, "panel", panel.id)
    assert "交评分表" not in shown(client, "score_sheet", row.id)
    assert client.post(reverse("score_sheet", args=[row.id]), full_scores()).status_code == 422
    assert client.post(reverse("skill_absent", args=[row.id])).status_code == 422
    assert (ScoreSheet.objects.count(), PanelCandidate.objects.get().absent) == (0, False)


def test_an_absent_candidate_is_written_down(world: World) -> None:
    _panel, seats, (row,) = sitting_panel(world)
    client = browser(seats[1])

    assert client.get(reverse("skill_absent", args=[row.id])).status_code == 405
    assert client.post(reverse("skill_absent", args=[row.id])).status_code == 302
    assert PanelCandidate.objects.get().absent is True
    assert "已记为缺考" in shown(client, "score_sheet", row.id)
    assert "已记为缺考" in shown(browser(seats[0]), "skill_sign_off", row.id)


def test_the_administrator_forms_a_panel_and_fills_it(world: World) -> None:
    seats, waiting_tickets = examiners(world), tickets(world, 16)
    client = browser(world[Role.ADMINISTRATOR])
    new = reverse("form_panel", args=[world.national.id])
    words = {
        "name": "第一考评组",
        "place": "一号实训室",
        "task": core_task().id,
        "examiners": [str(seat.id) for seat in seats],
        "chair": str(seats[0].id),
    }

    even = client.post(new, words | {"examiners": words["examiners"][:2]})
    assert (even.status_code, Panel.objects.count()) == (422, 0)
    assert "考评员 2 名，须为 3 名（含）以上单数" in even.content.decode()
    assert client.post(new, words | {"place": ""}).status_code == 422
    assert client.post(new, words).status_code == 302
    panel = Panel.objects.get()

    assign = reverse("assign_candidates", args=[panel.id])
    assert "还可以分配 15 名考生" in shown(client, "assign_candidates", panel.id)
    many = client.post(assign, {"tickets": [str(ticket.id) for ticket in waiting_tickets]})
    assert (many.status_code, PanelCandidate.objects.count()) == (422, 0)
    assert "考生 16 名，考评员共 3 名，至少 4 名" in many.content.decode()
    assert client.post(assign, {"tickets": [str(t.id) for t in waiting_tickets[:15]]}).status_code == 302
    assert "已经满额" in shown(client, "assign_candidates", panel.id)
    assert "还有 1 名考生没有分到考评组" in shown(client, "skill_offering", world.national.id)


def test_an_offering_without_a_skill_assessment_has_no_panels(world: World) -> None:
    client = browser(world[Role.ADMINISTRATOR])

    assert client.get(reverse("skill_offering", args=[world.association.id])).status_code == 404
    assert client.get(reverse("form_panel", args=[world.association.id])).status_code == 404


def test_the_results_officer_looks_and_does_not_arrange(world: World) -> None:
    panel, _, _ = sitting_panel(world)
    client = browser(world[Role.RESULTS_OFFICER])

    assert reverse("form_panel", args=[world.national.id]) not in shown(
        client, "skill_offering", world.national.id
    )
    assert client.get(reverse("assign_candidates", args=[panel.id])).status_code == 403


def test_the_task_on_paper_holds_no_answers(world: World) -> None:
    row = pinned_task()
    pages = PdfReader(io.BytesIO(task_pdf(row))).pages
    paper = "".join("".join(page.extract_text() for page in pages).split())
    screen = shown(browser(world[Role.ADMINISTRATOR]), "skill_task", row.id)

    assert all(words in paper for words in ("技能考核任务书", "SK-5-B-01", "订单查询表", "保温饭盒单品直播"))
    assert "订单查询表" in screen
    for secret in (
        "76.67",
        "已超时49分钟",
        "已超时 49 分钟",
        "核实是否漏揽",
        core_task().criteria[0].levels.full,
    ):
        assert (secret in paper, "".join(secret.split()) in paper, secret in screen) == (False, False, False)
    answer = browser(world[Role.ADMINISTRATOR]).get(reverse("skill_task_pdf", args=[row.id]))
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )


def test_the_examiner_reads_the_answers_of_the_task(world: World) -> None:
    panel, seats, (row,) = sitting_panel(world)
    client = browser(seats[2])

    assert all(
        "76.67 元" in shown(client, name, word)
        for name, word in (("panel", panel.id), ("score_sheet", row.id))
    )
    assert client.get(reverse("skill_task", args=[panel.task_id])).status_code == 200


def test_what_waits_for_whom(world: World) -> None:
    seats = examiners(world)
    free = tickets(world, 3)
    admin = world[Role.ADMINISTRATOR]
    assert [line.count for line in waiting(admin, Role.ADMINISTRATOR)] == [3]

    panel = panel_of(world, seats)
    rows = assign_candidates(by=admin, panel=panel, tickets=free)
    assert (waiting(admin, Role.ADMINISTRATOR), waiting(seats[0], Role.EXAMINER)) == ([], [])

    clock.move_to(ON_THE_DAY)
    mark_absent(by=seats[0], candidate=rows[2])
    all_sheets(rows[0], seats)
    titles = {
        seat: [(one.title[:2], one.count) for one in waiting(seat, Role.EXAMINER)] for seat in seats[:2]
    }
    assert titles == {seats[0]: [("评分", 1), ("组长", 1)], seats[1]: [("评分", 1)]}
    assert [one.count for one in waiting(world[Role.RESULTS_OFFICER], Role.RESULTS_OFFICER)] == [2]

    all_sheets(rows[1], seats)
    for row in rows[:2]:
        sign_off(by=seats[0], candidate=row)
    assert [waiting(admin, role) for role in Role] == [[]] * len(Role)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_for_many(
    world: World, count: int, django_assert_num_queries: object
) -> None:
    panel, seats, rows = sitting_panel(world, count)
    all_sheets(rows[0], seats)
    for number in range(count - 1):
        panel_of(world, seats, name=f"另一组 {number}")
    examiner, admin = browser(seats[0]), browser(world[Role.ADMINISTRATOR])
    admin.get(reverse("skill_offerings"))  # rule sets and tasks are read once a process
    examiner.get(reverse("panel", args=[panel.id]))

    for client, name, words, queries in (
        (examiner, "examining", [], 9),
        (examiner, "panel", [panel.id], 9),
        (admin, "skill_offerings", [], 10),
        (admin, "skill_offering", [world.national.id], 15),
        (admin, "assign_candidates", [panel.id], 10),
    ):
        with django_assert_num_queries(queries):  # type: ignore[operator]
            client.get(reverse(name, args=words))
