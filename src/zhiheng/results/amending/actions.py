"""Putting a released result right: one officer proposes, another lets it count."""

from django.db import transaction

from zhiheng.delivery.relying import hold_answers
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.results.amending.queries import (
    Change,
    agreement_decision,
    changes_of,
    proposal_decision,
    standing_of,
)
from zhiheng.results.models import Amendment, AmendmentDecision, Result
from zhiheng.results.queries import results_of_release

REASON_LENGTH = 200


@transaction.atomic
def propose_amendment(*, by: Account, result: Result, reason: str) -> Amendment:
    """Ask that a released result say what the marks come to now. reason: as the candidate will read it.

    Raises: Refused without a reason, before release, while marks or decisions are missing, when nothing differs, or
    when an amendment waits already.
    """
    told = _told(reason, "请写明成绩为什么变动，考生会看到")
    change = _held(result)
    proposal_decision(change).require()
    amendment = Amendment.objects.create(
        result=change.result, reason=told, before=standing_of(change.result), after=change.after, by=by
    )
    _note(by, amendment, "amendment-proposed")
    return amendment


@transaction.atomic
def agree_amendment(*, by: Account, amendment: Amendment) -> Result:
    """The second officer's yes: the result says what was proposed, and everybody concerned is told.

    Raises: Refused for the officer who proposed it, when it was decided already, or when the marks moved meanwhile.
    """
    change = _held(amendment.result)
    _require_waiting(change, amendment)
    agreement_decision(change, amendment, account_id=by.id).require()
    lock_named("certificates")  # nobody issues a certificate from the old outcome meanwhile
    result = change.result
    result.components = amendment.after["components"]
    result.outcome = amendment.after["outcome"]
    result.reckoning = amendment.after["reckoning"]
    result.save(update_fields=["components", "outcome", "reckoning"])
    AmendmentDecision.objects.create(amendment=amendment, agreed=True, by=by)
    _note(by, amendment, "result-amended")
    publish("result-amended", amendment_id=str(amendment.id))
    return result


@transaction.atomic
def refuse_amendment(*, by: Account, amendment: Amendment, note: str) -> None:
    """A no leaves the result as it is; who proposed it may take it back the same way.

    Raises: Refused without a reason, or when it was decided already.
    """
    told = _told(note, "请写明为什么不更正")
    _require_waiting(_held(amendment.result), amendment)
    AmendmentDecision.objects.create(amendment=amendment, agreed=False, note=told, by=by)
    _note(by, amendment, "amendment-refused", note=told)


def _held(result: Result) -> Change:
    """The result as it stands, with nobody else changing answers or results of the offering."""
    offering = result.release.offering
    hold_answers(offering)
    lock_named(f"results:{offering.id}")
    (change,) = changes_of(results_of_release(result.release).filter(pk=result.pk))
    return change


def _require_waiting(change: Change, amendment: Amendment) -> None:
    if change.waiting is None or change.waiting.id != amendment.id:
        raise Refused(
            what="这份成绩更正已有决定", remedy="请刷新页面查看现在的状态", code="amendment-decided"
        )


def _told(text: str, remedy: str) -> str:
    told = text.strip()
    if not told:
        raise Refused(what="没有写明原因", remedy=remedy, code="reason-missing")
    if len(told) > REASON_LENGTH:
        raise Refused(
            what=f"原因有 {len(told)} 个字，超过 {REASON_LENGTH} 个字",
            remedy="请写得短一些",
            code="reason-long",
        )
    return told


def _note(by: Account, amendment: Amendment, act: str, **detail: str) -> None:
    before, after = amendment.before, amendment.after
    record(
        by=str(by.id),
        act=act,
        subject=f"result:{amendment.result_id}",
        detail={
            "amendment": str(amendment.id),
            "reason": amendment.reason,
            "marks": {line["key"]: line["marks"] for line in before["components"]},
            "marks_now": {line["key"]: line["marks"] for line in after["components"]},
            "outcome": before["outcome"],
            "outcome_now": after["outcome"],
            **detail,
        },
    )
