"""What is asked of whoever wants a correction, and of whoever refuses one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.people.forms import WithRefusals

ACCEPT = ".jpg,.jpeg,.png,.pdf"


class CorrectionForm(WithRefusals):
    name = forms.CharField(
        label=_("更正后的姓名"), max_length=60, help_text=_("与身份证件一致；姓名没有错就不改。")
    )
    id_number = forms.CharField(
        label=_("更正后的身份证号码"),
        max_length=24,
        required=False,
        help_text=_("号码没有错就不填。出生日期和性别随号码更正。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(label=_("更正的原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.FileField(
        label=_("证明材料"),
        help_text=_("身份证照片；更名的还要户口簿更名页或公安机关证明。JPEG、PNG 或 PDF，一个文件。"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class NoteForm(WithRefusals):
    note = forms.CharField(label="不同意的原因", max_length=300, help_text="提出更正的人会看到。")
