"""Asking for a candidate's facts, each with its reason."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from zhiheng.enrolment.core import words
from zhiheng.enrolment.core.cases import EARLIEST_YEAR
from zhiheng.enrolment.core.reviewing import review_rules
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name, parse_resident_id
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error
from zhiheng.surface.wording import day_words

_PHONE = re.compile(r"1\d{10}")


def checked_phone(text: str) -> str:
    """A mobile number of the mainland without spaces. Raises: Refused."""
    phone = re.sub(r"[\s-]", "", text).removeprefix("+86")
    if not _PHONE.fullmatch(phone):
        raise Refused(
            what=str(_("手机号“%(phone)s”不是 11 位号码") % {"phone": text}),
            rule=str(_("审核结果与考试通知发到这个号码")),
            remedy=str(_("请填写考生本人的手机号")),
            code="phone",
        )
    return phone


class PastDateField(forms.DateField):
    """A day that has come, not before 1900."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)
        self.error_messages["invalid"] = _("日期写法不对。请按 2023-09-01 的样子填写。")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not isinstance(value, date):
            return
        if value > clock.today():
            raise _bad_date(
                _("日期 %(day)s 在今天之后") % {"day": day_words(value)}, _("只能填写已经发生的日期")
            )
        if value.year < EARLIEST_YEAR:
            raise _bad_date(
                _("日期 %(day)s 早于 %(year)s 年") % {"day": day_words(value), "year": EARLIEST_YEAR},
                _("疑为笔误"),
            )


def _bad_date(what: str | Promise, rule: str | Promise) -> ValidationError:
    return as_validation_error(
        Refused(
            what=str(what), rule=str(rule), remedy=str(_("请按证件或证明上的日期填写")), code="future-date"
        )
    )


PROFILE_WORDS = (
    gettext_noop("毕业"),
    gettext_noop("普通高中"),
    gettext_noop("本职业"),
    gettext_noop("相关职业"),
    gettext_noop("无关"),
    gettext_noop("本会证书"),
    gettext_noop("其他机构的职业技能证书"),
    gettext_noop("专业技术职称证书"),
    gettext_noop("不计入的证书"),
    gettext_noop("预备技师"),
)  # words of the core that pages show in both languages; others are known from elsewhere


class Choice(forms.ChoiceField):
    """One of the words of a profile; nothing chosen is an empty text."""

    def __init__(self, known: Mapping[str, str], **options: Any) -> None:
        super().__init__(
            choices=[("", _("请选择")), *((key, _(word)) for key, word in known.items())], **options
        )


class YesNo(forms.TypedChoiceField):
    """是, 否, or not said (None)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[("", _("未填")), ("True", _("是")), ("False", _("否"))],
            coerce=lambda text: text == "True",
            empty_value=None,
            required=False,
            **options,
        )


class ContactForm(forms.Form):
    """How to reach the candidate."""

    phone = forms.CharField(label=_("手机号"), max_length=20, help_text=_("审核结果与考试通知发到这里。"))
    address = forms.CharField(
        label=_("通讯地址"),
        max_length=200,
        required=False,
        help_text=_("纸质材料按这个地址寄送；不寄可不填。"),
    )

    def clean_phone(self) -> str:
        try:
            return checked_phone(self.cleaned_data["phone"])
        except Refused as refused:
            raise as_validation_error(refused) from refused


class CandidateForm(ContactForm):
    """Who the candidate is."""

    name = forms.CharField(
        label=_("姓名"), max_length=100, help_text=_("与身份证一致；证书按这里的写法印制。")
    )
    id_number = forms.CharField(
        label=_("身份证号码"), max_length=30, help_text=_("用来认定同一个人和核对入场，加密保存。")
    )
    field_order = ["name", "id_number", "phone", "address"]

    def clean_name(self) -> str:
        try:
            return normal_name(self.cleaned_data["name"])
        except Refused as refused:
            raise as_validation_error(refused) from refused

    def clean_id_number(self) -> str:
        try:
            return parse_resident_id(self.cleaned_data["id_number"], today=clock.today()).number
        except Refused as refused:
            raise as_validation_error(refused) from refused


class FactForm(forms.Form):
    """One record of a profile; `asked_by` names the fields that only some levels read."""

    asked_by: Mapping[str, str] = {}

    def __init__(self, *args: Any, asked: frozenset[str], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, key in self.asked_by.items():
            if key in asked:
                continue
            if self.initial.get(name) in (None, "") and not self.data.get(self.add_prefix(name)):
                del self.fields[name]
            else:  # it was said before; it is kept, not lost
                self.fields[name].help_text = _("这个级别的条件不看这一项，可不填。")

    def facts(self) -> dict[str, Any]:
        """The record as it is stored, without what was not said."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }


