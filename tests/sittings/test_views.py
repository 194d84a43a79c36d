"""The administrator's pages: a year with its flags, calling a day, offering what may be offered."""

from datetime import date, datetime

import pytest
from django.test import Client

from tests.factories.world import World
from zhiheng.foundation.moment import SHANGHAI, day_begins
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.sittings.actions import call_sitting, offer
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.waiting import waiting

PAGES = ["/sittings/", "/sittings/call/", "/sittings/2026-11-28/", "/sittings/2026-11-28/offer/"]


@pytest.fixture
def office(world: World, client: Client) -> Client:
    client.force_login(world[Role.ADMINISTRATOR])
    return client


@pytest.mark.parametrize("path", PAGES)
def test_only_the_administrator_enters(world: World, client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
    for role in Role:
        client.force_login(world[role])
        assert client.get(path).status_code == (200 if role == Role.ADMINISTRATOR else 403), role


def test_a_year_shows_twelve_days_with_their_flags(office: Client) -> None:
    rows = office.get("/sittings/?year=2026&rules=ccia-002").context["rows"]
    flagged = {row["plan"].day: [str(flag) for flag in row["flags"]] for row in rows if row["flags"]}

    assert len(rows) == 12
    assert flagged == {date(2026, 2, 28): ["当天是调休工作日"], date(2026, 9, 26): ["落在法定节假日"]}
    november = next(row for row in rows if row["plan"].day == date(2026, 11, 28))
    assert november["sitting"].title == "2026年11月考期"
    assert [entry["day"].isoformat() for entry in november["dates"]][:3] == [
        "2026-11-21",
        "2026-11-23",
        "2026-11-21",
    ]


@pytest.mark.parametrize("year", ["", "x", "1999", "99999999", "２０２６"])
def test_a_year_that_cannot_be_is_this_year(office: Client, year: str) -> None:
    assert office.get("/sittings/", {"year": year}).context["year"] == 2026


def test_an_unknown_rule_set_is_refused_in_words(office: Client) -> None:
    response = office.get("/sittings/?rules=999")
    assert (response.status_code, "没有规则集“999”" in response.text) == (422, True)


def test_calling_a_day_opens_it_and_twice_is_the_same(office: Client) -> None:
    for _ in range(2):
        response = office.post("/sittings/call/", {"day": "2026-12-26"})
        assert (response.status_code, response.headers["Location"]) == (302, "/sittings/2026-12-26/")
    assert Sitting.objects.filter(day=date(2026, 12, 26)).count() == 1


@pytest.mark.parametrize("day", ["2026-11-10", "2020-01-25", "someday", ""])
def test_a_day_that_cannot_be_called_comes_back(office: Client, day: str) -> None:
    assert office.post("/sittings/call/", {"day": day}).status_code == 422
    assert Sitting.objects.count() == 1


def test_an_unusual_day_is_kept_and_said(office: Client) -> None:
    office.post("/sittings/call/", {"day": "2026-12-19"})
    assert "不是当月最后一个周六（2026年12月26日 周六）" in office.get("/sittings/2026-12-19/").text


def test_offering_pins_the_rules(office: Client) -> None:
    response = office.post("/sittings/2026-11-28/offer/", {"subject": "ccia-002/digital-hr/senior"})
    assert response.status_code == 302
    made = Offering.objects.get(programme="digital-hr")
    assert (made.title, made.revision.rule_set) == ("数字化人力资源管理师（高级）", "ccia-002")


@pytest.mark.parametrize(
    ("given", "what", "remedy"),
    [
        (
            {"subject": "nos-4-01-02-07-2021/internet-marketer/1", "trade": "D"},
            "平台管理员不设一级/高级技师",
            "这个工种设五级/初级工、四级/中级工、三级/高级工，请从中选择",
        ),
        (
            {"subject": "nos-4-01-02-07-2021/internet-marketer/2", "trade": ""},
            "这个项目分工种开设，还没有选工种",
            "请从A 选品员、B 直播销售员、C 视频创推员中选择",
        ),
        (
            {"subject": "ccia-000/internet-marketing/senior", "trade": "B"},
            "互联网营销师职业技能考核规则不分工种",
            "请不要填写工种",
        ),
        (
            {"subject": "ccia-000/internet-marketing/junior", "trade": ""},
            "2026年11月考期已开设互联网营销师（初级）",
            "请直接使用已开设的科目",
        ),
    ],
)
def test_what_cannot_be_offered_is_refused_in_three_parts(
    office: Client, given: dict[str, str], what: str, remedy: str
) -> None:
    before = Offering.objects.count()
    response = office.post("/sittings/2026-11-28/offer/", given)

    assert response.status_code == 422
    assert what in response.text
    assert remedy in response.text
    assert Offering.objects.count() == before


def test_a_subject_made_up_is_not_a_choice(office: Client) -> None:
    response = office.post("/sittings/2026-11-28/offer/", {"subject": "ccia-000/astrology/junior"})
    assert response.status_code == 422


@pytest.mark.parametrize(
    "path", ["/sittings/2026-11-29/", "/sittings/2026-11-29/offer/", "/sittings/2026-02-30/"]
)
def test_a_day_without_a_sitting_is_not_found(office: Client, path: str) -> None:
    assert office.get(path).status_code == 404


def test_the_sitting_page_asks_the_same_for_two_and_four_offerings(
    world: World, office: Client, django_assert_num_queries: object
) -> None:
    office.get("/sittings/2026-11-28/")
    with django_assert_num_queries(8):  # type: ignore[operator]  # pytest-django's fixture
        office.get("/sittings/2026-11-28/")
    for level in ("intermediate", "senior"):
        offer(
            by="test",
            sitting=world.association.sitting,
            rule_set="ccia-000",
            programme="internet-marketing",
            level=level,
        )
    with django_assert_num_queries(8):  # type: ignore[operator]
        office.get("/sittings/2026-11-28/")


def test_uncalled_and_empty_days_wait_for_the_administrator(world: World) -> None:
    lines = waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
    assert [(line.title, line.due) for line in lines] == [
        ("12月考期还没有设立", day_begins(date(2026, 12, 19))),
        ("1月考期还没有设立", day_begins(date(2027, 1, 23))),
    ]

    call_sitting(by="test", day=date(2026, 12, 26))
    lines = waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
    assert (lines[0].title, lines[0].url) == ("12月考期还没有开设项目", "/sittings/2026-12-26/")


def test_a_day_whose_enrolment_would_be_over_waits_no_longer(world: World) -> None:
    clock.move_to(datetime(2026, 12, 19, 9, 0, tzinfo=SHANGHAI))
    titles = [line.title for line in waiting(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR)]
    assert titles == ["1月考期还没有设立", "2月考期还没有设立"]


def test_nothing_of_it_waits_for_others(world: World) -> None:
    others = [role for role in Role if role != Role.ADMINISTRATOR]
    assert [waiting(world[role], role) for role in others] == [[]] * len(others)
