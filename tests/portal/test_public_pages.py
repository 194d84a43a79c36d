"""Common questions, where to apply, and what a programme page and the body's page must hold."""

from datetime import date, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories.world import World
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.foundation.wording import faults
from zhiheng.people.actions import authorise_institution, suspend_institution
from zhiheng.people.models import InstitutionKind, Role
from zhiheng.plumbing import clock
from zhiheng.portal.catalogue import (
    Printed,
    choices,
    choices_of,
    goal_of,
    job_contents_of,
    target_groups_of,
)
from zhiheng.standards.core.questions import load_questions

pytestmark = pytest.mark.django_db


def listed(client: Client, query: str = "") -> dict[str, list[str]]:
    places = client.get(f"/directory/{query}").context["places"]
    return {place["name"]: [row["institution"].name for row in place["rows"]] for place in places}


def test_the_questions_answered_plainly_with_their_sources(client: Client) -> None:
    page = client.get("/faq/")

    assert [entry["title"] for entry in page.context["questions"]][:2] == [
        "怎么报名？什么时候、在哪里报？",
        "报名要交哪些资料？",
    ]
    assert len(load_questions()) == 11  # the ten of the brochure, and where to complain
    assert all("第三部分" in entry.source for entry in load_questions()[:10])
    assert load_questions()[10].source == "本机构规定"
    assert faults(page.text) == ()


def test_the_questions_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get("/faq/")

    assert page.context["questions"][5]["title"] == "Can anybody promise that I will pass?"
    assert faults("".join(part for entry in load_questions() for part in entry.answer_en)) == ()


def test_the_body_offers_eight_services(client: Client) -> None:
    assert [service.title for service in client.get("/about/").context["body"].services] == [
        "学术研究", "标准制定", "测评认证", "培训教育", "企业孵化", "产业咨询", "平台服务", "活动组织",
    ]  # fmt: skip


def test_institutions_stand_under_their_province(world: World, client: Client) -> None:
    assert listed(client) == {"福建省": ["青禾培训中心（测试）"], "重庆市": ["远山职业学校（测试）"]}
    assert listed(client, "?province=福建省") == {"福建省": ["青禾培训中心（测试）"]}
    assert listed(client, "?province=福建省&city=福州市") == {"福建省": ["青禾培训中心（测试）"]}
    assert listed(client, "?province=福建省&city=厦门市") == {}
    assert listed(client, "?province=nowhere") == {}


def test_a_suspended_institution_is_not_listed(world: World, client: Client) -> None:
    suspend_institution(by=world[Role.ADMINISTRATOR], institution=world.institution, reason="考务检查")

    assert listed(client) == {"重庆市": ["远山职业学校（测试）"]}


def test_only_the_days_of_the_authorisation_are_listed(world: World, client: Client) -> None:
    authorise_institution(
        by="test", code="103", name="早春学校（测试）", kind=InstitutionKind.SCHOOL, province="福建省",
        city="厦门市", valid_from=date(2026, 11, 11), valid_until=date(2026, 12, 10),
    )  # fmt: skip
    assert "早春学校（测试）" not in listed(client)["福建省"]

    for moment, seen in (("2026-11-11", True), ("2026-12-10", True), ("2026-12-11", False)):
        clock.move_to(datetime.fromisoformat(f"{moment}T09:00").replace(tzinfo=SHANGHAI))
        assert ("早春学校（测试）" in listed(client)["福建省"]) is seen, moment


def test_the_programmes_an_institution_is_authorised_for_are_said(world: World, client: Client) -> None:
    authorise_institution(
        by="test", code="103", name="早春学校（测试）", kind=InstitutionKind.SCHOOL, province="福建省",
        city="厦门市", valid_from=date(2026, 1, 1), valid_until=date(2027, 12, 10), regions=["福建省"],
        programmes=["digital-hr", "internet-marketer"],
    )  # fmt: skip
    rows = client.get("/directory/?province=福建省").context["places"][0]["rows"]

    assert [row["programmes"] for row in rows] == [
        "数字化人力资源管理师、互联网营销师（国家标准）", "全部项目",
    ]  # fmt: skip


def test_an_end_that_is_near_is_said(world: World, client: Client) -> None:
    clock.move_to(datetime(2027, 12, 24, 9, 0, tzinfo=SHANGHAI))

    assert "还有 7 天到期" in client.get("/directory/").text


@pytest.mark.parametrize("more", [0, 3])
def test_the_directory_asks_once(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    for number in range(more):
        authorise_institution(
            by="test", code=f"20{number}", name=f"第{number}所（测试）", kind=InstitutionKind.ENTERPRISE,
            province="浙江省", city="杭州市", valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31),
        )  # fmt: skip
    with django_assert_num_queries(1):
        client.get("/directory/")


def test_the_page_names_what_a_programme_trains_for_and_its_source() -> None:
    by_rules = {(entry.rules.id, entry.programme.id): goal_of(entry) for entry in choices()}

    assert by_rules["ccia-000", "internet-marketing"] == Printed(
        lines=("提升数字化职业人员运用网络交互性及传播力，对企业产品进行营销推广的工作能力",),
        source="项目手册（002）",
    )
    assert by_rules["nos-4-01-02-07-2021", "internet-marketer"] == Printed(lines=())
    assert all(found.lines for (rules, _), found in by_rules.items() if rules.startswith("ccia"))


def test_the_national_standard_tells_the_work_by_its_functions_and_what_nobody_prints_is_said() -> None:
    (national,) = choices_of("internet-marketer")
    found = job_contents_of(national)
    assert (found.lines[0], len(found.lines), found.source) == ("工作准备", 9, "国家标准（2021 年版）")
    (hr,) = choices_of("digital-hr")
    assert (job_contents_of(hr), target_groups_of(hr)) == (Printed(lines=()), Printed(lines=()))


@pytest.mark.parametrize(
    ("rules", "programme", "contents", "groups"),
    [("ccia-000", "internet-marketing", 8, 5), ("ccia-001", "omnimedia-operations", 5, 4)],
)
def test_the_page_lists_job_contents_and_whom_it_is_for(
    client: Client, rules: str, programme: str, contents: int, groups: int
) -> None:
    page = client.get(f"/programmes/{programme}/?rules={rules}")
    shown = page.context["programme"]

    assert (len(shown.job_contents), len(shown.target_groups)) == (contents, groups)
    assert all(line in page.text for line in (*shown.job_contents, *shown.target_groups))
    for heading in ("职业定义", "培养目标", "培养对象", "报考条件", "费用", "下一次考期", "考核大纲"):
        assert heading in page.text
