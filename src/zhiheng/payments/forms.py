"""Writing down what the bank shows."""

from datetime import date
from typing import Any

from django import forms

from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.amounts import fen_of
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error


class TransferForm(forms.Form):
    """One bank transfer."""

    bank_reference = forms.CharField(
        label="银行流水号", max_length=64, help_text="按银行回单填写；一笔流水只确认一次。"
    )
    amount = forms.CharField(
        label="到账金额（元）",
        max_length=20,
        help_text="可以少于尚欠金额，分次到账分次确认。",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    received_on = forms.DateField(
        label="到账日期",
        help_text="银行回单上的日期。",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_amount(self) -> int:
        try:
            return fen_of(self.cleaned_data["amount"])
        except Refused as refused:
            raise as_validation_error(refused) from refused

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > clock.today():
            raise as_validation_error(
                Refused(
                    what=f"到账日期 {day.isoformat()} 在今天之后",
                    rule="只确认已经到账的款项",
                    remedy="请按银行回单填写",
                    code="future-date",
                )
            )
        return day


class OrderForm(forms.Form):
    """Which approved candidates of one sitting go into an order."""

    applications = forms.MultipleChoiceField(
        label="考生", widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少勾选一名考生"}
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["applications"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices


class BankFileForm(forms.Form):
    """The bank's statement."""

    file = forms.FileField(
        label="银行明细文件",
        max_length=200,
        help_text="网上银行导出的 CSV，GB 18030 或 UTF-8 编码；须有交易日期、流水号、金额（或收入金额）、摘要（或附言）。",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )
