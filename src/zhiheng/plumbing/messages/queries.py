"""Reading what was sent."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from zhiheng.plumbing.models import MessageChannel, MessageEvent, MessageState, NoticeAddress, OutgoingMessage


def letters_to_person(person_id: UUID) -> QuerySet[OutgoingMessage]:
    """Everything a person was told, the newest first: the one on their page stands for all channels."""
    return OutgoingMessage.objects.filter(person_id=person_id, channel=MessageChannel.IN_APP)


def letters_to_institution(institution_id: UUID) -> QuerySet[OutgoingMessage]:
    return OutgoingMessage.objects.filter(institution_id=institution_id, channel=MessageChannel.IN_APP)


def channels_of(letters: Iterable[OutgoingMessage]) -> dict[str, list[OutgoingMessage]]:
    """The e-mails and short messages that said the same, by letter, in one query."""
    found: dict[str, list[OutgoingMessage]] = {message.letter: [] for message in letters}
    sent = OutgoingMessage.objects.filter(letter__in=list(found)).exclude(channel=MessageChannel.IN_APP)
    for message in sent.order_by("channel", "created_at"):
        found[message.letter].append(message)
    return found


def message_log(state: str = "") -> QuerySet[OutgoingMessage]:
    """Every message, the newest first; of one state when one is given."""
    messages = OutgoingMessage.objects.all()
    return messages.filter(state=state) if state in MessageState.values else messages


def message_by_id(message_id: UUID) -> OutgoingMessage | None:
    return OutgoingMessage.objects.filter(pk=message_id).first()


def history_of(message: OutgoingMessage) -> list[MessageEvent]:
    return list(MessageEvent.objects.filter(message=message))


def addresses_of(account_ids: Iterable[UUID]) -> dict[UUID, NoticeAddress]:
    """Where accounts want to be told, in one query; absent for those who never said."""
    return {found.account_id: found for found in NoticeAddress.objects.filter(pk__in=list(account_ids))}


def address_of(account_id: UUID) -> NoticeAddress:
    """Where one account wants to be told; the usual language and no e-mail when it never said."""
    return addresses_of([account_id]).get(account_id) or NoticeAddress(account_id=account_id)
