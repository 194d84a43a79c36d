"""Proposing and releasing results, and sitting again."""

from django.db import IntegrityError, transaction

from zhiheng.delivery.relying import hold_answers
from zhiheng.enrolment.actions import admit_to_resit
from zhiheng.foundation.errors import Refused
from zhiheng.payments.actions import place_order
from zhiheng.payments.models import OrderKind
from zhiheng.people.models import Account
from zhiheng.people.queries import institution_of, person_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named
from zhiheng.plumbing.outbox import publish
from zhiheng.results.models import MakeUp, MakeUpRequest, Outcome, Release, Result
from zhiheng.results.queries import (
    components_to_sit,
    ends_at,
    makeup_ends,
    makeup_sentence,
    passed_since,
    state_of,
    undecided_words,
)
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import rules_for
from zhiheng.standards.core.terms import RuleSet
from zhiheng.surface.wording import until_words

_NAMED = 8  # how many unsettled candidates a refusal names


@transaction.atomic
def propose(*, by: Account, offering: Offering) -> Release:
    """Work out a result for every ticketed candidate of an offering, for a second officer to release.

    Raises: Refused while the exam runs, when nobody holds a ticket, when marks are missing (naming whose), when
    late or rescued answers wait for a decision, or when a proposal is there already.
    """
    lock_named(f"results:{offering.id}")
    hold_answers(offering)
    _require_proposable(offering)
    _require_decided(offering, "请管理员先决定，再提交")
    state = state_of(offering)
    if not state.sheets:
        raise Refused(
            what=f"{offering.title}没有发放过准考证",
            remedy="没有考生的科目不需要提交成绩",
            code="no-candidates",
        )
    if state.unsettled:
        named = "；".join(
            f"{sheet.ticket.application.person.name}（{'、'.join(sheet.missing)}）"
            for sheet in state.unsettled[:_NAMED]
        )
        more = f"等 {len(state.unsettled)} 人" if len(state.unsettled) > _NAMED else ""
        raise Refused(
            what=f"还有考生的成绩不齐：{named}{more}",
            rule="每一科都有成绩或缺考记录，方可提交成绩",
            remedy="请等阅卷与考评完成，或补记缺考后再提交",
            code="unsettled",
        )
    release = Release.objects.create(offering=offering, proposed_by=by)
    makeup = makeup_sentence(offering)
    outcomes = []
    for sheet in state.sheets:
        standing = sheet.standing(makeup)
        outcomes.append(standing.outcome)
        Result.objects.create(
            application=sheet.ticket.application,
            release=release,
            revision=offering.revision,
            components=[line.as_json() for line in sheet.lines],
            outcome=standing.outcome,
            reckoning=standing.reckoning,
        )
    record(
        by=str(by.id),
        act="results-proposed",
        subject=f"offering:{offering.id}",
        detail={str(outcome): sum(known == outcome for known in outcomes) for outcome in Outcome},
    )
    return release


def _require_proposable(offering: Offering) -> None:
    if clock.now() < ends_at(offering):
        raise Refused(
            what=f"{offering.title}尚未考完",
            rule="考试结束后方可提交成绩",
            remedy="请在考试结束并完成阅卷后再提交",
            code="not-over",
        )
    if Release.objects.filter(offering=offering).exists():
        raise Refused(
            what=f"{offering.title}的成绩已经提交过",
            remedy="请等另一位成绩管理员核对发布；需要更正的，先退回再提交",
            code="proposed-already",
        )


def _require_decided(offering: Offering, remedy: str) -> None:
    waiting = undecided_words(offering)
    if waiting:
        raise Refused(
            what=f"{offering.title}还有{'，'.join(waiting)}",
            rule="迟到和救回的作答在成绩发布前决定；发布后只能更正",
            remedy=remedy,
            code="answers-undecided",
        )


@transaction.atomic
def send_back(*, by: Account, release: Release, reason: str) -> None:
    """Take a proposal back before release, so that marks can be corrected and proposed again.

    Raises: Refused after release or without a reason.
    """
    current = _unreleased(release)
    told = reason.strip()
    if not told:
        raise Refused(what="没有写明退回原因", remedy="请写明哪里需要更正", code="reason-missing")
    Result.objects.filter(release=current).delete()
    offering = current.offering_id
    current.delete()
    record(by=str(by.id), act="results-sent-back", subject=f"offering:{offering}", detail={"reason": told})


