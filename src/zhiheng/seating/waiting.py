"""What waits in seating: tickets to print, tickets to issue, seats, invigilators."""

from datetime import timedelta
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, person_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.seating.models import Ticket
from zhiheng.seating.progress import seating_states, short_rooms
from zhiheng.seating.queries import (
    coming_tickets_of,
    offerings_from,
    printable,
    tickets_from_rule,
    tickets_of_person,
)
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import tickets_open
from zhiheng.sittings.wording import exam_words


def waiting(account: Account, role: Role) -> list[Waiting]:
    """What waits for the account in the role."""
    if role == Role.CANDIDATE:
        return _for_candidate(account)
    if role == Role.INSTITUTION:
        return _for_institution(account)
    if role == Role.ADMINISTRATOR:
        return _for_administrator()
    return []


def _for_candidate(account: Account) -> list[Waiting]:
    person = person_of(account)
    if person is None:
        return []
    return [
        _to_print(ticket, url=reverse("ticket", args=[ticket.number]), count=1)
        for ticket in tickets_of_person(person)
        if clock.now() < ticket.offering.starts_at + timedelta(minutes=ticket.offering.minutes)
    ]


def _for_institution(account: Account) -> list[Waiting]:
    institution = institution_of(account)
    if institution is None:
        return []
    coming = groupby(
        coming_tickets_of(institution, since=clock.today()), key=lambda ticket: ticket.offering.sitting
    )
    return [
        _to_print(tickets[0], url=f"{reverse('institution_tickets')}?day={sitting.day}", count=len(tickets))
        for sitting, tickets in ((sitting, list(group)) for sitting, group in coming)
    ]


def _to_print(ticket: Ticket, *, url: str, count: int) -> Waiting:
    """A ticket that can be printed, or the moment from which it can."""
    offering = ticket.offering
    if printable(offering, moment=clock.now()).granted:
        return Waiting(
            title=_("打印准考证：%(exam)s") % {"exam": exam_words(offering)},
            url=url,
            count=count,
            due=offering.starts_at,
            rule=tickets_from_rule(offering),
        )
    return Waiting(
        title=_("准考证从这一刻起可以打印：%(exam)s") % {"exam": exam_words(offering)},
        url=url,
        count=count,
        due=tickets_open(offering),
        rule=tickets_from_rule(offering),
    )


def _for_administrator() -> list[Waiting]:
    offerings = offerings_from(clock.today())
    short = short_rooms(offerings)
    lines: list[Waiting] = []
    for state in seating_states(offerings):
        offering = state.offering
        url = reverse("seating_offering", args=[offering.id])
        if state.awaiting:
            lines.append(_work(offering, f"发放准考证：{offering.title}", url, state.awaiting))
        if state.unplaced:
            lines.append(_work(offering, f"编排座位：{offering.title}", url, state.unplaced))
        if short.get(offering.id):
            lines.append(_work(offering, f"安排监考：{offering.title}", url, short[offering.id]))
    return lines


def _work(offering: Offering, title: str, url: str, count: int) -> Waiting:
    """To be done before the first candidate may print a ticket."""
    return Waiting(
        title=title, url=url, count=count, due=tickets_open(offering), rule=tickets_from_rule(offering)
    )
