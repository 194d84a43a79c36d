"""Issuing certificates, and changing their state."""

import secrets

from django.db import transaction

from zhiheng.certificates.core.credential import Facts, Issuer, build
from zhiheng.certificates.core.number import CertificateNumber
from zhiheng.certificates.core.reasons import AMENDED
from zhiheng.certificates.core.status import LENGTH
from zhiheng.certificates.core.verification import STATE_WORDS, State
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.certificates.queries import awaiting_issue, history_of, issuer, state_of, statement
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_of, iso_utc
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish
from zhiheng.results.amending.queries import decided_at
from zhiheng.results.models import Outcome, Result
from zhiheng.sittings.models import Offering
from zhiheng.standards.core.loader import load_body
from zhiheng.standards.core.terms import RuleSet
from zhiheng.standards.queries import rules_of


@transaction.atomic
def issue(*, by: Account, offering: Offering) -> list[Certificate]:
    """Certificates for every passed and released result of an offering that has none; again, it issues nothing twice.

    Raises: Refused when nothing waits.
    """
    lock_named("certificates")
    waiting = list(awaiting_issue(offering))
    if not waiting:
        raise Refused(
            what=f"{offering.title}没有待颁发的证书",
            rule="成绩发布且合格后颁发",
            remedy="请先发布成绩；已颁发的在登记册中查看",
            code="nothing-to-issue",
        )
    signer = issuer()
    used = set(Certificate.objects.values_list("status_index", flat=True))
    issued = []
    for result in waiting:
        index = free_index(used)
        used.add(index)
        issued.append(_issue_one(by=by, result=result, offering=offering, signer=signer, index=index))
    publish("certificates-issued", offering_id=str(offering.id))
    return issued


def free_index(used: set[int]) -> int:
    """A random bit nobody holds, so that a place in the list tells nothing about the order of issue."""
    if len(used) >= LENGTH:
        raise Refused(
            what=f"状态列表的 {LENGTH} 个位置已用完",
            remedy="请联系管理员扩展状态列表",
            code="status-list-full",
        )
    while True:
        index = secrets.randbelow(LENGTH)
        if index not in used:
            return index


def _issue_one(*, by: Account, result: Result, offering: Offering, signer: Issuer, index: int) -> Certificate:
    rules = rules_of(result.revision)
    now = clock.now()
    facts = _facts(result, offering, rules)
    certificate = Certificate.objects.create(
        number=facts.number,
        result=result,
        revision=result.revision,
        holder_name=facts.name,
        facts={name: getattr(facts, name) for name in Facts.__slots__},
        credential=build(
            facts, issuer=signer, status_index=index, moment=iso_utc(now), criteria=statement(facts, rules)
        ),
        status_index=index,
        issued_at=now,
        issued_by=by,
    )
    CertificateEvent.objects.create(
        certificate=certificate, state=CertificateState.VALID, reason="颁发", by=by
    )
    record(
        by=str(by.id),
        act="certificate-issued",
        subject=f"certificate:{certificate.id}",
        detail={"number": certificate.number, "result": str(result.id)},
    )
    return certificate


def _facts(result: Result, offering: Offering, rules: RuleSet) -> Facts:
    programme, level = rules.programme(offering.programme), rules.level(offering.level)
    today = clock.today()
    serial = next_number(
        f"certificate:{rules.certificate.prefix}:{programme.ticket}:{level.ticket}:{today.year}"
    )
    number = CertificateNumber(
        body=rules.certificate.prefix,
        programme=programme.ticket,
        level=level.ticket,
        year=today.year,
        serial=serial,
    )
    person = result.application.person
    approved = decided_at([result]).get(result.id, clock.now())
    return Facts(
        number=str(number),
        name=person.name,
        id_masked=person.id_masked,
        title=rules.certificate.title.value,
        programme=programme.name,
        level=level.name,
        trade=rules.trade(offering.trade, level.id).name if offering.trade else "",
        body=load_body(rules.body).name,
        passed_on=day_of(approved).isoformat(),
        issued_on=today.isoformat(),
        rule_set=rules.id,
        rule_set_hash=result.revision.content_hash,
    )


@transaction.atomic
def suspend(*, by: Account, certificate: Certificate, reason: str) -> CertificateEvent:
    """Raises: Refused unless the certificate is valid, or without a reason."""
    return _change(by, certificate, CertificateState.SUSPENDED, reason, allowed=(State.VALID,))


@transaction.atomic
def reinstate(*, by: Account, certificate: Certificate, reason: str) -> CertificateEvent:
    """Raises: Refused unless the certificate is suspended, without a reason, or when its result passes no longer."""
    if Result.objects.get(pk=certificate.result_id).outcome != Outcome.PASSED:
        raise Refused(
            what=f"证书 {certificate.number} 所依据的成绩已更正，现在不合格，不能恢复",
            rule="证书只发给合格的考生",
            remedy="请核实后撤销；成绩再更正为合格的，证书自动恢复",
            code="result-failed",
        )
    return _change(by, certificate, CertificateState.VALID, reason, allowed=(State.SUSPENDED,))


@transaction.atomic
def revoke(*, by: Account, certificate: Certificate, reason: str) -> CertificateEvent:
    """For good. Raises: Refused when it is revoked or replaced already, or without a reason."""
    allowed = (State.VALID, State.SUSPENDED)
    return _change(by, certificate, CertificateState.REVOKED, reason, allowed=allowed)


@transaction.atomic
def follow_amendment(*, by: Account, certificate: Certificate) -> CertificateEvent | None:
    """After its result was put right: suspended when the result passes no longer, and in force again when the only
    thing against it was such a suspension and the result passes after all. None when nothing is to be done.

    by: the officer whose word put the result right. A person decides about revoking.
    """
    lock_named(f"certificate:{certificate.id}")
    passed = Result.objects.get(pk=certificate.result_id).outcome == Outcome.PASSED
    state = state_of(certificate)
    if state == State.VALID and not passed:
        return _change(by, certificate, CertificateState.SUSPENDED, AMENDED, allowed=(State.VALID,))
    if state == State.SUSPENDED and passed and history_of(certificate)[-1].reason == AMENDED:
        return _change(by, certificate, CertificateState.VALID, AMENDED, allowed=(State.SUSPENDED,))
    return None


def _change(
    by: Account, certificate: Certificate, to: CertificateState, reason: str, *, allowed: tuple[State, ...]
) -> CertificateEvent:
    lock_named(f"certificate:{certificate.id}")
    told = reason.strip()
    if not told or len(told) > 200:
        raise Refused(
            what="没有写明原因" if not told else f"原因有 {len(told)} 个字，超过 200 个字",
            rule="状态变更须记录原因",
            remedy="请选择原因类别，必要时简要说明",
            code="reason",
        )
    now = state_of(certificate)
    if now not in allowed:
        raise Refused(
            what=f"证书 {certificate.number} 现在是“{STATE_WORDS[now]}”，不能变更为“{to.label}”",
            rule="撤销后不能恢复；只有暂停的证书可以恢复",
            remedy="请刷新页面查看现在的状态",
            code="state",
        )
    event = CertificateEvent.objects.create(certificate=certificate, state=to, reason=told, by=by)
    record(
        by=str(by.id),
        act=f"certificate-{to}",
        subject=f"certificate:{certificate.id}",
        detail={"number": certificate.number, "reason": told},
    )
    return event
