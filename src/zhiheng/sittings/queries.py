"""The dates of an offering, and where today lies among them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.moment import day_begins, day_ends
from zhiheng.sittings.models import Offering, Sitting
from zhiheng.standards.core.terms import RuleSet
from zhiheng.standards.queries import rules_of

LABELS: dict[str, str | Promise] = {
    "enrolment_closes": _("报名截止"),
    "review_due": _("资格审核完成"),
    "cram_opens": _("冲刺课程开放"),
    "mock_from": _("模拟考开放"),
    "mock_until": _("模拟考结束"),
    "tickets_from": _("准考证打印"),
    "sitting": _("考试"),
    "result_due": _("成绩公布"),
    "makeup_closes": _("补考报名截止"),
    "certificate_due": _("证书颁发"),
    "query_opens": _("证书查询"),
}
FLAGS: dict[str, str | Promise] = {"holiday": _("落在法定节假日"), "workday": _("当天是调休工作日")}
_UNTIL = frozenset({"enrolment_closes", "review_due", "mock_until", "makeup_closes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One date of a sitting, for the timeline. state: past, today or ahead. flag: why the day is unusual, in words."""

    key: str
    label: str
    start: date
    end: date
    state: str
    flag: str = ""
    note: str = ""
    marks: tuple[str, ...] = ()


def rules_for(offering: Offering) -> RuleSet:
    return rules_of(offering.revision)


def date_of(offering: Offering, name: str) -> date:
    """A derived date as it was pinned when the offering was opened."""
    return date.fromisoformat(offering.plan[name])


def enrolment_ends(offering: Offering) -> datetime:
    """The first moment at which enrolment is closed."""
    return day_ends(date_of(offering, "enrolment_closes"))


def tickets_open(offering: Offering) -> datetime:
    return day_begins(date_of(offering, "tickets_from"))


def milestones(offering: Offering, *, today: date) -> tuple[Milestone, ...]:
    """Every date of the offering in order, with today's place among them."""
    dates = {name: date_of(offering, name) for name in LABELS if name != "sitting"}
    dates["sitting"] = offering.sitting.day
    flags = "；".join(str(FLAGS[flag]) for flag in offering.plan["flags"])
    return tuple(
        Milestone(
            key=name,
            label=str(LABELS[name]),
            start=dates[name],
            end=dates[name],
            state="today" if dates[name] == today else "past" if dates[name] < today else "ahead",
            flag=flags if name == "sitting" else "",
            note=str(_("暂定")) if name in offering.plan["provisional"] else "",
        )
        for name in sorted(dates, key=lambda name: (dates[name], name in _UNTIL, name))
    )


def sittings_from(day: date) -> list[Sitting]:
    """Sittings on or after a day, the next one first."""
    return list(Sitting.objects.filter(day__gte=day))


def sittings_in(year: int) -> list[Sitting]:
    return list(Sitting.objects.filter(day__year=year))


def sitting_on(day: date) -> Sitting | None:
    return Sitting.objects.filter(day=day).first()


def offerings_of(sitting: Sitting) -> list[Offering]:
    return list(Offering.objects.filter(sitting=sitting).select_related("sitting", "revision"))


def open_offerings(*, moment: datetime) -> list[Offering]:
    """Offerings whose enrolment is open at a moment."""
    known = Offering.objects.filter(sitting__day__gte=moment.date()).select_related("sitting", "revision")
    return [offering for offering in known if moment < enrolment_ends(offering)]
