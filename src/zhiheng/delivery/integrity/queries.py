"""One attempt's record, read from the hall's log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiheng.delivery.core.chronicle import Chronicle, Happening, chronicle, people_in
from zhiheng.delivery.models import Attempt
from zhiheng.delivery.queries import log_of, moment_of
from zhiheng.people.models import Account
from zhiheng.seating.queries import TicketSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A line of the record with its times as people read them."""

    line: Happening
    at: datetime | None
    comment_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    moments: list[Moment]
    record: Chronicle


def account_names(ids: Iterable[str]) -> dict[str, str]:
    """What the accounts are called, by id; words that are no id are left out."""
    wanted = []
    for one in ids:
        try:
            wanted.append(UUID(one))
        except ValueError:
            continue
    found = Account.objects.filter(id__in=wanted).values_list("id", "display_name")
    return {str(account): name for account, name in found}


def record_of(sheet: TicketSheet) -> Told | None:
    """None while there is no paper for this ticket: the offering was not published to the hall."""
    attempt = Attempt.objects.filter(ticket=sheet.ticket).first()
    if attempt is None:
        return None
    rows = log_of([attempt]).get(str(attempt.id), [])
    record = chronicle(rows, account_names(people_in(rows)))
    return Told(
        record=record,
        moments=[
            Moment(line=line, at=moment_of(line.at), comment_at=moment_of(line.comment_at))
            for line in record.happenings
        ],
    )
