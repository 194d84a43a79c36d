"""An institution's accounts: invited, reset, appointed, let go and taken back, by its head or an administrator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories.world import PASSWORD, World
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import create_account, grant_role, revoke_role
from zhiheng.people.institutions.queries import Member, is_head, members_of, other_roles
from zhiheng.people.institutions.staffing.actions import (
    Invited,
    appoint_staff,
    deactivate_staff,
    invite_staff,
    reset_staff,
    restore_staff,
)
from zhiheng.people.institutions.staffing.views import TRIES_A_MINUTE
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.models import AuditLine

NEW = "a-brand-new-word"


def refused(act: Callable[..., object], **words: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(**words)
    return caught.value.code


@pytest.fixture
def colleague(world: World) -> Account:
    """One more account of the first institution."""
    return create_account(
        by="test", username="second", password=PASSWORD, display_name="经办二", roles=[Role.INSTITUTION],
        institution=world.institution,
    )  # fmt: skip


def own(world: World, account: Account, **change: Any) -> dict[str, Any]:
    """The head acting on an account of its institution."""
    words = {"by": world[Role.INSTITUTION], "institution": world.institution, "account": account}
    return words | change


def member(world: World, account: Account) -> Member:
    (found,) = [entry for entry in members_of(world.institution) if entry.account == account]
    return found


def invited(world: World, **change: Any) -> Invited:
    words: dict[str, Any] = {
        "by": world[Role.INSTITUTION],
        "institution": world.institution,
        "username": "third",
        "display_name": "经办三",
    }
    return invite_staff(**(words | change))


def test_the_first_account_is_the_head(world: World, colleague: Account) -> None:
    head = world[Role.INSTITUTION]
    assert (is_head(head, world.institution), is_head(colleague, world.institution)) == (True, False)
    assert is_head(world.outsider, world.other_institution)
    assert not is_head(world.outsider, world.institution)
    assert [(entry.account, entry.head) for entry in members_of(world.institution)] == [
        (head, True),
        (colleague, False),
    ]


def test_after_the_last_head_has_gone_the_next_account_granted_is_head(world: World) -> None:
    revoke_role(by=world[Role.ADMINISTRATOR], account=world[Role.INSTITUTION], role=Role.INSTITUTION)
    grant = grant_role(
        by=world[Role.ADMINISTRATOR],
        account=world[Role.MARKER],
        role=Role.INSTITUTION,
        institution=world.institution,
    )
    assert grant.head


def test_a_colleague_is_invited_without_a_password(world: World) -> None:
    made = invited(world)
    assert (made.account.has_usable_password(), roles_of(made.account)) == (
        False,
        frozenset({Role.INSTITUTION}),
    )
    assert institution_of(made.account) == world.institution
    assert member(world, made.account).head is False
    assert member(world, invited(world, username="fourth", head=True).account).head is True
    assert refused(invited, world=world) == "username-taken"
    assert (
        AuditLine.objects.filter(act="staff-invited", subject=f"institution:{world.institution.id}").count()
        == 2
    )


@pytest.mark.parametrize("act", [deactivate_staff, restore_staff, reset_staff])
def test_only_the_head_and_administrators_may(
    world: World, colleague: Account, act: Callable[..., object]
) -> None:
    head = world[Role.INSTITUTION]
    for stranger in (colleague, world.outsider, world[Role.REVIEWER]):
        assert refused(act, **own(world, head, by=stranger)) == "not-head"
    with pytest.raises(Refused) as caught:
        act(**own(world, head, by=colleague))
    assert caught.value.remedy == "请找负责人办理：测试机构"
    assert refused(invited, world=world, by=colleague) == "not-head"
    assert refused(appoint_staff, **own(world, head, by=colleague), head=False) == "not-head"


def test_a_head_reaches_no_other_institution(world: World) -> None:
    assert refused(reset_staff, **own(world, world.outsider)) == "staff-unknown"
    other = {"institution": world.other_institution}
    assert refused(reset_staff, **own(world, world.outsider, **other)) == "not-head"
    reset_staff(**own(world, world.outsider, by=world[Role.ADMINISTRATOR], **other))


def test_who_is_let_go_cannot_sign_in_and_may_come_back(world: World, colleague: Account) -> None:
    deactivate_staff(**own(world, colleague))
    colleague.refresh_from_db()
    assert (colleague.is_active, roles_of(colleague)) == (False, frozenset())
    assert member(world, colleague).ended is not None
    assert refused(deactivate_staff, **own(world, colleague)) == "staff-deactivated"
    assert refused(reset_staff, **own(world, colleague)) == "staff-deactivated"
    assert refused(appoint_staff, **own(world, colleague), head=True) == "staff-unchanged"

    restore_staff(**own(world, colleague))
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.has_usable_password()) == (True, False)
    assert member(world, colleague).ended is None
    assert refused(restore_staff, **own(world, colleague)) == "staff-elsewhere"


def test_who_works_elsewhere_now_does_not_come_back(world: World, colleague: Account) -> None:
    deactivate_staff(**own(world, colleague))
    boss = world[Role.ADMINISTRATOR]
    grant_role(by=boss, account=colleague, role=Role.INSTITUTION, institution=world.other_institution)
    with pytest.raises(Refused) as caught:
        restore_staff(**own(world, colleague))
    assert (caught.value.code, caught.value.what) == ("staff-elsewhere", "经办二已属于另一家机构")


def test_other_roles_are_out_of_a_heads_reach(world: World, colleague: Account) -> None:
    grant_role(by=world[Role.ADMINISTRATOR], account=colleague, role=Role.EXAMINER)
    assert other_roles(colleague) == ["考评员"]
    assert refused(reset_staff, **own(world, colleague)) == "staff-other-roles"
    assert colleague.check_password(PASSWORD)
    deactivate_staff(**own(world, colleague))
    colleague.refresh_from_db()
    assert (colleague.is_active, roles_of(colleague)) == (True, frozenset({Role.EXAMINER}))
    assert refused(restore_staff, **own(world, colleague)) == "staff-other-roles"
    restore_staff(**own(world, colleague, by=world[Role.ADMINISTRATOR]))
    assert roles_of(colleague) == {Role.EXAMINER, Role.INSTITUTION}


def test_there_is_always_a_head(world: World, colleague: Account) -> None:
    head = world[Role.INSTITUTION]
    revoked = {role: head for role in roles_of(head) if role != Role.INSTITUTION}
    assert revoked == {}
    assert refused(deactivate_staff, **own(world, head)) == "last-head"
    assert refused(appoint_staff, **own(world, head), head=False) == "last-head"
    assert refused(appoint_staff, **own(world, head), head=True) == "staff-unchanged"
    appoint_staff(**own(world, colleague), head=True)
    appoint_staff(**own(world, head), head=False)
    assert (is_head(head, world.institution), is_head(colleague, world.institution)) == (False, True)


# The link


def path_of(made: Invited) -> str:
    return made.link.removeprefix("http://testserver")


def answer(client: Client, path: str, word: str = NEW, again: str = "") -> int:
    return client.post(path, {"new_password1": word, "new_password2": again or word}).status_code


def test_a_link_sets_a_password_once(world: World, client: Client) -> None:
    made = invited(world)
    path = path_of(made)
    page = client.get(path)
    assert (page.status_code, "third" in page.text, page.headers["Cache-Control"]) == (
        200, True, "max-age=0, no-cache, no-store, must-revalidate, private",
    )  # fmt: skip
    assert [answer(client, path, "short"), answer(client, path, NEW, "another"), answer(client, path)] == [
        422,
        422,
        302,
    ]
    assert client.get(path).status_code == 422
    assert answer(client, path, "yet-another-word") == 422
    signed = client.post("/sign-in/", {"username": "third", "password": NEW})
    assert signed.headers["Location"] == "/home/"
    assert AuditLine.objects.filter(act="password-set").count() == 1


def test_a_link_ends_after_three_days_and_with_a_newer_one(world: World, client: Client) -> None:
    first = path_of(invited(world))
    account = Account.objects.get(username="third")
    second = path_of(reset_staff(**own(world, account)))
    assert client.get(first).status_code == 422
    assert client.get(second).status_code == 200
    clock.move_to(clock.now() + timedelta(days=3, minutes=1))
    late = client.get(second)
    assert (late.status_code, "链接 3 天内有效" in late.text) == (422, True)


def test_a_link_is_for_its_account_while_it_is_active(world: World, client: Client) -> None:
    made = invited(world)
    token = path_of(made).rstrip("/").rsplit("/", 1)[1]
    assert client.get(f"/password/{world.outsider.id}/{token}/").status_code == 422
    assert client.get(f"/password/{world.institution.id}/{token}/").status_code == 422
    deactivate_staff(**own(world, made.account))
    assert client.get(path_of(made)).status_code == 422


def test_a_reset_ends_the_old_password_and_its_sessions(world: World, colleague: Account) -> None:
    there = Client()
    there.force_login(colleague)
    assert there.get("/home/").status_code == 200
    reset_staff(**own(world, colleague))
    assert there.get("/home/").status_code == 302
    assert Client().post("/sign-in/", {"username": "second", "password": PASSWORD}).status_code == 422


def test_trying_a_link_is_slowed(world: World, client: Client) -> None:
    path = f"/password/{world.outsider.id}/guess-guess/"
    assert {answer(client, path) for _ in range(TRIES_A_MINUTE)} == {422}
    assert "一分钟内的请求太多" in client.post(path, {}).text
