"""Opening the study platform, practising, and entering attended hours."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import ItemVersion
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.learning.models import Attendance, PracticeAnswer, StudyPermit
from zhiheng.learning.queries import (
    MARKS_TO_PASS,
    has_permit,
    hours_on,
    is_right,
    practice_for,
)
from zhiheng.people.models import Account
from zhiheng.people.queries import institution_of
from zhiheng.plumbing import clock
from zhiheng.plumbing.audit import record
from zhiheng.plumbing.locks import lock_named

DAY_LIMIT = Decimal(12)
STEP = Decimal("0.5")
TEXT_LIMIT = 5000


@transaction.atomic
def open_study_for(*, by: str, application_id: UUID | str) -> StudyPermit:
    """Open the study platform for an approved application; opening it again changes nothing.

    Raises: Refused when the application is not approved.
    """
    application = Application.objects.get(pk=application_id)
    if application.status != ApplicationStatus.APPROVED:
        raise Refused(
            what=f"报名状态是“{application.get_status_display()}”，学习平台未开通",
            rule="报名审核通过后开通学习平台",
            remedy="请等待审核通过",
            code="not-approved",
        )
    permit, created = StudyPermit.objects.get_or_create(application=application)
    if created:
        record(by=by, act="study-opened", subject=f"application:{application.id}")
    return permit


@transaction.atomic
def answer_practice(
    *, by: Account, application: Application, version: ItemVersion, value: Any
) -> PracticeAnswer:
    """Keep one answer to one practice item.

    value: letters for a choice; {"text": str, "points": [place, …]} for a short answer, the points the candidate
    finds in their own text; it counts as right from 60 % of the marks.
    Raises: Refused for another person's application, one without the platform, or an item that is not for practice here.
    """
    if application.person.account_id != by.id:
        raise Refused(what="这不是您的报名", remedy="请用报名本人的账号登录", code="not-own")
    if not has_permit(application):
        raise Refused(
            what="学习平台还没有开通",
            rule="报名审核通过后开通学习平台",
            remedy="请等待审核通过",
            code="not-open",
        )
    entry = next((one for one in practice_for(application.offering) if one.version == version.id), None)
    if entry is None:
        raise Refused(
            what="这道题不在您的练习题里",
            rule="练习只用练习题库",
            remedy="请从练习页重新开始",
            code="not-practice",
        )
    kept, correct = _judged(entry.item, value)
    return PracticeAnswer.objects.create(
        application=application, version=version, area=entry.item.area, value=kept, correct=correct
    )


def _judged(question: Question, value: Any) -> tuple[Any, bool]:
    if question.type == "short":
        return _judged_short(question, value)
    letters = {option.letter for option in question.options}
    if not isinstance(value, list) or not value or not all(letter in letters for letter in value):
        raise Refused(what="还没有选择选项", remedy="请选择后再提交", code="answer-form")
    chosen = sorted(set(value))
    if question.type == "single" and len(chosen) != 1:
        raise Refused(what="单项选择题只能选一项", remedy="请只选一项", code="answer-form")
    return chosen, is_right(question, chosen)


def _judged_short(question: Question, value: Any) -> tuple[Any, bool]:
    text = str(value.get("text", "")).strip() if isinstance(value, dict) else ""
    if not text or len(text) > TEXT_LIMIT:
        raise Refused(
            what=f"简答题须写 1 至 {TEXT_LIMIT} 个字",
            remedy="请先写出自己的答案，再对照要点",
            code="answer-form",
        )
    places = sorted(set(value.get("points", [])))
    if not all(isinstance(place, int) and 0 <= place < len(question.points) for place in places):
        raise Refused(what="勾选的要点不在这道题里", remedy="请从练习页重新开始", code="answer-form")
    earned = sum((question.points[place].marks for place in places), Decimal(0))
    total = sum((point.marks for point in question.points), Decimal(0))
    return {"text": text, "points": places}, earned >= MARKS_TO_PASS * total


@transaction.atomic
def record_attendance(
    *, by: Account, application: Application, day: date, hours: Decimal, topic: str
) -> Attendance:
    """Enter attended standard hours of one day for a candidate of one's own institution.

    Raises: Refused for somebody else's candidate, a day to come, more than 12 hours a day or steps other than half
    an hour, or a topic entered twice.
    """
    institution = institution_of(by)
    if institution is None or institution.id != application.institution_id:
        raise Refused(what="这位考生不是贵机构的考生", remedy="请核对考生名单", code="not-own")
    if not has_permit(application):
        raise Refused(
            what="报名还没有审核通过，不能登记课时",
            rule="报名审核通过后开通学习平台",
            remedy="请等待审核通过",
            code="not-open",
        )
    lock_named(f"attendance:{application.id}")
    _require_possible(day, hours, already=hours_on(application, day))
    words = topic.strip()
    if not words or len(words) > 100:
        raise Refused(what="课程内容须写 1 至 100 个字", remedy="请写明上了什么课", code="topic")
    try:
        with transaction.atomic():
            entry = Attendance.objects.create(
                application=application, day=day, hours=hours, topic=words, entered_by=by
            )
    except IntegrityError:
        raise Refused(
            what=f"{chinese_day(day)}的“{words}”已经登记过",
            remedy="请核对日期与课程内容",
            code="attended-already",
        ) from None
    record(
        by=str(by.id),
        act="attendance-entered",
        subject=f"application:{application.id}",
        detail={"day": day.isoformat(), "hours": str(hours), "topic": words},
    )
    return entry


def _require_possible(day: date, hours: Decimal, *, already: Decimal) -> None:
    rule = "每日课时不超过 12，以 0.5 课时为单位"
    if day > clock.today():
        raise Refused(what=f"日期 {chinese_day(day)} 还没有到", remedy="请在上课之后登记", code="future-day")
    if not hours.is_finite() or hours <= 0 or hours % STEP:
        raise Refused(
            what=f"课时 {hours} 不是 0.5 的正整数倍",
            rule=rule,
            remedy="请填写 0.5、1、1.5 的样子",
            code="hours",
        )
    if already + hours > DAY_LIMIT:
        raise Refused(
            what=f"{chinese_day(day)}已登记 {already} 课时，再加 {hours} 课时超过 {DAY_LIMIT} 课时",
            rule=rule,
            remedy="请核对当天的课时",
            code="hours-day",
        )
