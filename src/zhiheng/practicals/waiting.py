"""What the skill assessment has waiting for somebody."""

from django.urls import reverse

from zhiheng.people.models import Account, Role
from zhiheng.people.queries import roles_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.practicals.absence.queries import asked_of
from zhiheng.practicals.progress import SkillState, skill_states
from zhiheng.practicals.queries import overview, panels_of, result_due
from zhiheng.seating.queries import offerings_with_tickets
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import due_rule, rules_for


def waiting(account: Account, role: Role) -> list[Waiting]:
    """A fixed number of queries per role."""
    if role == Role.EXAMINER:
        asked_back = [] if Role.ADMINISTRATOR in roles_of(account) else _asked_back(account, role)
        return [*asked_back, *_for_examiner(account)]
    if role == Role.ADMINISTRATOR:
        states = skill_states(offerings_with_tickets())
        return [*_asked_back(account, role), *_to_assign(states), *_to_sign(states)]
    if role == Role.RESULTS_OFFICER:
        return _to_sign(skill_states(offerings_with_tickets()))
    return []


def result_rule(offering: Offering) -> str:
    return due_rule(offering, "result_due")


def _for_examiner(account: Account) -> list[Waiting]:
    lines = []
    for view in overview(
        panels_of(account).filter(offering__sitting__day__lte=clock.today()), reader=account
    ):
        to_sign = len(view.ready_to_sign) if view.chaired_by(account) else 0
        for count, words in ((len(view.to_score), "评分"), (to_sign, "组长签字")):
            if count:
                lines.append(
                    Waiting(
                        title=f"{words}：{view.panel.name}（{view.panel.offering.title}）",
                        url=reverse("panel", args=[view.panel.id]),
                        count=count,
                        due=result_due(view.panel.offering),
                        rule=result_rule(view.panel.offering),
                    )
                )
    return lines


def _asked_back(account: Account, role: Role) -> list[Waiting]:
    """Absences to be taken back or not; who is an administrator too sees them there."""
    return [
        Waiting(
            title=f"决定是否撤销缺考：准考证 {candidate.ticket.number}（{candidate.panel.name}）",
            url=reverse("skill_absence", args=[candidate.id]),
            due=result_due(candidate.panel.offering),
            rule=result_rule(candidate.panel.offering),
        )
        for candidate in asked_of(account, administrator=role == Role.ADMINISTRATOR)
    ]


def _to_assign(states: list[SkillState]) -> list[Waiting]:
    today = clock.today()
    return [
        Waiting(
            title=f"为技能考核分考评组：{state.offering.title}",
            url=reverse("skill_offering", args=[state.offering.id]),
            count=state.unassigned,
            due=state.offering.starts_at,
            rule=rules_for(state.offering).ratios.candidates_per_examiner.source,
        )
        for state in states
        if state.unassigned and state.offering.sitting.day >= today
    ]


def _to_sign(states: list[SkillState]) -> list[Waiting]:
    today = clock.today()
    return [
        Waiting(
            title=f"技能成绩还没有签字：{state.offering.title}",
            url=reverse("skill_offering", args=[state.offering.id]),
            count=state.unsigned,
            due=result_due(state.offering),
            rule=result_rule(state.offering),
        )
        for state in states
        if state.unsigned and state.offering.sitting.day <= today
    ]
