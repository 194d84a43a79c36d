"""How acts on the running exam and breaks in the line are said, in the room's record and on its pages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from zhiheng.delivery.console.scope import Scope
from zhiheng.delivery.models import HallActKind
from zhiheng.foundation.moment import SHANGHAI
from zhiheng.seating.queries import TicketSheet

MOST_NAMED = 12


def whom_words(scope: Scope, sheet: TicketSheet | None) -> str:
    """7 号座 演示考生甲; 第一考场 12 人; 全部 3 个考场 90 人."""
    if sheet is not None:
        seat = f"{sheet.placement.seat} 号座 " if sheet.placement else ""
        return f"{seat}{sheet.ticket.application.person.name}"
    if scope.room is not None:
        return f"{scope.room.name}全场 {len(scope.sheets)} 人"
    return f"全部 {len(scope.rooms)} 个考场 {len(scope.sheets)} 人"


def places_words(sheets: Sequence[TicketSheet]) -> str:
    """7 号座 演示考生甲; 3 号、7 号座; 第一考场 3 号座，第二考场 7 号座; of many only how many: 30 人."""
    if len(sheets) > MOST_NAMED:
        return f"{len(sheets)} 人"
    rooms: dict[str, list[TicketSheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.placement:
            rooms[sheet.placement.room.name].append(sheet)
    if len(sheets) == 1 and rooms:
        (only,) = sheets
        return f"{only.placement.seat if only.placement else ''} 号座 {only.ticket.application.person.name}"
    words = {room: "、".join(f"{seat} 号" for seat in sorted(_seats(found))) for room, found in rooms.items()}
    if len(words) == 1:
        return "".join(words.values()) + "座"
    return "，".join(f"{room} {seats}座" for room, seats in words.items())


def _seats(sheets: Iterable[TicketSheet]) -> list[int]:
    return [sheet.placement.seat for sheet in sheets if sheet.placement]


def act_words(kind: str, *, minutes: int, words: str) -> str:
    """延长 7 分钟：网络中断."""
    what = {
        HallActKind.GRANT: f"延长 {minutes} 分钟",
        HallActKind.PAUSE: "暂停考试",
        HallActKind.RESUME: "恢复考试",
        HallActKind.MESSAGE: "发消息",
        HallActKind.SUBMIT: "代为交卷",
        HallActKind.ALLOW: "准许换机登录",
        HallActKind.DENY: "不准换机登录",
        HallActKind.ADJUST: f"考试便利，延长 {minutes} 分钟" if minutes else "考试便利有变动",
    }[HallActKind(kind)]
    return f"{what}：{words}" if words else what


def span_words(since: datetime, until: datetime) -> str:
    """14:03–14:09."""
    return f"{since.astimezone(SHANGHAI):%H:%M}–{until.astimezone(SHANGHAI):%H:%M}"


def since_words(since: datetime) -> str:
    """14:03 起."""
    return f"{since.astimezone(SHANGHAI):%H:%M} 起"


def silence_words(seen_at: datetime | None, now: datetime) -> str:
    """How long a machine has not been heard from."""
    if seen_at is None:
        return "还没有收到过原来那台机器的消息"
    seconds = max(int((now - seen_at).total_seconds()), 0)
    if seconds < 60:
        return f"原来那台机器 {seconds} 秒前还有消息"
    return f"原来那台机器已有 {seconds // 60} 分 {seconds % 60} 秒没有消息"
