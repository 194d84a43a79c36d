"""What marking has waiting for somebody."""

from django.urls import reverse

from zhiheng.marking.progress import Stand, stands
from zhiheng.marking.queries import answers_for, held_by, offerings_unsettled, result_due
from zhiheng.people.models import Account, Role
from zhiheng.people.waiting import Waiting
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import due_rule

WORDS = {
    "keys": "收卷后按答案计分",
    "open": "简答题送评",
    "settle": "评阅已完成，结出理论成绩",
}


def waiting(account: Account, role: Role) -> list[Waiting]:
    """A fixed number of queries per role."""
    if role == Role.MARKER:
        return _for_marker(account)
    if role in (Role.ADMINISTRATOR, Role.RESULTS_OFFICER):
        return [_line(stand) for stand in stands(offerings_unsettled()) if stand.step in WORDS]
    return []


def result_rule(offering: Offering) -> str:
    return due_rule(offering, "result_due")


def _for_marker(account: Account) -> list[Waiting]:
    """One line for all that waits, due when the first of the offerings' results are."""
    held, offerings_of_answers = held_by(account), answers_for(account)
    count = len(offerings_of_answers) + (held is not None)
    if not count:
        return []
    ids = set(offerings_of_answers)
    if held is not None:
        ids.add(held.attempt.ticket.offering_id)
    offerings = Offering.objects.filter(id__in=ids).select_related("revision")
    first = min(offerings, key=lambda one: (result_due(one), str(one.id)))
    return [
        Waiting(
            title="评阅简答题",
            url=reverse("marking"),
            count=count,
            due=result_due(first),
            rule=result_rule(first),
        )
    ]


def _line(stand: Stand) -> Waiting:
    offering = stand.progress.offering
    counts = {
        "keys": stand.unkeyed,
        "open": stand.unopened,
        "settle": stand.progress.collected - stand.progress.settled,
    }
    return Waiting(
        title=f"{WORDS[stand.step]}：{offering.title}",
        url=reverse("marking_offering", args=[offering.id]),
        count=counts[stand.step],
        due=stand.progress.due,
        rule=result_rule(offering),
    )
