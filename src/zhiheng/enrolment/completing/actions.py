"""Making and ending completion links, and what a candidate does through one."""

import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from zhiheng.enrolment.completing.queries import PURPOSE, live_links
from zhiheng.enrolment.core.papers import clean_paper
from zhiheng.enrolment.filing.actions import correct_facts, file_paper
from zhiheng.enrolment.models import Application, CompletionLink, Document, DocumentKind
from zhiheng.enrolment.refusals import EDITABLE, require_editable
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.crypto import keyed_hash
from zhiheng.sittings.queries import enrolment_ends

LONGEST = timedelta(days=30)
MOST_MISSES = 8  # then the link is dead: somebody is guessing
TAIL = 6  # digits of the identity number that are asked for
_TOKEN_BYTES = 24


@transaction.atomic
def make_link(*, by: Account, application: Application) -> CompletionLink:
    """A link for one application, good until its enrolment closes, at most thirty days; an earlier one ends.

    Raises: Refused when the application is not to be changed any more, or enrolment has closed.
    """
    require_editable(application)
    now = clock.now()
    ends = enrolment_ends(application.offering)
    if ends <= now:
        raise Refused(
            what=f"{application.offering.title}的报名已经截止",
            remedy="请改报下一考期",
            code="enrolment-closed",
        )
    CompletionLink.objects.filter(application=application, revoked_at=None).update(revoked_at=now)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = CompletionLink.objects.create(
        application=application,
        token=token,
        token_hash=keyed_hash(token, purpose=PURPOSE),
        expires_at=min(ends, now + LONGEST),
        made_by=by,
    )
    record(by=str(by.id), act="completion-link-made", subject=f"application:{application.id}")
    return link


@transaction.atomic
def make_links(*, by: Account, applications: Iterable[Application]) -> int:
    """A link for every application that may be changed and has none; returns how many were made. Raises: Refused."""
    wanted = [application for application in applications if application.status in EDITABLE]
    held = live_links(wanted)
    missing = [application for application in wanted if application.id not in held]
    for application in missing:
        make_link(by=by, application=application)
    return len(missing)


@transaction.atomic
def revoke_link(*, by: Account, application: Application) -> None:
    """End the application's link at once. Raises: Refused when there is none."""
    ended = CompletionLink.objects.filter(application=application, revoked_at=None).update(
        revoked_at=clock.now()
    )
    if not ended:
        raise Refused(what="这份报名现在没有补交链接", remedy="请刷新页面后再看", code="no-link")
    record(by=str(by.id), act="completion-link-revoked", subject=f"application:{application.id}")


def open_link(*, link: CompletionLink, name: str, tail: str) -> bool:
    """Whether name and last digits are those of the candidate; wrong answers are counted and end the link."""
    with transaction.atomic():
        if _is_own(link, name, tail):
            CompletionLink.objects.filter(pk=link.pk).update(misses=0, opened_at=clock.now())
            record(
                by=f"link:{link.id}",
                act="completion-link-opened",
                subject=f"application:{link.application_id}",
            )
            return True
        CompletionLink.objects.filter(pk=link.pk).update(misses=F("misses") + 1)
        spent = CompletionLink.objects.filter(pk=link.pk, misses__gte=MOST_MISSES, revoked_at=None)
        if spent.update(revoked_at=clock.now()):
            record(
                by=f"link:{link.id}",
                act="completion-link-guessed",
                subject=f"application:{link.application_id}",
            )
        return False


def _is_own(link: CompletionLink, name: str, tail: str) -> bool:
    person = link.application.person
    try:
        given = normal_name(name)
    except Refused:
        return False
    number: str = person.id_number
    right = hmac.compare_digest(number[-TAIL:].encode(), tail.strip().upper().encode())
    return hmac.compare_digest(person.name.encode(), given.encode()) and right


@transaction.atomic
def hand_in_paper(*, link: CompletionLink, kind: DocumentKind, content: bytes, name: str) -> Document:
    """A candidate's own paper. Raises: Refused."""
    require_editable(link.application)
    paper = clean_paper(content, kind=kind, name=name)
    return file_paper(by=f"link:{link.id}", application=link.application, kind=kind, paper=paper)


@transaction.atomic
def hand_in_facts(*, link: CompletionLink, phone: str, address: str, profile: dict[str, Any]) -> None:
    """A candidate's own facts. Raises: Refused."""
    correct_facts(
        by=f"link:{link.id}",
        application=link.application,
        phone=phone,
        profile=profile,
        claimed_condition=link.application.claimed_condition,
        address=address,
    )