class SchoolingForm(FactForm):
    level = Choice(words.EDUCATION_LEVELS, label=_("学历"), help_text=_("条件按学历高低判断。"))
    status = Choice(words.STATUSES, label=_("毕业或在读"), help_text=_("在读与毕业适用的条件不同。"))
    school = forms.CharField(
        label=_("学校"), max_length=80, required=False, help_text=_("审核时与学历证复印件核对。")
    )
    major = forms.CharField(
        label=_("专业"), max_length=80, required=False, help_text=_("用来判断是否与申报项目相关。")
    )
    major_related = YesNo(label=_("专业与申报项目相关"), help_text=_("部分条件只认相关专业。"))
    school_type = Choice(
        words.SCHOOL_TYPES, label=_("学校类型"), required=False, help_text=_("部分条件只认某些类型的学校。")
    )
    final_year = YesNo(label=_("应届毕业生，尚未取得毕业证"), help_text=_("应届生可先报名。"))
    assessed_skill_target = Choice(
        words.SKILL_TARGETS,
        label=_("经评估论证的培养目标"),
        required=False,
        help_text=_("学校按哪一级技能培养并经评估论证。"),
    )
    asked_by = {
        "major": "major",
        "major_related": "major_related",
        "school_type": "school_type",
        "final_year": "final_year",
        "assessed_skill_target": "assessed_skill_target",
    }


class EmploymentForm(FactForm):
    start = PastDateField(label=_("开始日"), help_text=_("工作年限从这一天起算。"))
    end = PastDateField(label=_("结束日"), required=False, help_text=_("最后一个工作日；仍在职请留空。"))
    employer = forms.CharField(
        label=_("单位"), max_length=80, required=False, help_text=_("审核时与工作证明核对。")
    )
    position = forms.CharField(
        label=_("岗位"), max_length=80, required=False, help_text=_("用来判断是否相关。")
    )
    related_field = YesNo(label=_("属于相关领域"), help_text=_("只有相关领域的工作计入年限。"))
    relation = Choice(
        words.RELATIONS,
        label=_("与本职业的关系"),
        required=False,
        help_text=_("本职业与相关职业的年限分别计算。"),
    )
    asked_by = {"related_field": "related_field", "relation": "relation"}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            what = _("结束日 %(end)s 早于开始日 %(start)s") % {"end": end, "start": start}
            self.add_error("end", _bad_date(what, _("结束日不早于开始日")))
        return cleaned


class CertificateForm(FactForm):
    kind = Choice(words.CERTIFICATE_KINDS, label=_("证书种类"), help_text=_("不同条件认不同的证书。"))
    level = Choice(
        words.CERTIFICATE_LEVELS, label=_("级别"), required=False, help_text=_("条件按级别高低判断。")
    )
    issued = PastDateField(label=_("发证日期"), required=False, help_text=_("持证年限从这一天起算。"))
    programme = forms.CharField(
        label=_("证书项目"),
        max_length=80,
        required=False,
        help_text=_("本会证书请写项目，例如：互联网营销师。"),
    )
    relation = Choice(
        words.RELATIONS,
        label=_("与本职业的关系"),
        required=False,
        help_text=_("国家标准只认本职业或相关职业。"),
    )
    name = forms.CharField(
        label=_("证书名称"), max_length=80, required=False, help_text=_("按证书上的写法，审核时核对。")
    )
    number = forms.CharField(
        label=_("证书编号"), max_length=60, required=False, help_text=_("按证书上的写法，审核时核对。")
    )
    asked_by = {"relation": "relation"}


