"""Granting, revoking, authorising, suspending: each with its line in the audit trail, each refusal leaving nothing."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.factories.world import World
from zhiheng.foundation.errors import Refused
from zhiheng.people.actions import (
    authorise_institution,
    create_account,
    grant_role,
    resume_institution,
    revoke_role,
    suspend_institution,
)
from zhiheng.people.models import Account, Institution, InstitutionKind, Role, RoleGrant
from zhiheng.people.queries import accounts_matching, institution_of, names_of, roles_of
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.models import AuditLine


def refused_code(call: Callable[[], object]) -> str:
    before = AuditLine.objects.count()
    with pytest.raises(Refused) as refused:
        call()
    assert AuditLine.objects.count() == before
    return refused.value.code


def acts() -> list[str]:
    return list(AuditLine.objects.order_by("-id").values_list("act", flat=True)[:1])


def test_a_role_is_held_from_grant_to_revocation(world: World) -> None:
    boss, marker = world[Role.ADMINISTRATOR], world[Role.MARKER]

    grant_role(by=boss, account=marker, role=Role.ITEM_WRITER)
    assert (roles_of(marker), acts()) == ({Role.MARKER, Role.ITEM_WRITER}, ["role-granted"])

    revoke_role(by=boss, account=marker, role=Role.ITEM_WRITER)
    assert (roles_of(marker), acts()) == ({Role.MARKER}, ["role-revoked"])
    assert RoleGrant.objects.filter(account=marker, role=Role.ITEM_WRITER).count() == 1

    grant_role(by=boss, account=marker, role=Role.ITEM_WRITER)
    assert roles_of(marker) == {Role.MARKER, Role.ITEM_WRITER}


def test_the_institution_role_speaks_for_one_institution(world: World) -> None:
    boss, marker = world[Role.ADMINISTRATOR], world[Role.MARKER]
    assert (
        refused_code(lambda: grant_role(by=boss, account=marker, role=Role.INSTITUTION))
        == "institution-missing"
    )

    grant_role(by=boss, account=marker, role=Role.INSTITUTION, institution=world.other_institution)
    assert institution_of(marker) == world.other_institution


def test_other_roles_carry_no_institution(world: World) -> None:
    grant = grant_role(
        by=world[Role.ADMINISTRATOR],
        account=world[Role.MARKER],
        role=Role.FINANCE,
        institution=world.institution,
    )
    assert grant.institution is None


def test_a_role_is_granted_once_and_revoked_once(world: World) -> None:
    boss, marker = world[Role.ADMINISTRATOR], world[Role.MARKER]
    assert refused_code(lambda: grant_role(by=boss, account=marker, role=Role.MARKER)) == "role-held"
    assert refused_code(lambda: revoke_role(by=boss, account=marker, role=Role.FINANCE)) == "role-not-held"


def test_the_last_administrator_stays(world: World) -> None:
    boss = world[Role.ADMINISTRATOR]
    assert (
        refused_code(lambda: revoke_role(by=boss, account=boss, role=Role.ADMINISTRATOR))
        == "last-administrator"
    )
    assert Role.ADMINISTRATOR in roles_of(boss)

    grant_role(by=boss, account=world[Role.FINANCE], role=Role.ADMINISTRATOR)
    revoke_role(by=boss, account=boss, role=Role.ADMINISTRATOR)
    assert roles_of(boss) == frozenset()


def test_a_closed_account_is_no_second_administrator(world: World) -> None:
    boss, other = world[Role.ADMINISTRATOR], world[Role.FINANCE]
    grant_role(by=boss, account=other, role=Role.ADMINISTRATOR)
    other.is_active = False
    other.save(update_fields=["is_active"])
    assert (
        refused_code(lambda: revoke_role(by=boss, account=boss, role=Role.ADMINISTRATOR))
        == "last-administrator"
    )


def test_an_account_name_is_used_once(world: World) -> None:
    def again() -> Account:
        return create_account(by="test", username="marker", password=None, display_name="又一人", roles=[])

    assert refused_code(again) == "username-taken"
    assert Account.objects.filter(username="marker").count() == 1


def test_an_institution_account_names_its_institution(world: World) -> None:
    def homeless() -> Account:
        return create_account(
            by="test", username="new", password=None, display_name="无名", roles=[Role.INSTITUTION]
        )

    assert refused_code(homeless) == "institution-missing"
    assert not Account.objects.filter(username="new").exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "101"}, "institution-known"),
        ({"name": "青禾培训中心（测试）"}, "institution-known"),
        ({"valid_until": date(2026, 12, 31)}, "authorisation-dates"),
    ],
)
def test_what_cannot_be_authorised(world: World, change: dict[str, object], code: str) -> None:
    facts: dict[str, object] = {
        "code": "103",
        "name": "新禾学校（测试）",
        "kind": InstitutionKind.SCHOOL,
        "province": "福建省",
        "city": "厦门市",
        "valid_from": date(2027, 1, 1),
        "valid_until": date(2027, 1, 1),
    }
    assert refused_code(lambda: authorise_institution(by="test", **(facts | change))) == code  # type: ignore[arg-type]  # facts by name
    assert Institution.objects.count() == 2


def test_suspension_needs_a_reason_and_ends(world: World) -> None:
    boss, school = world[Role.ADMINISTRATOR], world.institution

    assert (
        refused_code(lambda: suspend_institution(by=boss, institution=school, reason=" ")) == "reason-missing"
    )
    assert refused_code(lambda: resume_institution(by=boss, institution=school)) == "not-suspended"

    suspend_institution(by=boss, institution=school, reason="年检未过")
    school.refresh_from_db()
    assert school.suspended_at is not None
    assert AuditLine.objects.latest("id").detail == {"reason": "年检未过"}
    assert (
        refused_code(lambda: suspend_institution(by=boss, institution=school, reason="再停"))
        == "already-suspended"
    )

    resume_institution(by=boss, institution=school)
    school.refresh_from_db()
    assert (school.suspended_at, acts()) == (None, ["institution-resumed"])
    assert first_broken() is None


def test_accounts_are_found_by_either_name(world: World) -> None:
    assert [found.username for found in accounts_matching("别家")] == ["outsider"]
    assert [found.username for found in accounts_matching("FINAN")] == ["finance"]
    assert accounts_matching("").count() == 12


def test_services_keep_their_own_names(world: World) -> None:
    boss = world[Role.ADMINISTRATOR]
    assert names_of([str(boss.id), "test", "worker"]) == {str(boss.id): "测试管理员"}
