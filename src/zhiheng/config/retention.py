"""Which stage keeps what, what holds it back, and which records need a name: the wiring of the table of retention."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from zhiheng.bank.keeping import actions as uploads
from zhiheng.bank.keeping import queries as media
from zhiheng.certificates.models import Certificate
from zhiheng.certificates.queries import unissued
from zhiheng.delivery.keeping import actions as exam_day
from zhiheng.delivery.keeping import queries as adjustments
from zhiheng.delivery.keeping.photos import actions as pictures
from zhiheng.delivery.keeping.photos import queries as photos
from zhiheng.enrolment.keeping import actions as enrolment
from zhiheng.enrolment.keeping import queries as applications
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.moment import SHANGHAI, day_begins
from zhiheng.learning.keeping import actions as learning
from zhiheng.learning.keeping import queries as study
from zhiheng.payments.models import OrderLine, Refund, RefundDecision
from zhiheng.people.models import ConsentDecision, ErasureRequest, Person
from zhiheng.people.retention import actions, queries
from zhiheng.people.retention.registry import Due, Hold, Holds, Keeper, Share, hold, keep, needs_name
from zhiheng.results.models import Release, Result
from zhiheng.seating.models import Ticket


def connect() -> None:
    """Called once at start."""
    keep("data-copies", Keeper(
        due=queries.due_exports, clear=actions.clear_exports,
        share=queries.share_of_exports, erase=actions.erase_exports,
    ))  # fmt: skip
    keep("sign-ins", Keeper(due=queries.due_sessions, clear=actions.clear_sessions))
    keep("jobs", Keeper(due=queries.due_jobs, clear=actions.clear_jobs))
    keep("question-media", Keeper(due=media.due_media, clear=uploads.clear_media))
    keep("batch-rows", Keeper(due=applications.due_rows, clear=enrolment.clear_rows))
    keep("applications-closed", Keeper(
        due=applications.due_closed, clear=enrolment.erase_applications,
        share=applications.share_of_closed, erase=enrolment.erase_closed,
    ))  # fmt: skip
    keep("applications-approved", Keeper(
        due=applications.due_approved, clear=enrolment.erase_applications,
        share=applications.share_of_approved, erase=enrolment.erase_approved,
    ))  # fmt: skip
    keep("study", Keeper(
        due=study.due_answers, clear=learning.clear_answers,
        share=study.share_of_answers, erase=learning.erase_answers,
    ))  # fmt: skip
    keep("messages", Keeper(
        due=queries.due_messages, clear=actions.clear_messages,
        share=queries.share_of_messages, erase=actions.erase_messages,
    ))  # fmt: skip
    keep("partner-applications", Keeper(due=queries.due_partners, clear=actions.clear_partners))
    keep("corrections", Keeper(
        due=queries.due_corrections, clear=actions.clear_corrections,
        share=queries.share_of_corrections, erase=actions.erase_corrections,
    ))  # fmt: skip
    keep("complaints", Keeper(
        due=queries.due_complaints, clear=actions.clear_complaints, share=queries.share_of_complaints,
    ))  # fmt: skip
    keep("people", Keeper(due=_people_due, clear=actions.clear_people, share=queries.share_of_person))
    keep("exam-records", Keeper(share=_tickets))
    keep("results", Keeper(share=_results))
    keep("adjustments", Keeper(
        due=adjustments.due_adjustments, clear=exam_day.clear_adjustments,
        share=adjustments.share_of_adjustments, erase=exam_day.erase_adjustments,
    ))  # fmt: skip
    keep("door-photos", Keeper(
        due=photos.due_photos, clear=pictures.clear_photos,
        share=photos.share_of_photos, erase=pictures.erase_photos,
    ))  # fmt: skip
    keep("door-photos-noted", Keeper(
        due=photos.due_noted_photos, clear=pictures.clear_photos, share=photos.share_of_noted_photos,
    ))  # fmt: skip
    keep("certificates", Keeper(share=_certificates))
    keep("money", Keeper(share=_money))
    keep("consents", Keeper(share=_consents))
    for holder in (
        queries.open_requests,
        applications.open_reviews,
        adjustments.undecided_adjustments,
        _unsettled,
        _unfinished_exams,
        _unissued,
    ):
        hold(holder)
    for naming in (_with_money, _with_ticket):
        needs_name(naming)


def _people_due(before: datetime, holds: Holds) -> Due:
    """Nothing is left of what they handed in, and no kept record names them."""
    empty = applications.people_left_empty(before)
    free = [person for person in queries.forgettable(empty) if person.id not in holds.people]
    oldest = free[0].created_at if free else None
    return Due(items=[person.id for person in free], oldest=oldest)


# What there is of a person


def _tickets(person: Person) -> Share:
    found = Ticket.objects.filter(application__person=person)
    last = found.aggregate(last=Max("offering__sitting__day"))["last"]
    return Share(count=found.count(), since=day_begins(last) if last else None)


def _results(person: Person) -> Share:
    return Share(count=Result.objects.filter(application__person=person).count())


def _certificates(person: Person) -> Share:
    return Share(count=Certificate.objects.filter(result__application__person=person).count())


def _money(person: Person) -> Share:
    """Counted from the first day after the accounting year of the newest order."""
    found = OrderLine.objects.filter(application__person=person)
    last = found.aggregate(last=Max("order__created_at"))["last"]
    since = datetime(last.astimezone(SHANGHAI).year + 1, 1, 1, tzinfo=SHANGHAI) if last else None
    return Share(count=found.count(), since=since)


def _consents(person: Person) -> Share:
    said = ConsentDecision.objects.filter(person=person).count()
    return Share(count=said + ErasureRequest.objects.filter(person=person).count())


# What must not be touched yet


def _unsettled() -> Iterable[Hold]:
    """Fees that are owed, and refunds nobody has decided."""
    owed = OrderLine.objects.filter(order__paid_at=None, released=False, amount_fen__gt=0)
    for application, person in owed.values_list("application_id", "application__person_id"):
        yield Hold(person=person, application=application, reason="费用还没有结清")
    decided = RefundDecision.objects.values("refund_id")
    asked = Refund.objects.exclude(line=None).exclude(pk__in=decided)
    for application, person in asked.values_list("line__application_id", "line__application__person_id"):
        yield Hold(person=person, application=application, reason="退款还没有办完")


def _unfinished_exams() -> Iterable[Hold]:
    """From approval until the results of the offering are out."""
    released = Release.objects.exclude(released_at=None).values("offering_id")
    found = Application.objects.filter(status=ApplicationStatus.APPROVED, erased_at=None)
    for application, person in found.exclude(offering__in=released).values_list("id", "person_id"):
        yield Hold(person=person, application=application, reason="考试还没有结束，成绩还没有发布")


def _unissued() -> Iterable[Hold]:
    for application, person in unissued().values_list("application_id", "application__person_id"):
        yield Hold(person=person, application=application, reason="证书还没有颁发")


# Whose name kept records need


def _with_money(people: Collection[UUID]) -> Iterable[UUID]:
    found = OrderLine.objects.filter(application__person__in=people)
    return set(found.values_list("application__person_id", flat=True))


def _with_ticket(people: Collection[UUID]) -> Iterable[UUID]:
    """A ticket stands for everything of the exam, also where nobody came."""
    found = Ticket.objects.filter(application__person__in=people)
    return set(found.values_list("application__person_id", flat=True))
