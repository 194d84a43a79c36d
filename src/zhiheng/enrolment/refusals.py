"""What an applicant hears when the answer is no."""

from zhiheng.enrolment.core.eligibility import Assessment
from zhiheng.enrolment.models import Application
from zhiheng.foundation.errors import Refused


def already_applied(name: str, clash: Application | None) -> Refused:
    where = f"（{clash.offering.title}，{clash.get_status_display()}）" if clash else ""
    return Refused(
        what=f"{name}在这一考期已报过同一项目{where}",
        rule="同一考期同一项目只能报一个级别",
        remedy="请先撤回原报名，或改报其他考期",
        code="enrolled-twice",
    )


def not_eligible(application: Application, assessment: Assessment) -> Refused:
    nearest = "；".join(f"（{line.number}）{line.text}" for line in assessment.lines if not line.met)
    earliest = f"；按现有情况最早 {assessment.earliest.isoformat()} 满足" if assessment.earliest else ""
    return Refused(
        what=f"{application.person.name}不满足{application.offering.title}的任何一条报名条件：{nearest}{earliest}",
        rule=assessment.lines[0].source.rsplit("（", 1)[0] if assessment.lines else "",
        remedy="请核对学历、工作经历与证书是否填全，或改报其他级别",
        code="not-eligible",
    )
