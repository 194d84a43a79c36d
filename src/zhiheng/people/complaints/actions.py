"""Complaining, writing to each other, asking an institution, answering, and reopening once."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from zhiheng.foundation.errors import Refused
from zhiheng.people.complaints.queries import complaint_for, others_who_may, statements_on
from zhiheng.people.core.casework import casework_rules, complaint_due, reopen_until
from zhiheng.people.models import (
    Account,
    Complaint,
    ComplaintAbout,
    ComplaintEntry,
    ComplaintEntryKind,
    ComplaintRecusal,
    ComplaintState,
    Institution,
    Role,
)
from zhiheng.people.queries import accounts_in, institution_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.models import VaultFile
from zhiheng.plumbing.outbox import publish

COMPLAINANT = "complainant"  # in the trail: who complained is not written down there
LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file as handed in."""

    name: str
    content: bytes


@transaction.atomic
def complain(
    *,
    about: ComplaintAbout,
    text: str,
    institution: Institution | None = None,
    staff_named: str = "",
    name: str = "",
    phone: str = "",
    email: str = "",
    account: Account | None = None,
    language: str = "zh-hans",
    paper: Paper | None = None,
) -> Complaint:
    """Write a complaint down; its number and key open its page. Administrators it names have no part in it.

    account: the complainant's own, None for somebody without one. Raises: Refused for no text, an institution not
    named where it is about one, or an impossible file.
    """
    told = _filled(text)
    if about == ComplaintAbout.INSTITUTION and institution is None:
        raise Refused(what=_("没有选择投诉的机构"), remedy=_("请选择机构"), code="complaint-institution")
    now = clock.now()
    complaint = Complaint.objects.create(
        number=_number(),
        key=secrets.token_urlsafe(18),
        about=about,
        institution=institution,
        account=account,
        name=name.strip(),
        phone=phone.strip(),
        email=email.strip(),
        staff_named=staff_named.strip(),
        language=language,
        due=complaint_due(now),
    )
    _say(complaint, ComplaintEntryKind.COMPLAINT, told, by=account, paper=paper)
    for named in _administrators_in(staff_named):
        ComplaintRecusal.objects.create(complaint=complaint, account=named)
    _note(COMPLAINANT, complaint, "complaint-received", about=str(about))
    publish("complaint-received", complaint_id=str(complaint.id))
    return complaint


@transaction.atomic
def add_to_complaint(
    *, complaint: Complaint, text: str, by: Account | None = None, paper: Paper | None = None
) -> ComplaintEntry:
    """The complainant says more. Raises: Refused when it was answered already, or for no text."""
    held = _open(complaint)
    entry = _say(held, ComplaintEntryKind.ADDITION, _filled(text), by=by, paper=paper)
    _note(COMPLAINANT, held, "complaint-added")
    return entry


@transaction.atomic
def reopen_complaint(*, complaint: Complaint, reason: str, by: Account | None = None) -> Complaint:
    """The complainant is not content with the answer: once, within the period; the time to answer begins anew.

    Raises: Refused when it is open, was reopened before, the period is over, or no reason is given.
    """
    held = _held(complaint)
    if held.state == ComplaintState.OPEN or held.closed_at is None:
        raise Refused(what=_("这份投诉还在处理"), remedy=_("可以直接补充"), code="complaint-open")
    if held.reopened_at is not None:
        raise Refused(
            what=_("这份投诉已经重新处理过一次"),
            rule=_("每份投诉可以要求重新处理一次"),
            remedy=_("有新的事实，请另提一份投诉"),
            code="complaint-reopened",
        )
    if clock.now() >= reopen_until(held.closed_at):
        days = casework_rules().complaint_reopen_days
        raise Refused(
            what=_("要求重新处理的期限已过"),
            rule=_("答复后 %(days)s 天内可以要求重新处理") % {"days": days},
            remedy=_("有新的事实，请另提一份投诉"),
            code="complaint-reopen-over",
        )
    _say(held, ComplaintEntryKind.REOPENED, _filled(reason), by=by)
    held.state, held.reopened_at = ComplaintState.OPEN, clock.now()
    held.closed_at, held.due = None, complaint_due(clock.now())
    held.save(update_fields=["state", "reopened_at", "closed_at", "due"])
    _note(COMPLAINANT, held, "complaint-reopened")
    return held


# The administrator


@transaction.atomic
def write_to_complainant(*, by: Account, complaint: Complaint, text: str) -> ComplaintEntry:
    """A question or news on the way to the answer. Raises: Refused for one answered, no text, or no part in it."""
    held = _handled(by, complaint)
    entry = _say(held, ComplaintEntryKind.MESSAGE, _filled(text), by=by)
    _note(str(by.id), held, "complaint-written")
    publish("complaint-message", entry_id=str(entry.id))
    return entry


@transaction.atomic
def ask_institution(
    *, by: Account, complaint: Complaint, institution: Institution, text: str
) -> ComplaintEntry:
    """Put a question to an institution; it sees these words and nothing else.

    Raises: Refused for one answered, no text, no part in it, or words that give the complainant away.
    """
    held = _handled(by, complaint)
    told = _filled(text)
    _require_discreet(held, told)
    entry = _say(held, ComplaintEntryKind.QUESTION, told, by=by, institution=institution)
    _note(str(by.id), held, "complaint-asked", institution=institution.code)
    publish("complaint-question", entry_id=str(entry.id))
    return entry


