"""The self-check answers as the conditions do, and keeps nothing."""

from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.portal.reading import stray_chinese
from zhiheng.enrolment.core.duration import Span, longest, merge, total
from zhiheng.plumbing.models import AuditLine
from zhiheng.portal.forms import CheckForm
from zhiheng.portal.self_check import Answer, answers_for, reachable
from zhiheng.portal.views import CHECKS_A_MINUTE

TODAY = date(2026, 11, 10)
GRADUATE = {"education": "大专", "schooling": "graduated", "major": "other", "work_years": "0"}


def form(**answers: str) -> CheckForm:
    return CheckForm(GRADUATE | answers)


def answers(**given: str) -> dict[tuple[str, str], Answer]:
    filled = form(**given)
    assert filled.is_valid(), filled.errors
    found = answers_for(filled.profile(today=TODAY), as_of=TODAY)
    return {(entry.choice.rules.id, entry.choice.programme.id): entry for entry in found}


def levels(answer: Answer) -> dict[str, tuple[str, ...]]:
    return {entry.level.id: entry.assessment.satisfied for entry in answer.levels}


def test_three_years_of_work_and_a_college_degree() -> None:
    assert levels(answers(work_years="3")["ccia-000", "internet-marketing"]) == {
        "junior": ("1", "2", "3"),
        "intermediate": ("1", "2"),
        "senior": ("2",),
    }


def test_a_student_may_sit_the_lowest_level() -> None:
    found = levels(answers(schooling="studying")["ccia-000", "internet-marketing"])
    assert found["junior"] == ("4",)
    assert found["senior"] == ()


def test_nobody_is_told_yes_without_anything() -> None:
    found = answers(education="小学")
    assert reachable(tuple(found.values())) == 0


def test_training_opens_the_fifth_level_of_the_national_standard() -> None:
    found = answers(education="初中", training_level="5", training_hours="120")
    assert levels(found["nos-4-01-02-07-2021", "internet-marketer"])["5"] == ("2",)


def test_an_apprenticeship_opens_it_too() -> None:
    found = answers(education="初中", apprenticeship="on")
    assert levels(found["nos-4-01-02-07-2021", "internet-marketer"])["5"] == ("3",)


def test_an_own_certificate_counts_for_its_programme() -> None:
    found = answers(
        education="初中",
        work_years="3",
        certificate="own",
        certificate_level="初级",
        certificate_programme="互联网营销师",
        certificate_years="3",
    )
    own = levels(found["ccia-000", "internet-marketing"])["intermediate"]
    assert own != ()


@pytest.mark.parametrize(
    ("years", "unbroken"), [(5, None), (5, 5), (5, 2), (7, 3), (1, 1), (0, None), (60, 1)]
)
def test_years_become_runs_of_exactly_that_length(years: int, unbroken: int | None) -> None:
    filled = form(work_years=str(years), longest_years="" if unbroken is None else str(unbroken))
    assert filled.is_valid()
    jobs = filled.profile(today=TODAY).employment
    runs = merge(Span.worked(job.start, job.end) for job in jobs)

    assert total(runs, today=TODAY).years == years
    assert longest(runs, today=TODAY).years == (unbroken or years)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"work_years": "3", "longest_years": "4"}, "longest_years"),
        ({"certificate": "other"}, "certificate_level"),
        ({"certificate": "own", "certificate_level": "初级"}, "certificate_programme"),
        ({"training_level": "5"}, "training_hours"),
        ({"work_years": "61"}, "work_years"),
        ({"work_years": "many"}, "work_years"),
        ({"education": "幼儿园"}, "education"),
    ],
)
def test_an_answer_that_cannot_be_is_said_at_its_question(given: dict[str, str], field: str) -> None:
    assert list(form(**given).errors) == [field]


@pytest.mark.django_db
def test_the_page_answers_for_every_programme_and_keeps_nothing(client: Client) -> None:
    response = client.post("/check/", GRADUATE | {"work_years": "3"})

    assert response.status_code == 200
    assert len(response.context["answers"]) == 9
    assert "有 25 个项目等级可以报考" in response.text
    assert (Session.objects.count(), AuditLine.objects.count()) == (0, 0)
    assert set(response.cookies) <= {"csrftoken"}


@pytest.mark.django_db
def test_the_answer_is_complete_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    response = client.post("/check/", GRADUATE | {"work_years": "1"})

    assert "levels are open to you" in response.text
    assert stray_chinese(response.text) == []


@pytest.mark.django_db
def test_a_wrong_answer_comes_back_with_the_form(client: Client) -> None:
    response = client.post("/check/", GRADUATE | {"work_years": ""})
    assert response.status_code == 422
    assert "answers" not in response.context


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
