"""Marks on their way to a result, and results as each reader may see them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from zhiheng.delivery.rescue.queries import rescues_undecided
from zhiheng.foundation.moment import day_ends
from zhiheng.foundation.money import yuan
from zhiheng.marking.models import Remarking, TheoryMark
from zhiheng.marking.queries import undecided_attempts
from zhiheng.payments.core.fees import Fee
from zhiheng.payments.fees.queries import offering_fees
from zhiheng.payments.models import OrderKind, OrderLine
from zhiheng.people.models import Institution, Person
from zhiheng.results.core.histogram import Histogram, draw
from zhiheng.results.core.settling import kept_until, still_kept
from zhiheng.results.models import MakeUp, MakeUpRequest, Outcome, Release, Result
from zhiheng.results.sheets import CandidateSheet, kept_components, sheets_of
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import date_of, rules_for
from zhiheng.standards.core.terms import Component, RuleSet


def components_to_sit(result: Result, *, day: date) -> list[str]:
    """Keys of the components to sit again on a day: those not passed, or passed too long ago."""
    rules = rules_for(result.application.offering)
    kept, months = kept_components(result), rules.retention.component_months.value
    return [
        line["key"]
        for line in result.components
        if not still_kept(kept.get(line["key"]), months=months, day=day)
    ]


def makeup_fee(offering: Offering, institution: Institution | None = None) -> Fee:
    """What one attempt costs today, for anybody or one institution."""
    return offering_fees([offering], kind=OrderKind.MAKEUP, institution=institution)[offering.id]


def makeup_sentence(offering: Offering) -> str:
    """What a failed candidate can do, one sentence."""
    rules, fee = rules_for(offering), makeup_fee(offering)
    source = fee.basis if fee.row else rules.fees.makeup_fen.source
    months = rules.retention.component_months.value
    return f"可报名补考未合格的科目，补考费 {yuan(fee.amount_fen)} 元/次（{source}）；合格科目的成绩保留 {months} 个月"


def ends_at(offering: Offering) -> datetime:
    return offering.starts_at + timedelta(minutes=offering.minutes)


def result_due(offering: Offering) -> datetime:
    """The first moment at which the results are late."""
    return day_ends(date_of(offering, "result_due"))


def makeup_ends(offering: Offering) -> datetime:
    """The first moment at which no make-up can be ordered for this later offering."""
    return day_ends(date_of(offering, "makeup_closes"))


def undecided_words(offering: Offering) -> list[str]:
    """What somebody still has to decide about answers before marks can become results."""
    late, rescues = undecided_attempts(offering), rescues_undecided(offering)
    return [
        words
        for count, words in (
            (late, f"{late} 份答卷有迟到的作答没有决定"),
            (rescues, f"{rescues} 份救援文件没有决定"),
        )
        if count
    ]


# Officers


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingState:
    """An offering without a release, and whether its marks are complete."""

    offering: Offering
    sheets: tuple[CandidateSheet, ...]
    due: datetime

    @property
    def unsettled(self) -> tuple[CandidateSheet, ...]:
        return tuple(sheet for sheet in self.sheets if sheet.missing)

    @property
    def complete(self) -> bool:
        return not self.unsettled


def offerings_to_propose(*, moment: datetime) -> list[OfferingState]:
    """Offerings that have been sat and are not proposed yet, the one due first on top."""
    ticketed = Ticket.objects.filter(offering=OuterRef("pk"))
    proposed = Release.objects.filter(offering=OuterRef("pk"))
    found = [
        offering
        for offering in Offering.objects.filter(Exists(ticketed), ~Exists(proposed), starts_at__lte=moment)
        .select_related("sitting", "revision")
        .order_by("sitting__day", "title")
        if ends_at(offering) <= moment
    ]
    sheets = sheets_of(found)
    return [state_of(offering, sheets[offering.id]) for offering in found]


def state_of(offering: Offering, sheets: list[CandidateSheet] | None = None) -> OfferingState:
    known = sheets_of([offering])[offering.id] if sheets is None else sheets
    return OfferingState(offering=offering, sheets=tuple(known), due=result_due(offering))


def histograms(sheets: Sequence[CandidateSheet]) -> list[Histogram]:
    """One per component over the marks settled on this sitting; kept marks are not drawn again."""
    columns: dict[str, list[Decimal | None]] = defaultdict(list)
    components: dict[str, Component] = {}
    for line in (line for sheet in sheets for line in sheet.lines):
        components[line.component.key] = line.component
        if line.settlement.settled and not line.kept:
            columns[line.component.key].append(line.settlement.marks)
    return [
        draw(
            component.name,
            columns[key],
            pass_marks=component.pass_marks.value,
            max_marks=component.max_marks.value,
        )
        for key, component in components.items()
    ]


def releases() -> QuerySet[Release]:
    return Release.objects.select_related(
        "offering__sitting", "offering__revision", "proposed_by", "released_by"
    ).order_by("-created_at")


def releases_waiting() -> QuerySet[Release]:
    return releases().filter(released_at=None)


def release_of(offering: Offering) -> Release | None:
    return releases().filter(offering=offering).first()


def _with_everything() -> QuerySet[Result]:
    return Result.objects.select_related(
        "application__person",
        "application__institution",
        "application__offering__sitting",
        "application__offering__revision",
        "application__sitting",
        "release__offering__sitting",
        "revision",
    )


def results_of_release(release: Release) -> QuerySet[Result]:
    return _with_everything().filter(release=release).order_by("application__person__name", "id")


# Candidates and institutions: nothing before release


def released_results() -> QuerySet[Result]:
    return _with_everything().filter(release__released_at__isnull=False).order_by("-release__released_at")


def results_of_person(person: Person) -> QuerySet[Result]:
    return released_results().filter(application__person=person)


def results_of_institution(institution: Institution) -> QuerySet[Result]:
    return (
        released_results()
        .filter(application__institution=institution)
        .order_by("-release__released_at", "application__person__name", "id")
    )


def ticket_number_of(result: Result) -> str:
    number = Ticket.objects.filter(application=result.application_id).values_list("number", flat=True).first()
    return number or ""


def theory_breakdown_of(result: Result) -> Any:
    """How the theory mark of a result came about, None where nothing of it is kept.

    A mark that moved after the release is nobody's result yet: then what stood before it.
    """
    stated = next((line["marks"] for line in result.components if line["key"] == "theory"), None)
    if stated is None:
        return None
    own = {"attempt__ticket__application": result.application_id}
    mark = TheoryMark.objects.filter(**own).first()
    if mark is not None and mark.marks == Decimal(stated):
        return mark.breakdown
    kept = Remarking.objects.filter(**own).order_by("-created_at").values_list("theory", flat=True)
    return next((row["breakdown"] for row in kept if row and Decimal(row["marks"]) == Decimal(stated)), None)


def makeup_of(result: Result) -> MakeUp | None:
    return (
        MakeUp.objects.filter(result=result)
        .select_related("application__offering__sitting", "application__sitting")
        .first()
    )


def request_of(result: Result) -> MakeUpRequest | None:
    return MakeUpRequest.objects.filter(result=result).select_related("offering__sitting").first()


def passed_since(result: Result) -> bool:
    """Whether the person has passed the same examination, in this result or in another."""
    offering = result.application.offering
    return Result.objects.filter(
        application__person=result.application.person_id,
        outcome=Outcome.PASSED,
        release__released_at__isnull=False,
        application__offering__programme=offering.programme,
        application__offering__level=offering.level,
        application__offering__trade=offering.trade,
        application__offering__revision__rule_set=offering.revision.rule_set,
    ).exists()


def later_offerings(result: Result, *, moment: datetime) -> list[Offering]:
    """Offerings of the same examination that can still be ordered as a make-up, the next one first."""
    sat = result.application.offering
    found = Offering.objects.filter(
        revision__rule_set=sat.revision.rule_set,
        programme=sat.programme,
        level=sat.level,
        trade=sat.trade,
        sitting__day__gt=sat.sitting.day,
    ).select_related("sitting", "revision")
    return [offering for offering in found.order_by("sitting__day") if moment < makeup_ends(offering)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """A failed result that can be followed by a make-up. request: the candidate has asked."""

    result: Result
    offerings: tuple[Offering, ...]
    request: MakeUpRequest | None

    @property
    def due(self) -> datetime:
        return makeup_ends(self.offerings[0])


def chances_of(institution: Institution, *, moment: datetime) -> list[Chance]:
    """Failed or absent released results without a make-up for which a later offering is open; five queries at most."""
    ordered = MakeUp.objects.filter(result=OuterRef("pk"))
    failed = list(
        results_of_institution(institution).exclude(outcome=Outcome.PASSED).filter(~Exists(ordered))
    )
    passed = set(
        results_of_institution(institution)
        .filter(outcome=Outcome.PASSED)
        .values_list(
            "application__person_id",
            "application__offering__revision__rule_set",
            "application__offering__programme",
            "application__offering__level",
            "application__offering__trade",
        )
    )
    requests = {
        request.result_id: request
        for request in MakeUpRequest.objects.filter(result__in=failed).select_related("offering__sitting")
    }
    ahead = [
        offering
        for offering in Offering.objects.filter(sitting__day__gte=moment.date())
        .select_related("sitting", "revision")
        .order_by("sitting__day")
        if moment < makeup_ends(offering)
    ]
    chances = []
    for result in failed:
        sat = result.application.offering
        if (result.application.person_id, *_examination(sat)) in passed:
            continue
        fitting = tuple(
            offering
            for offering in ahead
            if _examination(offering) == _examination(sat) and offering.sitting.day > sat.sitting.day
        )
        if fitting:
            chances.append(Chance(result=result, offerings=fitting, request=requests.get(result.id)))
    return chances


def _examination(offering: Offering) -> tuple[str, str, str, str]:
    return offering.revision.rule_set, offering.programme, offering.level, offering.trade


def makeups_of(institution: Institution) -> QuerySet[MakeUp]:
    """With what each was ordered at (`fee_fen`)."""
    lines = OrderLine.objects.filter(application=OuterRef("application")).order_by("-created_at")
    return (
        MakeUp.objects.filter(application__institution=institution)
        .annotate(fee_fen=Subquery(lines.values("amount_fen")[:1]))
        .select_related("application__person", "application__offering__sitting", "result")
        .order_by("-created_at")
    )


def kept_until_of(line: dict[str, Any], rules: RuleSet) -> date:
    """Until when a passed component of a result counts."""
    return kept_until(date.fromisoformat(line["sat_on"]), rules.retention.component_months.value)
