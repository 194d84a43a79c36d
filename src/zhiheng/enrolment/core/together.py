"""Whether a waiting file may be put aside to be approved together with others: what a machine can check must be in order."""

from dataclasses import dataclass

from zhiheng.foundation.decision import Decision, Reason

RULE = "一并通过：只限本人逐份看过、机器可核对的各项都没有问题的报名"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file as one reviewer has it.

    status: its words when it is not waiting, else empty. held_by: a colleague's name, or empty.
    missing, unseen: documents by their words. differences: marked by machines, in words. pending: not done yet.
    """

    status: str
    held_by: str
    eligible: bool
    claimed_met: bool
    missing: tuple[str, ...]
    unseen: tuple[str, ...]
    differences: tuple[str, ...]
    pending: tuple[str, ...]


def decide_together(facts: FileFacts) -> Decision:
    """Granted when nothing stands against it; each reason tells what does, or that nothing does."""
    return Decision.all_of(
        _line("waiting", "在待审核状态", f"现在是“{facts.status}”" if facts.status else "", "不需要再审"),
        _line(
            "free",
            "没有同事正在审核",
            f"{facts.held_by}正在审核" if facts.held_by else "",
            "请等对方放下，或由对方决定",
        ),
        _line(
            "eligible",
            "按所填内容符合报名条件",
            "" if facts.eligible else "按所填内容不符合任何一条报名条件",
            "请单独审核",
        ),
        _line(
            "claimed",
            "所报条件满足",
            "" if facts.claimed_met or not facts.eligible else "所报的那一条条件不满足",
            "请单独审核",
        ),
        _line("complete", "材料齐全", _told("缺少", facts.missing), "请退回补正"),
        _line("seen", "材料都打开看过", _told("还没有看", facts.unseen), "请在审核页上逐份看完"),
        _line(
            "compared", "机器核对没有标出不一致", _told("", facts.differences, "；"), "请核对后单独作出决定"
        ),
        _line("examined", "机器核对已完成", _told("机器核对还没有做完：", facts.pending), "请稍后再试"),
    )


def _line(code: str, good: str, bad: str, remedy: str) -> Reason:
    met = not bad
    return Reason(
        code=f"together-{code}", text=good if met else bad, met=met, rule=RULE, remedy="" if met else remedy
    )


def _told(before: str, things: tuple[str, ...], between: str = "、") -> str:
    return before + between.join(things) if things else ""
