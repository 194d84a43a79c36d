"""The pages each role works on, in the order of its work."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.people.models import Role

Words = str | Promise

DOORS: dict[Role, tuple[tuple[Words, str], ...]] = {
    Role.CANDIDATE: (
        (_("我的报名"), "my_applications"),
        (_("我的考期"), "timeline"),
        (_("我的学习"), "my_learning"),
        (_("我的准考证"), "tickets"),
        (_("我的成绩"), "my_results"),
        (_("我的证书"), "my_certificates"),
        (_("考试便利"), "my_adjustments"),
        (_("更正姓名或身份证号码"), "my_corrections"),
        (_("我的投诉"), "my_complaints"),
    ),
    Role.INSTITUTION: (
        ("报名", "applications"),
        ("考期与进度", "timeline"),
        ("缴费", "orders"),
        ("培训课时", "attendance"),
        ("准考证", "institution_tickets"),
        ("成绩与补考", "institution_results"),
        ("证书", "institution_certificates"),
        ("更正申请", "institution_corrections"),
        ("考试便利申请", "institution_adjustments"),
        ("专委会的询问", "complaint_questions"),
        ("本机构的授权与账号", "my_institution"),
    ),
    Role.REVIEWER: (
        ("资格审核", "review_queue"),
        ("一并通过", "review_together"),
        ("审核进度", "review_overview"),
        ("更正", "corrections"),
        ("考试便利", "adjustments"),
    ),
    Role.FINANCE: (
        ("到账确认", "finance_orders"),
        ("银行明细", "bank_files"),
        ("费用表", "fee_table"),
        ("退款", "refunds"),
        ("发票", "invoices"),
        ("账簿", "ledger"),
    ),
    Role.ITEM_WRITER: (
        ("题库", "items"),
        ("考点覆盖", "coverage"),
        ("导入试题", "import_items"),
        ("组卷", "blueprints"),
    ),
    Role.INVIGILATOR: (("我的考场", "my_rooms"),),
    Role.EXAMINER: (("技能考核", "examining"),),
    Role.MARKER: (("阅卷", "marking"),),
    Role.RESULTS_OFFICER: (
        ("成绩合成与发布", "releases"),
        ("阅卷进度", "marking_progress"),
        ("技能考核", "skill_offerings"),
    ),
    Role.CERTIFICATE_OFFICER: (("颁发与登记", "certificates"),),
    Role.ADMINISTRATOR: (
        ("考期", "sittings"),
        ("考期与进度", "timeline"),
        ("资格审核进度", "review_overview"),
        ("组卷", "blueprints"),
        ("考务编排", "seating"),
        ("考点", "centres"),
        ("考试实施", "delivery"),
        ("技能考核", "skill_offerings"),
        ("阅卷进度", "marking_progress"),
        ("账号与角色", "accounts"),
        ("机构", "institutions"),
        ("合作申请", "partner_applications"),
        ("删除申请", "erasures"),
        ("更正", "corrections"),
        ("考试便利", "adjustments"),
        ("投诉", "complaints"),
        ("操作记录", "audit_trail"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    label: Words
    url: str


def doors_of(role: Role) -> list[Door]:
    """The pages of a role that this installation has."""
    found = []
    for label, name in DOORS[role]:
        try:
            found.append(Door(label=label, url=reverse(name)))
        except NoReverseMatch:
            continue
    return found
