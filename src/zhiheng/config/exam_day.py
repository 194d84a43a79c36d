"""What a ticket says that only the exam's own stage knows: the holder's own time, and the browser to use."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language

from zhiheng.delivery.accommodations.queries import NOTHING, adjustments_of
from zhiheng.delivery.conditions.queries import in_safe_exam_browser
from zhiheng.delivery.core.adjusting import adjusted_minutes
from zhiheng.seating.models import Ticket
from zhiheng.seating.terms import TicketTerms, tell_terms


def connect() -> None:
    """Called once at start."""
    tell_terms(_terms)


def _terms(tickets: Sequence[Ticket]) -> Mapping[UUID, TicketTerms]:
    """In two queries."""
    adjustments = adjustments_of(tickets, language=get_language() or "zh")
    browsers = in_safe_exam_browser({ticket.offering_id for ticket in tickets})
    found = {}
    for ticket in tickets:
        adjustment = adjustments.get(ticket.pk, NOTHING)
        found[ticket.pk] = TicketTerms(
            minutes=adjusted_minutes(ticket.offering.minutes, adjustment.percent),
            words=adjustment.words,
            browser_url=reverse("seb", args=[ticket.offering_id]) if ticket.offering_id in browsers else "",
        )
    return found
