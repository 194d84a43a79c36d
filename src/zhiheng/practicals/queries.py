"""Panels, candidates and sheets, cut to what an account may see."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, QuerySet

from zhiheng.foundation.decision import Decision
from zhiheng.foundation.moment import day_ends
from zhiheng.people.models import Account
from zhiheng.practicals import models
from zhiheng.practicals.core.scoring import Sheet, decide_sign_off
from zhiheng.practicals.core.task import SkillTask
from zhiheng.practicals.models import Panel, PanelCandidate, PanelMember, ScoreSheet, SignOff
from zhiheng.seating.core.ratios import check_examiners
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import date_of, rules_for

COMPONENT = "skill"


def task_of(row: models.SkillTask) -> SkillTask:
    """The task as it was pinned."""
    return _task(str(row.id))


@lru_cache(maxsize=32)
def _task(row: str) -> SkillTask:
    # A task row never changes, so its decoded form may be kept for the life of the process.
    return msgspec.convert(models.SkillTask.objects.get(id=row).document, SkillTask, strict=False)


def has_skill_component(offering: Offering) -> bool:
    return any(entry.key == COMPONENT for entry in rules_for(offering).components_at(offering.level))


def fits(task: SkillTask, offering: Offering) -> bool:
    """Whether a task belongs to the offering's rule set, level and trade."""
    wanted = (offering.revision.rule_set, offering.level, offering.trade)
    return (task.ruleset, task.level, task.trade) == wanted


def tasks_for(offering: Offering) -> list[models.SkillTask]:
    rows = models.SkillTask.objects.order_by("created_at")
    return [row for row in rows if fits(task_of(row), offering)]


def result_due(offering: Offering) -> datetime:
    """The first moment at which the results are late."""
    return day_ends(date_of(offering, "result_due"))


# Panels


def panels() -> QuerySet[Panel]:
    return Panel.objects.select_related("offering__sitting", "offering__revision", "task").order_by(
        "offering__sitting__day", "name", "created_at"
    )


def panels_of(examiner: Account) -> QuerySet[Panel]:
    """The panels somebody sits on."""
    seats = PanelMember.objects.filter(panel=OuterRef("pk"), examiner=examiner)
    return panels().filter(Exists(seats))


def panels_in(offering: Offering) -> QuerySet[Panel]:
    return panels().filter(offering=offering)


def members_of(panel: Panel) -> list[PanelMember]:
    """The chair first."""
    seats = PanelMember.objects.filter(panel=panel).select_related("examiner")
    return list(seats.order_by("-chair", "examiner__username"))


def membership(panel: Panel, account: Account) -> PanelMember | None:
    return PanelMember.objects.filter(panel=panel, examiner=account).first()


def staffing(panel: Panel, *, candidates: int) -> Decision:
    """Whether the panel is odd, three or more, and one examiner per five candidates."""
    size = PanelMember.objects.filter(panel=panel).count()
    return check_examiners((size,), candidates=candidates, ratios=rules_for(panel.offering).ratios)


def candidates_of(panel: Panel) -> QuerySet[PanelCandidate]:
    return (
        PanelCandidate.objects.filter(panel=panel)
        .select_related("ticket__application__person", "panel__offering__sitting", "panel__task")
        .order_by("ticket__number")
    )


def candidates_seen_by(examiner: Account) -> QuerySet[PanelCandidate]:
    """Candidates of the panels somebody sits on, and nobody else's."""
    seats = PanelMember.objects.filter(panel=OuterRef("panel"), examiner=examiner)
    return (
        PanelCandidate.objects.filter(Exists(seats))
        .select_related(
            "ticket__application__person",
            "panel__offering__sitting",
            "panel__offering__revision",
            "panel__task",
        )
        .order_by("ticket__number")
    )


def unassigned_tickets(offering: Offering) -> QuerySet[Ticket]:
    taken = PanelCandidate.objects.filter(ticket=OuterRef("pk"))
    return (
        Ticket.objects.filter(offering=offering)
        .filter(~Exists(taken))
        .select_related("application__person", "application__institution")
        .order_by("number")
    )


# Sheets


