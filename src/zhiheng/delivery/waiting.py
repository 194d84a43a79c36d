"""What waits around the exam day: the exam itself, packs to publish, answers to collect and to decide about."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from zhiheng.delivery.core.exam_day import Phase
from zhiheng.delivery.exam_day import Standing, standings_of
from zhiheng.delivery.queries import DeliveryState, delivery_states
from zhiheng.delivery.rescue.queries import rescues_waiting_for
from zhiheng.foundation.moment import day_begins
from zhiheng.people.models import Account, Role
from zhiheng.people.queries import person_of
from zhiheng.people.waiting import Waiting
from zhiheng.plumbing import clock
from zhiheng.seating.queries import offerings_with_tickets, rooms_watched_by
from zhiheng.sittings.wording import exam_words


def waiting(account: Account, role: Role) -> list[Waiting]:
    """What waits for the account in the role."""
    if role == Role.CANDIDATE:
        return _for_candidate(account)
    if role == Role.ADMINISTRATOR:
        return [*_for_administrator(), *_rescues(account)]
    if role == Role.INVIGILATOR:
        return _for_invigilator(account)
    return []


def _for_candidate(account: Account) -> list[Waiting]:
    """The exam of today or of a day to come, as far as it has come for this candidate."""
    person, now = person_of(account), clock.now()
    if person is None:
        return []
    return [line for standing in standings_of(person, now=now) if (line := _line_of(standing, now))]


def _line_of(standing: Standing, now: datetime) -> Waiting | None:
    """What to do next. Where the hall knows nothing of the exam, only that it comes, until its time is over."""
    day, phase = standing.day, standing.phase
    if phase is None:
        phase = Phase.AHEAD
        if now > day.ends:
            return None
    hall, paper = f"{settings.HALL_URL}/hall/", reverse("ticket", args=[standing.ticket.number])
    receipt = reverse("my_receipt", args=[standing.ticket.number])
    words, url, due = {
        Phase.AHEAD: (_("参加考试：%(exam)s"), paper, day.starts),
        Phase.DOOR: (_("登录候考：%(exam)s"), hall, day.starts),
        Phase.BEGUN: (_("考试已经开始，请立即登录：%(exam)s"), hall, day.enter_until),
        Phase.SHUT: (_("已过最迟进入时间，请联系考点：%(exam)s"), paper, None),
        Phase.SITTING: (_("考试正在进行：%(exam)s"), hall, day.ends),
        Phase.PAUSED: (_("考试已暂停，请听监考员安排：%(exam)s"), hall, None),
        Phase.HANDED_IN: (_("已交卷，等待成绩：%(exam)s"), receipt, None),
        Phase.TIME_UP: (_("考试已结束，答卷已保存：%(exam)s"), receipt, None),
        Phase.NEVER_CAME: (_("考场没有您的登录记录，如确已参加请联系考点：%(exam)s"), paper, None),
    }[phase]
    return Waiting(title=words % {"exam": exam_words(standing.ticket.offering)}, url=url, due=due)


def _for_administrator() -> list[Waiting]:
    lines: list[Waiting] = []
    for state in delivery_states(offerings_with_tickets(), moment=clock.now()):
        line = _next_of(state)
        if line is not None:
            lines.append(line)
    return lines


def _rescues(account: Account) -> list[Waiting]:
    return [
        Waiting(
            title=f"决定是否导入救援文件：准考证 {rescue.row.attempt.ticket.number}",
            url=reverse("rescue", args=[rescue.row.id]),
        )
        for rescue in rescues_waiting_for(account)
    ]


def _next_of(state: DeliveryState) -> Waiting | None:
    offering = state.offering
    if state.undecided:
        return Waiting(
            title=f"决定迟到的作答：{offering.title}",
            url=reverse("delivery_late", args=[offering.id]),
            count=state.undecided,
        )
    if state.pack is None and not state.over:
        return Waiting(
            title=f"检查并发布考场数据：{offering.title}",
            url=reverse("delivery_offering", args=[offering.id]),
            due=offering.starts_at,
        )
    if state.pack is not None and not state.over and offering.sitting.day == clock.today():
        return Waiting(
            title=f"考场现场：{offering.title}",
            url=reverse("hall", args=[offering.id]),
            due=offering.starts_at,
        )
    if state.pack is not None and state.over and not state.collected:
        return Waiting(
            title=f"收卷：{offering.title}",
            url=reverse("delivery_attempts", args=[offering.id]),
            count=state.pack.attempts,
        )
    return None


def _for_invigilator(account: Account) -> list[Waiting]:
    today = clock.today()
    return [
        Waiting(
            title=f"{'今天监考' if watch.sitting.day == today else '监考'}："
            f"{watch.room.centre.name} {watch.room.name}（{watch.sitting.title}）",
            url=reverse("room", args=[watch.id]),
            due=day_begins(watch.sitting.day),
        )
        for watch in rooms_watched_by(account)
        if watch.sitting.day >= today
    ]
