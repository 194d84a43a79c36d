"""Asking to become an institution, and deciding it."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from zhiheng.foundation.credit_code import parse_credit_code
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name
from zhiheng.people.actions import authorise_institution
from zhiheng.people.core.places import check_regions, check_seat
from zhiheng.people.institutions.applying.queries import institution_under, waiting_under
from zhiheng.people.institutions.links import page
from zhiheng.people.institutions.programmes import check_programmes
from zhiheng.people.institutions.staffing.actions import Invited, invite_staff
from zhiheng.people.models import (
    Account,
    Institution,
    InstitutionKind,
    PartnerApplication,
    PartnerState,
)
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import next_number
from zhiheng.plumbing.messages.posting import Addressee, put
from zhiheng.plumbing.messages.tasks import dispatch
from zhiheng.plumbing.models import MessageChannel
from zhiheng.surface.wording import day_words

APPLICANT = "applicant"  # nobody has an account yet
LICENCE_TYPES = ("application/pdf", "image/jpeg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The business licence as handed in."""

    name: str
    content: bytes


@transaction.atomic
def apply_as_partner(
    *,
    name: str,
    credit_code: str,
    kind: InstitutionKind,
    province: str,
    city: str,
    address: str,
    contact: str,
    phone: str,
    email: str,
    programmes: Sequence[str],
    capability: str,
    licence: Licence,
    language: str = "zh-hans",
) -> PartnerApplication:
    """Write an organisation's application down; its number and key open its page.

    Raises: Refused for an impossible credit code, place, programme or file, an institution on file, or a second
    application while the first one waits.
    """
    number = parse_credit_code(credit_code)
    check_seat(province, city)
    check_programmes(programmes)
    title, person = " ".join(name.split()), normal_name(contact)
    _require_new(number, title)
    file = vault.store(licence.content, kind="licence", name=licence.name, by=APPLICANT, accept=LICENCE_TYPES)
    try:
        with transaction.atomic():
            application = PartnerApplication.objects.create(
                number=_number(),
                key=secrets.token_urlsafe(18),
                name=title,
                credit_code=number,
                kind=kind,
                province=province,
                city=city,
                address=address.strip(),
                contact=person,
                phone=phone,
                email=email.strip(),
                language=language,
                programmes=list(programmes),
                capability=capability.strip(),
                licence=file,
            )
    except IntegrityError:  # the same organisation was first between the look and the insert
        raise _waiting_already() from None
    record(
        by=APPLICANT,
        act="partner-applied",
        subject=f"partner:{application.id}",
        detail={"number": application.number, "name": title},
    )
    _tell(application, "partner-received", lambda: {"link": status_link(application)})
    return application


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    institution: Institution
    head: Invited


@transaction.atomic
def accept_application(
    *,
    by: Account,
    application: PartnerApplication,
    code: str,
    valid_from: date,
    valid_until: date,
    regions: Sequence[str],
    programmes: Sequence[str],
    username: str,
) -> Accepted:
    """Authorise the organisation and open the account of its head, named by the contact person.

    regions, programmes: none for all of them. Raises: Refused when decided already, for an impossible authorisation,
    or a code, name or account name in use.
    """
    held = _held(application)
    check_regions(tuple(regions))
    check_programmes(programmes)
    institution = authorise_institution(
        by=str(by.id),
        code=code,
        name=held.name,
        kind=InstitutionKind(held.kind),
        province=held.province,
        city=held.city,
        credit_code=held.credit_code,
        valid_from=valid_from,
        valid_until=valid_until,
        regions=regions,
        programmes=programmes,
    )
    head = invite_staff(
        by=by, institution=institution, username=username, display_name=held.contact, head=True
    )
    held.institution = institution
    _decide(held, by, PartnerState.ACCEPTED, "partner-accepted")
    _tell(
        held,
        "partner-accepted",
        lambda: {
            "code": institution.code,
            "begins": day_words(valid_from),
            "until": day_words(valid_until),
            "username": head.account.username,
            "link": head.link,
        },
    )
    return Accepted(institution=institution, head=head)


@transaction.atomic
def refuse_application(*, by: Account, application: PartnerApplication, reason: str) -> None:
    """Say no, with a reason the applicant reads. Raises: Refused without one, or when decided already."""
    held = _held(application)
    if not reason.strip():
        raise Refused(what="没有写不接受的原因", remedy="请写明原因，申请人会看到它", code="reason-missing")
    held.reason = reason.strip()[:300]
    _decide(held, by, PartnerState.REFUSED, "partner-refused")
    _tell(
        held,
        "partner-refused",
        lambda: {"reason": _sentence(held.reason), "link": status_link(held)},
    )


@transaction.atomic
def note_licence_seen(*, by: Account, application: PartnerApplication) -> None:
    record(by=str(by.id), act="licence-seen", subject=f"partner:{application.id}")


def status_link(application: PartnerApplication) -> str:
    """The applicant's page, with its key."""
    return page(status_path(application))


def status_path(application: PartnerApplication) -> str:
    path = reverse("partner_status", args=[application.number])
    return f"{path}?{urlencode({'key': application.key})}"


def _require_new(credit_code: str, name: str) -> None:
    if institution_under(credit_code=credit_code, name=name) is not None:
        raise Refused(
            what=f"“{name}”或这个统一社会信用代码已登记为合作机构",
            rule="一家机构只登记一次",
            remedy="请用机构账号登录；续期或变更授权请联系专委会",
            code="partner-known",
        )
    if waiting_under(credit_code) is not None:
        raise _waiting_already()


def _waiting_already() -> Refused:
    return Refused(
        what="这个统一社会信用代码已有一份申请在处理",
        rule="一家机构同时只处理一份申请",
        remedy="请用当时收到的链接查看进度，或等有了结果再申请",
        code="partner-waiting",
    )


def _number() -> str:
    """HZ, the year, and a serial number of that year."""
    year = f"HZ{clock.today().year}"
    return f"{year}{next_number(f'partner:{year}'):05d}"


def _held(application: PartnerApplication) -> PartnerApplication:
    held = PartnerApplication.objects.select_for_update().get(pk=application.pk)
    if held.state != PartnerState.WAITING:
        raise Refused(
            what=f"这份申请现在是“{held.get_state_display()}”",
            remedy="可能已有同事处理，请刷新后再看",
            code="partner-decided",
        )
    return held


def _decide(application: PartnerApplication, by: Account, state: PartnerState, act: str) -> None:
    application.state, application.decided_at, application.decided_by = state, clock.now(), by
    application.save(update_fields=["state", "decided_at", "decided_by", "reason", "institution"])
    record(
        by=str(by.id),
        act=act,
        subject=f"partner:{application.id}",
        detail={"number": application.number, "reason": application.reason},
    )


def _tell(application: PartnerApplication, kind: str, facts: Callable[[], Mapping[str, str]]) -> None:
    """By e-mail in the language of the application."""
    to = Addressee(channel=MessageChannel.EMAIL, language=application.language, address=application.email)
    with translation.override(application.language):
        told = {"name": application.name, "number": application.number, **facts()}
        message = put(kind=kind, about=f"partner:{application.id}", to=to, facts=told)
    if message is not None:
        dispatch(message)


def _sentence(reason: str) -> str:
    return reason if reason.endswith(("。", "！", "？", ".")) else f"{reason}。"
