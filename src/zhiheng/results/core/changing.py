"""Whether the answers behind a result may still change."""

from datetime import datetime

from zhiheng.foundation.decision import Decision, Reason
from zhiheng.foundation.moment import SHANGHAI, chinese_day


def decide_change(*, title: str, proposed: bool, released_at: datetime | None) -> Decision:
    """Before results are handed in for release, and again once they are out: then they are put right by two officers.

    title: of the examination. Source: results are corrected, never silently changed; two officers release them.
    """
    if released_at is not None:
        return Decision.yes(
            Reason(
                code="results-released",
                text=f"{title}的成绩已于 {chinese_day(released_at)} {released_at.astimezone(SHANGHAI):%H:%M} 发布",
                met=True,
                rule="已发布的成绩不因答卷变动而自行改动",
                remedy="采纳后这份答卷重新计分；公布的成绩由两位成绩管理员更正后才变，更正会告知考生",
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


def decide_mark_change(*, title: str, proposed: bool, released_at: datetime | None) -> Decision:
    """Whether what panels wrote down may still change: until results are handed in for release.

    title: of the examination. An absence behind a released result stands; nobody was scored who could be now.
    """
    if released_at is not None:
        return Decision.no(
            Reason(
                code="results-released",
                text=f"{title}的成绩已于 {chinese_day(released_at)} {released_at.astimezone(SHANGHAI):%H:%M} 发布",
                met=False,
                rule="成绩发布后，考评记录不再改动",
                remedy="考生可以从页脚的“投诉”提出，由没有参与的人员答复，也可以报名补考",
            )
        )
    return decide_change(title=title, proposed=proposed, released_at=None)
