"""A candidate's receipt and answers after the sitting, and the keys receipts are checked with."""

from dataclasses import dataclass

import msgspec
from django.conf import settings

from zhiheng.delivery.core.attempt import until_submitted
from zhiheng.delivery.core.receipt import (
    AnswersFile,
    PublishedKey,
    PublishedKeys,
    Receipt,
    answers_hash,
)
from zhiheng.delivery.hall.keys import receipt_keys
from zhiheng.delivery.models import Attempt, Collection
from zhiheng.delivery.queries import as_submitted, latest_collection, log_of
from zhiheng.people.models import Person
from zhiheng.seating.models import Ticket
from zhiheng.seating.queries import tickets_of_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What a candidate has of one sitting. collection is None until the answers are collected."""

    ticket: Ticket
    collection: Collection | None

    @property
    def receipt(self) -> Receipt | None:
        if self.collection is None or self.collection.receipt is None:
            return None
        return msgspec.convert(self.collection.receipt, Receipt)


def handed_in(person: Person, number: str) -> Handed | None:
    """The person's own, or None when no such ticket is theirs."""
    ticket = tickets_of_person(person).filter(number=number).first()
    if ticket is None:
        return None
    attempt = Attempt.objects.filter(ticket=ticket).first()
    return Handed(ticket=ticket, collection=latest_collection(attempt) if attempt else None)


def answers_file(collection: Collection, *, ticket: Ticket, receipt: Receipt | None) -> AnswersFile:
    """The candidate's own answers as the receipt speaks of them, and what was admitted afterwards."""
    attempt = str(collection.attempt_id)
    given = collection.answers
    if receipt is not None and receipt.hash != collection.answers_hash:
        given = as_submitted(collection.attempt, until_submitted(log_of([collection.attempt])[attempt])).given
    return AnswersFile(
        ticket=ticket.number,
        attempt=attempt,
        answers=given,
        hash=answers_hash(attempt, given),
        later=collection.answers if given != collection.answers else None,
    )


def known_keys() -> dict[str, bytes]:
    return receipt_keys(settings.HALL_DATA)


def published_keys() -> PublishedKeys:
    """What anybody may keep to check receipts without asking again."""
    return PublishedKeys(
        hall=settings.HALL_URL,
        keys=tuple(
            PublishedKey(key_id=name, public_key=key.hex()) for name, key in sorted(known_keys().items())
        ),
    )