class TrainingForm(FactForm):
    level = Choice(words.TRAINING_LEVELS, label=_("培训级别"), help_text=_("须与申报级别对应。"))
    hours = forms.IntegerField(
        label=_("标准学时"), min_value=0, max_value=5000, help_text=_("条件要求学到规定的学时。")
    )
    completion_certificate = YesNo(label=_("有结业证书"), help_text=_("没有结业证书的培训不计入。"))
    relation = Choice(
        words.RELATIONS,
        label=_("与本职业的关系"),
        required=False,
        help_text=_("只认本职业或相关职业的培训。"),
    )
    name = forms.CharField(label=_("培训名称"), max_length=80, required=False, help_text=_("审核时核对。"))

    def facts(self) -> dict[str, Any]:
        return {"completion_certificate": False} | super().facts()


class ApprenticeshipForm(forms.Form):
    held = forms.BooleanField(label=_("有学徒经历"), required=False)
    completed = YesNo(label=_("学徒期已满"), help_text=_("只有期满的学徒经历计入。"))
    relation = Choice(
        words.RELATIONS, label=_("与本职业的关系"), required=False, help_text=_("只认本职业或相关职业。")
    )

    def facts(self) -> dict[str, Any]:
        if not self.cleaned_data["held"]:
            return {}
        relation = self.cleaned_data["relation"]
        return {"completed": self.cleaned_data["completed"] is True} | (
            {"relation": relation} if relation else {}
        )


class ClaimForm(forms.Form):
    """Which satisfied condition the application rests on."""

    condition = forms.ChoiceField(
        label="按哪一条报名",
        widget=forms.RadioSelect,
        help_text="已满足几条时任选一条；所需材料按这一条计算。",
    )

    def __init__(self, *args: Any, satisfied: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["condition"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = satisfied


UPLOAD_HINTS = {
    "photo": _(
        "近半年一寸免冠白底彩色照片，手机原图即可；裁成 295 × 413 像素保存。JPEG 或 PNG，不超过 16 MB。"
    ),
    "id_front": _("四角齐全、不反光。JPEG 或 PNG，不超过 16 MB。"),
    "id_back": _("四角齐全、不反光。JPEG 或 PNG，不超过 16 MB。"),
    "": _("JPEG、PNG 图片或 20 页以内、不带密码的 PDF，不超过 16 MB。"),
}


class UploadForm(forms.Form):
    """One file of one kind."""

    file = forms.FileField(label=_("文件"), allow_empty_file=True, max_length=200)

    def __init__(self, *args: Any, kind: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        pictures_only = kind in ("photo", "id_front", "id_back")
        self.fields["file"].widget.attrs["accept"] = (
            "image/jpeg,image/png" if pictures_only else "image/jpeg,image/png,application/pdf"
        )
        self.fields["file"].help_text = UPLOAD_HINTS.get(kind, UPLOAD_HINTS[""])


class SheetForm(forms.Form):
    file = forms.FileField(
        label="填好的表格（.xlsx）",
        allow_empty_file=True,
        max_length=200,
        help_text="最多 10,000 行。先预览，确认后才写入。",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
        ),
    )


class ReviewForm(forms.Form):
    """Why a file is returned or rejected."""

    reasons = forms.MultipleChoiceField(
        label="退回或不予通过的原因",
        choices=[(reason, reason) for reason in review_rules().reasons],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="机构会看到这些话。通过时不用选。",
    )
    other = forms.CharField(
        label="其他原因",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清缺什么、怎么补。",
    )

    def told(self) -> list[str]:
        chosen: list[str] = list(self.cleaned_data["reasons"])
        return [*chosen, *filter(None, [self.cleaned_data["other"].strip()])]


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="查看完整号码的理由", max_length=200, help_text="理由与时间写入操作记录，不可删除。"
    )
