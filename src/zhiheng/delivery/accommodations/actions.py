"""Asking for other conditions, taking it back, and deciding."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from zhiheng.delivery.accommodations.queries import CLOSED, earlier_deciders
from zhiheng.delivery.core.adjusting import (
    REASON_LENGTH,
    Asked,
    Verdict,
    check_asked,
    check_verdicts,
    decode_asked,
    encode,
    last_day_to_ask,
    needs_evidence,
)
from zhiheng.delivery.models import (
    AdjustmentDecision,
    AdjustmentRequest,
    AdjustmentState,
)
from zhiheng.delivery.preparing.queries import is_open, latest_preparation
from zhiheng.delivery.queries import ends_at
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Account, Institution, Role
from zhiheng.people.queries import institution_of, roles_of
from zhiheng.plumbing import clock, vault
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named, next_number
from zhiheng.plumbing.outbox import publish
from zhiheng.surface.wording import day_words

DECIDERS = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A certificate as handed in."""

    name: str
    content: bytes


@transaction.atomic
def request_adjustment(
    *,
    by: Account,
    application: Application,
    asked: Sequence[Asked],
    reason: str,
    agreed: bool,
    evidence: Evidence | None = None,
    institution: Institution | None = None,
) -> AdjustmentRequest:
    """Ask for other conditions in one exam; after the last day it is taken in all the same, and marked late.

    agreed: the candidate agreed to this use of data about health. institution: None when the candidate asks.
    Raises: Refused when the account may not speak for the candidate, the exam has begun, another request waits,
    nothing or nonsense is asked, or the certificate is missing or not what it claims.
    """
    _require_standing(by, application, institution)
    lock_named(f"adjustment:{application.id}")
    require_time(application)
    wanted = check_asked(asked)
    _require_consent(agreed, reason)
    earlier = AdjustmentRequest.objects.filter(application=application)
    if earlier.filter(state=AdjustmentState.WAITING).exists():
        raise Refused(
            what=_("这场考试已有一份申请在等待决定"),
            rule=_("同一场考试同时只办理一份便利申请"),
            remedy=_("请等它办完，或先撤回"),
            code="adjustment-waiting",
        )
    if evidence is None and needs_evidence(wanted):
        raise Refused(
            what=_("没有附证明材料"),
            rule=_("申请的便利需要凭证明办理"),
            remedy=_("请上传残疾人证、诊断证明等材料的照片或 PDF"),
            code="evidence-missing",
        )
    file = None
    if evidence is not None:
        file = vault.store(evidence.content, kind="adjustment", name=evidence.name, by=str(by.id))
    last_day = last_day_to_ask(application.offering.sitting.day)
    made = AdjustmentRequest.objects.create(
        number=_number(),
        application=application,
        institution=institution,
        requested_by=by,
        previous=earlier.filter(state=AdjustmentState.DECIDED).order_by("-created_at").first(),
        asked=encode(wanted),
        reason=reason.strip()[:REASON_LENGTH],
        evidence=file,
        last_day=last_day,
        late=clock.today() > last_day,
    )
    _note(by, made, "adjustment-asked", evidence=file.sha256 if file else "", consent="given")
    return made


@transaction.atomic
def withdraw_adjustment(*, by: Account, request: AdjustmentRequest) -> None:
    """Take a request back. Raises: Refused for somebody else's, or one that is settled."""
    held = _held(request)
    if by.id not in {held.requested_by_id, held.application.person.account_id}:
        raise Refused(what=_("这份申请不是您提出的"), remedy=_("请由提出的人撤回"), code="adjustment-not-own")
    _settle(held, AdjustmentState.WITHDRAWN)
    _note(by, held, "adjustment-withdrawn")


@transaction.atomic
def decide_adjustment(
    *, by: Account, request: AdjustmentRequest, verdicts: Sequence[Verdict], late_reason: str = ""
) -> AdjustmentDecision:
    """Say yes or no to each thing asked, each with a reason; a late request also needs why it is still decided.

    Once the pack is published the running hall is told by itself.
    Raises: Refused for a decider who is concerned, a missing word or reason, while the pack is being made,
    or after the exam.
    """
    lock_named(f"pack:{request.application.offering_id}")
    held = _held(request)
    _require_decider(by, held)
    _require_open(held.application)
    words = check_verdicts(decode_asked(held.asked), verdicts)
    if held.late and not late_reason.strip():
        raise Refused(
            what="没有写逾期申请仍予办理的理由",
            rule=f"申请应在 {day_words(held.last_day)} 以前提出；逾期的由决定人写明理由",
            remedy="请写明理由，例如突发伤病、考点能够安排",
            code="late-reason",
        )
    decision = AdjustmentDecision.objects.create(
        request=held, verdicts=encode(words), late_reason=late_reason.strip()[:REASON_LENGTH], by=by
    )
    _settle(held, AdjustmentState.DECIDED)
    granted = sum(verdict.granted for verdict in words)
    _note(by, held, "adjustment-decided", granted=str(granted), asked=str(len(words)))
    publish("adjustment-decided", request_id=str(held.id))
    return decision


