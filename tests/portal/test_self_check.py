"""The self-check answers as the conditions do, and keeps nothing."""

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import QueryDict
from django.test import Client

from tests.portal.reading import stray_chinese
from zhiheng.plumbing.models import AuditLine
from zhiheng.portal.forms import SECTIONS, CheckForm
from zhiheng.portal.self_check import Answer, answers_for, reachable
from zhiheng.portal.views import CHECKS_A_MINUTE

TODAY = date(2026, 11, 10)
COLLEGE = {"level": "大专", "standing": "graduated", "major": "other"}
JOB = {"start": "2023-11-10", "relation": "相关职业"}
OWN = {"kind": "own", "level": "初级", "programme": "互联网营销师", "issued": "2023-11-10"}
NATIONAL = "nos-4-01-02-07-2021"
Rows = tuple[dict[str, str], ...]


def sent(apprentice: str = "", **rows: Rows) -> dict[str, str]:
    """What a browser posts: the rows of every section, an empty one where there is none."""
    data = {"apprentice-relation": apprentice}
    for section in SECTIONS:
        filled = rows.get(section.key, ()) or ({},)
        data |= {f"{section.key}-TOTAL_FORMS": str(len(filled)), f"{section.key}-INITIAL_FORMS": "0"}
        for place, row in enumerate(filled):
            data |= {f"{section.key}-{place}-{name}": value for name, value in row.items()}
    return data


def form(apprentice: str = "", **rows: Rows) -> CheckForm:
    posted = QueryDict(mutable=True)
    posted.update(sent(apprentice, **rows))
    return CheckForm.sent(posted)


def answers(apprentice: str = "", **rows: Rows) -> dict[tuple[str, str], Answer]:
    filled = form(apprentice, **rows)
    assert filled.is_valid(), [row.errors for row in filled.rows]
    found = answers_for(filled.profile(today=TODAY), as_of=TODAY)
    return {(entry.choice.rules.id, entry.choice.programme.id): entry for entry in found}


def levels(answer: Answer) -> dict[str, tuple[str, ...]]:
    return {entry.level.id: entry.assessment.satisfied for entry in answer.levels}


def test_three_years_of_work_and_a_college_degree() -> None:
    found = answers(education=(COLLEGE,), employment=(JOB,))["ccia-000", "internet-marketing"]
    assert levels(found) == {"junior": ("1", "2", "3"), "intermediate": ("1", "2"), "senior": ("2",)}


def test_jobs_are_counted_by_their_days_and_a_gap_breaks_them() -> None:
    jobs = (
        {"start": "2020-01-01", "end": "2021-06-30", "relation": "相关职业"},
        {"start": "2021-09-01", "end": "2023-03-31", "relation": "本职业"},
        {"start": "2018-01-01", "end": "2019-12-31", "relation": "无关"},
    )
    found = answers(education=(COLLEGE,), employment=jobs)
    own = found["ccia-000", "internet-marketing"]
    assert levels(own) == {"junior": ("1", "2", "3"), "intermediate": (), "senior": ()}
    unbroken = own.levels[1].lines[1].line.parts[1].text
    assert unbroken == "连续 1 年 212 天 < 2 年"
    assert levels(found[NATIONAL, "internet-marketer"])["5"] == ("1",)


def test_a_student_may_sit_the_lowest_level() -> None:
    studying = COLLEGE | {"standing": "studying"}
    found = levels(answers(education=(studying,))["ccia-000", "internet-marketing"])
    assert found["junior"] == ("4",)
    assert found["senior"] == ()


def test_nobody_is_told_yes_without_anything() -> None:
    found = answers(education=({"level": "小学", "standing": "graduated"},))
    assert reachable(tuple(found.values())) == 0


def test_training_opens_the_fifth_level_of_the_national_standard() -> None:
    course = {"level": "5", "hours": "120", "certified": "yes", "relation": "相关职业"}
    assert levels(answers(training=(course,))[NATIONAL, "internet-marketer"])["5"] == ("2",)
    without = course | {"certified": "no"}
    assert levels(answers(training=(without,))[NATIONAL, "internet-marketer"])["5"] == ()


def test_an_apprenticeship_opens_it_too() -> None:
    assert levels(answers("相关职业")[NATIONAL, "internet-marketer"])["5"] == ("3",)


def test_several_certificates_are_each_looked_at() -> None:
    held = (
        OWN,
        {"kind": "national", "level": "三级", "issued": "2021-11-10", "relation": "相关职业"},
        {"kind": "prep_technician", "issued": "2024-01-01", "relation": "本职业"},
    )
    found = answers(
        education=(COLLEGE | {"school_type": "技师学院", "standing": "final"},),
        employment=({"start": "2019-01-01", "relation": "本职业"},),
        certificates=held,
    )
    assert levels(found["ccia-000", "internet-marketing"])["intermediate"] == ("6", "7")
    national = levels(found[NATIONAL, "internet-marketer"])
    assert (national["3"], national["2"]) == (("2", "3"), ())


