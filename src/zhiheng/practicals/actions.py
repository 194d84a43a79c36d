"""Tasks, panels, score sheets and the chair's signature."""

import hashlib
from collections.abc import Sequence

import msgspec
from django.db import transaction

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import accounts_in, roles_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.practicals import models
from zhiheng.practicals.core.scoring import Sheet, check_sheet, skill_mark
from zhiheng.practicals.core.task import SkillTask, check_sums
from zhiheng.practicals.models import (
    AbsenceStep,
    AbsenceWord,
    Panel,
    PanelCandidate,
    PanelMember,
    ScoreSheet,
    SignOff,
)
from zhiheng.practicals.queries import (
    fits,
    has_skill_component,
    latest_sheets,
    membership,
    sign_off_of,
    signing,
    staffing,
    task_of,
)
from zhiheng.seating.core.ratios import check_examiners
from zhiheng.seating.models import Ticket
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for

COMMENT_LIMIT = 300


@transaction.atomic
def load_task(*, by: str, task: SkillTask) -> models.SkillTask:
    """Pin a task as it stands; the same content gives the same row.

    Raises: TaskFault when the rubric does not add up.
    """
    check_sums(task)
    content = msgspec.json.encode(task, order="sorted")
    row, created = models.SkillTask.objects.get_or_create(
        content_hash=hashlib.sha256(content).hexdigest(),
        defaults={"name": task.title[:64], "document": msgspec.json.decode(content)},
    )
    if created:
        record(by=by, act="skill-task-loaded", subject=f"skill-task:{row.id}", detail={"task": task.id})
    return row


@transaction.atomic
def form_panel(
    *,
    by: Account,
    offering: Offering,
    task: models.SkillTask,
    name: str,
    place: str,
    examiners: Sequence[Account],
    chair: Account,
) -> Panel:
    """Three or more examiners, an odd number, one of them in the chair.

    Raises: Refused for too few or an even number, a stranger in the chair, a missing role, or a foreign task.
    """
    lock_named(f"panels:{offering.id}")
    _require_subject(offering, task)
    _require_named(offering, name, place)
    _require_examiners(examiners, chair)
    check_examiners((len(examiners),), candidates=1, ratios=rules_for(offering).ratios).require()
    panel = Panel.objects.create(offering=offering, task=task, name=name.strip(), place=place.strip())
    for examiner in examiners:
        PanelMember.objects.create(panel=panel, examiner=examiner, chair=examiner.id == chair.id)
    record(
        by=str(by.id),
        act="panel-formed",
        subject=f"panel:{panel.id}",
        detail={"examiners": [str(one.id) for one in examiners], "chair": str(chair.id)},
    )
    return panel


def _require_subject(offering: Offering, task: models.SkillTask) -> None:
    Decision.all_of(
        Reason(
            code="no-skill-component",
            text=f"{offering.title}没有技能考核",
            met=has_skill_component(offering),
            rule=rules_for(offering).source,
            remedy="请选择设有技能考核的项目",
        ),
        Reason(
            code="task-elsewhere",
            text=f"任务“{task.name}”不是为{offering.title}编写的",
            met=fits(task_of(task), offering),
            rule="任务的规则集、等级、工种须与考核项目一致",
            remedy="请选择本项目的任务",
        ),
    ).require()


def _require_named(offering: Offering, name: str, place: str) -> None:
    limits = (("名称", name, 40), ("地点", place, 100))
    for what, text, limit in limits:
        if not 1 <= len(text.strip()) <= limit:
            raise Refused(
                what=f"考评组的{what}须为 1 至 {limit} 个字", remedy=f"请填写{what}", code="panel-words"
            )
    if Panel.objects.filter(offering=offering, name=name.strip()).exists():
        raise Refused(what=f"已有名为“{name.strip()}”的考评组", remedy="请换一个名称", code="panel-taken")


def _require_examiners(examiners: Sequence[Account], chair: Account) -> None:
    ids = {one.id for one in examiners}
    if len(ids) != len(examiners):
        raise Refused(what="同一名考评员被选了两次", remedy="请每人只选一次", code="examiner-twice")
    if chair.id not in ids:
        raise Refused(
            what=f"组长{chair.display_name}不在考评组内",
            remedy="请从本组考评员中指定组长",
            code="chair-elsewhere",
        )
    entitled = {one.id for one in accounts_in(Role.EXAMINER)}
    strangers = "、".join(one.display_name for one in examiners if one.id not in entitled)
    if strangers:
        raise Refused(
            what=f"{strangers}没有考评员资格",
            rule="4-01-02-07（2021）1.9.3：考评由考评人员担任",
            remedy="请先授予考评员角色，或换一名考评员",
            code="not-examiner",
        )


@transaction.atomic
def assign_candidates(*, by: Account, panel: Panel, tickets: Sequence[Ticket]) -> list[PanelCandidate]:
    """Put candidates before a panel; the ratio is checked over all its candidates.

    Raises: Refused for another offering's ticket, one already before a panel, or too many for the examiners.
    """
    lock_named(f"panels:{panel.offering_id}")
    if not tickets:
        raise Refused(what="没有选择考生", remedy="请至少选择一名考生", code="no-candidates")
    for ticket in tickets:
        if ticket.offering_id != panel.offering_id:
            raise Refused(
                what=f"准考证 {ticket.number} 不属于{panel.offering.title}",
                remedy="请只选择本项目的考生",
                code="ticket-elsewhere",
            )
    taken = PanelCandidate.objects.filter(ticket__in=tickets).values_list("ticket__number", flat=True)
    if taken:
        raise Refused(
            what=f"准考证 {'、'.join(sorted(taken))} 已分到考评组",
            remedy="请重新选择",
            code="assigned-already",
        )
    before = PanelCandidate.objects.filter(panel=panel).count()
    staffing(panel, candidates=before + len(tickets)).require()
    rows = [PanelCandidate.objects.create(panel=panel, ticket=ticket) for ticket in tickets]
    record(
        by=str(by.id),
        act="panel-candidates-assigned",
        subject=f"panel:{panel.id}",
        detail={"tickets": [ticket.number for ticket in tickets]},
    )
    return rows


