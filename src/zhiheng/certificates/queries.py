"""The register of certificates, and who may see what of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from zhiheng.certificates.core.credential import Facts, Issuer
from zhiheng.certificates.core.number import parse_number
from zhiheng.certificates.core.verification import (
    State,
    Verification,
    misspelt,
    verify_credential,
    verify_record,
)
from zhiheng.certificates.models import Certificate, CertificateEvent, CertificateState
from zhiheng.enrolment.models import Document, DocumentKind
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.identity import searched_name
from zhiheng.foundation.moment import day_ends, day_of
from zhiheng.foundation.workdays import WorkCalendar
from zhiheng.people.models import Institution, Person, PersonChange
from zhiheng.people.rights.queries import consented
from zhiheng.plumbing.models import VaultFile
from zhiheng.results.amending.queries import decided_at
from zhiheng.results.models import Outcome, Result
from zhiheng.sittings.core.plan import due_after_approval
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for, working_calendar
from zhiheng.standards.core.loader import load_body
from zhiheng.standards.core.terms import RuleSet
from zhiheng.standards.queries import rules_of

BODY = "ccia"
GONE = (CertificateState.REVOKED, CertificateState.REPLACED)


def issuer() -> Issuer:
    """The body as a signer, with this installation's key."""
    key = Ed25519PrivateKey.from_private_bytes(settings.ISSUER_KEY)
    return Issuer(key=key, name=load_body(BODY).name, base_url=settings.PUBLIC_URL)


def seal_hash(certificate: Certificate) -> str:
    """What the certificate's seal is carved from: the digest of its whole signed credential."""
    return digest(certificate.credential)


def rules_behind(certificate: Certificate) -> RuleSet:
    return rules_of(certificate.revision)


def statement(facts: Facts, rules: RuleSet) -> str:
    """The sentence the rule set prints on the certificate, filled in."""
    return rules.certificate.text.format(
        name=facts.name, programme=facts.programme, level=facts.level, trade=facts.trade
    )


def _last_state() -> Subquery:
    events = CertificateEvent.objects.filter(certificate=OuterRef("pk")).order_by("-created_at")
    return Subquery(events.values("state")[:1])


def register() -> QuerySet[Certificate]:
    """Every certificate with its present state as `state`, the newest on top."""
    return (
        Certificate.objects.annotate(state=_last_state())
        .select_related("result__application__person", "result__application__offering__sitting", "revision")
        .order_by("-issued_at", "number")
    )


def search(text: str) -> QuerySet[Certificate]:
    """The register by part of a number or of a name."""
    wanted = "".join(text.split())
    if not wanted:
        return register()
    named = Q(holder_name__icontains=searched_name(text))
    return register().filter(Q(number__icontains=wanted) | named)


def certificates_of(person: Person) -> QuerySet[Certificate]:
    return register().filter(result__application__person=person)


def certificates_of_institution(institution: Institution) -> QuerySet[Certificate]:
    return register().filter(result__application__institution=institution)


def by_number(text: str) -> Certificate | None:
    """The certificate a text stands for, tolerant of spaces and small letters."""
    number = parse_number(text)
    return None if number is None else register().filter(number=str(number)).first()


def state_of(certificate: Certificate) -> State:
    last = CertificateEvent.objects.filter(certificate=certificate).order_by("-created_at").first()
    return State(last.state) if last else State.UNKNOWN


def history_of(certificate: Certificate) -> list[CertificateEvent]:
    return list(
        CertificateEvent.objects.filter(certificate=certificate).select_related("by").order_by("created_at")
    )


def indexes_in(state: CertificateState) -> list[int]:
    """Status bits of every certificate in a state; a replaced one counts as revoked for strangers' wallets."""
    wanted = [state, CertificateState.REPLACED] if state == CertificateState.REVOKED else [state]
    found = Certificate.objects.annotate(state=_last_state()).filter(state__in=wanted)
    return list(found.order_by("status_index").values_list("status_index", flat=True))


# Holders whose name or number was put right


def in_force() -> QuerySet[Certificate]:
    """Neither revoked nor replaced."""
    last = CertificateEvent.objects.filter(certificate=OuterRef("pk")).order_by("-created_at")
    gone = Certificate.objects.annotate(last=Subquery(last.values("state")[:1]))
    return register().exclude(pk__in=gone.filter(last__in=GONE).values("pk"))


def valid_certificates_of(person: Person) -> QuerySet[Certificate]:
    """What a person holds that is neither revoked nor replaced."""
    return in_force().filter(result__application__person=person)


def to_reissue(person: Person | None = None) -> list[Certificate]:
    """Certificates in force that name their holder as before a correction, one query."""
    later = PersonChange.objects.filter(
        person=OuterRef("result__application__person"), created_at__gte=OuterRef("issued_at")
    )
    found = in_force().filter(Exists(later)).order_by("issued_at", "number")
    if person is not None:
        found = found.filter(result__application__person=person)
    return [certificate for certificate in found if names_another(certificate)]


def names_another(certificate: Certificate) -> bool:
    """Whether what it says of its holder is no longer what is on file; of a number only the shown part is printed."""
    holder = certificate.result.application.person
    printed = (certificate.facts["name"], certificate.facts["id_masked"])
    return holder.erased_at is None and printed != (holder.name, holder.id_masked)


def certificate_of(result: Result) -> Certificate | None:
    """The newest one issued on a result, whatever its state."""
    return register().filter(result=result).first()


