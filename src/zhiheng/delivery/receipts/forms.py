"""A receipt file and, beside it, the answers it speaks of."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.delivery.core.receipt import Given, Receipt, read_answers, read_receipt
from zhiheng.foundation.errors import Refused

RECEIPT_LIMIT = 64 * 1024
ANSWERS_LIMIT = 1024 * 1024


class ReceiptForm(forms.Form):
    receipt = forms.FileField(
        label=_("回执文件"), help_text=_("交卷时下载的 .json 文件，也可以拖到这里；文件不会被保存。")
    )
    answers = forms.FileField(
        label=_("答案文件"),
        required=False,
        help_text=_("考试结束后从“我的准考证”下载的 .json 文件；给出时重新计算摘要。"),
    )

    def clean_receipt(self) -> Receipt:
        file = self.cleaned_data["receipt"]
        _within(file.size, RECEIPT_LIMIT)
        try:
            return read_receipt(file.read())
        except Refused as refused:
            raise forms.ValidationError(
                _("这个文件不是交卷回执"),
                code=refused.code,
                params={"remedy": _("请选择交卷后下载的原文件，不要经其他软件改存")},
            ) from None

    def clean_answers(self) -> Given | None:
        file = self.cleaned_data["answers"]
        if not file:
            return None
        _within(file.size, ANSWERS_LIMIT)
        try:
            return read_answers(file.read())
        except Refused as refused:
            raise forms.ValidationError(
                _("这个文件不是答案文件"),
                code=refused.code,
                params={"remedy": _("请选择从“我的准考证”下载的原文件")},
            ) from None


def _within(size: int, limit: int) -> None:
    if size > limit:
        raise forms.ValidationError(
            _("文件超过 %(limit)s KB，不像是这里要的文件"), code="size", params={"limit": limit // 1024}
        )
