"""Asking to become an institution, and deciding it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.core import mail

from tests.factories.pictures import picture
from tests.factories.world import World
from tests.people.partners import applied, credit_code, facts
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.people.institutions.applying import queries
from zhiheng.people.institutions.applying.actions import (
    Licence,
    accept_application,
    apply_as_partner,
    refuse_application,
    status_path,
)
from zhiheng.people.institutions.links import link_holds
from zhiheng.people.institutions.queries import line_in_force, members_of
from zhiheng.people.institutions.waiting import waiting
from zhiheng.people.models import (
    Account,
    Institution,
    PartnerApplication,
    PartnerState,
    Role,
)
from zhiheng.people.queries import institution_of, roles_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import first_broken
from zhiheng.plumbing.messages.posting import carry_out
from zhiheng.plumbing.models import AuditLine, OutgoingMessage

TERMS: dict[str, Any] = {
    "code": "205",
    "valid_from": date(2026, 12, 1),
    "valid_until": date(2028, 11, 30),
    "regions": ["福建省"],
    "programmes": ["internet-marketing", "digital-hr"],
    "username": "xinhe",
}


def refused(act: Callable[..., object], **words: Any) -> str:
    with pytest.raises(Refused) as caught:
        act(**words)
    return caught.value.code


def mails() -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.order_by("created_at"))


def test_an_application_is_kept_sealed_and_answered_by_mail(world: World) -> None:
    made = applied(1, credit_code=f" {credit_code(1).lower()} ", name=" 新禾  学校 ", language="en")
    held = PartnerApplication.objects.get()

    assert (held.number, held.state, held.name) == ("HZ202600001", "waiting", "新禾 学校")
    assert (held.credit_code, held.phone, held.email) == (
        credit_code(1),
        "05920000000",
        "partner1@example.org",
    )
    assert vault.read(held.licence)[:3] == b"\xff\xd8\xff"
    assert applied(2).number == "HZ202600002"
    with_key = queries.partner_by_key(held.number, made.key)
    assert with_key == held
    assert queries.partner_by_key(held.number, "no") is None
    assert queries.partner_by_key("HZ202600009", made.key) is None

    first, second = mails()
    assert (first.kind, first.language, second.language) == ("partner-received", "en", "zh-hans")
    assert first.text.endswith(f"http://testserver{status_path(made)}")
    carry_out(str(first.id))
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        ["partner1@example.org"],
        "Application HZ202600001 received",
    )
    assert AuditLine.objects.filter(act="partner-applied", by="applicant").count() == 2


def test_numbers_count_within_a_year(world: World) -> None:
    applied(1)
    clock.move_to(datetime(2027, 1, 2, 9, 0, tzinfo=SHANGHAI))
    assert applied(2).number == "HZ202700001"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credit_code": "52350100YHT000001X"}, "credit-code"),
        ({"city": "杭州市"}, "place-unknown"),
        ({"programmes": ["gone"]}, "programme-unknown"),
        ({"name": "青禾培训中心（测试）"}, "partner-known"),
        ({"licence": Licence(name="licence.png", content=picture(1, kind="PNG"))}, "file-type"),
        ({"licence": Licence(name="licence.pdf", content=b"%PDF-1.4 cut off")}, "pdf-unreadable"),
        ({"contact": " "}, "name-missing"),
    ],
)
def test_what_cannot_be_applied_for_leaves_nothing(world: World, change: dict[str, Any], code: str) -> None:
    assert refused(apply_as_partner, **facts(1, **change)) == code
    assert (PartnerApplication.objects.count(), mails()) == (0, [])


def test_one_application_at_a_time_and_another_after_a_no(world: World) -> None:
    made = applied(1)
    assert refused(applied, serial=1) == "partner-waiting"
    boss = world[Role.ADMINISTRATOR]
    assert refused(refuse_application, by=boss, application=made, reason=" ") == "reason-missing"
    refuse_application(by=boss, application=made, reason="营业执照已过有效期")
    again = applied(1)
    assert queries.earlier_of(again) == [made]
    made.refresh_from_db()
    assert (made.state, made.reason, made.decided_by) == ("refused", "营业执照已过有效期", boss)
    assert [message.kind for message in mails()] == [
        "partner-received",
        "partner-refused",
        "partner-received",
    ]
    assert "原因：营业执照已过有效期。补齐后可以重新申请" in mails()[1].text
    assert refused(refuse_application, by=boss, application=made, reason="再说一遍") == "partner-decided"


def test_an_accepted_one_is_an_institution_with_its_head(world: World) -> None:
    made, boss = applied(1), world[Role.ADMINISTRATOR]
    accepted = accept_application(by=boss, application=made, **TERMS)
    school, head = accepted.institution, accepted.head.account

    assert (school.code, school.name, school.credit_code) == ("205", made.name, credit_code(1))
    assert (school.authorised_from, school.authorised_until) == (TERMS["valid_from"], TERMS["valid_until"])
    row = line_in_force(school, on=date(2027, 1, 1))
    assert row is not None
    assert (row.regions, row.programmes, row.granted_by) == (
        TERMS["regions"],
        TERMS["programmes"],
        str(boss.id),
    )
    (member,) = members_of(school)
    assert (member.account, member.head, member.invited) == (head, True, True)
    assert (head.username, head.display_name, institution_of(head)) == ("xinhe", "测联系", school)
    assert roles_of(head) == {Role.INSTITUTION}

    told = mails()[-1]
    assert (told.kind, told.text.endswith(accepted.head.link)) == ("partner-accepted", True)
    assert "机构代码 205" in told.text
    assert link_holds(head, accepted.head.link.rstrip("/").rsplit("/", 1)[1])
    made.refresh_from_db()
    assert (made.state, made.institution) == (PartnerState.ACCEPTED, school)
    assert refused(accept_application, by=boss, application=made, **TERMS) == "partner-decided"
    assert refused(applied, serial=1) == "partner-known"
    assert refused(applied, serial=1, name="换了名字（测试）") == "partner-known"
    assert first_broken() is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "101"}, "institution-known"),
        ({"username": "marker"}, "username-taken"),
        ({"regions": ["浙江省"]}, "region-misses-seat"),
        ({"regions": ["闽省"]}, "region-unknown"),
        ({"programmes": ["gone"]}, "programme-unknown"),
        ({"valid_until": date(2026, 11, 30)}, "authorisation-dates"),
    ],
)
def test_what_cannot_be_accepted_leaves_nothing(world: World, change: dict[str, Any], code: str) -> None:
    made = applied(1)
    people = Account.objects.count()
    boss = world[Role.ADMINISTRATOR]
    assert refused(accept_application, by=boss, application=made, **(TERMS | change)) == code
    made.refresh_from_db()
    assert made.state == PartnerState.WAITING
    assert (Institution.objects.count(), Account.objects.count(), len(mails())) == (2, people, 1)


def test_what_waits_is_counted_and_comes_first_in_first_out(world: World) -> None:
    boss = world[Role.ADMINISTRATOR]
    first, second, third = applied(1), applied(2), applied(3)
    assert list(queries.partner_applications("waiting")) == [first, second, third]
    refuse_application(by=boss, application=second, reason="资料不全")
    (line,) = waiting(boss, Role.ADMINISTRATOR)
    assert (line.title, line.url) == ("2 份合作申请待处理", "/institutions/applications/")
    assert queries.partner_counts() == {"waiting": 2, "refused": 1}


def test_the_next_code_is_free(world: World) -> None:
    assert queries.next_code() == "103"
    accept_application(by=world[Role.ADMINISTRATOR], application=applied(1), **TERMS)
    assert queries.next_code() == "206"
