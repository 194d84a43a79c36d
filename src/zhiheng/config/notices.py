"""What people are told when something happened: the facts of each event, gathered from the stages that know them."""

from collections.abc import Iterable
from functools import partial
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django_tasks import task

from zhiheng.certificates.models import Certificate
from zhiheng.enrolment.models import Application
from zhiheng.enrolment.queries import application_with_everything, last_review
from zhiheng.enrolment.reviewing.queries import last_objection
from zhiheng.payments.models import Order
from zhiheng.payments.queries import lines_of
from zhiheng.people.models import Institution
from zhiheng.people.notices import notify_institution, notify_person
from zhiheng.results.amending.presenting import amended_words, follows_words
from zhiheng.results.amending.queries import amended_by_id
from zhiheng.results.models import Release, Result
from zhiheng.seating.documents import full_address
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import TicketSheet, sheets_of_list
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import tickets_open
from zhiheng.sittings.wording import exam_words
from zhiheng.surface.wording import clock_words, day_words, money_words, until_words


def page(name: str, *arguments: object) -> str:
    """The full address of a page."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=arguments)}"


def _exam(offering: Offering) -> dict[str, str]:
    return {"exam": exam_words(offering), "day": day_words(offering.sitting.day)}


@task()
@transaction.atomic
def tell_approval(application_id: str) -> None:
    application = application_with_everything(application_id)
    if application is None:
        return
    offering = application.offering
    notify_person(
        person=application.person,
        kind="application-approved",
        about=f"application:{application.id}",
        facts=lambda: {
            **_exam(offering),
            "name": application.person.name,
            "institution": application.institution.name,
            "tickets_from": day_words(tickets_open(offering)),
        },
    )


@task()
@transaction.atomic
def tell_return(application_id: str) -> None:
    """A file may be returned more than once: each decision is told."""
    application = application_with_everything(application_id)
    decision = last_review(application) if application else None
    if application is None or decision is None:
        return
    about = f"review:{decision.id}"
    reasons = "".join(_sentence(reason) for reason in decision.reasons)

    def facts() -> dict[str, str]:
        return {**_exam(application.offering), "name": application.person.name, "reasons": reasons}

    notify_person(
        person=application.person,
        kind="application-returned",
        about=about,
        facts=lambda: {**facts(), "institution": application.institution.name},
    )
    notify_institution(
        institution=application.institution,
        kind="application-returned-institution",
        about=about,
        facts=lambda: {**facts(), "link": page("application", application.id)},
    )


@task()
@transaction.atomic
def tell_reopening(application_id: str) -> None:
    """An approval that a second reviewer did not agree with is reviewed again: nobody is to rely on it meanwhile."""
    application = application_with_everything(application_id)
    look = last_objection(application) if application else None
    if application is None or look is None:
        return
    about = f"second-look:{look.id}"

    def facts() -> dict[str, str]:
        due = application.review_due
        return {
            **_exam(application.offering),
            "name": application.person.name,
            "due": until_words(due) if due else "",
        }

    notify_person(person=application.person, kind="application-reopened", about=about, facts=facts)
    reasons = "".join(_sentence(reason) for reason in look.reasons)
    notify_institution(
        institution=application.institution,
        kind="application-reopened-institution",
        about=about,
        facts=lambda: {**facts(), "reasons": reasons, "link": page("application", application.id)},
    )


def _sentence(reason: str) -> str:
    return reason if reason.endswith(("。", "！", "？", ".")) else f"{reason}。"


@task()
@transaction.atomic
def tell_payment(order_id: str) -> None:
    order = Order.objects.select_related("institution", "sitting").get(pk=order_id)
    notify_institution(
        institution=order.institution,
        kind="order-paid",
        about=f"order:{order.id}",
        facts=lambda: {
            "reference": order.reference,
            "sitting": day_words(order.sitting.day),
            "count": str(len(lines_of(order))),
            "amount": money_words(order.total_fen),
            "link": page("order", order.id),
        },
    )


@task()
@transaction.atomic
def tell_exam(offering_id: str) -> None:
    """The admission tickets as they stand when the exam is handed to the hall: when, where, which seat."""
    tickets = list(
        Ticket.objects.filter(offering=UUID(offering_id)).select_related(
            "application__person", "offering__sitting", "offering__revision", "centre"
        )
    )
    for sheet in sheets_of_list(tickets):
        notify_person(
            person=sheet.ticket.application.person,
            kind="exam-notice",
            about=f"ticket:{sheet.ticket.id}:{sheet.placement.id if sheet.placement else ''}",
            facts=partial(_place, sheet),
        )


def _place(sheet: TicketSheet) -> dict[str, str]:
    ticket, place = sheet.ticket, sheet.placement
    seat = (
        _("%(room)s %(seat)s 号座") % {"room": place.room.name, "seat": place.seat}
        if place
        else _("考场和座位以考试当天本站所示为准")
    )
    return {
        **_exam(ticket.offering),
        "name": ticket.application.person.name,
        "starts": clock_words(ticket.offering.starts_at),
        "centre": ticket.centre.name,
        "address": full_address(ticket.centre),
        "seat": seat,
        "number": ticket.number,
    }


@task()
@transaction.atomic
def tell_results(release_id: str) -> None:
    offering = (
        Release.objects.select_related("offering__sitting", "offering__revision").get(pk=release_id).offering
    )
    applications = [
        result.application
        for result in Result.objects.filter(release=UUID(release_id)).select_related(
            "application__person", "application__institution"
        )
    ]
    for application in applications:
        notify_person(
            person=application.person,
            kind="results-released",
            about=f"release:{release_id}:{application.id}",
            facts=partial(_result, offering, application.person.name),
        )
    _tell_institutions(
        applications,
        offering,
        kind="results-released-institution",
        about=f"release:{release_id}",
        link=page("institution_results"),
    )


@task()
@transaction.atomic
def tell_amendment(amendment_id: str) -> None:
    """A released result was put right: old and new, why, and what it does to certificate or make-up."""
    amended = amended_by_id(UUID(amendment_id))
    if amended is None:
        return
    result = amended.amendment.result
    application = result.application

    def facts() -> dict[str, str]:
        return {
            **_exam(application.offering),
            "name": application.person.name,
            "change": amended_words(amended),
            "reason": _sentence(amended.amendment.reason),
            "follows": follows_words(amended),
        }

    notify_person(
        person=application.person,
        kind="result-amended",
        about=f"amendment:{amendment_id}",
        facts=lambda: {**facts(), "link": page("my_result", result.id)},
    )
    notify_institution(
        institution=application.institution,
        kind="result-amended-institution",
        about=f"amendment:{amendment_id}",
        facts=lambda: {**facts(), "link": page("institution_results")},
    )


@task()
@transaction.atomic
def tell_certificates(offering_id: str) -> None:
    """Certificates may be issued in several runs: each one is told once to its holder."""
    offering = Offering.objects.select_related("sitting", "revision").get(pk=offering_id)
    certificates = list(
        Certificate.objects.filter(result__application__offering=offering).select_related(
            "result__application__person", "result__application__institution"
        )
    )
    for certificate in certificates:
        person = certificate.result.application.person
        notify_person(
            person=person,
            kind="certificate-issued",
            about=f"certificate:{certificate.id}",
            facts=partial(_certificate, offering, person.name, certificate.number),
        )
    _tell_institutions(
        [certificate.result.application for certificate in certificates],
        offering,
        kind="certificates-issued-institution",
        about=f"certificates:{offering.id}:{len(certificates)}",
        link=page("institution_certificates"),
    )


@task()
@transaction.atomic
def tell_reissue(certificate_id: str) -> None:
    """A certificate under the corrected name is told to its holder like a new one."""
    certificate = Certificate.objects.select_related(
        "result__application__person", "result__application__offering__revision"
    ).get(pk=certificate_id)
    application = certificate.result.application
    notify_person(
        person=application.person,
        kind="certificate-issued",
        about=f"certificate:{certificate.id}",
        facts=partial(_certificate, application.offering, application.person.name, certificate.number),
    )


def _tell_institutions(
    applications: Iterable[Application], offering: Offering, *, kind: str, about: str, link: str
) -> None:
    """Each institution hears once of all its candidates."""

    def whose(application: Application) -> str:
        return str(application.institution_id)

    for _id, found in groupby(sorted(applications, key=whose), key=whose):
        own = list(found)
        institution: Institution = own[0].institution
        notify_institution(
            institution=institution,
            kind=kind,
            about=about,
            facts=partial(_many, offering, len(own), link),
        )


def _result(offering: Offering, name: str) -> dict[str, str]:
    return {**_exam(offering), "name": name, "link": page("my_results")}


def _certificate(offering: Offering, name: str, number: str) -> dict[str, str]:
    return {"exam": exam_words(offering), "name": name, "number": number, "link": page("my_certificates")}


def _many(offering: Offering, count: int, link: str) -> dict[str, str]:
    return {**_exam(offering), "count": str(count), "link": link}