@transaction.atomic
def answer_complaint(*, by: Account, complaint: Complaint, text: str) -> Complaint:
    """The answer, which closes it. Raises: Refused for one answered, no text, or no part in it."""
    held = _handled(by, complaint)
    entry = _say(held, ComplaintEntryKind.ANSWER, _filled(text), by=by)
    held.state, held.closed_at = ComplaintState.CLOSED, clock.now()
    held.save(update_fields=["state", "closed_at"])
    _note(str(by.id), held, "complaint-answered")
    publish("complaint-answered", entry_id=str(entry.id))
    return held


@transaction.atomic
def recuse(*, by: Account, complaint: Complaint, account: Account) -> ComplaintRecusal:
    """Take an administrator out of a complaint that is about them, for good.

    Raises: Refused when nobody would be left to handle it, or by has no part in it.
    """
    held = _handled(by, complaint)
    if not [other for other in others_who_may(held, account) if other.pk != account.pk]:
        raise Refused(
            what="回避以后没有管理员能处理这份投诉",
            rule="每份投诉至少有一位管理员处理",
            remedy="请先给另一位人员授予管理员角色",
            code="nobody-left",
        )
    recusal, _made = ComplaintRecusal.objects.get_or_create(complaint=held, account=account)
    _note(str(by.id), held, "complaint-recused", account=str(account.id))
    return recusal


@transaction.atomic
def note_complaint_seen(*, by: Account, complaint: Complaint, what: str) -> None:
    _note(str(by.id), complaint, "complaint-seen", what=what)


# The institution


@transaction.atomic
def state_position(
    *, by: Account, question: ComplaintEntry, text: str, paper: Paper | None = None
) -> ComplaintEntry:
    """An institution answers the question put to it, once. Raises: Refused for another's question, or a second word."""
    institution = institution_of(by)
    if (
        question.kind != ComplaintEntryKind.QUESTION
        or institution is None
        or question.institution_id != institution.id
    ):
        raise Refused(what="这个问题不是向贵机构提出的", remedy="请返回列表", code="question-not-own")
    held = _open(question.complaint)
    if statements_on([question]):
        raise Refused(
            what="已经作过说明",
            rule="说明提交后不再改动",
            remedy="要补充的，请联系专委会再提问题",
            code="question-answered",
        )
    entry = _say(
        held,
        ComplaintEntryKind.STATEMENT,
        _filled(text),
        by=by,
        paper=paper,
        institution=institution,
        answers=question,
    )
    _note(str(by.id), held, "complaint-stated", institution=institution.code)
    return entry


def _say(
    complaint: Complaint,
    kind: ComplaintEntryKind,
    text: str,
    *,
    by: Account | None,
    paper: Paper | None = None,
    institution: Institution | None = None,
    answers: ComplaintEntry | None = None,
) -> ComplaintEntry:
    return ComplaintEntry.objects.create(
        complaint=complaint,
        kind=kind,
        text=text,
        by=by,
        file=_kept(paper, by),
        institution=institution,
        answers=answers,
    )


def _kept(paper: Paper | None, by: Account | None) -> VaultFile | None:
    if paper is None:
        return None
    who = str(by.id) if by else COMPLAINANT
    return vault.store(paper.content, kind="complaint", name=paper.name, by=who)


def _filled(text: str) -> str:
    told = text.strip()
    if not told or len(told) > LONGEST:
        raise Refused(
            what=_("没有写内容") if not told else _("内容超过 %(limit)s 个字") % {"limit": LONGEST},
            remedy=_("请写明事情的经过、时间和您的要求"),
            code="complaint-text",
        )
    return told


def _held(complaint: Complaint) -> Complaint:
    lock_named(f"complaint:{complaint.id}")
    return Complaint.objects.get(pk=complaint.pk)


def _open(complaint: Complaint) -> Complaint:
    held = _held(complaint)
    if held.state != ComplaintState.OPEN:
        raise Refused(
            what=_("这份投诉已经答复"),
            rule=_("答复后不再补充；不满意可以要求重新处理一次"),
            remedy=_("请刷新页面"),
            code="complaint-closed",
        )
    return held


def _handled(by: Account, complaint: Complaint) -> Complaint:
    """The open complaint, when this account is an administrator who may handle it."""
    held = _open(complaint)
    if by not in accounts_in(Role.ADMINISTRATOR) or complaint_for(by, held.id) is None:
        raise Refused(
            what="您不能处理这份投诉",
            rule="被投诉的人和机构不处理、不查看对自己的投诉",
            remedy="由另一位管理员处理",
            code="complaint-own",
        )
    return held


def _require_discreet(complaint: Complaint, text: str) -> None:
    """The question must not carry the complainant's name, telephone or address."""
    own = complaint.account.display_name if complaint.account else ""
    given = [own, complaint.name, complaint.phone, complaint.email]
    if any(word and word in text for word in given):
        raise Refused(
            what="问题里写到了投诉人的姓名或联系方式",
            rule="机构只看到向它提的问题，不知道谁投诉",
            remedy="请改写后再发",
            code="complainant-named",
        )


def _administrators_in(words: str) -> list[Account]:
    """Administrators whose name or account is among the words."""
    said = "".join(words.split()).lower()
    return [
        account
        for account in accounts_in(Role.ADMINISTRATOR)
        if said and any(name.lower() in said for name in (account.username, account.display_name))
    ]


def _number() -> str:
    year = clock.today().year
    return f"TS{year}{next_number(f'complaint:{year}'):06d}"


def _note(by: str, complaint: Complaint, act: str, **detail: str) -> None:
    """What was said and who complained stays out of the trail."""
    record(
        by=by,
        act=act,
        subject=f"complaint:{complaint.id}",
        detail={"number": complaint.number, **detail},
    )
