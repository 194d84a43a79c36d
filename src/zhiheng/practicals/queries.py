"""Panels, candidates and sheets; nobody sees another examiner's sheet before the chair has signed."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from zhiheng.people.models import Account
from zhiheng.practicals.core import task as core
from zhiheng.practicals.models import Panel, PanelCandidate, PanelMember, ScoreSheet, SignOff, SkillTask
from zhiheng.sittings.models import Offering


def task_of(row: SkillTask) -> core.SkillTask:
    """The task as it stood when it was stored."""
    return msgspec.convert(row.document, core.SkillTask)


def panels_of(offering: Offering) -> list[Panel]:
    return list(_panels().filter(offering=offering).order_by("name"))


def panels_with(examiner: Account) -> list[Panel]:
    mine = PanelMember.objects.filter(examiner=examiner).values("panel_id")
    return list(_panels().filter(id__in=mine).order_by("-offering__sitting__day", "name"))


def panel_seen_by(examiner: Account, panel_id: UUID | str) -> Panel | None:
    """A panel, for one of its members only."""
    if not PanelMember.objects.filter(panel_id=panel_id, examiner=examiner).exists():
        return None
    return _panels().filter(id=panel_id).first()


def _panels() -> QuerySet[Panel]:
    return Panel.objects.select_related("offering__sitting", "offering__revision", "task")


def members_of(panel: Panel) -> list[PanelMember]:
    return list(
        PanelMember.objects.filter(panel=panel)
        .select_related("examiner")
        .order_by("-chair", "examiner__username")
    )


def is_chair(panel: Panel, account: Account) -> bool:
    return PanelMember.objects.filter(panel=panel, examiner=account, chair=True).exists()


def candidates_of(panel: Panel) -> list[PanelCandidate]:
    return list(
        PanelCandidate.objects.filter(panel=panel)
        .select_related("ticket__application__person", "panel__offering__sitting", "panel__task")
        .order_by("ticket__number")
    )


def candidate_seen_by(examiner: Account, candidate_id: UUID | str) -> PanelCandidate | None:
    """A candidate, for a member of the panel only."""
    found = (
        PanelCandidate.objects.filter(id=candidate_id)
        .select_related(
            "ticket__application__person",
            "panel__offering__sitting",
            "panel__offering__revision",
            "panel__task",
        )
        .first()
    )
    if found is None or not PanelMember.objects.filter(panel=found.panel, examiner=examiner).exists():
        return None
    return found


def latest_sheets(candidates: Iterable[PanelCandidate]) -> dict[UUID, dict[UUID, ScoreSheet]]:
    """Candidate id -> examiner id -> the sheet in force, the last one handed in."""
    kept: dict[UUID, dict[UUID, ScoreSheet]] = {}
    rows = ScoreSheet.objects.filter(candidate__in=list(candidates)).select_related("examiner")
    for sheet in rows.order_by("created_at"):
        kept.setdefault(sheet.candidate_id, {})[sheet.examiner_id] = sheet
    return kept


def own_sheet(candidate: PanelCandidate, examiner: Account) -> ScoreSheet | None:
    return ScoreSheet.objects.filter(candidate=candidate, examiner=examiner).order_by("-created_at").first()


def sign_off_of(candidate: PanelCandidate) -> SignOff | None:
    return SignOff.objects.filter(candidate=candidate).select_related("by").first()


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLine:
    """One candidate as an examiner sees the list: whether *I* have scored, how many have, what was signed."""

    candidate: PanelCandidate
    mine: ScoreSheet | None
    handed_in: int
    signed: SignOff | None


def lines_for(panel: Panel, examiner: Account) -> list[CandidateLine]:
    """The panel's candidates in a fixed number of queries."""
    candidates = candidates_of(panel)
    sheets = latest_sheets(candidates)
    signed = {row.candidate_id: row for row in SignOff.objects.filter(candidate__in=candidates)}
    return [
        CandidateLine(
            candidate=candidate,
            mine=sheets.get(candidate.id, {}).get(examiner.id),
            handed_in=len(sheets.get(candidate.id, {})),
            signed=signed.get(candidate.id),
        )
        for candidate in candidates
    ]
