"""The awarding body's own words in the language of the page; another body's words stay as its file prints them."""

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zhiheng.standards.core.loader import load_body

BODY = "ccia"
MARKED = (
    _("中国通信工业协会互联网产业专业委员会"),
    _("中国通信工业协会（CCIA）是跨部门、跨地区、跨所有制的全国性行业组织和非营利性社会经济团体。"),
    _(
        "互联网产业专业委员会（以下简称专委会）是中国通信工业协会的下属机构，面向互联网产业开展研究、标准、培训与考核等工作。"
    ),
    _(
        "专委会组织的考核面向社会报名，考核合格者由专委会颁发职业技能证书。该证书不是职业资格证书，也不是职业技能等级证书。"
    ),
    _("学术研究"),
    _("承担国家和地方互联网产业相关研究课题。"),
    _("标准制定"),
    _("依照《团体标准管理规定》，针对互联网产业制定相关团体标准。"),
    _("测评认证"),
    _("会同主管部门、企业和科研机构，对互联网企业的产品、平台和技术进行测评，并公示结果。"),
    _("培训教育"),
    _("与企业、院校和培训机构合作开展岗位内训和职业技能培训，考试合格者颁发职业技能证书。"),
    _("企业孵化"),
    _("组织企业、院校和科研院所合作建设互联网产业园区。"),
    _("产业咨询"),
    _("组织专家就互联网产业开展咨询，出具研究报告。"),
    _("平台服务"),
    _("汇集地方政府、园区、企业、院校和投融资机构的资源，为企业与项目提供对接。"),
    _("活动组织"),
    _("举办互联网产业相关的论坛、研讨会、大赛和展会。"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceWords:
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyWords:
    """statement: the one sentence under every page, what its certificate is and is not."""

    name: str
    introduction: tuple[str, ...]
    services: tuple[ServiceWords, ...]
    source: str

    @property
    def statement(self) -> str:
        return self.introduction[-1]


def body_words() -> BodyWords:
    body = load_body(BODY)
    return BodyWords(
        name=gettext(body.name),
        introduction=tuple(gettext(paragraph) for paragraph in body.introduction),
        services=tuple(
            ServiceWords(title=gettext(service.title), text=gettext(service.text))
            for service in body.services
        ),
        source=body.source,
    )
