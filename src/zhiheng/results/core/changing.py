"""Whether the answers behind a result may still change."""

from datetime import datetime

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.moment import SHANGHAI, chinese_day


def decide_change(*, title: str, proposed: bool, released_at: datetime | None) -> Decision:
    """Until results are handed in for release; afterwards nothing that was told is changed without a word.

    title: of the examination. Source: results are corrected, never silently changed; two officers release them.
    """
    if released_at is not None:
        return Decision.no(
            Reason(
                code="results-released",
                text=f"{title}的成绩已于 {chinese_day(released_at)} {released_at.astimezone(SHANGHAI):%H:%M} 发布，答卷不能再变",
                met=False,
                rule="已发布的成绩不因答卷变动而改动",
                remedy="这里只能记录“不采纳”，请写明经过；考生可以从页脚的“投诉”就“阅卷与成绩”提出，"
                "由没有参与的人员答复，也可以报名补考",
            )
        )
    if proposed:
        return Decision.no(
            Reason(
                code="results-proposed",
                text=f"{title}的成绩已经提交，正等另一位成绩管理员发布",
                met=False,
                rule="提交以后、发布以前，成绩先退回再改",
                remedy="请成绩管理员退回这批成绩，再回到这里决定；分数会重新计算",
            )
        )
    return Decision.yes(Reason(code="results-open", text="成绩还没有提交", met=True))
