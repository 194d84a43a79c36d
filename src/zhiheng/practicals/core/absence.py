"""An absence written down by mistake: one examiner asks, somebody else takes it back."""

from zhiheng.foundation.decision import Decision, Reason

RULE = "缺考记错的，由本组考评员提出、另一人同意后撤销，经过留存"


def decide_asking(*, ticket: str, absent: bool, asked: bool, may: Decision) -> Decision:
    """Whether an absence can be asked back. may: whether marks of the offering may still change."""
    return Decision.all_of(
        Reason(
            code="not-absent",
            text=f"准考证 {ticket} {'已记为缺考' if absent else '没有记为缺考'}",
            met=absent,
            remedy="不需要撤销",
        ),
        Reason(
            code="absence-asked",
            text="撤销已经提出，还没有决定" if asked else "没有未决定的撤销",
            met=not asked,
            remedy="请本组另一位考评员或管理员决定",
        ),
        *may.reasons,
    )


def decide_word(*, asked: bool, own: bool, may: Decision | None) -> Decision:
    """Whether somebody may say the second word. own: they asked for it. may: None for a no, which changes nothing."""
    return Decision.all_of(
        Reason(
            code="absence-decided",
            text="撤销正等决定" if asked else "没有等待决定的撤销",
            met=asked,
            remedy="请刷新页面查看现在的状态",
        ),
        Reason(
            code="absence-same-person",
            text="提出的人不能自己决定" if own else "由另一人决定",
            met=not own,
            rule=RULE,
            remedy="请本组另一位考评员或管理员决定",
        ),
        *(may.reasons if may is not None else ()),
    )
