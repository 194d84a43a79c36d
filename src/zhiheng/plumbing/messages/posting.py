"""Putting messages into the queue, and carrying them out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiheng.plumbing import clock
from zhiheng.plumbing.messages import senders
from zhiheng.plumbing.messages.wording import blanks_of, render, text_of
from zhiheng.plumbing.models import MessageChannel, MessageEvent, MessageState, NoticeAddress, OutgoingMessage

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)  # then 5, 25, 125 and 625 minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whose message it is, on which channel; the address is empty on the channel in-app."""

    channel: MessageChannel
    language: str
    address: str = ""
    person_id: UUID | None = None
    institution_id: UUID | None = None
    account_id: UUID | None = None  # when one of several accounts of an institution is meant


def put(*, kind: str, about: str, to: Addressee, facts: Mapping[str, str]) -> OutgoingMessage | None:
    """Write one message down as queued; None when this addressee was told this already.

    about: "application:<id>", what the message is about; facts: exactly the blanks of the kind.
    """
    text = render(kind, to.language, facts)
    ordered = dict.fromkeys(blanks_of(text_of(kind, to.language).body))
    letter = f"{kind}|{about}|{to.person_id or to.institution_id}"
    message = OutgoingMessage(
        person_id=to.person_id,
        institution_id=to.institution_id,
        letter=letter,
        key=f"{letter}|{to.account_id or ''}|{to.channel}",
        kind=kind,
        language=to.language,
        channel=to.channel,
        address=to.address,
        address_masked=mask_address(to.address),
        subject=text.subject[:200],
        text=text.body,
        facts=json.dumps({name: facts[name] for name in ordered}, ensure_ascii=False),
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            _note(message, MessageState.QUEUED, "")
    except IntegrityError:  # the unique key: an event heard twice
        return None
    return message


def carry_out(message_id: str) -> timedelta | None:
    """Try once to send a queued message; returns the pause before the next attempt, None when there is none."""
    message = OutgoingMessage.objects.filter(pk=message_id, state=MessageState.QUEUED).first()
    if message is None:
        return None  # sent, given up or destroyed since
    message.attempts += 1
    try:
        senders.sender_for(MessageChannel(message.channel)).send(_letter(message))
    except senders.GiveUp as failure:
        _settle(message, MessageState.FAILED, str(failure))
    except senders.TryAgain as failure:
        if message.attempts >= MOST_ATTEMPTS:
            _settle(message, MessageState.FAILED, str(failure))
        else:
            _settle(message, MessageState.QUEUED, str(failure))
            return pause_after(message.attempts)
    else:
        _settle(message, MessageState.SENT, "")
    return None


def pause_after(attempts: int) -> timedelta:
    """1, 5, 25, 125, 625 minutes."""
    pause: timedelta = FIRST_PAUSE * 5 ** (attempts - 1)
    return pause


@transaction.atomic
def queue_again(message: OutgoingMessage, *, note: str) -> None:
    """Give a message that was given up six more attempts."""
    message.state, message.attempts = MessageState.QUEUED, 0
    message.save(update_fields=["state", "attempts"])
    _note(message, MessageState.QUEUED, note)


@transaction.atomic
def keep_address(*, account_id: UUID, email: str, language: str) -> NoticeAddress:
    address, _ = NoticeAddress.objects.update_or_create(
        account_id=account_id, defaults={"email": email, "language": language}
    )
    return address


@transaction.atomic
def _settle(message: OutgoingMessage, state: MessageState, error: str) -> None:
    message.state, message.last_error = state, error[:300]
    message.save(update_fields=["state", "attempts", "last_error"])
    _note(message, state, error)


def _note(message: OutgoingMessage, state: MessageState, note: str) -> None:
    MessageEvent.objects.create(message=message, at=clock.now(), state=state, note=note[:300])


def _letter(message: OutgoingMessage) -> senders.Letter:
    return senders.Letter(
        kind=message.kind,
        language=message.language,
        address=message.address,
        subject=message.subject,
        text=message.text,
        facts=json.loads(message.facts or "{}"),
    )


def mask_address(address: str) -> str:
    """139****1234; a***@example.org."""
    if "@" in address:
        local, _, domain = address.rpartition("@")
        return f"{local[:1]}***@{domain}"[:80]
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 9 else "*" * len(address)
