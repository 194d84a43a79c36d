"""The dates of an offering, and where today lies among them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.moment import day_begins, day_ends
from zhiheng.foundation.workdays import WorkCalendar, official_calendar
from zhiheng.people.models import Account
from zhiheng.plumbing.crypto import keyed_hashes
from zhiheng.sittings.core.feed import FeedEvent
from zhiheng.sittings.models import CalendarFeed, HolidayNotice, Offering, PlanChange, Sitting
from zhiheng.standards.core.loader import list_rule_sets
from zhiheng.standards.core.terms import Deadline, RuleSet
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


def is_provisional(offering: Offering, name: str) -> bool:
    """Whether a date was counted through a year whose calendar is not published yet."""
    return name in offering.plan["provisional"]


def due_rule(offering: Offering, name: Deadline) -> str:
    """The words behind a due date, with a warning while it is provisional."""
    source = rules_for(offering).timetable.rule(name).source
    return f"{source}；暂定：该年放假安排尚未公布" if is_provisional(offering, name) else source


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
            note=str(_("暂定")) if is_provisional(offering, name) else "",
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


# The calendar


def working_calendar() -> WorkCalendar:
    """The published calendar with every imported notice, the newest of a year counting. One query."""
    known = official_calendar()
    for notice in HolidayNotice.objects.order_by("created_at"):
        known = known.with_notice(
            notice.year,
            off_days=frozenset(map(date.fromisoformat, notice.off_days)),
            makeup=frozenset(map(date.fromisoformat, notice.makeup)),
        )
    return known


def notices() -> list[HolidayNotice]:
    """Imported notices, the newest first."""
    return list(HolidayNotice.objects.select_related("imported_by").order_by("-created_at"))


def changes_of(sitting: Sitting) -> list[PlanChange]:
    """What notices did, or would do, to the dates of a sitting, in the order it came."""
    found = PlanChange.objects.filter(offering__sitting=sitting)
    return list(found.select_related("offering", "notice", "decided_by"))


def undecided_changes() -> list[PlanChange]:
    """Changes of settled dates that wait for a person."""
    found = PlanChange.objects.filter(applied_at=None, declined_at=None)
    return list(found.select_related("offering__sitting", "notice"))


# Feeds

_KEPT = timedelta(days=180)  # a sitting stays in a feed until its certificates are out


def offerings_for_feed(programme: str, *, today: date) -> list[Offering] | None:
    """What is or was lately offered of a programme ("" for all); None when there is no such programme."""
    if programme and not any(
        programme == known.id for rules in list_rule_sets() for known in rules.programmes
    ):
        return None
    found = Offering.objects.filter(sitting__day__gte=today - _KEPT).select_related("sitting", "revision")
    return list(found.filter(programme=programme) if programme else found)


def feed_events(offerings: Iterable[Offering]) -> list[FeedEvent]:
    """Every date of the offerings; levels that share a programme, rule set and date share the entry."""
    events: dict[str, FeedEvent] = {}
    for offering in offerings:
        rules = rules_for(offering)
        programme = rules.programme(offering.programme).name
        for point in milestones(offering, today=offering.sitting.day):
            uid = f"{offering.sitting.day}-{rules.id}-{offering.programme}-{point.key}@zhiheng"
            exam = point.key == "sitting"
            events[uid] = FeedEvent(
                uid=uid,
                day=point.start,
                summary=f"{point.label} · {programme}" + (f" ({point.note})" if point.note else ""),
                description="\n".join(filter(None, (offering.sitting.title, point.flag, rules.source))),
                tentative=bool(point.note),
                begins=offering.starts_at if exam else None,
                minutes=offering.minutes if exam else 0,
            )
    return sorted(events.values(), key=lambda event: (event.day, event.uid))


def feed_of(account: Account) -> CalendarFeed | None:
    """The private address in force of an account."""
    return CalendarFeed.objects.filter(account=account, revoked_at=None).first()


def feed_by_token(token: str) -> CalendarFeed | None:
    """The feed behind a private address, if it is in force and its account may still sign in."""
    hashes = keyed_hashes(token, purpose="calendar-feed")
    found = CalendarFeed.objects.filter(token_hash__in=hashes, revoked_at=None, account__is_active=True)
    return found.select_related("account").first()
