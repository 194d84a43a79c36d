"""What a candidate may practise, how far they are, and which hours are on record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet, Sum

from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.media.queries import listed_in, media_file
from zhiheng.bank.models import MediaFile
from zhiheng.bank.queries import PoolEntry, bank_level, practice_items
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.learning.models import Attendance, PracticeAnswer, StudyPermit
from zhiheng.people.models import Account, Institution
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.loader import load_blueprint
from zhiheng.standards.core.terms import Blueprint
from zhiheng.standards.queries import standard_of

MARKS_TO_PASS = Decimal("0.6")


def blueprint_for(offering: Offering) -> Blueprint:
    """What the theory paper of an offering covers."""
    rules = rules_for(offering)
    return load_blueprint(rules.id, offering.programme, offering.level, offering.trade or None)


def practice_for(offering: Offering, area: str = "") -> list[PoolEntry]:
    """The practice items a candidate of this offering may meet."""
    plan = blueprint_for(offering)
    allowed = {row.area_slug: {code.ref for code in row.codes} for row in plan.areas}
    return [
        entry
        for entry in practice_items(plan.standard, bank_level(plan), area)
        if entry.item.for_trade(plan.trade)
        and {code.label for code in entry.item.codes} <= allowed.get(entry.item.area, set())
    ]


def hours_needed(offering: Offering) -> int | None:
    """The standard hours the offering's standard asks for; None when its rule set states none."""
    occupation = standard_of(offering.revision)
    return occupation.level(offering.level).hours if occupation else None


def hours_attended(applications: Iterable[Application]) -> dict[UUID, Decimal]:
    rows = (
        Attendance.objects.filter(application__in=[application.id for application in applications])
        .values("application_id")
        .annotate(total=Sum("hours"))
        .order_by()
    )
    return {row["application_id"]: row["total"] for row in rows}


def hours_on(application: Application, day: date) -> Decimal:
    total = Attendance.objects.filter(application=application, day=day).aggregate(total=Sum("hours"))["total"]
    return Decimal(total or 0)


def attendance_of(application: Application) -> list[Attendance]:
    return list(Attendance.objects.filter(application=application).order_by("-day", "created_at"))


def has_permit(application: Application) -> bool:
    return StudyPermit.objects.filter(application=application).exists()


def _with_everything() -> QuerySet[Application]:
    return Application.objects.select_related(
        "person", "sitting", "offering__sitting", "offering__revision", "institution"
    )


def studies_of(account: Account) -> list[Application]:
    """The account's own applications whose study platform is open, the next sitting first."""
    open_ids = StudyPermit.objects.values("application_id")
    return list(
        _with_everything()
        .filter(person__account=account, id__in=open_ids)
        .order_by("sitting__day", "created_at")
    )


def study_of(account: Account, application_id: UUID) -> Application | None:
    open_ids = StudyPermit.objects.values("application_id")
    return _with_everything().filter(person__account=account, id__in=open_ids, pk=application_id).first()


def learners_of(institution: Institution) -> QuerySet[Application]:
    """The approved candidates of an institution."""
    return (
        _with_everything()
        .filter(institution=institution, status=ApplicationStatus.APPROVED)
        .order_by("-sitting__day", "person__name", "created_at")
    )


def learner_of(institution: Institution, application_id: UUID) -> Application | None:
    return learners_of(institution).filter(pk=application_id).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaProgress:
    """One area of the paper. total: practice items; tried, right: items by their latest answer."""

    area: str
    title: str
    marks: Decimal
    total: int
    tried: int
    right: int

    @property
    def wrong(self) -> int:
        return self.tried - self.right

    @property
    def share(self) -> Decimal:
        return Decimal(self.right) / self.total if self.total else Decimal(0)


def latest_answers(application: Application) -> dict[str, PracticeAnswer]:
    """The last answer to each item, by the item's name."""
    rows = PracticeAnswer.objects.filter(application=application).select_related("version__item")
    return {row.version.item.name: row for row in rows.order_by("created_at")}


def progress_of(application: Application) -> list[AreaProgress]:
    """Each area of the paper in printed order: how much of its practice has been tried and answered right."""
    entries, answers = practice_for(application.offering), latest_answers(application)
    found = []
    for row in blueprint_for(application.offering).areas:
        names = [entry.item.id for entry in entries if entry.item.area == row.area_slug]
        told = [answers[name].correct for name in names if name in answers]
        found.append(
            AreaProgress(
                area=row.area_slug,
                title=row.title,
                marks=row.marks,
                total=len(names),
                tried=len(told),
                right=sum(told),
            )
        )
    return found


def next_entry(
    application: Application, area: str, *, wrong_only: bool = False, skip: str = ""
) -> PoolEntry | None:
    """The question to practise next: one never tried, then those answered wrong longest ago.

    skip: the name of the question just answered; it comes again only when nothing else is left.
    """
    entries, answers = practice_for(application.offering, area), latest_answers(application)
    untried = [] if wrong_only else [entry for entry in entries if entry.item.id not in answers]
    wrong = [entry for entry in entries if entry.item.id in answers and not answers[entry.item.id].correct]
    wrong.sort(key=lambda entry: answers[entry.item.id].created_at)
    queue = [*untried, *wrong]
    others = [entry for entry in queue if entry.item.id != skip]
    return (others or queue)[0] if queue else None


def is_right(question: Question, value: list[str]) -> bool:
    """Whether the chosen letters are exactly the key."""
    return sorted(value) == sorted(question.key)


def entry_by_version(application: Application, area: str, version: str) -> PoolEntry | None:
    """The practice item of an area by the id of its version in use."""
    found = (entry for entry in practice_for(application.offering, area) if str(entry.version) == version)
    return next(found, None)


def practice_medium(application: Application, sha256: str) -> MediaFile | None:
    """A file shown by a question this candidate may practise, or has answered."""
    answered = PracticeAnswer.objects.filter(application=application).select_related("version")
    media = (
        *(medium for entry in practice_for(application.offering) for medium in entry.item.media),
        *(medium for answer in answered for medium in listed_in(answer.version.body)),
    )
    return media_file(sha256) if any(medium.sha256 == sha256 for medium in media) else None


def answer_of(application: Application, answer_id: UUID) -> PracticeAnswer | None:
    rows = PracticeAnswer.objects.filter(application=application, pk=answer_id)
    return rows.select_related("version__item").first()


def unpractised(account: Account, day: date) -> list[Application]:
    """Own applications for a sitting on or after a day whose platform is open and where nothing was practised yet."""
    begun = PracticeAnswer.objects.values("application_id")
    return list(
        _with_everything()
        .filter(
            person__account=account,
            sitting__day__gte=day,
            id__in=StudyPermit.objects.values("application_id"),
        )
        .exclude(id__in=begun)
        .order_by("sitting__day")
    )


def short_of_hours(institution: Institution, day: date) -> list[Application]:
    """Approved candidates of an institution for sittings ahead with fewer hours than their standard asks for."""
    ahead = list(learners_of(institution).filter(sitting__day__gte=day))
    attended = hours_attended(ahead)
    return [
        application
        for application in ahead
        if attended.get(application.id, Decimal(0)) < (hours_needed(application.offering) or 0)
    ]
