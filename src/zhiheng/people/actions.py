"""Writing people down."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Q

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id, normal_name, parse_resident_id
from zhiheng.people.core.authorisation import check_period, check_scope
from zhiheng.people.models import (
    Account,
    Institution,
    InstitutionAuthorisation,
    InstitutionKind,
    Person,
    Role,
    RoleGrant,
)
from zhiheng.people.queries import find_person, has_head, id_number_hash
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.crypto import keyed_hash
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.messages.posting import keep_address, mask_address, queue_again
from zhiheng.plumbing.messages.tasks import dispatch
from zhiheng.plumbing.models import MessageState, OutgoingMessage
from zhiheng.plumbing.outbox import publish


@transaction.atomic
def create_account(
    *,
    by: str,
    username: str,
    password: str | None,
    display_name: str,
    roles: list[Role],
    institution: Institution | None = None,
) -> Account:
    if Account.objects.filter(username=username).exists():
        raise Refused(what=f"账号“{username}”已有人使用", remedy="请换一个账号名", code="username-taken")
    if Role.INSTITUTION in roles and institution is None:
        raise _no_institution()
    account = Account.objects.create_user(username, password, display_name=display_name)
    for role in roles:
        _grant(account, role, institution)
    record(
        by=by,
        act="account-created",
        subject=f"account:{account.id}",
        detail={"username": username, "roles": [str(role) for role in roles]},
    )
    return account


@transaction.atomic
def change_password(*, by: Account, new: str) -> None:
    """An account's own new password, already checked by its form."""
    by.set_password(new)
    by.save(update_fields=["password"])
    record(by=str(by.id), act="password-changed", subject=f"account:{by.id}")


@transaction.atomic
def grant_role(
    *, by: Account, account: Account, role: Role, institution: Institution | None = None
) -> RoleGrant:
    """Let an account act in a role from now on.

    Raises: Refused when it already does, or when the institution role names no institution.
    """
    if RoleGrant.objects.filter(account=account, role=role, revoked_at=None).exists():
        raise Refused(
            what=f"{account.display_name}已经是{role.label}",
            remedy="不需要再次授予；要改所属机构，请先收回再授予",
            code="role-held",
        )
    if role == Role.INSTITUTION and institution is None:
        raise _no_institution()
    grant = _grant(account, role, institution)
    record(by=str(by.id), act="role-granted", subject=f"account:{account.id}", detail={"role": str(role)})
    return grant


def _grant(account: Account, role: Role, institution: Institution | None) -> RoleGrant:
    """The first account of an institution is its head."""
    own = institution if role == Role.INSTITUTION else None
    return RoleGrant.objects.create(
        account=account, role=role, institution=own, head=own is not None and not has_head(own)
    )


@transaction.atomic
def revoke_role(*, by: Account, account: Account, role: Role) -> None:
    """End a role; what the account did in it stays.

    Raises: Refused when the account does not hold it, or when it is the last administrator.
    """
    lock_named("roles")
    held = RoleGrant.objects.filter(account=account, role=role, revoked_at=None)
    if not held.exists():
        raise Refused(
            what=f"{account.display_name}不是{role.label}", remedy="请刷新页面后再看", code="role-not-held"
        )
    others = RoleGrant.objects.filter(role=role, revoked_at=None, account__is_active=True).exclude(
        account=account
    )
    if role == Role.ADMINISTRATOR and not others.exists():
        raise Refused(
            what=f"{account.display_name}是最后一位管理员，不能收回",
            rule="平台至少要有一位管理员",
            remedy="请先授予另一个账号管理员角色",
            code="last-administrator",
        )
    held.update(revoked_at=clock.now())
    record(by=str(by.id), act="role-revoked", subject=f"account:{account.id}", detail={"role": str(role)})
    publish("role-ended", account_id=str(account.id), role=str(role))


def _no_institution() -> Refused:
    return Refused(
        what="机构角色没有写明所属机构",
        rule="机构账号只代表一家经授权的机构",
        remedy="请选择机构",
        code="institution-missing",
    )


@transaction.atomic
def authorise_institution(
    *,
    by: str,
    code: str,
    name: str,
    kind: InstitutionKind,
    province: str,
    city: str,
    valid_from: date,
    valid_until: date,
    regions: Sequence[str] = (),
    programmes: Sequence[str] = (),
    credit_code: str = "",
) -> Institution:
    """Write an institution down with the first line of its authorisations.

    regions: provinces, none for the whole country; programmes: ids, none for all of them.
    Raises: Refused for dates in the wrong order, regions without its seat, or a code or name on file.
    """
    check_period(valid_from, valid_until)
    check_scope(province=province, regions=regions)
    if Institution.objects.filter(Q(code=code) | Q(name=name)).exists():
        raise Refused(
            what=f"机构代码 {code} 或名称“{name}”已登记",
            rule="一家机构一个代码，不重复使用",
            remedy="请在机构列表里找到它，或换一个代码",
            code="institution-known",
        )
    institution = Institution.objects.create(
        code=code,
        name=name,
        kind=kind,
        province=province,
        city=city,
        credit_code=credit_code,
        authorised_from=valid_from,
        authorised_until=valid_until,
    )
    InstitutionAuthorisation.objects.create(
        institution=institution,
        begins=valid_from,
        until=valid_until,
        regions=list(regions),
        programmes=list(programmes),
        granted_by=by,
    )
    record(
        by=by,
        act="institution-authorised",
        subject=f"institution:{institution.id}",
        detail={
            "code": code,
            "until": valid_until.isoformat(),
            "regions": list(regions),
            "programmes": list(programmes),
        },
    )
    return institution


