"""Applying, handing in, and deciding."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.enrolment.core.admission import decide_open
from zhiheng.enrolment.core.documents import decide_complete, required_kinds
from zhiheng.enrolment.core.eligibility import Assessment
from zhiheng.enrolment.core.papers import clean_paper
from zhiheng.enrolment.core.sheet import RowFault, SheetRow
from zhiheng.enrolment.filing.actions import correct_facts, file_paper
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Document,
    DocumentKind,
    EligibilityDecision,
    ReviewDecision,
    Verdict,
)
from zhiheng.enrolment.queries import assessment_of, documents_of, live_application, standing_of
from zhiheng.enrolment.refusals import (
    EDITABLE,
    already_applied,
    check_profile,
    not_eligible,
    require_consents,
    require_editable,
)
from zhiheng.enrolment.reviewing.actions import clear_desk, draw_second_look, require_free
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import day_ends
from zhiheng.people.actions import register_person
from zhiheng.people.models import Account, Institution
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.core.plan import review_due
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for, working_calendar


@transaction.atomic
def enter_application(
    *,
    by: Account,
    institution: Institution,
    offering: Offering,
    name: str,
    id_number: str,
    phone: str,
    profile: dict[str, Any],
    claimed_condition: str = "",
    address: str = "",
) -> Application:
    """Write down one candidate's application as a draft of the institution.

    Raises: Refused for a closed enrolment, an institution that may not enrol, impossible facts, or a person
    already applying for the programme on this sitting.
    """
    decide_open(standing_of(institution, offering), now=clock.now()).require()
    check_profile(profile, offering)
    person = register_person(by=str(by.id), name=name, id_number=id_number, phone=phone)
    clash = live_application(person, offering.sitting, offering.programme)
    if clash is not None:
        raise already_applied(person.name, clash)
    try:
        with transaction.atomic():
            application = Application.objects.create(
                person=person,
                institution=institution,
                offering=offering,
                sitting=offering.sitting,
                programme=offering.programme,
                profile=profile,
                claimed_condition=claimed_condition,
                address=address,
                entered_by=by,
            )
    except IntegrityError:  # another request was first between the look and the insert
        raise already_applied(person.name, None) from None
    record(by=str(by.id), act="application-entered", subject=f"application:{application.id}")
    return application


def enter_rows(
    *, by: Account, institution: Institution, offering: Offering, rows: Sequence[SheetRow]
) -> tuple[RowFault, ...]:
    """Write every row of a sheet down as a draft, each for itself; returns the rows that were refused.

    Sending the same sheet again changes nothing: whoever is already there is reported as such.
    """
    faults: list[RowFault] = []
    for row in rows:
        try:
            enter_application(
                by=by,
                institution=institution,
                offering=offering,
                name=row.name,
                id_number=row.id_number,
                phone=row.phone,
                profile=row.profile,
                claimed_condition=row.condition,
                address=row.address,
            )
        except Refused as refused:
            faults.append(RowFault(row=row.row, column="", value=row.name, reason=refused.sentence))
    with transaction.atomic():
        record(
            by=str(by.id),
            act="sheet-entered",
            subject=f"offering:{offering.id}",
            detail={"entered": len(rows) - len(faults), "refused": len(faults)},
        )
    return tuple(faults)


@transaction.atomic
def correct_application(
    *,
    by: Account,
    application: Application,
    phone: str,
    profile: dict[str, Any],
    claimed_condition: str,
    address: str,
) -> Application:
    """Change the claimed facts of a draft or returned application. Raises: Refused."""
    correct_facts(
        by=str(by.id),
        application=application,
        phone=phone,
        profile=profile,
        claimed_condition=claimed_condition,
        address=address,
    )
    return application


@transaction.atomic
def claim_condition(*, by: Account, application: Application, number: str) -> None:
    """Choose under which satisfied condition the application is reviewed. Raises: Refused."""
    require_editable(application)
    satisfied = assessment_of(application).satisfied
    if number not in satisfied:
        raise Refused(
            what=f"所选条件（{number}）目前不满足",
            remedy=f"请从已满足的（{'）（'.join(satisfied)}）中选择"
            if satisfied
            else "请先补全学历、工作与证书",
            code="condition-unmet",
        )
    application.claimed_condition = number
    application.save(update_fields=["claimed_condition"])
    record(
        by=str(by.id),
        act="condition-claimed",
        subject=f"application:{application.id}",
        detail={"condition": number},
    )


@transaction.atomic
def reveal_id_number(*, by: Account, application: Application, reason: str) -> str:
    """The full identity number, for a reason that stays in the audit trail. Raises: Refused without one."""
    if len(reason.strip()) < 4:
        raise Refused(
            what="没有写明查看完整身份证号码的理由",
            rule="查看完整号码须留痕",
            remedy="请写明理由，例如“与证件照片核对”",
            code="reason-missing",
        )
    record(
        by=str(by.id),
        act="id-number-revealed",
        subject=f"application:{application.id}",
        detail={"reason": reason.strip()[:200]},
    )
    number: str = application.person.id_number
    return number


@transaction.atomic
def note_document_seen(*, by: Account, document: Document, page: int = 0) -> None:
    """Somebody of the awarding body opened a candidate's document, or one page of its PDF."""
    record(
        by=str(by.id),
        act="document-seen",
        subject=f"application:{document.application_id}",
        detail={"document": str(document.id), "kind": document.kind} | ({"page": page} if page else {}),
    )


@transaction.atomic
def note_form_seen(*, by: Account, application: Application) -> None:
    """Somebody of the awarding body opened a candidate's review form."""
    record(by=str(by.id), act="review-form-seen", subject=f"application:{application.id}")


