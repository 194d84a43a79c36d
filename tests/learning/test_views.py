"""The candidate's study pages and the institution's hours."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import World
from tests.learning.test_actions import entry_of, practise_short, studying
from tests.people_of import give_account, second
from tests.rooms import opened_by, signed_in
from zhiheng.enrolment.models import Application
from zhiheng.learning.actions import open_study_for, record_attendance
from zhiheng.learning.models import Attendance, PracticeAnswer
from zhiheng.learning.queries import next_entry
from zhiheng.learning.waiting import waiting
from zhiheng.people.models import Role
from zhiheng.plumbing import clock


@pytest.fixture
def application(world: World) -> Application:
    return studying(world)


@pytest.fixture
def candidate(world: World, application: Application) -> Client:
    return signed_in(world[Role.CANDIDATE])


def practice_url(application: Application, area: str = "livestream") -> str:
    return reverse("practice", args=[application.id, area])


def test_only_candidates_study_and_only_institutions_enter_hours(
    world: World, application: Application
) -> None:
    for url in (
        reverse("my_learning"),
        reverse("study", args=[application.id]),
        practice_url(application),
    ):
        assert opened_by(world, url) == {Role.CANDIDATE}, url
    for url in (reverse("attendance"), reverse("attendance_of", args=[application.id])):
        assert opened_by(world, url) == {Role.INSTITUTION}, url


def test_another_person_finds_nothing(world: World, application: Application, candidate: Client) -> None:
    entry = next_entry(application, "livestream")
    assert entry is not None
    candidate.post(practice_url(application), {"item": entry.version, "chosen": entry.item.key})
    answer = PracticeAnswer.objects.get()
    stranger = signed_in(second(Role.CANDIDATE))

    for url in (
        reverse("study", args=[application.id]),
        practice_url(application),
        reverse("explained", args=[application.id, answer.id]),
    ):
        assert candidate.get(url).status_code == 200
        assert stranger.get(url).status_code == 404, url
    assert stranger.post(practice_url(application), {"item": entry.version}).status_code == 404
    assert PracticeAnswer.objects.count() == 1


def test_the_platform_is_closed_before_approval(world: World) -> None:
    application = world.enter(world.national)
    give_account(application.person, world[Role.CANDIDATE])
    client = signed_in(world[Role.CANDIDATE])

    assert "还没有开通学习" in client.get(reverse("my_learning")).content.decode()
    assert client.get(reverse("study", args=[application.id])).status_code == 404
    open_study_for(by="test", application_id=world.approved(world.national).id)
    assert client.get(reverse("study", args=[application.id])).status_code == 404


def test_one_study_is_opened_at_once_and_several_are_listed(
    world: World, application: Application, candidate: Client
) -> None:
    assert candidate.get(reverse("my_learning"))["Location"] == reverse("study", args=[application.id])
    other = world.approved()
    Application.objects.filter(pk=other.pk).update(person=application.person)
    open_study_for(by="test", application_id=other.id)

    page = candidate.get(reverse("my_learning"))
    assert [study.id for study in page.context["studies"]] == [application.id, other.id]


def test_the_key_is_shown_only_after_answering(application: Application, candidate: Client) -> None:
    entry = next_entry(application, "livestream")
    assert entry is not None
    question = candidate.get(practice_url(application)).content.decode()
    assert entry.item.stem in question
    assert entry.item.explanation not in question

    response = candidate.post(practice_url(application), {"item": entry.version, "chosen": entry.item.key})
    explained = candidate.get(response["Location"])
    assert entry.item.explanation in explained.content.decode()
    assert explained.context["answer"].correct is True
    assert explained.context["next_url"] == f"{practice_url(application)}?after={entry.item.id}"


def test_wrong_ones_come_again_until_they_are_right(application: Application, candidate: Client) -> None:
    url = practice_url(application)
    entry = next_entry(application, "livestream")
    assert entry is not None
    wrong = [option.letter for option in entry.item.options if option.letter not in entry.item.key][:1]
    candidate.post(url, {"item": entry.version, "chosen": wrong})

    again = candidate.get(f"{url}?wrong=1")
    assert again.context["version"] == entry.version
    response = candidate.post(f"{url}?wrong=1", {"item": entry.version, "chosen": entry.item.key})
    assert response["Location"].endswith("?wrong=1")
    assert "这里没有要重做的题" in candidate.get(f"{url}?wrong=1").content.decode()


@pytest.mark.parametrize("chosen", [[], ["Z"]])
def test_no_choice_is_an_error_on_the_form(
    application: Application, candidate: Client, chosen: list[str]
) -> None:
    entry = next_entry(application, "livestream")
    assert entry is not None
    response = candidate.post(practice_url(application), {"item": entry.version, "chosen": chosen})

    assert response.status_code == 422
    assert not PracticeAnswer.objects.exists()


def test_an_area_or_item_that_is_not_the_candidates_is_not_found(
    application: Application, candidate: Client
) -> None:
    entry = next_entry(application, "livestream")
    assert entry is not None

    assert candidate.get(practice_url(application, "planning")).status_code == 404
    for item in ("nonsense", "", entry.version):
        response = candidate.post(practice_url(application, "ethics"), {"item": item, "chosen": ["A"]})
        assert response.status_code == 404


def test_a_short_answer_is_written_then_compared(
    world: World, application: Application, candidate: Client
) -> None:
    practise_short(world)
    entry = entry_of(application, "short")
    url = practice_url(application)

    assert candidate.post(url, {"item": entry.version, "text": " "}).status_code == 422
    compared = candidate.post(url, {"item": entry.version, "text": "先核对库存"})
    assert entry.item.answer in compared.content.decode()
    assert not PracticeAnswer.objects.exists()
    candidate.post(url, {"item": entry.version, "step": "points", "text": "先核对库存", "points": ["0"]})
    answer = PracticeAnswer.objects.get()
    assert (answer.value, answer.correct) == ({"text": "先核对库存", "points": [0]}, True)
    assert candidate.get(reverse("explained", args=[application.id, answer.id])).status_code == 200


def test_the_study_page_speaks_english(application: Application, candidate: Client) -> None:
    page = candidate.get(reverse("study", args=[application.id]), headers={"accept-language": "en"})
    assert "Training hours" in page.content.decode()


def hours(application: Application, **changes: str) -> dict[str, str]:
    return {"day": clock.today().isoformat(), "hours": "4", "topic": "直播话术", **changes}


def test_an_institution_enters_hours_for_its_own_candidates_only(
    world: World, application: Application
) -> None:
    url = reverse("attendance_of", args=[application.id])
    own, other = signed_in(world[Role.INSTITUTION]), signed_in(world.outsider)

    assert other.get(url).status_code == 404
    assert other.post(url, hours(application)).status_code == 404
    assert other.get(reverse("attendance")).context["rows"] == []
    assert not Attendance.objects.exists()

    assert own.post(url, hours(application)).status_code == 302
    assert own.post(url, hours(application)).status_code == 422
    assert own.post(url, hours(application, hours="0.3", topic="二")).status_code == 422
    assert own.post(url, hours(application, day="2999-01-01")).status_code == 422
    assert own.post(url, hours(application, hours="many")).status_code == 422
    assert Attendance.objects.count() == 1
    assert own.get(url).context["attended"] == Decimal("4")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_candidates_takes_the_same_few_queries(
    world: World, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _ in range(count):
        world.approved(world.national)
    client = signed_in(world[Role.INSTITUTION])
    client.get(reverse("attendance"))
    with django_assert_num_queries(8):
        page = client.get(reverse("attendance"))
    assert len(page.context["rows"]) == count


def test_an_institution_without_candidates_is_told_so(world: World) -> None:
    page = signed_in(world[Role.INSTITUTION]).get(reverse("attendance"))
    assert "还没有可以登记课时的考生" in page.content.decode()


def test_what_waits(world: World, application: Application) -> None:
    candidate, institution = world[Role.CANDIDATE], world[Role.INSTITUTION]

    assert [line.url for line in waiting(candidate, Role.CANDIDATE)] == [
        reverse("study", args=[application.id])
    ]
    assert [(line.count, line.title) for line in waiting(institution, Role.INSTITUTION)] == [
        (1, "1 位考生的培训课时还没有登记满")
    ]
    assert waiting(world.outsider, Role.INSTITUTION) == []
    assert waiting(candidate, Role.FINANCE) == []
    for number in range(10):
        record_attendance(
            by=institution,
            application=application,
            day=clock.today() - timedelta(days=number),
            hours=Decimal(12),
            topic="培训",
        )
    assert waiting(institution, Role.INSTITUTION) == []
    entry = next_entry(application, "livestream")
    assert entry is not None
    signed_in(candidate).post(practice_url(application), {"item": entry.version, "chosen": entry.item.key})
    assert waiting(candidate, Role.CANDIDATE) == []