@transaction.atomic
def release(*, by: Account, release: Release) -> Release:
    """Publish proposed results.

    Raises: Refused for the officer who proposed them, after release, or when late or rescued answers wait for a word.
    """
    hold_answers(release.offering)
    current = _unreleased(release)
    if current.proposed_by_id == by.id:
        raise Refused(
            what="提交成绩的人不能自己发布",
            rule="成绩须由两位成绩管理员分别提交和发布",
            remedy="请另一位成绩管理员核对后发布",
            code="same-officer",
        )
    _require_decided(current.offering, "请管理员先决定；要采纳的，先退回这批成绩")
    current.released_by = by
    current.released_at = clock.now()
    current.save(update_fields=["released_by", "released_at"])
    record(
        by=str(by.id),
        act="results-released",
        subject=f"offering:{current.offering_id}",
        detail={"release": str(current.id), "results": Result.objects.filter(release=current).count()},
    )
    publish("results-released", release_id=str(current.id))
    return current


def _unreleased(release: Release) -> Release:
    current = Release.objects.select_for_update().filter(pk=release.pk).first()
    if current is None or current.released_at is not None:
        raise Refused(
            what="这批成绩已经发布或退回",
            rule="发布后的成绩不再改动",
            remedy="请刷新页面查看现在的状态",
            code="released-already",
        )
    return current


@transaction.atomic
def ask_makeup(*, by: Account, result: Result, offering: Offering) -> MakeUpRequest:
    """A candidate asks the institution for a make-up; asking again changes the sitting asked for.

    Raises: Refused for somebody else's result or when no make-up is possible.
    """
    person = person_of(by)
    if person is None or result.application.person_id != person.id:
        raise Refused(what="这不是您的成绩", remedy="请从“我的成绩”进入", code="foreign")
    _require_makeup(result, offering)
    request, _ = MakeUpRequest.objects.update_or_create(
        result=result, defaults={"offering": offering, "by": by}
    )
    record(
        by=str(by.id),
        act="makeup-asked",
        subject=f"result:{result.id}",
        detail={"offering": str(offering.id)},
    )
    return request


@transaction.atomic
def order_makeup(*, by: Account, result: Result, offering: Offering) -> MakeUp:
    """Enter a failed candidate for a later sitting of the same examination and place the order for its fee.

    Raises: Refused for a foreign institution, an unreleased or passed result, another examination, a closed make-up,
    or a make-up ordered already.
    """
    institution = institution_of(by)
    if institution is not None and institution.id != result.application.institution_id:
        raise Refused(what="这位考生不是经本机构报名的", remedy="请由原报名机构办理补考", code="foreign")
    lock_named(f"makeup:{result.id}")
    _require_makeup(result, offering)
    application = admit_to_resit(by=by, failed=result.application, offering=offering)
    components = components_to_sit(result, day=offering.sitting.day)
    try:
        with transaction.atomic():
            makeup = MakeUp.objects.create(result=result, application=application, components=components)
    except IntegrityError:  # the unique result is the last word between two requests
        raise _ordered_already() from None
    order = place_order(
        by=by,
        institution=application.institution,
        sitting=offering.sitting,
        applications=[application],
        kind=OrderKind.MAKEUP,
    )
    record(
        by=str(by.id),
        act="makeup-ordered",
        subject=f"result:{result.id}",
        detail={
            "application": str(application.id),
            "order": str(order.id),
            "total_fen": order.total_fen,
            "components": components,
        },
    )
    return makeup


def _require_makeup(result: Result, offering: Offering) -> None:
    sat = result.application.offering
    rules = rules_for(sat)
    if result.release.released_at is None:
        raise Refused(what="成绩尚未发布", remedy="请在成绩发布后办理补考", code="not-released")
    if result.outcome == Outcome.PASSED or passed_since(result):
        raise Refused(what="这项考核已经合格，不需要补考", remedy="请等待颁发证书", code="passed")
    if MakeUp.objects.filter(result=result).exists():
        raise _ordered_already()
    if not _follows(sat, offering):
        raise Refused(
            what=f"{offering.title}（{offering.sitting.title}）不是{sat.title}之后的同一考核",
            rule="补考须在以后的考期报同一项目、等级与工种",
            remedy="请另选考期",
            code="other-examination",
        )
    _require_open(offering, rules)


def _follows(sat: Offering, offering: Offering) -> bool:
    same = offering.revision.rule_set == sat.revision.rule_set and (
        offering.programme,
        offering.level,
        offering.trade,
    ) == (sat.programme, sat.level, sat.trade)
    return same and offering.sitting.day > sat.sitting.day


def _require_open(offering: Offering, rules: RuleSet) -> None:
    ends = makeup_ends(offering)
    if clock.now() >= ends:
        raise Refused(
            what=f"{offering.sitting.title}的补考报名已于 {until_words(ends)} 截止",
            rule=rules.timetable.rule("makeup_closes").source,
            remedy="请改报下一个考期",
            code="makeup-closed",
        )


def _ordered_already() -> Refused:
    return Refused(what="这次成绩的补考已经报过名", remedy="请在订单中查看缴费情况", code="makeup-ordered")
