"""What is asked of a complainant, of an administrator, and of an institution."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.people.forms import WithRefusals
from zhiheng.people.models import Account, ComplaintAbout, Institution

ACCEPT = ".jpg,.jpeg,.png,.pdf"
ABOUT = (
    ("", _("请选择")),
    (ComplaintAbout.INSTITUTION, _("报名机构")),
    (ComplaintAbout.ROOM, _("考场")),
    (ComplaintAbout.MARKING, _("阅卷与成绩")),
    (ComplaintAbout.FEE, _("收费")),
    (ComplaintAbout.STAFF, _("工作人员")),
    (ComplaintAbout.OTHER, _("其他")),
)


class PaperField(forms.FileField):
    def __init__(self) -> None:
        super().__init__(
            label=_("附件"),
            required=False,
            help_text=_("JPEG、PNG 或 PDF，一个文件。"),
            widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        )


class ComplaintForm(WithRefusals):
    about = forms.ChoiceField(label=_("投诉什么"), choices=ABOUT)
    institution = forms.ModelChoiceField(
        label=_("哪一家机构"),
        queryset=Institution.objects.all(),
        required=False,
        empty_label=_("与机构无关，或不清楚"),
        help_text=_("该机构看不到这份投诉，也不知道是谁投诉。"),
    )
    staff_named = forms.CharField(
        label=_("涉及的工作人员"),
        max_length=100,
        required=False,
        help_text=_("写明姓名的，这位工作人员不处理也看不到这份投诉。"),
    )
    text = forms.CharField(
        label=_("事情的经过和您的要求"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("写明时间、地点；与考试有关的写准考证号。"),
    )
    paper = PaperField()
    name = forms.CharField(label=_("怎样称呼您"), max_length=50, required=False)
    phone = forms.RegexField(
        r"^1\d{10}$",
        label=_("手机号"),
        required=False,
        error_messages={"invalid": _("手机号应为 11 位数字。")},
    )
    email = forms.EmailField(
        label=_("电子邮箱"),
        required=False,
        max_length=200,
        help_text=_("留了手机号或邮箱，有进展会通知您；不留也可以，请保存下一页的地址。"),
        error_messages={"invalid": _("这不是一个电子邮箱地址。请检查 @ 前后。")},
    )

    def known(self) -> "ComplaintForm":
        """For somebody signed in, whose name and addresses are on file."""
        for name in ("name", "phone", "email"):
            del self.fields[name]
        return self


class MoreForm(WithRefusals):
    text = forms.CharField(label=_("补充"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    paper = PaperField()


class ReopenForm(WithRefusals):
    text = forms.CharField(label=_("哪里不满意"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class LetterForm(WithRefusals):
    text = forms.CharField(label="写给投诉人", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(WithRefusals):
    text = forms.CharField(
        label="答复",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明查清的事实、依据和处理结果；答复后结案。",
    )


class AskForm(WithRefusals):
    institution = forms.ModelChoiceField(
        label="问哪一家", queryset=Institution.objects.all(), empty_label="请选择"
    )
    text = forms.CharField(
        label="问题",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="机构只看到这里写的话。不要写出投诉人是谁，也不要写能让人认出的细节。",
    )


class RecuseForm(WithRefusals):
    account = forms.ModelChoiceField(
        label="哪一位回避", queryset=Account.objects.none(), empty_label="请选择"
    )

    def among(self, accounts: list[Account]) -> "RecuseForm":
        field: Any = self.fields["account"]
        field.queryset = Account.objects.filter(pk__in=[account.pk for account in accounts])
        return self


class StatementForm(WithRefusals):
    text = forms.CharField(
        label="说明",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="写明事实和依据。提交后不能修改。",
    )
    paper = PaperField()
