"""What anybody may read: both languages, real dates, sources beside every value."""

import re
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.portal.reading import stray_chinese
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.plumbing import clock
from zhiheng.portal.body import MARKED, body_words
from zhiheng.portal.catalogue import choices, listed, next_sitting, syllabus_tree
from zhiheng.sittings.actions import call_sitting, offer

pytestmark = pytest.mark.django_db
PAGES = [
    "/",
    "/about/",
    "/programmes/",
    "/programmes/internet-marketing/",
    "/programmes/internet-marketing/?rules=ccia-002&level=senior",
    "/programmes/internet-marketer/?level=3&trade=D",
    "/programmes/digital-carbon/",
    "/check/",
    "/faq/",
    "/directory/",
    "/standards/4-01-02-07-2021/",
    "/standards/4-01-02-07-2021/2/",
    "/sign-in/",
]


def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("page", PAGES)
def test_every_public_page_opens_in_both_languages(client: Client, page: str) -> None:
    chinese = client.get(page)
    assert chinese.status_code == 200
    assert '<html lang="zh-hans">' in chinese.text

    response = english(client).get(page)
    assert response.status_code == 200
    assert '<html lang="en">' in response.text
    assert stray_chinese(response.text) == []


def test_the_front_page_leads_with_the_next_sitting(world: World, client: Client) -> None:
    page = words(client.get("/").text)

    assert "考试日：2026年11月28日 周六" in page
    assert "11月21日 周六 报名截止" in page
    assert page.index("互联网营销师 初级") < page.index("直播销售员 五级/初级工")


def test_the_front_page_in_english_names_the_sitting(world: World, client: Client) -> None:
    html = english(client).get("/").text

    assert "Exam day: Sat 28 Nov 2026" in words(html)
    assert stray_chinese(html) == []


def test_without_a_sitting_the_front_page_says_what_will_come(client: Client) -> None:
    assert "目前没有开放报名的考期" in client.get("/").text


def test_enrolment_that_has_closed_is_not_offered(world: World, client: Client) -> None:
    clock.move_to(datetime(2026, 11, 22, 0, 0, 1, tzinfo=SHANGHAI))
    assert "目前没有开放报名的考期" in client.get("/").text


def test_the_front_page_asks_the_same_for_one_and_three_offerings(
    world: World, client: Client, django_assert_num_queries: object
) -> None:
    client.get("/")  # the pinned rules are read once a process
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's fixture
        client.get("/")
    for level in ("intermediate", "senior"):
        offer(
            by="test",
            sitting=world.association.sitting,
            rule_set="ccia-000",
            programme="internet-marketing",
            level=level,
        )
    with django_assert_num_queries(2):  # type: ignore[operator]
        client.get("/")


def test_a_programme_page_prints_conditions_marks_and_fees_with_their_basis(client: Client) -> None:
    page = words(client.get("/programmes/internet-marketing/").text)

    assert "（4）在校大学生、相关职业院校学生" in page
    assert "下列任一种：① 大专、本科、硕士或博士在读学生；或 ② 中专、职高或技校在读学生，专业相关" in page
    assert "报名时要交：学生证或在籍证明" in page
    assert "机考 初级、中级、高级 100 60 原文所印" in page
    assert "报名费 ¥680.00 本平台默认" in page
    assert "补考费，每次 ¥100.00 原文所印" in page


def test_the_handbook_lends_what_the_brochure_prints(client: Client) -> None:
    page = words(client.get("/programmes/internet-marketing/?rules=ccia-002").text)
    assert "补考费，每次 ¥100.00 借用他处" in page


def test_unknown_programmes_and_levels_are_refused_in_words(client: Client) -> None:
    assert client.get("/programmes/astrology/").status_code == 404

    refused = client.get("/programmes/digital-hr/?level=9")
    assert refused.status_code == 422
    assert "没有等级“9”" in refused.text


def test_a_trade_without_the_level_falls_back_to_one_that_has_it(client: Client) -> None:
    response = client.get("/programmes/internet-marketer/?level=1&trade=D")
    assert response.context["trade"].mark == "A"


def test_the_next_sitting_is_the_offered_one_and_else_the_one_the_rules_foresee(world: World) -> None:
    own = next(choice for choice in choices() if choice.rules.id == "ccia-000")
    other = next(choice for choice in choices() if choice.rules.id == "ccia-001")

    offered, foreseen = next_sitting(own, today=clock.today()), next_sitting(other, today=clock.today())
    assert (offered.plan.day, offered.offered) == (date(2026, 11, 28), True)
    assert (foreseen.plan.day, foreseen.offered) == (date(2026, 11, 28), False)

    late = date(2026, 11, 22)
    assert next_sitting(own, today=late).plan.day == date(2026, 12, 26)
    call_sitting(by="test", day=date(2026, 12, 26))
    assert next_sitting(own, today=late).offered is False


def test_seven_programmes_each_under_its_own_document_first() -> None:
    assert [(entry.programme.id, entry.rules.id) for entry in listed()] == [
        ("internet-marketing", "ccia-000"),
        ("omnimedia-operations", "ccia-001"),
        ("digital-management", "ccia-002"),
        ("digital-engineering", "ccia-002"),
        ("digital-carbon", "ccia-002"),
        ("digital-hr", "ccia-002"),
        ("internet-marketer", "nos-4-01-02-07-2021"),
    ]


@pytest.mark.parametrize("choice", choices(), ids=lambda choice: f"{choice.rules.id}-{choice.programme.id}")
def test_every_syllabus_adds_up(choice: object) -> None:
    for level in choice.rules.levels:  # type: ignore[attr-defined]
        trades = [trade.mark for trade in choice.rules.trades if level.id in trade.levels] or [None]  # type: ignore[attr-defined]
        for trade in trades:
            tree = syllabus_tree(
                choice,  # type: ignore[arg-type]
                level=level.id,
                trade=trade,
                marks_words="%s 分",
                points_words="%s 条",
            )
            assert sum(branch.weight for branch in tree.children) == 100
            assert tree.amount == "100 分"
            assert all(branch.children for branch in tree.children)


def test_the_body_says_nothing_that_has_no_english() -> None:
    body = body_words()
    said = {body.name, *body.introduction}
    said |= {service.title for service in body.services} | {service.text for service in body.services}
    assert said == set(MARKED)


def test_every_door_of_the_front_page_leads_somewhere(client: Client) -> None:
    page = client.get("/").text
    links = set(re.findall(r"<main.*</main>", page, flags=re.DOTALL)[0].split('href="')[1:])
    paths = {link.split('"')[0].split("#")[0] for link in links}
    assert reverse("check") in paths
    assert {path: client.get(path).status_code for path in sorted(paths)} == dict.fromkeys(sorted(paths), 200)
