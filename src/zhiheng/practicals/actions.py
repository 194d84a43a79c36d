"""Forming panels, scoring independently, signing off."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from django.db import IntegrityError, transaction

from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.practicals.core import task as core
from zhiheng.practicals.core.scoring import Sheet, check_sheet, decide_sign_off, skill_mark
from zhiheng.practicals.models import Panel, PanelCandidate, PanelMember, ScoreSheet, SignOff, SkillTask
from zhiheng.practicals.queries import is_chair, latest_sheets, members_of, sign_off_of, task_of
from zhiheng.seating.core.ratios import check_examiners
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for


@transaction.atomic
def load_task(*, by: str, task: core.SkillTask) -> SkillTask:
    """Store a task as it stands; the same content is stored once."""
    document = msgspec.to_builtins(task)
    row, created = SkillTask.objects.get_or_create(
        content_hash=digest(document), defaults={"name": task.title, "document": document}
    )
    if created:
        record(by=by, act="skill-task-loaded", subject=f"skill-task:{row.id}", detail={"id": task.id})
    return row


@transaction.atomic
def form_panel(
    *,
    by: Account,
    offering: Offering,
    task: SkillTask,
    name: str,
    place: str,
    examiners: Sequence[Account],
    chair: Account,
) -> Panel:
    """A panel for an offering's skill assessment.

    Raises: Refused for an even or too small panel, somebody who is no examiner, a chair from outside, or a task
    of another level or trade.
    """
    wanted = task_of(task)
    if (wanted.level, wanted.trade) != (offering.level, offering.trade):
        raise Refused(
            what=f"任务“{wanted.title}”不是{offering.title}的任务",
            remedy="请选择同工种同等级的任务",
            code="task-elsewhere",
        )
    for account in examiners:
        if Role.EXAMINER not in roles_of(account):
            raise Refused(
                what=f"{account.display_name}没有考评员身份", remedy="请先授予考评员角色", code="not-examiner"
            )
    if chair not in examiners:
        raise Refused(what="组长不在考评组成员之中", remedy="请从成员中指定组长", code="chair-outside")
    check_examiners((len(set(examiners)),), candidates=1, ratios=rules_for(offering).ratios).require()
    panel = Panel.objects.create(offering=offering, task=task, name=name, place=place)
    PanelMember.objects.bulk_create(
        PanelMember(panel=panel, examiner=account, chair=account == chair) for account in set(examiners)
    )
    record(
        by=str(by.id),
        act="panel-formed",
        subject=f"panel:{panel.id}",
        detail={"examiners": sorted(str(account.id) for account in examiners), "chair": str(chair.id)},
    )
    return panel


@transaction.atomic
def assign_candidates(*, by: Account, panel: Panel, tickets: Sequence[Ticket]) -> list[PanelCandidate]:
    """Put candidates before a panel, one examiner per five at least.

    Raises: Refused for tickets of another offering, too many candidates, or somebody assigned already.
    """
    if any(ticket.offering_id != panel.offering_id for ticket in tickets):
        raise Refused(
            what="所选考生不是这一科目的考生", remedy="请刷新页面后重新选择", code="ticket-elsewhere"
        )
    before = PanelCandidate.objects.filter(panel=panel).count()
    check_examiners(
        (len(members_of(panel)),),
        candidates=max(1, before + len(tickets)),
        ratios=rules_for(panel.offering).ratios,
    ).require()
    try:
        with transaction.atomic():
            rows = [PanelCandidate.objects.create(panel=panel, ticket=ticket) for ticket in tickets]
    except IntegrityError:
        raise Refused(
            what="所选考生中有人已分到考评组", remedy="请刷新页面后重新选择", code="assigned-already"
        ) from None
    record(by=str(by.id), act="candidates-assigned", subject=f"panel:{panel.id}", detail={"count": len(rows)})
    return rows


@transaction.atomic
def mark_absent(*, by: Account, candidate: PanelCandidate) -> PanelCandidate:
    """A member of the panel writes down that the candidate did not come."""
    _require_member(by, candidate)
    _require_open(candidate)
    if ScoreSheet.objects.filter(candidate=candidate).exists():
        raise Refused(what="这名考生已有评分表，不能记为缺考", remedy="请核对考生", code="scored-already")
    candidate.absent = True
    candidate.save(update_fields=["absent"])
    record(by=str(by.id), act="skill-absent", subject=f"panel-candidate:{candidate.id}")
    return candidate


@transaction.atomic
def submit_sheet(
    *, by: Account, candidate: PanelCandidate, scores: Mapping[str, str], comment: str = ""
) -> ScoreSheet:
    """Hand in one examiner's marks; before the sign-off a corrected sheet replaces the earlier one, which is kept.

    Raises: Refused for an outsider, an absent candidate, before the day, after the sign-off, or marks that cannot be.
    """
    lock_named(f"skill:{candidate.id}")
    _require_member(by, candidate)
    _require_open(candidate)
    if candidate.absent:
        raise Refused(what="这名考生已记为缺考", remedy="请核对考生", code="absent")
    marks = check_sheet(task_of(candidate.panel.task), scores)
    sheet = ScoreSheet.objects.create(
        candidate=candidate,
        examiner=by,
        scores={name: str(value) for name, value in marks.items()},
        total=sum(marks.values(), Decimal(0)),
        comment=comment.strip()[:300],
    )
    record(
        by=str(by.id),
        act="skill-scored",
        subject=f"panel-candidate:{candidate.id}",
        detail={"total": str(sheet.total)},
    )
    return sheet


@transaction.atomic
def sign_off(*, by: Account, candidate: PanelCandidate) -> SignOff:
    """The chair confirms the mark once every examiner's sheet is there.

    Raises: Refused for anybody but the chair, a missing sheet, an absent candidate, or a second signature.
    """
    lock_named(f"skill:{candidate.id}")
    panel = candidate.panel
    if not is_chair(panel, by):
        raise Refused(
            what="只有考评组长可以签字", rule="考评组长签字确认", remedy="请由组长登录签字", code="not-chair"
        )
    _require_open(candidate)
    if candidate.absent:
        raise Refused(what="这名考生已记为缺考，不需要签字", remedy="请核对考生", code="absent")
    held = latest_sheets([candidate]).get(candidate.id, {})
    members = members_of(panel)
    sheets = [
        Sheet(examiner=str(member.examiner_id), total=held[member.examiner_id].total)
        for member in members
        if member.examiner_id in held
    ]
    decide_sign_off(sheets, panel=[str(member.examiner_id) for member in members]).require()
    mark = skill_mark(sheets)
    signed = SignOff.objects.create(
        candidate=candidate,
        marks=mark.marks,
        reckoning={
            "text": mark.reckoning,
            "sheets": [str(held[member.examiner_id].id) for member in members],
        },
        by=by,
    )
    record(
        by=str(by.id),
        act="skill-signed-off",
        subject=f"panel-candidate:{candidate.id}",
        detail={"marks": str(mark.marks), "reckoning": mark.reckoning},
    )
    return signed


def _require_member(by: Account, candidate: PanelCandidate) -> None:
    if not PanelMember.objects.filter(panel=candidate.panel, examiner=by).exists():
        raise Refused(what="您不在这名考生的考评组", remedy="请核对考评组", code="not-member")


def _require_open(candidate: PanelCandidate) -> None:
    if clock.today() < candidate.panel.offering.sitting.day:
        raise Refused(
            what=f"考核日是 {candidate.panel.offering.sitting.day.isoformat()}，现在还不能评分",
            remedy="请在考核当天评分",
            code="too-early",
        )
    if sign_off_of(candidate) is not None:
        raise Refused(what="组长已签字，成绩不能再改", remedy="有疑问的，请走成绩复核", code="signed-already")
