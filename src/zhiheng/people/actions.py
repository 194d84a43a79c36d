"""Writing people down."""

from datetime import date

from django.db import transaction

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import mask_id, normal_name, parse_resident_id
from zhiheng.people.models import Account, Institution, InstitutionKind, Person, Role, RoleGrant
from zhiheng.people.queries import id_number_hash
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.crypto import keyed_hash


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
    account = Account.objects.create_user(username, password, display_name=display_name)
    for role in roles:
        RoleGrant.objects.create(
            account=account, role=role, institution=institution if role == Role.INSTITUTION else None
        )
    record(
        by=by,
        act="account-created",
        subject=f"account:{account.id}",
        detail={"username": username, "roles": [str(role) for role in roles]},
    )
    return account


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
) -> Institution:
    institution = Institution.objects.create(
        code=code,
        name=name,
        kind=kind,
        province=province,
        city=city,
        authorised_from=valid_from,
        authorised_until=valid_until,
    )
    record(
        by=by,
        act="institution-authorised",
        subject=f"institution:{institution.id}",
        detail={"code": code, "until": valid_until.isoformat()},
    )
    return institution


@transaction.atomic
def register_person(*, by: str, name: str, id_number: str, phone: str = "") -> Person:
    """Find or write down a person by identity number; an existing person keeps the first name.

    Raises: Refused for an impossible number or name, or a name that differs from the one on file.
    """
    resident = parse_resident_id(id_number, today=clock.today())
    given = normal_name(name)
    person, created = Person.objects.get_or_create(
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
    if not created and person.name != given:
        raise _name_differs(given)
    if created:
        record(by=by, act="person-registered", subject=f"person:{person.id}", detail={})
    return person



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
