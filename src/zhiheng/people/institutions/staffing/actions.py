"""An institution's accounts, looked after by its head or an administrator."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name
from zhiheng.people.actions import create_account
from zhiheng.people.institutions.links import password_link
from zhiheng.people.institutions.queries import Member, is_head, member_of, members_of, other_roles
from zhiheng.people.models import Account, Institution, Role, RoleGrant
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An account that is to set its password, and the link with which it does so once."""

    account: Account
    link: str


@transaction.atomic
def invite_staff(
    *, by: Account, institution: Institution, username: str, display_name: str, head: bool = False
) -> Invited:
    """Open an account for somebody who will act for the institution. Raises: Refused for a name in use."""
    _require_manager(by, institution)
    account = create_account(
        by=str(by.id),
        username=username.strip(),
        password=None,
        display_name=normal_name(display_name),
        roles=[Role.INSTITUTION],
        institution=institution,
    )
    if head:
        _live(institution, account).update(head=True)
    _note(by, institution, account, "staff-invited", head=head)
    return Invited(account=account, link=password_link(account))


@transaction.atomic
def deactivate_staff(*, by: Account, institution: Institution, account: Account) -> None:
    """From now on the account acts for the institution no more; without another role it cannot sign in either.

    Raises: Refused for the last head, or an account that has left already.
    """
    member = _managed(by, institution, account)
    if member.ended is not None:
        raise Refused(
            what=f"{account.display_name}已经停用", remedy="请刷新页面后再看", code="staff-deactivated"
        )
    _keep_a_head(institution, member)
    _live(institution, account).update(revoked_at=clock.now())
    if not other_roles(account):
        account.is_active = False
        account.save(update_fields=["is_active"])
    _note(by, institution, account, "staff-deactivated")


@transaction.atomic
def restore_staff(*, by: Account, institution: Institution, account: Account) -> Invited:
    """Let an account act for the institution again, with a new password. Raises: Refused when it acts for one."""
    member = _managed(by, institution, account)
    if RoleGrant.objects.filter(account=account, role=Role.INSTITUTION, revoked_at=None).exists():
        raise Refused(
            what=f"{account.display_name}{'仍在使用' if member.ended is None else '已属于另一家机构'}",
            rule="一个账号只代表一家机构",
            remedy="请另开一个账号",
            code="staff-elsewhere",
        )
    _no_other_roles(by, account)
    RoleGrant.objects.create(account=account, role=Role.INSTITUTION, institution=institution)
    account.is_active = True
    account.set_unusable_password()
    account.save(update_fields=["is_active", "password"])
    _note(by, institution, account, "staff-restored")
    return Invited(account=account, link=password_link(account))


@transaction.atomic
def reset_staff(*, by: Account, institution: Institution, account: Account) -> Invited:
    """Void the account's password at once and let it choose another. Raises: Refused for one with other roles."""
    member = _managed(by, institution, account)
    if member.ended is not None:
        raise Refused(
            what=f"{account.display_name}已停用，不能重设密码",
            remedy="请先恢复这个账号",
            code="staff-deactivated",
        )
    _no_other_roles(by, account)
    account.set_unusable_password()
    account.save(update_fields=["password"])
    _note(by, institution, account, "staff-reset")
    return Invited(account=account, link=password_link(account))


@transaction.atomic
def appoint_staff(*, by: Account, institution: Institution, account: Account, head: bool) -> None:
    """Make an account a head, or one of the staff again. Raises: Refused for the last head."""
    member = _managed(by, institution, account)
    if member.ended is not None or member.head == head:
        raise Refused(
            what=f"{account.display_name}{'已停用' if member.ended else '已经是' + _position(head)}",
            remedy="请刷新页面后再看",
            code="staff-unchanged",
        )
    if not head:
        _keep_a_head(institution, member)
    _live(institution, account).update(head=head)
    _note(by, institution, account, "staff-appointed", head=head)


@transaction.atomic
def set_first_password(*, account: Account, new: str) -> None:
    """What an account chose through its link; the form has checked it, the link dies with it."""
    account.set_password(new)
    account.save(update_fields=["password"])
    record(by=str(account.id), act="password-set", subject=f"account:{account.id}")


def _position(head: bool) -> str:
    return "负责人" if head else "经办人"


def _live(institution: Institution, account: Account) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(
        institution=institution, account=account, role=Role.INSTITUTION, revoked_at=None
    )


def _managed(by: Account, institution: Institution, account: Account) -> Member:
    """The member meant, while nobody else changes the institution's accounts. Raises: Refused."""
    _require_manager(by, institution)
    lock_named(f"staff:{institution.id}")
    member = member_of(institution, account.id)
    if member is None:
        raise Refused(
            what=f"{account.display_name}不是{institution.name}的账号",
            rule="负责人只管本机构的账号",
            remedy="请在本机构的账号里选择",
            code="staff-unknown",
        )
    return member


def _require_manager(by: Account, institution: Institution) -> None:
    if Role.ADMINISTRATOR in roles_of(by) or is_head(by, institution):
        return
    heads = [member.account.display_name for member in members_of(institution) if member.head]
    raise Refused(
        what=f"您不是{institution.name}的负责人，不能管理它的账号",
        rule="账号由本机构负责人或专委会管理员管理",
        remedy=f"请找负责人办理：{'、'.join(heads)}" if heads else "请联系专委会指定负责人",
        code="not-head",
    )


def _keep_a_head(institution: Institution, leaving: Member) -> None:
    staying = [
        member
        for member in members_of(institution)
        if member.head and member.ended is None and member.account.id != leaving.account.id
    ]
    if leaving.head and not staying:
        raise Refused(
            what=f"{leaving.account.display_name}是最后一位负责人",
            rule="每家机构至少要有一位负责人",
            remedy="请先让另一个账号担任负责人",
            code="last-head",
        )


def _no_other_roles(by: Account, account: Account) -> None:
    """A head must not reach what an account may do elsewhere; an administrator may."""
    if Role.ADMINISTRATOR in roles_of(by):
        return
    if others := other_roles(account):
        raise Refused(
            what=f"{account.display_name}还有其他角色：{'、'.join(others)}",
            rule="机构负责人只管机构角色",
            remedy="请本人更换密码，或联系专委会管理员",
            code="staff-other-roles",
        )


def _note(by: Account, institution: Institution, account: Account, act: str, **detail: bool) -> None:
    record(
        by=str(by.id),
        act=act,
        subject=f"institution:{institution.id}",
        detail={"username": account.username, **detail},
    )
