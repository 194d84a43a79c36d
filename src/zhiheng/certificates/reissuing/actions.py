"""Issuing a certificate anew after a correction; the old one is replaced and says so."""

from django.db import transaction

from zhiheng.certificates.actions import free_index
from zhiheng.certificates.core.credential import Facts, build
from zhiheng.certificates.core.number import CertificateNumber, parse_number
from zhiheng.certificates.core.reasons import CORRECTED
from zhiheng.certificates.core.verification import STATE_WORDS, State
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.certificates.queries import issuer, names_another, rules_behind, state_of, statement
from zhiheng.foundation.errors import Refused, ZhihengError
from zhiheng.foundation.moment import iso_utc
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish


@transaction.atomic
def reissue_corrected(*, by: Account, certificate: Certificate) -> Certificate:
    """A new certificate of the same result under a number of its own; the old one becomes replaced.

    Day of passing and rule set stay as they were; the day of issue is today.
    Raises: Refused unless the certificate is valid and names its holder otherwise than is on file.
    """
    lock_named("certificates")
    old = Certificate.objects.select_related("result__application__person", "revision").get(pk=certificate.pk)
    _require_reissuable(old)
    now = clock.now()
    facts = _facts(old)
    index = free_index(set(Certificate.objects.values_list("status_index", flat=True)))
    new = Certificate.objects.create(
        number=facts.number,
        result=old.result,
        replaces=old,
        revision=old.revision,
        holder_name=facts.name,
        facts={name: getattr(facts, name) for name in Facts.__slots__},
        credential=build(
            facts,
            issuer=issuer(),
            status_index=index,
            moment=iso_utc(now),
            criteria=statement(facts, rules_behind(old)),
        ),
        status_index=index,
        issued_at=now,
        issued_by=by,
    )
    for row, state in ((old, CertificateState.REPLACED), (new, CertificateState.VALID)):
        CertificateEvent.objects.create(certificate=row, state=state, reason=CORRECTED, by=by)
    record(
        by=str(by.id),
        act="certificate-reissued",
        subject=f"certificate:{new.id}",
        detail={"number": new.number, "replaces": old.number},
    )
    publish("certificate-reissued", certificate_id=str(new.id))
    return new


def _require_reissuable(old: Certificate) -> None:
    state = state_of(old)
    if state != State.VALID:
        raise Refused(
            what=f"证书 {old.number} 现在是“{STATE_WORDS[state]}”，不能换发",
            rule="只换发有效的证书；暂停的先查清，再恢复或撤销",
            remedy="请刷新页面查看现在的状态",
            code="reissue-state",
        )
    if not names_another(old):
        raise Refused(
            what=f"证书 {old.number} 的姓名和证件号码与登记的一致",
            rule="登记信息更正以后才换发",
            remedy="不需要换发",
            code="reissue-same",
        )


def _facts(old: Certificate) -> Facts:
    """What the old one says, with the holder as on file now, a number of its own, and today."""
    before = parse_number(old.number)
    if before is None:
        raise ZhihengError(f"Certificate {old.id} has an impossible number.")
    person, today = old.result.application.person, clock.today()
    serial = next_number(f"certificate:{before.body}:{before.programme}:{before.level}:{today.year}")
    number = CertificateNumber(
        body=before.body, programme=before.programme, level=before.level, year=today.year, serial=serial
    )
    said = old.facts | {
        "number": str(number),
        "name": person.name,
        "id_masked": person.id_masked,
        "issued_on": today.isoformat(),
    }
    return Facts(**said)
