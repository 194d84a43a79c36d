"""The pages of results: who sees them, what they show, and what they cost."""

import io
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.factories.world import World
from tests.results.outcomes import (
    a_paper,
    after,
    released,
    result_of,
    sat,
    second_officer,
    sign_in_as_candidate,
    theory,
    ticket_for,
)
from tests.results.test_actions import later
from zhiheng.payments.models import Order, OrderKind
from zhiheng.people.models import Account, Role
from zhiheng.results.actions import propose, release
from zhiheng.results.documents import score_report_pdf
from zhiheng.results.models import MakeUpRequest, Release, Result
from zhiheng.results.waiting import waiting
from zhiheng.seating.models import Ticket

NOBODY = uuid.UUID(int=0)
PAGES = {
    "my_results": (Role.CANDIDATE, []),
    "my_result": (Role.CANDIDATE, [NOBODY]),
    "score_report": (Role.CANDIDATE, [NOBODY]),
    "institution_results": (Role.INSTITUTION, []),
    "institution_score_report": (Role.INSTITUTION, [NOBODY]),
    "order_makeup": (Role.INSTITUTION, [NOBODY]),
    "releases": (Role.RESULTS_OFFICER, []),
    "release": (Role.RESULTS_OFFICER, [NOBODY]),
    "amend_result": (Role.RESULTS_OFFICER, [NOBODY]),
}
POSTS = {
    "ask_makeup": (Role.CANDIDATE, [NOBODY]),
    "propose_results": (Role.RESULTS_OFFICER, [NOBODY]),
    "publish_results": (Role.RESULTS_OFFICER, [NOBODY]),
    "send_back_results": (Role.RESULTS_OFFICER, [NOBODY]),
    "propose_amendment": (Role.RESULTS_OFFICER, [NOBODY]),
    "decide_amendment": (Role.RESULTS_OFFICER, [NOBODY]),
}


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_only_its_role_may_enter(world: World) -> None:
    """One world for all pages: strangers sign in, other roles are refused, the role finds its page or nothing."""
    clients = {role: browser(account) for role, account in world.accounts.items()}
    for name, (role, words) in (PAGES | POSTS).items():
        url = reverse(name, args=words)

        def status(client: Client, url: str = url, name: str = name) -> int:
            return (client.get(url) if name in PAGES else client.post(url)).status_code

        assert (name, status(Client())) == (name, 302)
        assert (name, {status(client) for other, client in clients.items() if other != role}) == (name, {403})
        assert (name, status(clients[role])) == (name, 404 if words else 200)


def test_an_officer_proposes_and_another_releases(world: World) -> None:
    sat(world, ["72.5", "48", None])
    first, second = browser(world[Role.RESULTS_OFFICER]), browser(second_officer())
    page = reverse("release", args=[world.association.id])

    assert "的成绩已齐" in first.get(page).content.decode()
    assert first.post(reverse("propose_results", args=[world.association.id])).status_code == 302
    assert "须由另一位成绩管理员发布" in first.get(page).content.decode()
    refused = first.post(reverse("publish_results", args=[world.association.id]))
    assert (refused.status_code, Release.objects.get().released_at) == (422, None)
    assert second.post(reverse("publish_results", args=[world.association.id])).status_code == 302
    shown = second.get(page).content.decode()
    assert ("的成绩已发布" in shown, "合格 1 人，不合格 1 人，缺考 1 人" in shown) == (True, True)


def test_an_incomplete_offering_says_who_is_missing(world: World) -> None:
    ticket = ticket_for(world.paid(1)[0])
    client = browser(world[Role.RESULTS_OFFICER])
    page = reverse("release", args=[world.association.id])

    assert "尚未考完" in client.get(page).content.decode()
    after(world.association)
    shown = client.get(page).content.decode()
    assert (ticket.number in shown, "机考答卷尚未收取" in shown) == (True, True)
    assert client.post(reverse("propose_results", args=[world.association.id])).status_code == 422
    assert "没有考生" in client.get(reverse("release", args=[world.national.id])).content.decode()


def test_sending_back_asks_for_a_reason(world: World) -> None:
    sat(world, ["70"])
    propose(by=world[Role.RESULTS_OFFICER], offering=world.association)
    client, url = browser(second_officer()), reverse("send_back_results", args=[world.association.id])

    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "签到有误"}).status_code == 302
    assert Release.objects.count() == 0


def test_a_candidate_sees_nothing_before_release_and_only_their_own_after(world: World) -> None:
    mine, other = sat(world, ["50", "90"])
    later(world)
    client = browser(sign_in_as_candidate(mine))
    proposal = propose(by=world[Role.RESULTS_OFFICER], offering=world.association)
    own, foreign = result_of(mine), result_of(other)

    assert client.get(reverse("my_result", args=[own.id])).status_code == 404
    assert client.get(reverse("score_report", args=[own.id])).status_code == 404
    assert "还没有公布的成绩" in client.get(reverse("my_results")).content.decode()

    release(by=second_officer(), release=proposal)
    shown = client.get(reverse("my_result", args=[own.id])).content.decode()
    assert ("机考 50 &lt; 60" in shown, "请机构为我报名补考" in shown) == (True, True)
    assert own.application.offering.title in client.get(reverse("my_results")).content.decode()
    english = client.get(reverse("my_results"), headers={"accept-language": "en"}).text
    assert re.findall(r">([^<>]*) 50(?:\.00)?<", english) == ["Theory examination"]
    assert [
        client.get(reverse(name, args=[foreign.id])).status_code for name in ("my_result", "score_report")
    ] == [
        404,
        404,
    ]