def _held(candidate: PanelCandidate) -> PanelCandidate:
    """The row as it stands now, held until the transaction ends."""
    lock_named(f"panel-candidate:{candidate.id}")
    return PanelCandidate.objects.select_related(
        "panel__offering__sitting", "panel__offering__revision", "panel__task", "ticket"
    ).get(pk=candidate.pk)


def _require_open(candidate: PanelCandidate, account: Account) -> None:
    """A member of the panel, on or after the day, before the signature, for somebody who came."""
    member = membership(candidate.panel, account) is not None and Role.EXAMINER in roles_of(account)
    day = candidate.panel.offering.sitting.day
    Decision.all_of(
        Reason(
            code="not-on-panel",
            text=f"{account.display_name}不是{candidate.panel.name}的考评员",
            met=member,
            rule="考评员只为本组考生评分",
            remedy="请由本组考评员操作",
        )
    ).require()
    if clock.today() < day:
        raise Refused(
            what=f"考核日是{chinese_day(day)}，今天还不能评分",
            rule="评分在考核当日或之后进行",
            remedy="请在考核当日再来",
            code="before-the-day",
        )
    if sign_off_of(candidate) is not None:
        raise Refused(
            what=f"准考证 {candidate.ticket.number} 的技能成绩组长已签字",
            rule="签字后评分表不再更改",
            remedy="确有错误的，请向成绩管理员提出复核",
            code="signed-off",
        )
    if candidate.absent:
        raise Refused(
            what=f"准考证 {candidate.ticket.number} 已记为缺考",
            rule="缺考的考生不评分",
            remedy="请核对考生；记错的，在考评组页面提出撤销缺考",
            code="candidate-absent",
        )


@transaction.atomic
def mark_absent(*, by: Account, candidate: PanelCandidate) -> None:
    """The candidate did not come. Raises: Refused once somebody has handed in a sheet."""
    held = _held(candidate)
    _require_open(held, by)
    if ScoreSheet.objects.filter(candidate=held).exists():
        raise Refused(
            what=f"准考证 {held.ticket.number} 已有评分表，不能记为缺考",
            rule="到场并已评分的考生不是缺考",
            remedy="请核对考生",
            code="scored-already",
        )
    held.absent = True
    held.save(update_fields=["absent"])
    candidate.absent = True
    AbsenceWord.objects.create(candidate=held, step=AbsenceStep.RECORDED, by=by)
    record(by=str(by.id), act="skill-absent", subject=f"panel-candidate:{held.id}")


@transaction.atomic
def submit_sheet(
    *, by: Account, candidate: PanelCandidate, scores: dict[str, str], comment: str = ""
) -> ScoreSheet:
    """An examiner's marks; a corrected sheet is a new row and the latest counts.

    scores: criterion id -> marks as text, in steps of 0.5. Raises: Refused naming the criterion.
    """
    held = _held(candidate)
    _require_open(held, by)
    marks = check_sheet(task_of(held.panel.task), scores)
    if len(comment) > COMMENT_LIMIT:
        raise Refused(
            what=f"评语有 {len(comment)} 个字，超过 {COMMENT_LIMIT} 个字",
            remedy="请缩短",
            code="comment-long",
        )
    sheet = ScoreSheet.objects.create(
        candidate=held,
        examiner=by,
        scores={name: str(value) for name, value in marks.items()},
        total=sum(marks.values()),
        comment=comment.strip(),
    )
    record(
        by=str(by.id),
        act="score-sheet-submitted",
        subject=f"panel-candidate:{held.id}",
        detail={"sheet": str(sheet.id), "total": str(sheet.total)},
    )
    return sheet


@transaction.atomic
def sign_off(*, by: Account, candidate: PanelCandidate) -> SignOff:
    """The chair confirms the skill mark: the mean of the examiners' totals.

    Raises: Refused for anybody but the chair, and while a sheet is missing.
    """
    held = _held(candidate)
    _require_open(held, by)
    seat = membership(held.panel, by)
    if seat is None or not seat.chair:
        raise Refused(
            what=f"{by.display_name}不是{held.panel.name}的组长",
            rule="技能成绩由考评组组长签字",
            remedy="请由组长签字",
            code="not-chair",
        )
    signing(held).require()
    sheets = sorted(latest_sheets(held).values(), key=lambda sheet: sheet.examiner.username)
    mark = skill_mark([Sheet(examiner=str(sheet.examiner_id), total=sheet.total) for sheet in sheets])
    signed = SignOff.objects.create(
        candidate=held,
        marks=mark.marks,
        reckoning={
            "text": mark.reckoning,
            "totals": [
                {"examiner": str(one.examiner_id), "sheet": str(one.id), "total": str(one.total)}
                for one in sheets
            ],
        },
        by=by,
    )
    record(
        by=str(by.id),
        act="skill-signed-off",
        subject=f"panel-candidate:{held.id}",
        detail={"marks": str(mark.marks)},
    )
    return signed