def test_what_only_time_keeps_closed_has_its_first_day() -> None:
    found = answers(education=(COLLEGE,), employment=(JOB | {"start": "2025-11-11"},))
    own = found["ccia-000", "internet-marketing"]
    assert [(entry.level.id, entry.assessment.earliest) for entry in own.later] == [
        ("junior", date(2026, 11, 11)),
        ("intermediate", date(2027, 11, 11)),
        ("senior", date(2028, 11, 11)),
    ]
    first = own.levels[0].lines[2]
    assert first.line.earliest == date(2026, 11, 11)
    assert first.papers == ("毕业证书复印件", "工作证明")
    assert first.plain == ("中专（职高、技校也算）或更高学历，已毕业", "做相关领域的工作各段加起来满 1 年")


@pytest.mark.parametrize(
    ("rows", "fields"),
    [
        ({"education": ({"level": "大专"},)}, ["standing"]),
        ({"education": (COLLEGE | {"level": "幼儿园"},)}, ["level"]),
        ({"employment": (JOB | {"end": "2023-11-09"},)}, ["end"]),
        ({"employment": (JOB | {"start": "2999-01-01"},)}, ["start"]),
        ({"employment": (JOB | {"start": "1019-01-01"},)}, ["start"]),
        ({"employment": (JOB | {"start": "many"},)}, ["start"]),
        ({"employment": ({"start": "2023-11-10"},)}, ["relation"]),
        ({"certificates": (OWN | {"level": ""},)}, ["level"]),
        ({"certificates": (OWN | {"programme": ""},)}, ["programme"]),
        ({"certificates": (OWN | {"kind": "national"},)}, ["relation"]),
        ({"certificates": (OWN | {"issued": ""},)}, ["issued"]),
        ({"training": ({"level": "5", "certified": "yes", "relation": "本职业"},)}, ["hours"]),
    ],
)
def test_an_answer_that_cannot_be_is_said_at_its_question(rows: dict[str, Rows], fields: list[str]) -> None:
    filled = form(**rows)
    assert not filled.is_valid()
    assert [name for row in filled.rows for name in row.errors] == fields


@pytest.mark.django_db
def test_a_row_more_keeps_what_was_typed_and_judges_nothing(client: Client) -> None:
    posted = sent(employment=({"start": "many", "relation": "本职业"},)) | {"add": "employment"}
    response = client.post("/check/", posted)

    assert response.status_code == 200
    blocks = {block.section.key: block.rows for block in response.context["form"].blocks}
    assert [len(rows) for rows in blocks.values()] == [1, 2, 1, 1]
    assert blocks["employment"][0]["start"].value() == "many"
    assert "answers" not in response.context


@pytest.mark.django_db
def test_saying_nothing_at_all_is_answered(client: Client) -> None:
    response = client.post("/check/", sent())
    assert response.status_code == 422
    assert "还什么都没有填" in response.text


@pytest.mark.django_db
def test_the_page_answers_for_every_programme_and_keeps_nothing(client: Client) -> None:
    response = client.post("/check/", sent(education=(COLLEGE,), employment=(JOB | {"start": "2020-01-01"},)))

    assert response.status_code == 200
    assert len(response.context["answers"]) == 9
    assert "有 26 个项目等级可以报考" in response.text
    assert (Session.objects.count(), AuditLine.objects.count()) == (0, 0)
    assert set(response.cookies) <= {"csrftoken"}


@pytest.mark.django_db
def test_the_answer_and_its_arithmetic_are_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    posted = sent(education=(COLLEGE,), employment=(JOB | {"start": "2025-01-01"},), certificates=(OWN,))
    response = client.post("/check/", posted)

    assert "levels are open to you" in response.text
    assert "Unbroken work: " in response.text
    assert stray_chinese(response.text) == []


@pytest.mark.django_db
def test_a_fault_is_english_too(client: Client) -> None:
    client.cookies["django_language"] = "en"
    response = client.post("/check/", sent(employment=({"start": "2999-01-01"},)))
    assert response.status_code == 422
    assert stray_chinese(response.text) == []


@pytest.mark.django_db
def test_one_address_cannot_ask_without_end(client: Client, settings: Any) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttled"}
    }
    codes = [
        client.post("/check/", {}, REMOTE_ADDR="203.0.113.9").status_code for _ in range(CHECKS_A_MINUTE)
    ]
    refused = client.post("/check/", {}, REMOTE_ADDR="203.0.113.9")

    assert codes == [422] * CHECKS_A_MINUTE
    assert "每个地址每分钟最多 30 次" in refused.text
    assert "每个地址" not in client.post("/check/", {}, REMOTE_ADDR="203.0.113.10").text