@transaction.atomic
def note_adjustment_seen(*, by: Account, request: AdjustmentRequest, what: str) -> None:
    """Somebody opened what was asked and why, or the certificate."""
    _note(by, request, "adjustment-seen", what=what)


def _held(request: AdjustmentRequest) -> AdjustmentRequest:
    """The request held, while it still waits."""
    lock_named(f"adjustment:{request.application_id}")
    held = AdjustmentRequest.objects.select_related(
        "application__person", "application__offering__sitting", "institution"
    ).get(pk=request.pk)
    if held.state != AdjustmentState.WAITING:
        raise Refused(what=_("这份申请已经办结"), remedy=_("请刷新页面查看结果"), code="adjustment-settled")
    return held


def _settle(request: AdjustmentRequest, state: AdjustmentState) -> None:
    request.state, request.settled_at = state, clock.now()
    request.save(update_fields=["state", "settled_at"])


def _require_standing(by: Account, application: Application, institution: Institution | None) -> None:
    """The candidate, or the institution that entered this application."""
    own = institution is None and application.person.account_id == by.id
    ours = institution is not None and institution_of(by) == institution == application.institution
    if own or ours:
        return
    raise Refused(
        what=_("您不能为这位考生申请便利"),
        rule=_("便利由考生本人或为其报名的机构申请"),
        remedy=_("请由考生本人登录后提出"),
        code="adjustment-standing",
    )


def require_time(application: Application) -> None:
    """Raises: Refused when the application has ended or its exam has begun."""
    if application.status in CLOSED or application.erased_at is not None:
        raise Refused(
            what=_("这份报名已经结束"), remedy=_("请在有效的报名上申请"), code="adjustment-no-application"
        )
    if clock.now() >= ends_at(application.offering):
        raise Refused(
            what=_("考试已经结束"),
            rule=_("便利在开考前申请"),
            remedy=_("对这场考试的安排有异议的，可以投诉"),
            code="adjustment-too-late",
        )
    if clock.now() >= application.offering.starts_at:
        raise Refused(
            what=_("考试已经开始"),
            rule=_("便利在开考前申请"),
            remedy=_("请举手告诉监考员，由监考员按现场情况处理"),
            code="adjustment-too-late",
        )


def _require_consent(agreed: bool, reason: str) -> None:
    if not agreed:
        raise Refused(
            what=_("没有同意为此使用健康信息"),
            rule=_("《个人信息保护法》第二十九条：处理敏感个人信息应当取得单独同意"),
            remedy=_("请阅读说明后勾选同意；不同意的不能办理"),
            code="consent-missing",
        )
    if not reason.strip():
        raise Refused(what=_("没有写申请的原因"), remedy=_("请写明原因"), code="reason-missing")


def _require_decider(by: Account, request: AdjustmentRequest) -> None:
    if not roles_of(by) & DECIDERS:
        raise Refused(
            what="便利申请只由管理员或资格审核员决定", remedy="请交给他们办理", code="adjustment-decider"
        )
    concerned = {request.requested_by_id, request.application.person.account_id}
    institution = institution_of(by)
    if by.id in concerned or (institution is not None and institution.id == request.institution_id):
        raise Refused(
            what="提出申请的一方不能参与决定",
            rule="便利由与申请无关的人员决定",
            remedy="请由另一位管理员或审核员办理",
            code="adjustment-own",
        )
    if by.id in earlier_deciders(request):
        raise Refused(
            what="这份申请是对您上一次决定的复议",
            rule="复议由没有参与原决定的人员办理",
            remedy="请由另一位管理员或审核员办理",
            code="adjustment-again",
        )


def _require_open(application: Application) -> None:
    offering = application.offering
    if clock.now() >= ends_at(offering):
        raise Refused(
            what=f"{offering.title}已经考完，不能再决定",
            remedy="请向申请人说明；申请人看到的是“没有决定”，可以投诉",
            code="exam-over",
        )
    preparation = latest_preparation(offering)
    if preparation is not None and is_open(preparation):
        raise Refused(
            what=f"{offering.title}的考场数据正在准备",
            rule="准备期间不能改变考生的考试时间",
            remedy="请等它完成后再决定；准许的内容届时自动送到考场",
            code="preparing",
        )


def _number() -> str:
    year = clock.today().year
    return f"BL{year}{next_number(f'adjustment-number:{year}'):06d}"


def _note(by: Account, request: AdjustmentRequest, act: str, **detail: str) -> None:
    """Nothing of health goes into the trail: it is never altered."""
    record(
        by=str(by.id),
        act=act,
        subject=f"adjustment:{request.id}",
        detail={"number": request.number, **detail},
    )