@transaction.atomic
def suspend_institution(*, by: Account, institution: Institution, reason: str) -> None:
    """Stop an institution from enrolling; what it has handed in goes on.

    Raises: Refused when it is suspended already or no reason is given.
    """
    if not reason.strip():
        raise Refused(what="没有写暂停的原因", remedy="请写明原因，机构会看到它", code="reason-missing")
    changed = Institution.objects.filter(pk=institution.pk, suspended_at=None).update(
        suspended_at=clock.now()
    )
    if not changed:
        raise Refused(what=f"{institution.name}已经暂停", remedy="请刷新页面后再看", code="already-suspended")
    record(
        by=str(by.id),
        act="institution-suspended",
        subject=f"institution:{institution.id}",
        detail={"reason": reason.strip()},
    )


@transaction.atomic
def resume_institution(*, by: Account, institution: Institution) -> None:
    """Let a suspended institution enrol again. Raises: Refused when it is not suspended."""
    suspended = Institution.objects.filter(pk=institution.pk).exclude(suspended_at=None)
    if not suspended.update(suspended_at=None):
        raise Refused(what=f"{institution.name}没有被暂停", remedy="请刷新页面后再看", code="not-suspended")
    record(by=str(by.id), act="institution-resumed", subject=f"institution:{institution.id}")


@transaction.atomic
def register_person(*, by: str, name: str, id_number: str, phone: str = "") -> Person:
    """Find or write down a person by identity number; an existing person keeps the first name.

    Raises: Refused for an impossible number or name, or a name that differs from the one on file.
    """
    resident = parse_resident_id(id_number, today=clock.today())
    given = normal_name(name)
    known = find_person(resident.number)
    person, created = (
        (known, False)
        if known
        else Person.objects.get_or_create(
            id_hash=id_number_hash(resident.number),
            defaults={
                "name": given,
                "id_number": resident.number,
                "id_masked": mask_id(resident.number),
                "phone": phone,
                "phone_hash": keyed_hash(phone, purpose="phone") if phone else "",
                "born": resident.born,
                "male": resident.male,
            },
        )
    )
    if not created and person.name != given:
        raise _name_differs(given)
    if created:
        record(by=by, act="person-registered", subject=f"person:{person.id}", detail={})
    return person


@transaction.atomic
def change_phone(*, by: str, person: Person, phone: str) -> None:
    """A new telephone number with the hash it is found by."""
    person.phone = phone
    person.phone_hash = keyed_hash(phone, purpose="phone") if phone else ""
    person.save(update_fields=["phone", "phone_hash"])
    record(by=by, act="phone-changed", subject=f"person:{person.id}")


@transaction.atomic
def open_candidate_account(*, by: str, person: Person, username: str, password: str | None) -> Account:
    """An account with which a person follows their own applications. Raises: Refused when they have one."""
    if person.account_id is not None:
        raise Refused(
            what=f"{person.name}已有考生账号", remedy="请直接登录；忘记密码可重设", code="account-exists"
        )
    account = create_account(
        by=by, username=username, password=password, display_name=person.name, roles=[Role.CANDIDATE]
    )
    person.account = account
    person.save(update_fields=["account"])
    return account


def _name_differs(given: str) -> Refused:
    return Refused(
        what=f"该身份证号码已登记为另一个姓名，与“{given}”不同",
        rule="一人一号：姓名以身份证件为准",
        remedy="请核对号码与姓名；确有更名的，请联系专委会更正登记",
        code="name-differs",
    )


@transaction.atomic
def choose_notice_address(*, by: Account, email: str, language: str) -> None:
    """Where an account wants to be told from now on; no e-mail for an empty one."""
    keep_address(account_id=by.id, email=email.strip(), language=language)
    record(
        by=str(by.id),
        act="notice-address-chosen",
        subject=f"account:{by.id}",
        detail={"email": mask_address(email.strip()) if email.strip() else "", "language": language},
    )


@transaction.atomic
def send_message_again(*, by: Account, message: OutgoingMessage) -> None:
    """Try a message that was given up anew. Raises: Refused when it was not given up."""
    if message.state != MessageState.FAILED:
        raise Refused(
            what=f"这条消息现在是“{message.get_state_display()}”，不需要重发",
            rule="只有发送失败的消息可以重发",
            remedy="请刷新页面后再看",
            code="message-not-failed",
        )
    queue_again(message, note="sent again by hand")
    dispatch(message)
    record(by=str(by.id), act="message-queued-again", subject=f"message:{message.id}")
