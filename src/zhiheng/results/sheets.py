"""Every candidate's components before anything is proposed: what marking, panels and earlier sittings left."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from zhiheng.delivery.models import Collection
from zhiheng.foundation.moment import chinese_day
from zhiheng.marking.models import TheoryMark
from zhiheng.practicals.models import PanelCandidate, SignOff
from zhiheng.results.core.passing import ComponentMark, Standing, decide_pass
from zhiheng.results.core.settling import Kept, Sat, Settlement, settle, still_kept
from zhiheng.results.models import Result
from zhiheng.seating.models import CheckIn, Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.terms import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentLine:
    """One component of one candidate. kept: counted from an earlier sitting, sat on sat_on."""

    component: Component
    settlement: Settlement
    kept: bool
    sat_on: date

    @property
    def passed(self) -> bool:
        marks = self.settlement.marks
        return marks is not None and marks >= self.component.pass_marks.value

    def as_mark(self) -> ComponentMark:
        name = self.component.name
        return ComponentMark(
            key=self.component.key,
            name=f"{name}（保留 {chinese_day(self.sat_on)} 的合格成绩）" if self.kept else name,
            marks=self.settlement.marks,
            pass_marks=self.component.pass_marks.value,
            rule=self.component.pass_marks.source,
        )

    def as_json(self) -> dict[str, Any]:
        marks = self.settlement.marks
        return {
            "key": self.component.key,
            "name": self.component.name,
            "marks": None if marks is None else str(marks),
            "pass_mark": str(self.component.pass_marks.value),
            "max_mark": str(self.component.max_marks.value),
            "passed": self.passed,
            "absent": marks is None,
            "kept": self.kept,
            "sat_on": self.sat_on.isoformat(),
            "rule": self.component.pass_marks.source,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateSheet:
    """A ticketed candidate's components, before anything is proposed."""

    ticket: Ticket
    lines: tuple[ComponentLine, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(line.settlement.missing for line in self.lines if line.settlement.missing)

    def standing(self, makeup: str) -> Standing:
        return decide_pass([line.as_mark() for line in self.lines], makeup=makeup)


def sheets_of(offerings: Iterable[Offering]) -> dict[UUID, list[CandidateSheet]]:
    """Every ticketed candidate of the offerings, in a fixed number of queries."""
    wanted = list(offerings)
    tickets = list(
        Ticket.objects.filter(offering__in=wanted)
        .select_related(
            "application__person", "application__institution", "offering__sitting", "offering__revision"
        )
        .order_by("number")
    )
    traces = _traces(wanted)
    gathered = {ticket.offering_id for ticket in tickets if traces[ticket.id]["collected"]}
    earlier = _passed_before([ticket.application.resit_of_id for ticket in tickets])
    sheets: dict[UUID, list[CandidateSheet]] = {offering.id: [] for offering in wanted}
    for ticket in tickets:
        sat = Sat(**traces[ticket.id], gathered=ticket.offering_id in gathered)
        kept = earlier.get(ticket.application.resit_of_id, {})
        sheets[ticket.offering_id].append(_sheet(ticket, sat, kept))
    return sheets


def _traces(offerings: Sequence[Offering]) -> dict[UUID, dict[str, Any]]:
    found: dict[UUID, dict[str, Any]] = defaultdict(lambda: {"collected": False})
    checks = CheckIn.objects.filter(ticket__offering__in=offerings).values_list("ticket_id", "present")
    for ticket, present in checks:
        found[ticket]["present"] = present
    collected = Collection.objects.filter(attempt__ticket__offering__in=offerings)
    for ticket in collected.order_by().values_list("attempt__ticket_id", flat=True).distinct():
        found[ticket]["collected"] = True
    theory = TheoryMark.objects.filter(attempt__ticket__offering__in=offerings)
    for ticket, marks in theory.values_list("attempt__ticket_id", "marks"):
        found[ticket] |= {"theory": marks, "collected": True}
    panel = PanelCandidate.objects.filter(ticket__offering__in=offerings).values_list("ticket_id", "absent")
    for ticket, absent in panel:
        found[ticket] |= {"on_panel": True, "panel_absent": absent}
    signed = SignOff.objects.filter(candidate__ticket__offering__in=offerings)
    for ticket, marks in signed.values_list("candidate__ticket_id", "marks"):
        found[ticket]["skill"] = marks
    return found


def _passed_before(applications: Sequence[UUID | None]) -> dict[UUID | None, dict[str, Kept]]:
    earlier = Result.objects.filter(
        application__in=[application for application in applications if application],
        release__released_at__isnull=False,
    )
    return {result.application_id: kept_components(result) for result in earlier}


def kept_components(result: Result) -> dict[str, Kept]:
    """What was passed, by component key, with the day it was sat."""
    return {
        line["key"]: Kept(marks=Decimal(line["marks"]), sat_on=date.fromisoformat(line["sat_on"]))
        for line in result.components
        if line["passed"]
    }


def _sheet(ticket: Ticket, sat: Sat, kept: dict[str, Kept]) -> CandidateSheet:
    offering = ticket.offering
    rules = rules_for(offering)
    months, day = rules.retention.component_months.value, offering.sitting.day
    lines = []
    for component in rules.components_at(offering.level):
        before = kept.get(component.key)
        if before is not None and still_kept(before, months=months, day=day):
            settlement = Settlement(marks=before.marks)
            lines.append(
                ComponentLine(component=component, settlement=settlement, kept=True, sat_on=before.sat_on)
            )
            continue
        settlement = settle(component.key, component.name, sat)
        lines.append(ComponentLine(component=component, settlement=settlement, kept=False, sat_on=day))
    return CandidateSheet(ticket=ticket, lines=tuple(lines))
