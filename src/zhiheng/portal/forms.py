"""The self-check: schooling, work, certificates and training in rows, turned into the profile eligibility reads."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, Form
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhiheng.enrolment.core.asking import EVERY_FIELD
from zhiheng.enrolment.core.cases import EARLIEST_YEAR, profile_from_facts
from zhiheng.enrolment.core.terms import Profile
from zhiheng.enrolment.forms import FactForm
from zhiheng.enrolment.profile_form import Section, section_rows, typed_rows
from zhiheng.plumbing import clock
from zhiheng.portal.catalogue import listed
from zhiheng.surface.wording import english

Choices = tuple[tuple[str, Promise], ...]
PLEASE: Choices = (("", _("请选择")),)
EDUCATION: Choices = (
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
STANDINGS: Choices = (
    ("graduated", _("已毕业")),
    ("studying", _("在读")),
    ("final", _("在读，今年应届毕业")),
)
MAJORS: Choices = (("", _("说不清")), ("related", _("相关")), ("other", _("不相关，或没有专业")))
SCHOOL_TYPES: Choices = (
    ("", _("不清楚，或不是这几类")),
    ("职业高中", _("职业高中")),
    ("中等专业学校", _("中等专业学校")),
    ("技工学校", _("技工学校")),
    ("高级技工学校", _("高级技工学校")),
    ("技师学院", _("技师学院")),
    ("高等职业学校", _("高等职业学校")),
    ("普通高校", _("普通高校")),
)
TARGETS: Choices = (("", _("不清楚，或没有")), ("中级", _("中级")), ("高级", _("高级")))
RELATIONS: Choices = (
    ("本职业", _("就是想报的职业")),
    ("相关职业", _("与它相关的职业或领域")),
    ("无关", _("与它无关")),
)
CERTIFICATES: Choices = (
    ("own", _("本专委会的证书")),
    ("other", _("其他机构的职业或技能证书")),
    ("title", _("专业技术职称")),
    ("national", _("国家职业资格或职业技能等级证书")),
    ("prep_technician", _("预备技师证书")),
)
CERTIFICATE_LEVELS: Choices = (
    ("初级", _("初级")),
    ("中级", _("中级")),
    ("高级", _("高级")),
    ("五级", _("五级")),
    ("四级", _("四级")),
    ("三级", _("三级")),
    ("二级", _("二级")),
    ("一级", _("一级")),
)
TRAINING_LEVELS: Choices = (
    ("5", _("五级")),
    ("4", _("四级")),
    ("3", _("三级")),
    ("2", _("二级")),
    ("1", _("一级")),
)


def _own_programmes() -> list[tuple[str, Any]]:
    own = [entry.programme for entry in listed() if not entry.rules.standard]
    return [("", _("未填写")), *((entry.name, entry.name_en if english() else entry.name) for entry in own)]


class Day(forms.DateField):
    """A day between 1900 and today, said in the language of the page."""

    def __init__(self, *, future: bool = False, **options: Any) -> None:
        self.future = future
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)
        self.error_messages["invalid"] = _("日期写法不对。请按 2023-09-01 的样子填写。")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not isinstance(value, date):
            return
        if value.year < EARLIEST_YEAR:
            raise ValidationError(_("这个日期太早，疑为笔误。请按证件或证明填写。"))
        if value > clock.today() and not self.future:
            raise ValidationError(_("这个日期还没有到。请填写已经发生的日期。"))


class SchoolingRow(FactForm):
    level = forms.ChoiceField(label=_("学历"), choices=PLEASE + EDUCATION)
    standing = forms.ChoiceField(label=_("毕业了吗"), choices=PLEASE + STANDINGS)
    major = forms.ChoiceField(
        label=_("所学专业与想报的项目相关吗"),
        choices=MAJORS,
        required=False,
        help_text=_("电子商务、市场营销、新闻传播、数字媒体等通常算相关；以审核为准。"),
    )
    school_type = forms.ChoiceField(
        label=_("学校类型"),
        choices=SCHOOL_TYPES,
        required=False,
        help_text=_("国家标准对技工院校和职业院校的毕业生另有规定。"),
    )
    target = forms.ChoiceField(
        label=_("学校经评估论证，以哪一级技能为培养目标"),
        choices=TARGETS,
        required=False,
        help_text=_("只有国家标准的四级、三级看这一项，学校可以告诉您。"),
    )

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        facts: dict[str, Any] = {
            "level": given["level"],
            "status": "毕业" if given["standing"] == "graduated" else "在读",
            "final_year": given["standing"] == "final",
        }
        if given["major"]:
            facts["major_related"] = given["major"] == "related"
        if given["school_type"]:
            facts["school_type"] = given["school_type"]
        if given["target"]:
            facts["assessed_skill_target"] = given["target"]
        return facts


class JobRow(FactForm):
    start = Day(label=_("从哪一天做起"))
    end = Day(label=_("做到哪一天"), required=False, future=True, help_text=_("还在做就留空。"))
    relation = forms.ChoiceField(
        label=_("这份工作与想报的职业"),
        choices=PLEASE + RELATIONS,
        help_text=_("只有前两种计入年限；请写全职做的起止日期。"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        start, end = given.get("start"), given.get("end")
        if start and end and end < start:
            self.add_error("end", ValidationError(_("做到的那一天早于做起的那一天。请改正其中一个。")))
        return given

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        facts = {
            "start": given["start"].isoformat(),
            "related_field": given["relation"] != "无关",
            "relation": given["relation"],
        }
        return facts | ({"end": given["end"].isoformat()} if given["end"] else {})


class CertificateRow(FactForm):
    kind = forms.ChoiceField(label=_("哪一种证书"), choices=PLEASE + CERTIFICATES)
    level = forms.ChoiceField(
        label=_("证书级别"),
        choices=PLEASE + CERTIFICATE_LEVELS,
        required=False,
        help_text=_("没有级别的请选最接近的一级；预备技师证书不用选。"),
    )
    issued = Day(label=_("哪一天取得"), help_text=_("有的条件从这一天起算年限。"))
    programme = forms.ChoiceField(
        label=_("证书上的项目"),
        choices=_own_programmes,
        required=False,
        help_text=_("只有本专委会的证书需要填。"),
    )
    relation = forms.ChoiceField(
        label=_("证书的职业与想报的职业"),
        choices=PLEASE + RELATIONS,
        required=False,
        help_text=_("国家职业资格或职业技能等级证书、预备技师证书需要填。"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind = given.get("kind")
        if kind and kind != "prep_technician" and not given.get("level"):
            self.add_error("level", ValidationError(_("选了证书就要选级别。没有级别的请选最接近的一级。")))
        if kind == "own" and not given.get("programme"):
            self.add_error("programme", ValidationError(_("本专委会的证书请选证书上印的项目。")))
        if kind in ("national", "prep_technician") and not given.get("relation"):
            self.add_error("relation", ValidationError(_("国家标准按职业认证书。请选它与想报的职业的关系。")))
        return given

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        facts = {
            "kind": given["kind"],
            "level": "预备技师" if given["kind"] == "prep_technician" else given["level"],
            "issued": given["issued"].isoformat(),
        }
        if given["kind"] == "own":
            facts["programme"] = given["programme"]
        return facts | ({"relation": given["relation"]} if given["relation"] else {})


class TrainingRow(FactForm):
    level = forms.ChoiceField(label=_("哪一级的正规培训"), choices=PLEASE + TRAINING_LEVELS)
    hours = forms.IntegerField(label=_("培训学时"), min_value=1, max_value=2000)
    certified = forms.ChoiceField(
        label=_("取得结业证书了吗"), choices=(*PLEASE, ("yes", _("取得了")), ("no", _("没有")))
    )
    relation = forms.ChoiceField(label=_("培训的职业与想报的职业"), choices=PLEASE + RELATIONS)

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "level": given["level"],
            "hours": given["hours"],
            "completion_certificate": given["certified"] == "yes",
            "relation": given["relation"],
        }


class ApprenticeForm(forms.Form):
    relation = forms.ChoiceField(
        label=_("学徒期满过吗"),
        choices=(
            ("", _("没有")),
            ("本职业", _("期满，就是想报的职业")),
            ("相关职业", _("期满，与它相关的职业")),
        ),
        required=False,
    )


SECTIONS = (
    Section(
        key="education",
        title=_("学历"),
        why=_("读过的、正在读的都可以写；只写最高的一段也行。"),
        form=SchoolingRow,
    ),
    Section(
        key="employment",
        title=_("工作"),
        why=_("每份工作一段，年限按起止日期算。没有工作过就空着。"),
        form=JobRow,
    ),
    Section(
        key="certificates",
        title=_("证书"),
        why=_("有几张写几张。没有就空着。"),
        form=CertificateRow,
    ),
    Section(
        key="training",
        title=_("培训与学徒"),
        why=_("只有国家标准的考核看培训学时和学徒经历。没有就空着。"),
        form=TrainingRow,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    section: Section
    rows: "BaseFormSet[FactForm]"

    @property
    def folded(self) -> bool:
        """Sections most people have nothing for stay closed while they are empty."""
        typed = bool(self.rows.initial) or (self.rows.is_bound and self.rows.has_changed())
        return self.section.key in ("certificates", "training") and not typed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckForm:
    """Every section with its rows; an empty row says nothing."""

    blocks: tuple[Block, ...]
    apprentice: ApprenticeForm

    @classmethod
    def blank(cls) -> Self:
        return cls(blocks=tuple(_block(section) for section in SECTIONS), apprentice=_apprentice(None))

    @classmethod
    def sent(cls, data: QueryDict) -> Self:
        return cls(
            blocks=tuple(_block(section, data=data) for section in SECTIONS), apprentice=_apprentice(data)
        )

    @classmethod
    def with_room(cls, data: QueryDict) -> Self:
        """What was typed so far, unjudged, with one empty row more where it was asked for."""
        wanted = data.get("add", "")
        blocks = tuple(
            _block(section, initial=typed_rows(section, data), extra=int(section.key == wanted))
            for section in SECTIONS
        )
        told = {"relation": data.get("apprentice-relation", "")}
        return cls(blocks=blocks, apprentice=ApprenticeForm(prefix="apprentice", initial=told))

    @property
    def rows(self) -> list[Form]:
        """The rows of every section in the order of the page."""
        return [row for block in self.blocks for row in block.rows]

    @property
    def empty(self) -> bool:
        """Whether nothing was said at all."""
        return not any(row.has_changed() for row in (*self.rows, self.apprentice))

    def is_valid(self) -> bool:
        judged = [block.rows.is_valid() for block in self.blocks]
        return self.apprentice.is_valid() and all(judged) and not self.empty

    def profile(self, *, today: date) -> Profile:
        """The answers as facts. Call after the form is valid."""
        facts: dict[str, Any] = {
            block.section.key: [row.facts() for row in block.rows if row.has_changed()]
            for block in self.blocks
        }
        relation = self.apprentice.cleaned_data["relation"]
        if relation:
            facts["apprenticeship"] = {"completed": True, "relation": relation}
        return profile_from_facts(facts, as_of=today)


def _block(section: Section, **options: Any) -> Block:
    return Block(section=section, rows=section_rows(section, EVERY_FIELD, **options))


def _apprentice(data: QueryDict | None) -> ApprenticeForm:
    return ApprenticeForm(data, prefix="apprentice")
