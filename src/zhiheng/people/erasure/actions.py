"""Asking for erasure, and deciding it."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from zhiheng.foundation.errors import Refused
from zhiheng.people.core.retention import Fate, rule_of
from zhiheng.people.erasure.queries import name_stays, open_matters, prospects
from zhiheng.people.models import Account, ErasureRequest, Person
from zhiheng.people.notices import notify_person
from zhiheng.people.retention.actions import close_account, forget, forget_contact
from zhiheng.people.retention.registry import keeper_of
from zhiheng.people.rights.actions import withdraw_consent
from zhiheng.people.rights.queries import consent_states
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.surface.wording import english

LONGEST = 300
SHORTEST_ANSWER = 4


@transaction.atomic
def ask_for_erasure(*, by: Account, person: Person, reason: str, close: bool) -> ErasureRequest:
    """Ask that what is kept about oneself be erased. Raises: Refused for others' data, or while one request is open."""
    if person.account_id != by.id:
        raise Refused(
            what="这不是您本人的数据",
            rule="删除只能由本人申请",
            remedy="请用本人账号登录",
            code="not-own",
        )
    try:
        with transaction.atomic():
            request = ErasureRequest.objects.create(
                person=person, reason=reason.strip()[:LONGEST], close_account=close
            )
    except IntegrityError:
        raise Refused(
            what="您的删除申请正在办理",
            rule="一次只办一份申请",
            remedy="请等待答复，结果会发消息告诉您",
            code="erasure-open",
        ) from None
    record(
        by=str(by.id),
        act="erasure-asked",
        subject=f"person:{person.id}",
        detail={"request": str(request.id), "close_account": close},
    )
    return request


@transaction.atomic
def take_back_erasure(*, by: Account, request: ErasureRequest) -> None:
    """The person changes their mind before anybody decided. Raises: Refused."""
    lock_named(f"erasure:{request.id}")
    current = ErasureRequest.objects.select_related("person").get(pk=request.pk)
    if current.person.account_id != by.id or current.decided_at is not None:
        raise Refused(
            what="这份申请已经有了决定，不能收回", remedy="请刷新页面后再看", code="erasure-decided"
        )
    current.decided_at, current.decided_by, current.granted = clock.now(), by, False
    current.answer = "本人收回"
    current.save(update_fields=["decided_at", "decided_by", "granted", "answer"])
    record(by=str(by.id), act="erasure-taken-back", subject=f"person:{current.person_id}")


@transaction.atomic
def refuse_erasure(*, by: Account, request: ErasureRequest, answer: str) -> None:
    """Say no, with the reason the person reads. Raises: Refused without one, or when it is decided already."""
    current = _undecided(request)
    if len(answer.strip()) < SHORTEST_ANSWER:
        raise Refused(
            what="没有写明不予删除的理由",
            rule="《个人信息保护法》第五十条：拒绝个人行使权利的请求，应当说明理由",
            remedy="请写明理由，申请人会看到",
            code="reason-missing",
        )
    _settle(current, by=by, granted=False, answer=answer)
    sentence = answer.strip()[:LONGEST]
    _tell(current, kind="erasure-refused", facts=lambda: {"reason": sentence})


@transaction.atomic
def grant_erasure(*, by: Account, request: ErasureRequest, answer: str = "") -> None:
    """Erase what no rule keeps, write down what is kept and why, and tell the person.

    Raises: Refused while something is open about the person, or when it is decided already.
    """
    current = _undecided(request)
    person = (
        Person.objects.select_for_update(of=("self",)).select_related("account").get(pk=current.person_id)
    )
    _require_nothing_open(person)
    found = prospects(person)
    kept = [entry.as_kept() for entry in found if entry.kept]
    named = name_stays(person)
    if named:
        kept += [entry.as_kept() for entry in found if entry.rule.on_request == Fate.ANONYMISE]
    _take_consents_back(person)
    done = {}
    for entry in found:
        erase = keeper_of(entry.rule.kind).erase
        if entry.rule.on_request == Fate.DELETE and erase is not None:
            done[entry.rule.kind] = erase(person, str(by.id))
    current.kept = kept
    _settle(current, by=by, granted=True, answer=answer, done=done)
    _tell(current, kind="erasure-granted", facts=lambda: {"kept": _kept_words(kept)})
    _forget(person, by=str(by.id), named=named, close=current.close_account)


def _forget(person: Person, *, by: str, named: bool, close: bool) -> None:
    """Last of all, so that the telling above still had a number to reach."""
    forget_contact(person, by=by)
    if not named:
        forget(person, by=by)
    elif close and person.account is not None:
        close_account(person.account, by=by)


def _undecided(request: ErasureRequest) -> ErasureRequest:
    lock_named(f"erasure:{request.id}")
    current = ErasureRequest.objects.select_related("person").get(pk=request.pk)
    if current.decided_at is not None:
        raise Refused(
            what="这份申请已经有了决定", remedy="可能已有同事处理，请刷新后再看", code="erasure-decided"
        )
    return current


def _require_nothing_open(person: Person) -> None:
    matters = list(dict.fromkeys(hold.reason for hold in open_matters(person)))
    if matters:
        raise Refused(
            what=f"现在不能删除：{'；'.join(matters)}",
            rule="未结的事项所涉数据须保留到办结",
            remedy="请等事项办结后再准予，或说明理由不予删除",
            code="erasure-held",
        )


def _take_consents_back(person: Person) -> None:
    """Whoever asks to be erased no longer agrees to anything; it is their own word."""
    if person.account is None:
        return
    for state in consent_states(person):
        if state.granted:
            withdraw_consent(by=person.account, person=person, purpose=state.text.purpose)


def _settle(
    request: ErasureRequest, *, by: Account, granted: bool, answer: str, done: dict[str, int] | None = None
) -> None:
    request.decided_at, request.decided_by, request.granted = clock.now(), by, granted
    request.answer = answer.strip()[:LONGEST]
    request.save(update_fields=["decided_at", "decided_by", "granted", "answer", "kept"])
    record(
        by=str(by.id),
        act="erasure-granted" if granted else "erasure-refused",
        subject=f"person:{request.person_id}",
        detail={
            "request": str(request.id),
            "answer": request.answer,
            "erased": done or {},
            "kept": [entry["kind"] for entry in request.kept],
        },
    )


def _kept_words(kept: list[dict[str, Any]]) -> str:
    """The kinds in the language of the message."""
    spoken = english()
    titles = [rule_of(entry["kind"]).title(english=spoken) for entry in kept]
    return ("; " if spoken else "；").join(titles) or ("nothing" if spoken else "无")


def _tell(request: ErasureRequest, *, kind: str, facts: Callable[[], dict[str, str]]) -> None:
    notify_person(
        person=request.person,
        kind=kind,
        about=f"erasure:{request.id}",
        facts=lambda: {"name": request.person.name} | facts(),
    )