def test_a_candidate_asks_and_the_institution_orders(world: World) -> None:
    december = later(world)
    (ticket,) = sat(world, ["50"])
    release(by=second_officer(), release=propose(by=world[Role.RESULTS_OFFICER], offering=world.association))
    result = result_of(ticket)
    candidate, institution = browser(sign_in_as_candidate(ticket)), browser(world[Role.INSTITUTION])

    assert (
        candidate.post(reverse("ask_makeup", args=[result.id]), {"offering": str(NOBODY)}).status_code == 422
    )
    asked = candidate.post(reverse("ask_makeup", args=[result.id]), {"offering": str(december.id)})
    assert (asked.status_code, MakeUpRequest.objects.count()) == (302, 1)
    assert "您已申请" in candidate.get(reverse("my_result", args=[result.id])).content.decode()
    assert "考生申请了" in institution.get(reverse("order_makeup", args=[result.id])).content.decode()

    ordered = institution.post(reverse("order_makeup", args=[result.id]), {"offering": str(december.id)})
    assert (ordered.status_code, Order.objects.get(kind=OrderKind.MAKEUP).total_fen) == (302, 10000)
    again = institution.post(reverse("order_makeup", args=[result.id]), {"offering": str(december.id)})
    assert (again.status_code, Order.objects.filter(kind=OrderKind.MAKEUP).count()) == (422, 1)
    assert "机构已为您报名" in candidate.get(reverse("my_result", args=[result.id])).content.decode()
    assert "已报名补考" in institution.get(reverse("order_makeup", args=[result.id])).content.decode()
    assert "已报名的补考" in institution.get(reverse("institution_results")).content.decode()


def test_another_institution_sees_nothing(world: World) -> None:
    released(world, ["50"])
    result, outsider = Result.objects.get(), browser(world.outsider)

    assert "还没有发布的成绩" in outsider.get(reverse("institution_results")).content.decode()
    for name in ("institution_score_report", "order_makeup"):
        assert outsider.get(reverse(name, args=[result.id])).status_code == 404
    assert outsider.post(reverse("order_makeup", args=[result.id])).status_code == 404


def test_the_score_report_tells_marks_and_rules(world: World) -> None:
    ticket = ticket_for(world.paid(1)[0])
    after(world.association)
    a_paper(world.association)
    theory(ticket, "59.50", {"areas": [{"title": "职业道德", "marks": "4.5", "possible": "5"}]})
    release(by=second_officer(), release=propose(by=world[Role.RESULTS_OFFICER], offering=world.association))
    result = result_of(ticket)

    text = "".join(text_of(score_report_pdf(result)).split())

    for words in (
        ticket.number,
        ticket.application.person.name,
        "59.5",
        "不合格",
        "职业道德",
        "4.5/5",
        "机考59.5<60",
        "考试日期2026年11月28日",
    ):
        assert words in text
    answer = browser(world[Role.INSTITUTION]).get(reverse("institution_score_report", args=[result.id]))
    assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_for_many(
    world: World, count: int, django_assert_num_queries: object
) -> None:
    tickets: list[Ticket] = sat(world, ["50"] * count)
    later(world)
    officer = browser(world[Role.RESULTS_OFFICER])
    with django_assert_num_queries(12):  # type: ignore[operator]
        officer.get(reverse("releases"))
    with django_assert_num_queries(12):  # type: ignore[operator]
        officer.get(reverse("release", args=[world.association.id]))
    release(by=second_officer(), release=propose(by=world[Role.RESULTS_OFFICER], offering=world.association))
    with django_assert_num_queries(9):  # type: ignore[operator]
        officer.get(reverse("release", args=[world.association.id]))
    institution = browser(world[Role.INSTITUTION])
    with django_assert_num_queries(13):  # type: ignore[operator]
        institution.get(reverse("institution_results"))
    candidate = browser(sign_in_as_candidate(tickets[0]))
    with django_assert_num_queries(7):  # type: ignore[operator]
        candidate.get(reverse("my_results"))


def test_what_waits_for_whom(world: World) -> None:
    (ticket,) = sat(world, ["50"])
    later(world)
    officer, second = world[Role.RESULTS_OFFICER], second_officer()

    def titles(account: Account, role: Role) -> list[str]:
        return [line.title for line in waiting(account, role)]

    assert titles(officer, Role.RESULTS_OFFICER) == ["提交互联网营销师（初级）的成绩"]
    proposal = propose(by=officer, offering=world.association)
    assert (titles(officer, Role.RESULTS_OFFICER), titles(second, Role.RESULTS_OFFICER)) == (
        [],
        ["核对并发布互联网营销师（初级）的成绩"],
    )
    candidate = sign_in_as_candidate(ticket)
    assert titles(candidate, Role.CANDIDATE) == []
    release(by=second, release=proposal)
    assert titles(candidate, Role.CANDIDATE) == ["互联网营销师（初级）的成绩已发布"]
    assert titles(world[Role.INSTITUTION], Role.INSTITUTION) == [
        f"{ticket.application.person.name}可报名补考：不合格"
    ]
    assert (titles(world.outsider, Role.INSTITUTION), titles(world[Role.MARKER], Role.MARKER)) == ([], [])
