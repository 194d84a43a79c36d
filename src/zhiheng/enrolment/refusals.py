"""What an applicant hears when the answer is no."""

from typing import Any

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.eligibility import Assessment
from zhiheng.enrolment.models import Application, ApplicationStatus
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.people.models import Person
from zhiheng.people.rights.queries import missing_consents
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering
from zhiheng.sittings.queries import date_of

EDITABLE = (ApplicationStatus.DRAFT, ApplicationStatus.RETURNED)


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
    earliest = f"；按现有情况最早 {chinese_day(assessment.earliest)} 满足" if assessment.earliest else ""
    return Refused(
        what=f"{application.person.name}不满足{application.offering.title}的任何一条报名条件：{nearest}{earliest}",
        rule=assessment.lines[0].source.rsplit("（", 1)[0] if assessment.lines else "",
        remedy="请核对学历、工作经历与证书是否填全，或改报其他级别",
        code="not-eligible",
    )


def check_profile(profile: dict[str, Any], offering: Offering) -> None:
    """Refuse facts that cannot be, among them a date that has not come yet."""
    profile_from_facts(profile, as_of=date_of(offering, "enrolment_closes"))
    profile_from_facts(profile, as_of=clock.today())
    for certificate in profile.get("certificates", []):
        issued = certificate.get("issued")
        if issued and issued > clock.today().isoformat():
            raise Refused(
                what=f"证书“{certificate.get('name') or ''}”的发证日期 {issued} 在今天之后",
                remedy="请按证书上的日期填写",
                code="future-date",
            )


def require_consents(person: Person) -> None:
    """Refuse to hand in while a purpose enrolment rests on has no live yes, in the person's word or on paper."""
    missing = missing_consents(person)
    if missing:
        named = "、".join(f"“{text.titles['zh']}”" for text in missing)
        raise Refused(
            what=f"{person.name}还没有同意{named}",
            rule="《个人信息保护法》第十三条、第二十九条：处理身份证号码等敏感个人信息须取得本人的单独同意",
            remedy="请让考生登录后在“我的数据”里确认，或凭签字原件在本机构的“考生的同意”里代录",
            code="consent-missing",
        )


def require_unerased(application: Application) -> None:
    """Refuse a paper made of what is no longer there."""
    if application.erased_at is not None:
        raise Refused(
            what=f"填写的内容已于 {chinese_day(application.erased_at)} 按保存规则删除，打不出审核表",
            remedy="审核的经过和结论仍列在这份报名里",
            code="application-erased",
        )


def require_editable(application: Application) -> None:
    if application.status not in EDITABLE:
        raise Refused(
            what=f"这份报名现在是“{application.get_status_display()}”，不能修改",
            remedy="需要更正的，请联系专委会退回",
            code="not-editable",
        )
