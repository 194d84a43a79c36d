"""Facts about applications, and lists for pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from zhiheng.enrolment.core.admission import Standing
from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.documents import required_kinds
from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Document,
    DocumentKind,
    EligibilityDecision,
    ReviewDecision,
)
from zhiheng.people.models import Institution, Person
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import date_of, enrolment_ends
from zhiheng.standards.queries import conditions_of


def standing_of(institution: Institution, offering: Offering) -> Standing:
    return Standing(
        institution=institution.name,
        authorised_from=institution.authorised_from,
        authorised_until=institution.authorised_until,
        suspended=institution.suspended_at is not None,
        offering=offering.title,
        ends=enrolment_ends(offering),
    )


def assessment_of(application: Application) -> Assessment:
    """The conditions held against the claimed facts, on the reference date: the day enrolment closes."""
    offering = application.offering
    as_of = date_of(offering, "enrolment_closes")
    return assess(
        profile=profile_from_facts(application.profile, as_of=as_of),
        conditions=conditions_of(offering.revision),
        programme=offering.programme,
        level=offering.level,
        trade=offering.trade or None,
        as_of=as_of,
    )


def documents_of(application: Application) -> list[Document]:
    """The documents in force, one or more per kind."""
    return list(
        Document.objects.filter(application=application, superseded_at=None)
        .select_related("file")
        .order_by("kind", "created_at")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """One kind of document: whether it is needed and which files are there."""

    kind: DocumentKind
    required: bool
    documents: tuple[Document, ...]


def checklist_of(application: Application, assessment: Assessment) -> list[Checklist]:
    required = required_kinds(assessment, application.claimed_condition)
    held = documents_of(application)
    return [
        Checklist(
            kind=kind,
            required=kind.value in required,
            documents=tuple(document for document in held if document.kind == kind),
        )
        for kind in DocumentKind
        if kind != DocumentKind.REVIEW_FORM
    ]


def _with_everything() -> QuerySet[Application]:
    return Application.objects.select_related(
        "person", "institution", "offering__sitting", "offering__revision", "sitting"
    )


def applications_of(institution: Institution) -> QuerySet[Application]:
    return _with_everything().filter(institution=institution).order_by("-sitting__day", "-created_at")


def applications_of_person(person: Person) -> list[Application]:
    return list(_with_everything().filter(person=person).order_by("-sitting__day"))


def application_with_everything(application_id: UUID | str) -> Application | None:
    return _with_everything().filter(pk=application_id).first()


def review_queue() -> QuerySet[Application]:
    """Applications waiting for review, the one due first on top."""
    return (
        _with_everything().filter(status=ApplicationStatus.SUBMITTED).order_by("review_due", "submitted_at")
    )


def overdue(application: Application, *, moment: datetime) -> bool:
    return application.review_due is not None and moment >= application.review_due


def last_eligibility(application: Application) -> EligibilityDecision | None:
    return EligibilityDecision.objects.filter(application=application).order_by("-created_at").first()


def review_history(application: Application) -> list[ReviewDecision]:
    return list(
        ReviewDecision.objects.filter(application=application).select_related("by").order_by("created_at")
    )


def approved(offering: Offering) -> QuerySet[Application]:
    return (
        _with_everything()
        .filter(offering=offering, status=ApplicationStatus.APPROVED)
        .order_by("person__name", "id")
    )


def live_application(person: Person, sitting: Sitting, programme: str) -> Application | None:
    """An application of the person for the programme on the sitting that is neither withdrawn nor rejected."""
    return (
        _with_everything()
        .filter(person=person, sitting=sitting, programme=programme)
        .exclude(status__in=[ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED])
        .first()
    )
