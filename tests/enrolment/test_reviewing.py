"""One reviewer to a file, second looks, and what the administrator sees of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.world import PASSWORD, World
from zhiheng.enrolment.actions import review
from zhiheng.enrolment.core.reviewing import drawn, review_rules, second_look_percent
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    ReviewDecision,
    ReviewHold,
    SecondLook,
    Verdict,
)
from zhiheng.enrolment.reviewing.actions import draw_second_look, hold_file, look_again, release_file
from zhiheng.enrolment.reviewing.queries import ReviewerCount, neighbours_of, reviewer_counts
from zhiheng.enrolment.waiting import waiting
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event


@pytest.fixture
def colleague(world: World) -> Account:
    return create_account(
        by="test", username="second", password=PASSWORD, display_name="另一审核员", roles=[Role.REVIEWER]
    )


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def refused_code(call: Callable[..., object], **words: object) -> str:
    with pytest.raises(Refused) as refused:
        call(**words)
    return refused.value.code


def looked_at(world: World) -> SecondLook:
    """An approval set aside for another reviewer, whatever its number says."""
    application = world.submitted()
    decision = review(by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
    SecondLook.objects.all().delete()
    return SecondLook.objects.create(first=decision, application=application)


def test_the_draw_is_the_same_every_time_and_close_to_its_share() -> None:
    ids = [UUID(int=number) for number in range(5000)]
    share = sum(drawn(one, percent=10) for one in ids)

    assert 420 <= share <= 580
    assert [drawn(one, percent=10) for one in ids] == [drawn(one, percent=10) for one in ids]
    assert (sum(drawn(one, percent=0) for one in ids), sum(drawn(one, percent=100) for one in ids)) == (
        0,
        5000,
    )


def test_the_working_rules_are_data() -> None:
    rules = review_rules()

    assert (rules.hold, rules.second_look_percent) == (timedelta(minutes=15), 10)
    assert len(rules.reasons) == len(set(rules.reasons)) == 10
    assert [second_look_percent(one) for one in ("ccia-000", "nos-4-01-02-07-2021")] == [10, 20]


def test_an_approval_is_drawn_by_its_number_and_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    application = world.submitted()
    decision = review(by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
    expected = drawn(application.id, percent=10)
    assert SecondLook.objects.filter(application=application).exists() == expected

    SecondLook.objects.all().delete()
    monkeypatch.setattr("zhiheng.enrolment.reviewing.actions.drawn", lambda _, percent: True)
    assert draw_second_look(decision=decision) is not None
    assert draw_second_look(decision=decision) is None
    assert SecondLook.objects.count() == 1


def test_a_return_is_never_drawn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiheng.enrolment.reviewing.actions.drawn", lambda _, percent: True)
    review(
        by=world[Role.REVIEWER], application=world.submitted(), verdict=Verdict.RETURN, reasons=["照片发暗"]
    )

    assert SecondLook.objects.count() == 0


def test_an_open_file_is_kept_for_fifteen_minutes(world: World, colleague: Account) -> None:
    application = world.submitted()
    first = hold_file(by=world[Role.REVIEWER], application=application)
    second = hold_file(by=colleague, application=application)

    assert (first.by, second.by, second.pk) == (world[Role.REVIEWER], world[Role.REVIEWER], first.pk)
    assert refused_code(review, by=colleague, application=application, verdict=Verdict.APPROVE) == "held"
    release_file(by=colleague, application=application)
    assert ReviewHold.objects.count() == 1

    clock.move_to(clock.now() + timedelta(minutes=15, seconds=5))
    assert hold_file(by=colleague, application=application).by == colleague
    assert (
        refused_code(review, by=world[Role.REVIEWER], application=application, verdict=Verdict.APPROVE)
        == "held"
    )
    review(by=colleague, application=application, verdict=Verdict.APPROVE)
    assert ReviewHold.objects.count() == 0


def test_pages_say_who_is_at_it(world: World, colleague: Account) -> None:
    application = world.submitted()
    first, second = client_of(world[Role.REVIEWER]), client_of(colleague)
    page = reverse("review_file", args=[application.id])
    decide = reverse("decide_file", args=[application.id])
    own, other = first.get(page).content.decode(), second.get(page).content.decode()

    assert [text.count(decide) for text in (own, other)] == [1, 0]
    assert [text.count("测试资格审核员正在审核") for text in (own, other)] == [0, 1]
    assert "测试资格审核员正在审核" in second.get(reverse("review_queue")).content.decode()
    assert "您正在审核" in first.get(reverse("review_queue")).content.decode()

    late = second.post(decide, {"verdict": "approve"})
    codes = [error.code for error in late.context["form"].errors.as_data()["__all__"]]
    assert (late.status_code, codes) == (422, ["held"])

    first.post(reverse("release_file", args=[application.id]))
    assert decide in second.get(page).content.decode()


def test_walking_through_the_queue(world: World) -> None:
    files = [world.submitted() for _ in range(3)]
    shown = [neighbours_of(application) for application in files]
    ids = [application.id for application in files]

    assert [(one.previous, one.following) for one in shown] == [
        (None, ids[1]), (ids[0], ids[2]), (ids[1], None)
    ]  # fmt: skip
    review(by=world[Role.REVIEWER], application=files[1], verdict=Verdict.APPROVE)
    after = neighbours_of(files[1])
    assert (after.previous, after.following) == (None, ids[0])


def test_an_agreeing_second_look_changes_nothing_else(world: World, colleague: Account) -> None:
    look = looked_at(world)
    look_again(by=colleague, look=look, agreed=True)

    assert Application.objects.get().status == ApplicationStatus.APPROVED
    assert Event.objects.filter(name="application-reopened").count() == 0
    assert refused_code(look_again, by=colleague, look=look, agreed=True) == "look-taken"


def test_a_disagreement_reopens_the_file(world: World, colleague: Account) -> None:
    look = looked_at(world)
    assert refused_code(look_again, by=world[Role.REVIEWER], look=look, agreed=True) == "own-approval"
    assert refused_code(look_again, by=colleague, look=look, agreed=False, reasons=[" "]) == "reason-missing"

    clock.move_to(datetime(2026, 11, 13, 9, 0, tzinfo=SHANGHAI))
    look_again(by=colleague, look=look, agreed=False, reasons=["照片不是本人"])
    application = Application.objects.get()

    assert application.status == ApplicationStatus.SUBMITTED
    assert application.review_due == datetime(2026, 11, 17, 0, 0, tzinfo=SHANGHAI)
    assert Event.objects.get(name="application-reopened").payload == {"application_id": str(application.id)}
    review(by=colleague, application=application, verdict=Verdict.REJECT, reasons=["照片不是本人"])
    assert ReviewDecision.objects.count() == 2


def test_on_the_exam_day_nothing_is_reopened(world: World, colleague: Account) -> None:
    look = looked_at(world)
    clock.move_to(datetime(2026, 11, 28, 8, 0, tzinfo=SHANGHAI))

    assert refused_code(look_again, by=colleague, look=look, agreed=False, reasons=["有疑"]) == "exam-day"
    look_again(by=colleague, look=look, agreed=True)


def test_the_pages_of_a_second_look(world: World, colleague: Account) -> None:
    look = looked_at(world)
    url = reverse("second_look", args=[look.id])
    own, other = client_of(world[Role.REVIEWER]), client_of(colleague)

    assert own.get(url).status_code == 404
    assert [client_of(world[role]).get(url).status_code for role in Role if role != Role.REVIEWER] == [
        403
    ] * (len(Role) - 1)
    assert url in other.get(reverse("review_queue")).content.decode()
    assert url not in own.get(reverse("review_queue")).content.decode()
    assert other.get(url).context["look"] == look
    assert other.post(url, {"opinion": "perhaps"}).status_code == 404
    without = other.post(url, {"opinion": "disagree"})
    codes = [error.code for error in without.context["form"].errors.as_data()["reasons"]]
    assert (without.status_code, codes) == (422, ["reason-missing"])

    assert other.post(url, {"opinion": "disagree", "other": "材料不全"}).status_code == 302
    shown = other.get(reverse("review_file", args=[look.application_id])).content.decode()
    assert "抽查复核有异议" in shown
    assert other.get(url).status_code == 404


def test_what_waits(world: World, colleague: Account) -> None:
    looked_at(world)
    world.submitted()

    def titles(account: Account, role: Role) -> list[str]:
        return [line.title for line in waiting(account, role)]

    assert titles(world[Role.REVIEWER], Role.REVIEWER) == ["1 份报名等待资格审核"]
    assert titles(colleague, Role.REVIEWER) == ["1 份报名等待资格审核", "1 份已通过的报名等您抽查复核"]
    assert titles(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR) == []
    clock.move_to(datetime(2026, 11, 12, 0, 0, 5, tzinfo=SHANGHAI))
    assert titles(world[Role.ADMINISTRATOR], Role.ADMINISTRATOR) == ["1 份报名的资格审核已逾期"]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_administrator_sees_what_is_late_and_who_decided(
    world: World, colleague: Account, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    look = looked_at(world)
    look_again(by=colleague, look=look, agreed=False, reasons=["有疑"])
    review(by=colleague, application=look.application, verdict=Verdict.RETURN, reasons=["有疑"])
    for _ in range(count):
        world.submitted()
    clock.move_to(datetime(2026, 11, 12, 0, 0, 5, tzinfo=SHANGHAI))
    client = client_of(world[Role.ADMINISTRATOR])
    with django_assert_num_queries(11 if count else 9):
        response = client.get(reverse("review_overview"))

    assert (len(response.context["rows"]), response.context["waiting"]) == (count, count)
    assert reviewer_counts() == [
        ReviewerCount(name="另一审核员", approved=0, returned=1, rejected=0, overturned=0, looked=1),
        ReviewerCount(name="测试资格审核员", approved=1, returned=0, rejected=0, overturned=1, looked=0),
    ]


def test_who_only_looked_again_is_counted_too(world: World, colleague: Account) -> None:
    look_again(by=colleague, look=looked_at(world), agreed=True)

    assert reviewer_counts()[1] == ReviewerCount(
        name="另一审核员", approved=0, returned=0, rejected=0, overturned=0, looked=1
    )
