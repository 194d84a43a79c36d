"""What this stage has waiting for somebody."""

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.results.amending.queries import amended, changes
from zhiheng.results.models import Outcome
from zhiheng.results.queries import (
    chances_of,
    offerings_to_propose,
    releases_waiting,
    result_due,
    results_of_person,
)
from zhiheng.sittings.queries import due_rule, rules_for
from zhiheng.sittings.wording import exam_words

NEWS_DAYS = 30  # how long a released result is news on a candidate's home page


def waiting(account: Account, role: Role) -> list[Waiting]:
    """A fixed number of queries per role."""
    if role == Role.RESULTS_OFFICER:
        return _to_propose() + _to_release(account) + _to_amend(account)
    if role == Role.CANDIDATE:
        return _news(account)
    if role == Role.INSTITUTION:
        return _chances(account)
    return []


def _to_propose() -> list[Waiting]:
    return [
        Waiting(
            title=f"提交{state.offering.title}的成绩"
            if state.complete
            else f"{state.offering.title}还有 {len(state.unsettled)} 人成绩不齐",
            url=reverse("release", args=[state.offering.id]),
            count=len(state.sheets),
            due=state.due,
            rule=due_rule(state.offering, "result_due"),
        )
        for state in offerings_to_propose(moment=clock.now())
    ]


def _to_release(account: Account) -> list[Waiting]:
    return [
        Waiting(
            title=f"核对并发布{release.offering.title}的成绩",
            url=reverse("release", args=[release.offering_id]),
            due=result_due(release.offering),
            rule=due_rule(release.offering, "result_due"),
        )
        for release in releases_waiting()
        if release.proposed_by_id != account.id
    ]


def _to_amend(account: Account) -> list[Waiting]:
    """Released results the marks no longer bear out: to propose, or to decide when somebody else proposed it."""
    return [
        Waiting(
            title=f"决定是否更正{change.result.application.person.name}的成绩"
            if change.waiting
            else f"{change.result.application.person.name}的分数在成绩发布后有变，待更正",
            url=reverse("amend_result", args=[change.result.id]),
        )
        for change in changes()
        if not change.missing and (change.waiting is None or change.waiting.by_id != account.id)
    ]


def _news(account: Account) -> list[Waiting]:
    person = person_of(account)
    if person is None:
        return []
    now = clock.now()
    results = list(results_of_person(person))
    put_right = amended(results)
    released = [
        Waiting(
            title=_("%(exam)s的成绩已发布") % {"exam": exam_words(result.application.offering)},
            url=reverse("my_result", args=[result.id]),
        )
        for result in results
        if not put_right[result.id]
        and result.release.released_at
        and (now - result.release.released_at).days < NEWS_DAYS
    ]
    return released + [
        Waiting(
            title=_("%(exam)s的成绩已更正") % {"exam": exam_words(result.application.offering)},
            url=reverse("my_result", args=[result.id]),
        )
        for result in results
        if put_right[result.id] and (now - put_right[result.id][-1].decision.created_at).days < NEWS_DAYS
    ]


def _chances(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None:
        return []
    return [
        Waiting(
            title=f"{chance.result.application.person.name}可报名补考"
            + ("（考生已申请）" if chance.request else "")
            + (f"：{Outcome(chance.result.outcome).label}"),
            url=reverse("order_makeup", args=[chance.result.id]),
            due=chance.due,
            rule=rules_for(chance.offerings[0]).timetable.rule("makeup_closes").source,
        )
        for chance in chances_of(institution, moment=clock.now())
    ]
