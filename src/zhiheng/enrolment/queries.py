"""Facts about applications, and lists for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from zhiheng.enrolment.core.admission import Standing
from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.documents import required_kinds
from zhiheng.enrolment.core.eligibility import Assessment, assess
from zhiheng.enrolment.core.sheet import RowFault, SheetRead, SheetRow, Wanted
from zhiheng.enrolment.core.voices import CHINESE, Voice
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Document,
    DocumentKind,
    EligibilityDecision,
    ReviewDecision,
)
from zhiheng.people.core.authorisation import Wish
from zhiheng.people.institutions.queries import authority_of
from zhiheng.people.models import Institution, Person
from zhiheng.people.queries import id_number_hashes
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import date_of, enrolment_ends
from zhiheng.standards.queries import conditions_of

_CHUNK = 500  # numbers in one query


def standing_of(institution: Institution, offering: Offering) -> Standing:
    (standing,) = standings_of(institution, [offering])
    return standing


def standings_of(institution: Institution, offerings: Sequence[Offering]) -> list[Standing]:
    """How the institution stands to each of the offerings; its authorisation is asked for once."""
    authority = authority_of(institution, on=clock.today())
    return [
        Standing(
            authority=authority,
            wish=Wish(programme=offering.programme, name=offering.title),
            ends=enrolment_ends(offering),
        )
        for offering in offerings
    ]


def assessment_of(application: Application, *, voice: Voice = CHINESE) -> Assessment:
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
        voice=voice,
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


def claims_of(assessment: Assessment) -> list[tuple[str, str]]:
    """The satisfied conditions as choices: printed number, and number with printed words."""
    return [(line.number, f"（{line.number}）{line.printed}") for line in assessment.lines if line.met]


def application_for(institution: Institution, application_id: UUID) -> Application | None:
    return _with_everything().filter(institution=institution, pk=application_id).first()


def application_of_person(person: Person, application_id: UUID) -> Application | None:
    return _with_everything().filter(person=person, pk=application_id).first()


def status_counts(institution: Institution) -> dict[str, int]:
    """How many applications of an institution stand where, returned and draft ones telling what waits for it."""
    counted = (
        Application.objects.filter(institution=institution)
        .order_by()
        .values_list("status")
        .annotate(number=Count("id"))
    )
    return {str(status): number for status, number in counted}


def last_review(application: Application) -> ReviewDecision | None:
    return ReviewDecision.objects.filter(application=application).order_by("-created_at").first()


def document_with_application(document_id: UUID) -> Document | None:
    return Document.objects.filter(pk=document_id).select_related("application__person", "file").first()


def sittings_with_applications(institution: Institution) -> list[Sitting]:
    """The sittings an institution has entered anybody for, the latest first."""
    entered = Application.objects.filter(institution=institution).order_by().values("sitting_id")
    return list(Sitting.objects.filter(pk__in=entered).order_by("-day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is on file about an identity number. status: of the live application for the programme, or empty."""

    name: str
    status: str


def known_people(offering: Offering, id_numbers: Sequence[str]) -> dict[str, Known]:
    """Who of these is on file already, and whether applying for the offering's programme on its sitting.

    Found under every key of the ring, also while the data key is being changed.
    """
    by_hash = {hashed: number for number in id_numbers for hashed in id_number_hashes(number)}
    found: dict[str, Known] = {}
    hashes = list(by_hash)
    for start in range(0, len(hashes), _CHUNK):
        some = hashes[start : start + _CHUNK]
        names = Person.objects.filter(id_hash__in=some).values_list("id_hash", "name")
        live = (
            Application.objects.filter(
                person__id_hash__in=some, sitting=offering.sitting_id, programme=offering.programme
            )
            .exclude(status__in=[ApplicationStatus.WITHDRAWN, ApplicationStatus.REJECTED])
            .values_list("person__id_hash", "status")
        )
        statuses = dict(live)
        found |= {
            by_hash[hashed]: Known(
                name=name,
                status=ApplicationStatus(statuses[hashed]).label if hashed in statuses else "",
            )
            for hashed, name in names
        }
    return found


def wanted_by(offering: Offering) -> Wanted:
    """What every row of a sheet for the offering applies for."""
    return Wanted(
        conditions=conditions_of(offering.revision),
        programme=offering.programme,
        level=offering.level,
        trade=offering.trade,
        today=clock.today(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """A row that can be written down. conditions: the satisfied ones; none means not eligible as it stands."""

    row: SheetRow
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    rows: tuple[PreviewRow, ...]
    faults: tuple[RowFault, ...]


def preview(offering: Offering, read: SheetRead) -> Preview:
    """A sheet's rows held against what is on file; nothing is written."""
    known = known_people(offering, [row.id_number for row in read.rows])
    as_of = date_of(offering, "enrolment_closes")
    rows: list[PreviewRow] = []
    faults = list(read.faults)
    for row in read.rows:
        on_file = known.get(row.id_number)
        if on_file is not None and on_file.name != row.name:
            reason = "该身份证号码已登记为另一个姓名，请核对；确有更名的请联系专委会"
            faults.append(RowFault(row=row.row, column="姓名", value=row.name, reason=reason))
        elif on_file is not None and on_file.status:
            reason = f"在这一考期已报过同一项目（{on_file.status}），不会重复写入"
            faults.append(RowFault(row=row.row, column="身份证号码", value=row.name, reason=reason))
        else:
            rows.append(PreviewRow(row=row, conditions=_satisfied(row, offering, as_of)))
    return Preview(rows=tuple(rows), faults=tuple(sorted(faults, key=lambda fault: fault.row)))


def _satisfied(row: SheetRow, offering: Offering, as_of: date) -> tuple[str, ...]:
    return assess(
        profile=profile_from_facts(row.profile, as_of=as_of),
        conditions=conditions_of(offering.revision),
        programme=offering.programme,
        level=offering.level,
        trade=offering.trade or None,
        as_of=as_of,
    ).satisfied
