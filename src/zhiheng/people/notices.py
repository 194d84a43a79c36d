"""Telling a person or an institution something, on every channel they have."""

from collections.abc import Callable, Mapping

from django.utils import translation

from zhiheng.people.models import Institution, Person
from zhiheng.people.queries import accounts_of_institution
from zhiheng.plumbing.messages.posting import Addressee, put
from zhiheng.plumbing.messages.queries import addresses_of
from zhiheng.plumbing.messages.tasks import dispatch
from zhiheng.plumbing.models import MessageChannel

Facts = Callable[[], Mapping[str, str]]  # asked once per language, which is then the active one
CHINESE = "zh-hans"


def notify_person(*, person: Person, kind: str, about: str, facts: Facts) -> None:
    """On the person's page, by SMS to the phone on file, by e-mail when their account gave one."""
    address = addresses_of([person.account_id]).get(person.account_id) if person.account_id else None
    language = address.language if address else CHINESE
    told = [Addressee(channel=MessageChannel.IN_APP, language=language, person_id=person.id)]
    if person.phone:
        told.append(
            Addressee(
                channel=MessageChannel.SMS, language=language, address=person.phone, person_id=person.id
            )
        )
    if address and address.email:
        told.append(
            Addressee(
                channel=MessageChannel.EMAIL, language=language, address=address.email, person_id=person.id
            )
        )
    _tell(told, kind=kind, about=about, facts=facts)


def notify_institution(*, institution: Institution, kind: str, about: str, facts: Facts) -> None:
    """On the institution's page, and by e-mail to those of its accounts that gave an address."""
    told = [
        Addressee(channel=MessageChannel.IN_APP, language=CHINESE, institution_id=institution.id),
        *(
            Addressee(
                channel=MessageChannel.EMAIL,
                language=address.language,
                address=address.email,
                institution_id=institution.id,
                account_id=address.account_id,
            )
            for address in addresses_of(
                account.id for account in accounts_of_institution(institution)
            ).values()
            if address.email
        ),
    ]
    _tell(told, kind=kind, about=about, facts=facts)


def _tell(told: list[Addressee], *, kind: str, about: str, facts: Facts) -> None:
    for to in told:
        with translation.override(to.language):
            message = put(kind=kind, about=about, to=to, facts=facts())
        if message is not None:
            dispatch(message)