@transaction.atomic
def attach_document(
    *, by: Account, application: Application, kind: DocumentKind, content: bytes, name: str
) -> Document:
    """Keep a file for the application; an earlier one of the same kind is superseded (proofs may be several).

    Raises: Refused when the application is not editable or the file is not what it claims.
    """
    require_editable(application)
    paper = clean_paper(content, kind=kind, name=name)
    return file_paper(by=str(by.id), application=application, kind=kind, paper=paper)


@transaction.atomic
def submit(*, by: Account, application: Application) -> Application:
    """Hand an application in for review; its eligibility is computed and kept.

    Raises: Refused when enrolment has closed, the claimed condition is not met, or documents or consents are missing.
    """
    require_editable(application)
    decide_open(standing_of(application.institution, application.offering), now=clock.now()).require()
    assessment = assessment_of(application)
    if not assessment.eligible:
        raise not_eligible(application, assessment)
    if application.claimed_condition not in assessment.satisfied:
        application.claimed_condition = assessment.satisfied[0]
    rules = rules_for(application.offering)
    decide_complete(
        required_kinds(assessment, application.claimed_condition),
        [document.kind for document in documents_of(application)],
        rule=f"{rules.source}：报名资料",
    ).require()
    require_consents(application.person)
    _keep_eligibility(application, assessment)
    now = clock.now()
    application.status = ApplicationStatus.SUBMITTED
    application.submitted_at = now
    application.review_due = day_ends(review_due(rules, now.date(), calendar=working_calendar()).day)
    application.save(update_fields=["status", "claimed_condition", "submitted_at", "review_due"])
    record(by=str(by.id), act="application-submitted", subject=f"application:{application.id}")
    return application


@transaction.atomic
def review(
    *, by: Account, application: Application, verdict: Verdict, reasons: Sequence[str] = ()
) -> ReviewDecision:
    """Decide a submitted application.

    Raises: Refused when it is not waiting, a colleague has it open, or a return or rejection gives no reason.
    """
    current = Application.objects.select_for_update().get(pk=application.pk)
    if current.status != ApplicationStatus.SUBMITTED:
        raise Refused(
            what=f"这份报名现在是“{current.get_status_display()}”，不在待审核状态",
            remedy="可能已有同事处理，请刷新后再看",
            code="not-waiting",
        )
    require_free(by=by, application=current)
    told = [reason.strip() for reason in reasons if reason.strip()]
    if verdict != Verdict.APPROVE and not told:
        raise Refused(
            what="退回或不予通过时没有写明原因", remedy="请至少选择或填写一条原因", code="reason-missing"
        )
    eligibility = _keep_eligibility(application, assessment_of(application))
    if verdict == Verdict.APPROVE and not eligibility.eligible:
        raise not_eligible(application, assessment_of(application))
    decision = ReviewDecision.objects.create(
        application=application, verdict=verdict, reasons=told, eligibility=eligibility, by=by
    )
    application.status = {
        Verdict.APPROVE: ApplicationStatus.APPROVED,
        Verdict.RETURN: ApplicationStatus.RETURNED,
        Verdict.REJECT: ApplicationStatus.REJECTED,
    }[verdict]
    application.save(update_fields=["status"])
    record(
        by=str(by.id),
        act=f"application-{verdict}",
        subject=f"application:{application.id}",
        detail={"reasons": told},
    )
    clear_desk(by=by, application=application)
    if verdict == Verdict.APPROVE:
        draw_second_look(decision=decision)
        publish("application-approved", application_id=str(application.id))
    if verdict == Verdict.RETURN:
        publish("application-returned", application_id=str(application.id))
    return decision


@transaction.atomic
def withdraw(*, by: Account, application: Application) -> None:
    """Take an application back before it is approved. Raises: Refused."""
    if application.status not in (*EDITABLE, ApplicationStatus.SUBMITTED):
        raise Refused(
            what=f"这份报名现在是“{application.get_status_display()}”，不能撤回",
            remedy="审核通过后的变更请联系专委会",
            code="not-withdrawable",
        )
    application.status = ApplicationStatus.WITHDRAWN
    application.save(update_fields=["status"])
    record(by=str(by.id), act="application-withdrawn", subject=f"application:{application.id}")


@transaction.atomic
def admit_to_resit(*, by: Account, failed: Application, offering: Offering) -> Application:
    """A new, already approved application of a failed candidate for a later sitting; the first review stands.

    Raises: Refused when the person already applies for the programme on that sitting.
    """
    clash = live_application(failed.person, offering.sitting, offering.programme)
    if clash is not None:
        raise already_applied(failed.person.name, clash)
    application = Application.objects.create(
        person=failed.person,
        institution=failed.institution,
        offering=offering,
        sitting=offering.sitting,
        programme=offering.programme,
        status=ApplicationStatus.APPROVED,
        profile=failed.profile,
        claimed_condition=failed.claimed_condition,
        address=failed.address,
        resit_of=failed,
        submitted_at=clock.now(),
        entered_by=by,
    )
    record(
        by=str(by.id),
        act="resit-admitted",
        subject=f"application:{application.id}",
        detail={"failed": str(failed.id)},
    )
    publish("application-approved", application_id=str(application.id))
    return application


def _keep_eligibility(application: Application, assessment: Assessment) -> EligibilityDecision:
    return EligibilityDecision.objects.create(
        application=application,
        revision=application.offering.revision,
        as_of=assessment.as_of,
        facts=application.profile,
        outcome=assessment.as_facts(),
        eligible=assessment.eligible,
    )
