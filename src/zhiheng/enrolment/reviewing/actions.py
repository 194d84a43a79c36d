"""Keeping a file to oneself while deciding it, and looking a second time at what was approved."""

from collections.abc import Sequence

from django.db import transaction

from zhiheng.enrolment.core.reviewing import drawn, review_rules, second_look_percent
from zhiheng.enrolment.models import (
    Application,
    ApplicationStatus,
    Reading,
    ReviewDecision,
    ReviewHold,
    SecondLook,
)
from zhiheng.enrolment.reviewing.queries import hold_on
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day, day_ends
from zhiheng.people.models import Account
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.outbox import publish
from zhiheng.sittings.core.plan import review_due
from zhiheng.sittings.queries import rules_for, working_calendar
from zhiheng.surface.wording import clock_words


@transaction.atomic
def hold_file(*, by: Account, application: Application) -> ReviewHold:
    """Keep a waiting file for this reviewer for some minutes, again from now if it is theirs already.

    Returns the hold in force: a colleague's when the file is taken, which is no refusal; they may still read it.
    """
    Application.objects.select_for_update().get(pk=application.pk)
    standing = hold_on(application)
    if standing is not None and standing.by_id != by.pk:
        return standing
    hold, _ = ReviewHold.objects.update_or_create(
        application=application, defaults={"by": by, "until": clock.now() + review_rules().hold}
    )
    return hold


@transaction.atomic
def release_file(*, by: Account, application: Application) -> None:
    """Give a file back to the queue; a colleague's hold is left alone."""
    ReviewHold.objects.filter(application=application, by=by).delete()


@transaction.atomic
def clear_desk(*, by: Account, application: Application) -> None:
    """A decided file is nobody's any more: not kept open, not put aside by anybody."""
    release_file(by=by, application=application)
    Reading.objects.filter(application=application).delete()


def require_free(*, by: Account, application: Application) -> None:
    """Raises: Refused while a colleague has the file open."""
    standing = hold_on(application)
    if standing is not None and standing.by_id != by.pk:
        raise Refused(
            what=f"{standing.by.display_name}正在审核这份报名（到 {clock_words(standing.until)}）",
            rule="一份报名同时只由一人审核",
            remedy="请先审下一份；对方放下或超时后即可接着审",
            code="held",
        )


@transaction.atomic
def draw_second_look(*, decision: ReviewDecision) -> SecondLook | None:
    """Set an approval aside for another reviewer if its file is drawn; a file is looked at twice once."""
    application = decision.application
    percent = second_look_percent(application.offering.revision.rule_set)
    if not drawn(application.pk, percent=percent):
        return None
    if SecondLook.objects.filter(application=application).exists():
        return None
    return SecondLook.objects.create(first=decision, application=application)


@transaction.atomic
def look_again(*, by: Account, look: SecondLook, agreed: bool, reasons: Sequence[str] = ()) -> SecondLook:
    """A second reviewer agrees with an approval, or sends the file back into the queue.

    Raises: Refused for one's own approval, a look already taken, a disagreement without reason or after the exam day.
    """
    current = SecondLook.objects.select_for_update().select_related("first").get(pk=look.pk)
    application = Application.objects.select_for_update().get(pk=current.application_id)
    told = [reason.strip() for reason in reasons if reason.strip()]
    _check_look(current, application, by=by, agreed=agreed, told=told)
    current.agreed, current.reasons, current.by, current.looked_at = agreed, told, by, clock.now()
    current.save(update_fields=["agreed", "reasons", "by", "looked_at"])
    if not agreed:
        application.status = ApplicationStatus.SUBMITTED
        application.review_due = day_ends(
            review_due(rules_for(application.offering), clock.today(), calendar=working_calendar()).day
        )
        application.save(update_fields=["status", "review_due"])
        publish("application-reopened", application_id=str(application.pk))
    record(
        by=str(by.id),
        act="second-look-agreed" if agreed else "second-look-disagreed",
        subject=f"application:{application.pk}",
        detail={"reasons": told},
    )
    return current


def _check_look(
    look: SecondLook, application: Application, *, by: Account, agreed: bool, told: list[str]
) -> None:
    if look.first.by_id == by.pk:
        raise Refused(
            what="这份报名是您自己审核通过的",
            rule="抽查复核由另一位审核员进行",
            remedy="请由同事复核",
            code="own-approval",
        )
    if look.agreed is not None or application.status != ApplicationStatus.APPROVED:
        raise Refused(
            what="这份报名的抽查复核已经有结论，或报名已不在通过状态",
            remedy="请刷新列表后再看",
            code="look-taken",
        )
    if agreed:
        return
    if not told:
        raise Refused(what="有异议时没有写明原因", remedy="请至少选择或填写一条原因", code="reason-missing")
    if clock.today() >= application.sitting.day:
        raise Refused(
            what=f"考试日（{chinese_day(application.sitting.day)}）已到，不能再重新审核",
            remedy="请把情况报告管理员处理",
            code="exam-day",
        )
