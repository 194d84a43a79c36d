"""Go or no-go: whether a sitting may be handed to the hall."""

from dataclasses import dataclass

from zhiheng.foundation.decision import Decision, Reason

CLOCK_TOLERANCE_SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known before the start.

    sealed: papers sealed. tickets, awaiting, unplaced: people. short_rooms: rooms without enough invigilators,
    ratio_rule: how many that is.
    hall_answers: whether the hall says it can save. offset_seconds: hall's clock minus ours, None when unknown.
    loaded: whether the hall uses the pack that was published, None before that.
    """

    sealed: int
    tickets: int
    awaiting: int
    unplaced: int
    rooms: int
    short_rooms: tuple[str, ...]
    ratio_rule: str
    hall_answers: bool
    offset_seconds: float | None
    loaded: bool | None = None


def decide_ready(facts: Facts) -> Decision:
    """Every condition is named, met or not; all must be met."""
    return Decision.all_of(
        Reason(
            code="no-sealed-paper",
            text=f"已封存试卷 {facts.sealed} 套",
            met=facts.sealed > 0,
            rule="试卷由两人审定封存",
            remedy="" if facts.sealed else "请先组卷并由两人审定封存",
        ),
        _everybody_has_a_ticket(facts),
        Reason(
            code="not-seated",
            text=f"已编排座位 {facts.tickets - facts.unplaced} 人，未编排 {facts.unplaced} 人",
            met=facts.tickets > 0 and facts.unplaced == 0,
            rule="一人一座",
            remedy="请先完成座位编排" if facts.unplaced or not facts.tickets else "",
        ),
        _enough_invigilators(facts),
        Reason(
            code="hall-silent",
            text="考场服务应答正常" if facts.hall_answers else "考场服务没有应答",
            met=facts.hall_answers,
            rule="考场服务能保存答案方可开考",
            remedy="" if facts.hall_answers else "请启动考场服务后刷新本页",
        ),
        _clocks_agree(facts),
        *_loaded(facts),
    )


def _everybody_has_a_ticket(facts: Facts) -> Reason:
    met = facts.tickets > 0 and facts.awaiting == 0
    return Reason(
        code="no-ticket",
        text=f"已发准考证 {facts.tickets} 人，已缴费而未发证 {facts.awaiting} 人",
        met=met,
        rule="审核通过并缴费的考生凭准考证参加考试",
        remedy="" if met else "请先发放准考证",
    )


def _enough_invigilators(facts: Facts) -> Reason:
    met = facts.rooms > 0 and not facts.short_rooms
    words = f"{facts.rooms} 个考场监考人数都已够" if met else "监考人数不够：" + "、".join(facts.short_rooms)
    return Reason(
        code="invigilators",
        text=words if facts.rooms else "还没有考场，监考未安排",
        met=met,
        rule=facts.ratio_rule,
        remedy="" if met else "请给这些考场安排监考员",
    )


def _loaded(facts: Facts) -> list[Reason]:
    if facts.loaded is None:
        return []
    return [
        Reason(
            code="not-loaded",
            text="考场服务已载入发布的考场数据" if facts.loaded else "考场服务没有载入发布的考场数据",
            met=facts.loaded,
            rule="考生按考场服务载入的数据登录",
            remedy=""
            if facts.loaded
            else "请过几秒刷新本页；仍然如此的，请系统管理员查看考场服务的提示，核对它与本站的数据目录、密钥和磁盘空间",
        )
    ]


def _clocks_agree(facts: Facts) -> Reason:
    if facts.offset_seconds is None:
        text, met = "考场时钟读不到", False
    else:
        text = f"考场时钟与本站相差 {abs(facts.offset_seconds):.1f} 秒"
        met = abs(facts.offset_seconds) <= CLOCK_TOLERANCE_SECONDS
    return Reason(
        code="clock-offset",
        text=text,
        met=met,
        rule=f"相差不超过 {CLOCK_TOLERANCE_SECONDS} 秒",
        remedy="" if met else "请核对考场服务器与本站的时间同步",
    )
