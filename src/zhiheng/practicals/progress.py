"""How far the skill assessment of each offering has come."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from zhiheng.practicals.models import PanelCandidate, PanelMember, ScoreSheet, SignOff
from zhiheng.practicals.queries import has_skill_component
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillState:
    """Where one offering stands. sheets: handed in by distinct examiners; due_sheets: how many are asked for."""

    offering: Offering
    tickets: int
    assigned: int
    absent: int
    signed: int
    sheets: int
    due_sheets: int

    @property
    def unassigned(self) -> int:
        return self.tickets - self.assigned

    @property
    def present(self) -> int:
        return self.assigned - self.absent

    @property
    def unsigned(self) -> int:
        return self.present - self.signed


def skill_states(offerings: Iterable[Offering]) -> list[SkillState]:
    """The offerings with a skill assessment, in a fixed number of queries."""
    wanted = [offering for offering in offerings if has_skill_component(offering)]
    tickets = _count(Ticket.objects.filter(offering__in=wanted).order_by().values_list("offering_id"))
    sizes = _count(PanelMember.objects.filter(panel__offering__in=wanted).values_list("panel_id"))
    assigned: dict[UUID, int] = defaultdict(int)
    absent: dict[UUID, int] = defaultdict(int)
    due: dict[UUID, int] = defaultdict(int)
    here = PanelCandidate.objects.filter(panel__offering__in=wanted)
    for offering_id, panel_id, away in here.values_list("panel__offering_id", "panel_id", "absent"):
        assigned[offering_id] += 1
        absent[offering_id] += away
        due[offering_id] += 0 if away else sizes[panel_id]
    signed = _count(
        SignOff.objects.filter(candidate__panel__offering__in=wanted).values_list(
            "candidate__panel__offering_id"
        )
    )
    sheets = _count(
        ScoreSheet.objects.filter(candidate__panel__offering__in=wanted)
        .order_by()
        .values_list("candidate__panel__offering_id", "candidate_id", "examiner_id")
        .distinct()
    )
    return [
        SkillState(
            offering=offering,
            tickets=tickets[offering.id],
            assigned=assigned[offering.id],
            absent=absent[offering.id],
            signed=signed[offering.id],
            sheets=sheets[offering.id],
            due_sheets=due[offering.id],
        )
        for offering in wanted
    ]


def _count(rows: Iterable[tuple[UUID, ...]]) -> dict[UUID, int]:
    """How many rows begin with each id."""
    counts: dict[UUID, int] = defaultdict(int)
    for row in rows:
        counts[row[0]] += 1
    return counts