def shaken() -> QuerySet[Certificate]:
    """Those in force on a result that was put right and passes no longer: somebody has to revoke them."""
    return in_force().exclude(result__outcome=Outcome.PASSED).order_by("issued_at", "number")


def replacement_of(certificate: Certificate) -> Certificate | None:
    """The one issued in its place."""
    return Certificate.objects.filter(replaces=certificate).first()


# Verifying


def verify_number(text: str, *, name: str | None) -> Verification:
    """Ask the register. A wrong name learns nothing, not even the state.

    The rules of every programme publish the check itself; the identity number, masked as it is, needs the consent.
    """
    if parse_number(text) is None:
        return misspelt()
    certificate = by_number(text)
    if certificate is None:
        return verify_record(None, state=State.UNKNOWN, name=name)
    facts = dict(certificate.facts)
    if not publicly_agreed(certificate):
        facts.pop("id_masked", None)
    return verify_record(facts, state=state_of(certificate), name=name)


def publicly_agreed(certificate: Certificate) -> bool:
    """Whether the holder agreed that a check shows the masked identity number and gives the credential out."""
    return consented(certificate.result.application.person, "public-query")


def verify_document(credential: Any, *, trusted: Iterable[str] = (), name: str | None = None) -> Verification:
    """Check a credential against its signature and the register.

    The register is only asked about a document that a trusted key signed: a forgery must not learn a state. It
    knows the document when it holds the same facts under the same number.
    """
    keys = frozenset({issuer().did, *trusted})
    unseen = verify_credential(credential, trusted=keys, state=State.UNKNOWN, name=name)
    if not unseen.valid:
        return unseen
    certificate = by_number(str(unseen.facts["number"]))
    known = certificate is not None and certificate.facts == unseen.facts
    return verify_credential(
        credential,
        trusted=keys,
        state=state_of(certificate) if certificate is not None and known else State.UNKNOWN,
        name=name,
        registered=known,
    )


# Issuing


def unissued() -> QuerySet[Result]:
    """Passed and released results without a certificate.

    Somebody who passed after all when a make-up was ordered, or sat, passes the same examination twice: one
    certificate is enough.
    """
    passed = Result.objects.filter(release__released_at__isnull=False, outcome=Outcome.PASSED)
    issued = Certificate.objects.filter(result=OuterRef("pk"))
    before = passed.filter(
        *_same_examination(""), application__sitting__day__lt=OuterRef("application__sitting__day")
    )
    later = Certificate.objects.filter(
        *_same_examination("result__"),
        result__application__resit_of__isnull=False,
        result__application__sitting__day__gt=OuterRef("application__sitting__day"),
    )
    again = Q(application__resit_of__isnull=False)
    return passed.filter(~Exists(issued), ~Exists(later)).exclude(again & Exists(before))


def _same_examination(prefix: str) -> list[Q]:
    """The same person in the same examination as the result asked about."""
    names = (
        "person",
        *(f"offering__{name}" for name in ("programme", "level", "trade", "revision__rule_set")),
    )
    return [Q(**{f"{prefix}application__{name}": OuterRef(f"application__{name}")}) for name in names]


def awaiting_issue(offering: Offering) -> QuerySet[Result]:
    """Results of an offering that wait for a certificate."""
    return (
        unissued()
        .filter(release__offering=offering)
        .select_related("application__person", "application__institution", "release", "revision")
        .order_by("application__institution__code", "application__person__name", "id")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Certificates of an offering that wait to be issued. due: the first moment at which they are late."""

    offering: Offering
    approved_on: date
    due: datetime
    count: int
    rule: str


def issue_due() -> list[Due]:
    """Offerings ready to issue, the one due first on top; three queries.

    A result put right counts from the day it came to a pass.
    """
    waiting = list(unissued().select_related("release__offering__sitting", "release__offering__revision"))
    passed = decided_at(waiting)
    beside: dict[object, list[Result]] = {}
    for result in waiting:
        beside.setdefault(result.release_id, []).append(result)
    calendar = working_calendar()
    dues = [
        _due(
            results[0].release.offering, min(passed[result.id] for result in results), len(results), calendar
        )
        for results in beside.values()
    ]
    return sorted(dues, key=lambda due: (due.due, due.offering.title))


def due_of(offering: Offering) -> Due | None:
    """The due date of one offering's certificates, None when none wait."""
    return next((due for due in issue_due() if due.offering.id == offering.id), None)


def _due(offering: Offering, passed: datetime, count: int, calendar: WorkCalendar) -> Due:
    rules = rules_for(offering)
    approved = day_of(passed)
    reached = due_after_approval(rules, "certificate_due", approved, calendar=calendar)
    source = rules.timetable.rule("certificate_due").source
    return Due(
        offering=offering,
        approved_on=approved,
        due=day_ends(reached.day),
        count=count,
        rule=f"{source}；暂定：该年放假安排尚未公布" if reached.provisional else source,
    )


def photo_of(certificate: Certificate) -> VaultFile | None:
    """The photograph of the application, or of the first one when this was a resit."""
    application = certificate.result.application
    while True:
        document = (
            Document.objects.filter(application=application, kind=DocumentKind.PHOTO, superseded_at=None)
            .select_related("file")
            .first()
        )
        if document is not None:
            return document.file
        if application.resit_of is None:
            return None
        application = application.resit_of
