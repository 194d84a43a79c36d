"""Admission tickets: the candidate's own, an institution's, and what a stranger who scans one may know."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhiheng.people.access import SignedInRequest, allow, public
from zhiheng.people.corrections.queries import last_change
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import institution_of, person_of, roles_of
from zhiheng.plumbing import clock
from zhiheng.seating.core.number import LENGTH, is_ticket_number
from zhiheng.seating.core.printing import grouped
from zhiheng.seating.documents import candidate_rules, full_address, ticket_pdf, tickets_pdf
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import (
    TicketSheet,
    printable,
    sheets_of,
    sheets_of_list,
    sittings_with_tickets_of,
    ticket_by_number,
    tickets_from_rule,
    tickets_of_institution,
    tickets_of_person,
)
from zhiheng.seating.terms import terms_of
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.sittings.queries import Milestone, milestones, tickets_open
from zhiheng.sittings.wording import exam_words


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """One ticket as its holder sees it."""

    sheet: TicketSheet
    grouped: str
    printable: bool
    opens: datetime
    rule: str
    today: bool
    over: bool
    timeline: tuple[Milestone, ...] = ()

    @property
    def offering(self) -> Offering:
        return self.sheet.ticket.offering

    @property
    def title(self) -> str:
        return exam_words(self.offering)


def shown(sheet: TicketSheet) -> TicketView:
    offering, today = sheet.ticket.offering, clock.today()
    return TicketView(
        sheet=sheet,
        grouped=grouped(sheet.ticket.number),
        printable=printable(offering, moment=clock.now()).granted,
        opens=tickets_open(offering),
        rule=tickets_from_rule(offering),
        today=offering.sitting.day == today,
        over=offering.sitting.day < today,
        timeline=milestones(offering, today=today),
    )


@allow(Role.CANDIDATE)
def my_tickets(request: HttpRequest) -> HttpResponse:
    person = person_of(cast(Account, request.user))
    rows = [shown(sheet) for sheet in sheets_of(tickets_of_person(person))] if person else []
    return render(request, "seating/tickets.html", {"rows": rows, "hall_url": hall_address()})


@public
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The holder sees the ticket; anybody else who scanned it sees only what the number itself tells."""
    found = ticket_by_number(number)
    if found is not None and may_see(request, found):
        (sheet,) = sheets_of_list([found])
        terms = terms_of([found])[found.pk]
        context = {
            "terms": terms,
            "ends_at": found.offering.starts_at + timedelta(minutes=terms.minutes),
            "view": shown(sheet),
            "hall_url": hall_address(),
            "address": full_address(found.centre),
            "rules": candidate_rules(found.offering, terms),
            "corrected": _corrected(found),
            "holder": found.application.person.account_id == cast(Account, request.user).id,
            "back_url": _back(cast(Account, request.user), found),
        }
        return render(request, "seating/ticket.html", context)
    context = {
        "form_valid": is_ticket_number(number),
        "length": LENGTH,
        "grouped": grouped(number[:LENGTH]),
        "ticket": found,
    }
    return render(request, "seating/ticket_public.html", context, status=200 if found else 404)


def _corrected(ticket: Ticket) -> datetime | None:
    """When the name or number was put right after the ticket was issued: what was printed before is void."""
    change = last_change(ticket.application.person)
    return change.created_at if change is not None and change.created_at > ticket.created_at else None


@allow(Role.CANDIDATE, Role.INSTITUTION, Role.ADMINISTRATOR)
def ticket_file(request: SignedInRequest, number: str) -> HttpResponse:
    """The ticket as PDF; candidates and institutions from the day the rule set names, administrators at once."""
    found = ticket_by_number(number)
    if found is None or not may_see(request, found):
        raise Http404
    if Role.ADMINISTRATOR not in request.roles:
        printable(found.offering, moment=clock.now()).require()
    return _pdf(ticket_pdf(found), f"{found.number}.pdf")


@allow(Role.INSTITUTION)
def institution_tickets(request: HttpRequest) -> HttpResponse:
    """One sitting at a time; the latest unless another is asked for."""
    institution = institution_of(cast(Account, request.user))
    sittings = sittings_with_tickets_of(institution) if institution else []
    asked = request.GET.get("day", "")
    chosen = next((sitting for sitting in sittings if sitting.day.isoformat() == asked), None)
    chosen = chosen or next(iter(sittings), None)
    views = (
        [shown(sheet) for sheet in sheets_of(tickets_of_institution(institution, chosen))]
        if institution and chosen
        else []
    )
    tabs = [
        {
            "url": f"?day={sitting.day.isoformat()}",
            "label": sitting.title,
            "current": sitting == chosen,
        }
        for sitting in sittings
    ]
    context = {"sitting": chosen, "views": views, "tabs": tabs if len(tabs) > 1 else []}
    return render(request, "seating/institution_tickets.html", context)


@allow(Role.INSTITUTION)
def institution_ticket_file(request: HttpRequest, sitting_id: UUID) -> HttpResponse:
    """All tickets of the institution's candidates for one sitting, one page each."""
    institution = institution_of(cast(Account, request.user))
    sitting = Sitting.objects.filter(pk=sitting_id).first()
    if institution is None or sitting is None:
        raise Http404
    tickets = list(tickets_of_institution(institution, sitting))
    if not tickets:
        raise Http404
    for offering in {ticket.offering_id: ticket.offering for ticket in tickets}.values():
        printable(offering, moment=clock.now()).require()
    return _pdf(tickets_pdf(tickets), f"tickets-{sitting.day:%Y%m%d}.pdf")


def may_see(request: HttpRequest, found: Ticket) -> bool:
    """The holder, the institution that entered them, and administrators."""
    account = request.user
    if not isinstance(account, Account):
        return False
    application = found.application
    if application.person.account_id == account.id or Role.ADMINISTRATOR in roles_of(account):
        return True
    institution = institution_of(account)
    return institution is not None and institution.id == application.institution_id


def _back(account: Account, found: Ticket) -> str:
    """Where this reader came from: the holder's tickets, the institution's, or the offering's seating."""
    if found.application.person.account_id == account.id:
        return reverse("tickets")
    if institution_of(account) is not None:
        return reverse("institution_tickets")
    return reverse("seating_offering", args=[found.offering_id])


def hall_address() -> str:
    return f"{settings.HALL_URL}/hall/"


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"},
    )
