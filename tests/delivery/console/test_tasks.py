"""Whose role or watch ends is told to the hall, and told again while it does not answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from tests.delivery.console.fake_line import silent_hall
from tests.factories.world import World
from zhiheng.delivery.console import tasks
from zhiheng.delivery.console.tasks import AGAIN, take_back
from zhiheng.delivery.hall_line import PASS_HOLDS
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import revoke_role
from zhiheng.people.models import Role
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import Event

pytestmark = pytest.mark.django_db


class Hall:
    """refuses: what it answers, if anything."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refuses: Refused | None = None

    def take_back(self, account_id: str, *, by: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.told.append(account_id)


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    hall = Hall()
    monkeypatch.setattr(tasks, "take_back_passes", hall.take_back)
    return hall


def waiting() -> list[dict[str, str]]:
    found = DBTaskResult.objects.filter(task_path=take_back.module_path)
    return [row.args_kwargs["kwargs"] for row in found]


def test_a_role_that_ends_is_an_event_and_a_job(world: World) -> None:
    account = world[Role.INVIGILATOR]

    revoke_role(by=world[Role.ADMINISTRATOR], account=account, role=Role.INVIGILATOR)

    ended = {"account_id": str(account.id), "role": "invigilator"}
    assert [event.payload for event in Event.objects.filter(name="role-ended")] == [ended]
    assert waiting() == [ended]


@pytest.mark.parametrize(
    ("role", "told"), [(Role.INVIGILATOR, 1), (Role.ADMINISTRATOR, 1), (Role.MARKER, 0), (Role.CANDIDATE, 0)]
)
def test_only_roles_that_watch_have_passes(hall: Hall, role: Role, told: int) -> None:
    take_back.call("w1", str(role))

    assert (hall.told, waiting()) == (["w1"] * told, [])


def test_a_silent_hall_is_told_again_until_the_last_pass_has_run_out(hall: Hall) -> None:
    hall.refuses = silent_hall()
    first = clock.now()
    take_back.call("w1", "invigilator")
    (again,) = DBTaskResult.objects.filter(task_path=take_back.module_path)
    assert again.args_kwargs["kwargs"]["since"] == first.isoformat(timespec="seconds")
    assert again.run_after - (first - clock.offset()) >= AGAIN - timedelta(seconds=1)

    since = waiting()[0]["since"]
    clock.move_to(first + PASS_HOLDS - timedelta(seconds=2))
    take_back.call("w1", "invigilator", since)
    assert [one["since"] for one in waiting()] == [since, since]
    clock.move_to(first + PASS_HOLDS)
    take_back.call("w1", "invigilator", since)
    assert len(waiting()) == 2

    hall.refuses = None
    take_back.call("w1", "invigilator", since)
    assert hall.told == ["w1"]


def test_a_hall_that_says_no_is_not_passed_over(hall: Hall) -> None:
    hall.refuses = Refused(what="监考凭证无效", code="staff-token")
    call: Callable[..., None] = take_back.call
    with pytest.raises(Refused):
        call("w1", "invigilator")
    assert waiting() == []
