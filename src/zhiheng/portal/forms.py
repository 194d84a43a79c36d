"""The self-check: a few plain questions, turned into the profile that eligibility reads."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhiheng.enrolment.core.cases import profile_from_facts
from zhiheng.enrolment.core.duration import add_years
from zhiheng.enrolment.core.terms import Profile
from zhiheng.portal.catalogue import listed
from zhiheng.surface.wording import english

EDUCATION = (
    ("小学", _("小学")),
    ("初中", _("初中")),
    ("高中", _("高中")),
    ("中专", _("中专")),
    ("职高", _("职高")),
    ("技校", _("技校")),
    ("大专", _("大专")),
    ("本科", _("本科")),
    ("硕士", _("硕士")),
    ("博士", _("博士")),
)
SCHOOL_TYPES = (
    ("", _("不清楚，或不是这几类")),
    ("职业高中", _("职业高中")),
    ("中等专业学校", _("中等专业学校")),
    ("技工学校", _("技工学校")),
    ("高级技工学校", _("高级技工学校")),
    ("技师学院", _("技师学院")),
    ("高等职业学校", _("高等职业学校")),
    ("普通高校", _("普通高校")),
)
CERTIFICATES = (
    ("", _("没有")),
    ("own", _("本专委会的证书")),
    ("other", _("其他机构的职业或技能证书")),
    ("title", _("专业技术职称")),
    ("national", _("国家职业资格或职业技能等级证书")),
    ("prep_technician", _("预备技师证书")),
)
CERTIFICATE_LEVELS = (
    ("", _("未填写")),
    ("初级", _("初级")),
    ("中级", _("中级")),
    ("高级", _("高级")),
    ("五级", _("五级")),
    ("四级", _("四级")),
    ("三级", _("三级")),
    ("二级", _("二级")),
    ("一级", _("一级")),
)
TRAINING_LEVELS = (
    ("", _("没有")),
    ("5", _("五级")),
    ("4", _("四级")),
    ("3", _("三级")),
    ("2", _("二级")),
    ("1", _("一级")),
)
LONGEST = 60


def _own_programmes() -> list[tuple[str, Any]]:
    own = [entry.programme for entry in listed() if not entry.rules.standard]
    return [("", _("未填写")), *((entry.name, entry.name_en if english() else entry.name) for entry in own)]


class CheckForm(forms.Form):
    """What a candidate knows without looking anything up."""

    education = forms.ChoiceField(label=_("最高学历"), choices=EDUCATION, initial="大专")
    schooling = forms.ChoiceField(
        label=_("这一学历"),
        choices=(
            ("graduated", _("已毕业")),
            ("studying", _("在读")),
            ("final", _("在读，今年应届毕业")),
        ),
        widget=forms.RadioSelect,
        initial="graduated",
    )
    school_type = forms.ChoiceField(
        label=_("学校类型"),
        choices=SCHOOL_TYPES,
        required=False,
        help_text=_("国家标准对技工院校和职业院校的毕业生另有规定。"),
    )
    major = forms.ChoiceField(
        label=_("所学专业与想报的项目相关吗"),
        choices=(("related", _("相关")), ("other", _("不相关，或没有专业"))),
        widget=forms.RadioSelect,
        initial="other",
        help_text=_("电子商务、市场营销、新闻传播、数字媒体等通常算相关；以审核为准。"),
    )
    work_years = forms.IntegerField(
        label=_("从事相关工作满几年"),
        min_value=0,
        max_value=LONGEST,
        initial=0,
        help_text=_("各段工作加在一起的整年数；没有工作过填 0。"),
    )
    longest_years = forms.IntegerField(
        label=_("其中没有间断的最长一段，满几年"),
        min_value=1,
        max_value=LONGEST,
        required=False,
        help_text=_("有的条件要求“连续”。没有间断过就不必填。"),
    )
    certificate = forms.ChoiceField(label=_("已有的证书"), choices=CERTIFICATES, required=False)
    certificate_level = forms.ChoiceField(label=_("证书级别"), choices=CERTIFICATE_LEVELS, required=False)
    certificate_programme = forms.ChoiceField(
        label=_("证书上的项目"),
        choices=_own_programmes,
        required=False,
        help_text=_("只有本专委会的证书需要填。"),
    )
    certificate_years = forms.IntegerField(
        label=_("取得证书满几年"), min_value=0, max_value=LONGEST, required=False
    )
    training_level = forms.ChoiceField(
        label=_("参加过哪一级的正规培训并取得结业证书"), choices=TRAINING_LEVELS, required=False
    )
    training_hours = forms.IntegerField(label=_("培训学时"), min_value=1, max_value=2000, required=False)
    apprenticeship = forms.BooleanField(label=_("在本职业或相关职业学徒期满"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        longest, total = given.get("longest_years"), given.get("work_years")
        if longest and total is not None and longest > total:
            self.add_error(
                "longest_years", ValidationError(_("最长一段不会超过工作的总年数。请改小这一项。"))
            )
        if given.get("certificate") and not given.get("certificate_level"):
            self.add_error(
                "certificate_level", ValidationError(_("选了证书就要选级别。没有级别的请选最接近的一级。"))
            )
        if given.get("certificate") == "own" and not given.get("certificate_programme"):
            self.add_error("certificate_programme", ValidationError(_("本专委会的证书请选证书上印的项目。")))
        if given.get("training_level") and not given.get("training_hours"):
            self.add_error("training_hours", ValidationError(_("请填写结业证书上的学时数。")))
        return given

    def profile(self, *, today: date) -> Profile:
        """The answers as facts counted back from today. Call after the form is valid."""
        given = self.cleaned_data
        facts: dict[str, Any] = {
            "education": [_schooling(given)],
            "employment": _employment(given, today=today),
        }
        if given["certificate"]:
            facts["certificates"] = [_certificate(given, today=today)]
        if given["training_level"]:
            facts["training"] = [
                {
                    "level": given["training_level"],
                    "hours": given["training_hours"],
                    "completion_certificate": True,
                    "relation": "本职业",
                }
            ]
        if given["apprenticeship"]:
            facts["apprenticeship"] = {"completed": True, "relation": "本职业"}
        return profile_from_facts(facts, as_of=today)


def _schooling(given: dict[str, Any]) -> dict[str, Any]:
    facts = {
        "level": given["education"],
        "status": "毕业" if given["schooling"] == "graduated" else "在读",
        "major_related": given["major"] == "related",
        "final_year": given["schooling"] == "final",
    }
    return facts | ({"school_type": given["school_type"]} if given["school_type"] else {})


def _employment(given: dict[str, Any], *, today: date) -> list[dict[str, Any]]:
    """Runs of whole years that end today, or, with breaks, none longer than the longest, a year apart."""
    left = given["work_years"]
    longest = given["longest_years"] or left
    runs: list[dict[str, Any]] = []
    stop = today
    while left > 0:
        start = add_years(stop, -min(left, longest))
        run: dict[str, Any] = {"start": start.isoformat(), "related_field": True, "relation": "本职业"}
        if runs:
            run["end"] = (stop - timedelta(days=1)).isoformat()
        runs.append(run)
        left -= longest
        stop = add_years(start, -1)
    return runs


def _certificate(given: dict[str, Any], *, today: date) -> dict[str, Any]:
    facts = {
        "kind": given["certificate"],
        "level": given["certificate_level"],
        "issued": add_years(today, -(given["certificate_years"] or 0)).isoformat(),
        "relation": "本职业",
    }
    own = given["certificate"] == "own"
    return facts | ({"programme": given["certificate_programme"]} if own else {})
