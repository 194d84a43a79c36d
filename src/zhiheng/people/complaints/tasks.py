"""Telling a complainant what happened, on every channel they gave, and an institution that it was asked."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django_tasks import task

from zhiheng.people.complaints.links import own_link
from zhiheng.people.complaints.queries import complaint_by_id, entry_by_id
from zhiheng.people.models import Complaint
from zhiheng.people.notices import notify_institution, notify_person
from zhiheng.people.queries import person_of
from zhiheng.plumbing.messages.posting import Addressee, put
from zhiheng.plumbing.messages.tasks import dispatch
from zhiheng.plumbing.models import MessageChannel
from zhiheng.surface.wording import until_words


@task()
@transaction.atomic
def tell_received(complaint_id: str) -> None:
    complaint = complaint_by_id(complaint_id)
    if complaint is not None:
        _tell(
            complaint,
            "complaint-received",
            f"complaint:{complaint.id}",
            lambda: {**_base(complaint), "due": until_words(complaint.due)},
        )


@task()
@transaction.atomic
def tell_message(entry_id: str) -> None:
    _tell_entry(entry_id, "complaint-message")


@task()
@transaction.atomic
def tell_answer(entry_id: str) -> None:
    _tell_entry(entry_id, "complaint-answered")


@task()
@transaction.atomic
def tell_question(entry_id: str) -> None:
    entry = entry_by_id(entry_id)
    if entry is None or entry.institution is None:
        return
    link = f"{settings.PUBLIC_URL}{reverse('complaint_question', args=[entry.id])}"
    notify_institution(
        institution=entry.institution,
        kind="complaint-question",
        about=f"complaint-entry:{entry.id}",
        facts=lambda: {"link": link},
    )


def _tell_entry(entry_id: str, kind: str) -> None:
    entry = entry_by_id(entry_id)
    complaint = complaint_by_id(entry.complaint_id) if entry else None
    if complaint is not None:
        _tell(complaint, kind, f"complaint-entry:{entry_id}", lambda: _base(complaint))


def _base(complaint: Complaint) -> dict[str, str]:
    return {"number": complaint.number, "link": own_link(complaint)}


def _tell(complaint: Complaint, kind: str, about: str, facts: Callable[[], Mapping[str, str]]) -> None:
    person = person_of(complaint.account) if complaint.account else None
    if person is not None:
        notify_person(person=person, kind=kind, about=about, facts=facts)
        return
    given = {MessageChannel.EMAIL: complaint.email, MessageChannel.SMS: complaint.phone}
    for channel, address in given.items():
        if not address:
            continue
        to = Addressee(channel=channel, language=complaint.language, address=address)
        with translation.override(to.language):
            message = put(kind=kind, about=about, to=to, facts=facts())
        if message is not None:
            dispatch(message)