def latest_sheets(candidate: PanelCandidate) -> dict[UUID, ScoreSheet]:
    """Examiner id -> the sheet that counts. For deciding only: who may read them is `sheets_seen_by`."""
    rows = ScoreSheet.objects.filter(candidate=candidate).select_related("examiner").order_by("created_at")
    return {row.examiner_id: row for row in rows}


def sign_off_of(candidate: PanelCandidate) -> SignOff | None:
    return SignOff.objects.filter(candidate=candidate).select_related("by").first()


def sheets_seen_by(examiner: Account, candidate: PanelCandidate) -> list[ScoreSheet]:
    """One's own sheet; everybody's once the chair has signed."""
    sheets = latest_sheets(candidate)
    if sign_off_of(candidate) is None:
        return [sheet for owner, sheet in sheets.items() if owner == examiner.id]
    return list(sheets.values())


def signing(candidate: PanelCandidate) -> Decision:
    """Whether every examiner of the panel has handed in; tells no marks."""
    owners = [
        Sheet(examiner=str(owner), total=sheet.total) for owner, sheet in latest_sheets(candidate).items()
    ]
    panel = [str(member.examiner_id) for member in members_of(candidate.panel)]
    return decide_sign_off(owners, panel=panel)


# Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """One candidate on a panel's list. handed_in: sheets in, of `size`; own: whether the reader's is among them."""

    candidate: PanelCandidate
    handed_in: int
    size: int
    own: bool
    signed: SignOff | None

    @property
    def state(self) -> tuple[str, str]:
        if self.candidate.absent:
            return "note", "缺考"
        if self.signed is not None:
            return "valid", "组长已签字"
        if self.handed_in == self.size:
            return "pending", "待组长签字"
        return ("pending", "评分中") if self.handed_in else ("ahead", "未评分")

    @property
    def open(self) -> bool:
        return not self.candidate.absent and self.signed is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelView:
    """A panel with its members, the chair first, and its candidates."""

    panel: Panel
    members: tuple[PanelMember, ...]
    rows: tuple[CandidateRow, ...]

    @property
    def chair(self) -> PanelMember | None:
        return next((member for member in self.members if member.chair), None)

    @property
    def settled(self) -> int:
        return sum(not row.open for row in self.rows)

    @property
    def ready_to_sign(self) -> tuple[CandidateRow, ...]:
        return tuple(row for row in self.rows if row.open and row.handed_in == row.size)

    @property
    def to_score(self) -> tuple[CandidateRow, ...]:
        return tuple(row for row in self.rows if row.open and not row.own)

    def chaired_by(self, account: Account) -> bool:
        return any(member.chair and member.examiner_id == account.id for member in self.members)


def overview(found: Iterable[Panel], *, reader: Account | None = None) -> list[PanelView]:
    """Panels with everything their pages count, in four queries however many there are."""
    shown = list(found)
    members: dict[UUID, list[PanelMember]] = defaultdict(list)
    seats = PanelMember.objects.filter(panel__in=shown).select_related("examiner")
    for member in seats.order_by("-chair", "examiner__username"):
        members[member.panel_id].append(member)
    people = (
        PanelCandidate.objects.filter(panel__in=shown)
        .select_related("ticket__application__person")
        .order_by("ticket__number")
    )
    return _views(shown, members, list(people), reader)


def _views(
    shown: Sequence[Panel],
    members: dict[UUID, list[PanelMember]],
    people: Sequence[PanelCandidate],
    reader: Account | None,
) -> list[PanelView]:
    handed: dict[UUID, set[UUID]] = defaultdict(set)
    sheets = ScoreSheet.objects.filter(candidate__in=people).order_by()
    for candidate, examiner in sheets.values_list("candidate_id", "examiner_id"):
        handed[candidate].add(examiner)
    signed = {row.candidate_id: row for row in SignOff.objects.filter(candidate__in=people)}
    rows: dict[UUID, list[CandidateRow]] = defaultdict(list)
    for one in people:
        rows[one.panel_id].append(
            CandidateRow(
                candidate=one,
                handed_in=len(handed[one.id]),
                size=len(members[one.panel_id]),
                own=reader is not None and reader.id in handed[one.id],
                signed=signed.get(one.id),
            )
        )
    return [
        PanelView(panel=panel, members=tuple(members[panel.id]), rows=tuple(rows[panel.id]))
        for panel in shown
    ]
