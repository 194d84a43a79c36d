"""What is asked on the pages of this stage."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.certificates.core.reading import LIMIT, read_credential
from zhiheng.certificates.core.reasons import CLASSES, reason_with_note
from zhiheng.foundation.errors import Refused
from zhiheng.surface.forms import as_validation_error


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("持证人姓名"),
        max_length=60,
        help_text=_("与证书上的写法一致。姓名不符时，不显示任何内容。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VerifyForm(NameForm):
    number = forms.CharField(
        label=_("证书编号"),
        max_length=60,
        help_text=_("形如 TXGY-01-1-2026-000001-X，印在证书左侧。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["number", "name"]


class FileForm(forms.Form):
    file = forms.FileField(label=_("凭证文件"), help_text=_("持证人下载的 .json 文件；文件不会被保存。"))

    def clean_file(self) -> dict[str, object]:
        file = self.cleaned_data["file"]
        try:
            if file.size > 4 * LIMIT:
                raise Refused(
                    what=str(_("文件太大，不像一份证书凭证")),
                    remedy=str(_("请选择持证人下载的凭证文件")),
                    code="credential-size",
                )
            return read_credential(file.read().decode("utf-8-sig"))
        except Refused as refused:
            raise as_validation_error(refused) from refused
        except UnicodeDecodeError:
            raise forms.ValidationError(_("文件不是 UTF-8 文本，不是证书凭证"), code="encoding") from None


class ReasonForm(forms.Form):
    """The class is public; the note stays with the officers."""

    kind = forms.ChoiceField(
        label="原因类别",
        choices=[("", "请选择"), *((kind, kind) for kind in CLASSES)],
        help_text="查验证书的人会看到原因类别。",
    )
    note = forms.CharField(
        label="说明", max_length=150, required=False, help_text="只有证书管理员能看到；写明依据。"
    )

    @property
    def reason(self) -> str:
        return reason_with_note(self.cleaned_data["kind"], self.cleaned_data["note"])
