"""Writing down what the bank shows."""

from datetime import date
from typing import Any

from django import forms

from zhiheng.foundation.errors import Refused
from zhiheng.foundation.moment import chinese_day
from zhiheng.payments.core.amounts import fen_of
from zhiheng.payments.models import InvoiceKind, OrderKind
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
                    what=f"到账日期 {chinese_day(day)} 在今天之后",
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


def _date(label: str, *, required: bool = True, words: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=words,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _amount(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


def _clean_fen(form: forms.Form) -> int:
    try:
        return fen_of(form.cleaned_data["amount"])
    except Refused as refused:
        raise as_validation_error(refused) from refused


class FeeForm(forms.Form):
    """A row for the fee table. Scope values are "rule set|programme|level"."""

    kind = forms.ChoiceField(label="费用", choices=OrderKind.choices, initial=OrderKind.REGISTRATION)
    scope = forms.ChoiceField(label="适用项目与等级")
    institution = forms.ChoiceField(label="适用机构", required=False)
    amount = _amount("金额（元）")
    valid_from = _date("生效日期", words="按下单那天是否生效计算。")
    valid_until = _date("截止日期", required=False, words="最后生效的一天；不填为长期。")
    reason = forms.CharField(label="调整原因", max_length=200, help_text="写明依据，例如会议纪要。")

    def __init__(
        self, *args: Any, scopes: list[Any], institutions: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        for name, choices in (("scope", scopes), ("institution", [("", "各机构"), *institutions])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_amount(self) -> int:
        return _clean_fen(self)


class NoteForm(forms.Form):
    """Why somebody says no."""

    note = forms.CharField(label="原因", max_length=200)


class RefundForm(forms.Form):
    """Money to be given back."""

    line = forms.ChoiceField(
        label="退给谁",
        required=False,
        help_text="选考生：同时冲减该考生的费用，全额退回后不再安排考试。选全单：只退款，费用仍须缴纳。",
    )
    way = forms.ChoiceField(
        label="怎么退",
        required=False,
        help_text="经支付渠道收到的款项，请退回原渠道；暂收款整笔退回，不冲减任何费用。",
    )
    amount = _amount("退款金额（元）")
    reason = forms.CharField(label="退款原因", max_length=200)

    def __init__(
        self, *args: Any, lines: list[tuple[str, str]], ways: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        whole, bank = ("", "全单：付款有误，须重新付款"), ("", "银行转账")
        for name, choices in (("line", [*lines, whole]), ("way", [*ways, bank])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if not ways:
            del self.fields["way"]

    def clean_amount(self) -> int:
        return _clean_fen(self)


class RefundPaymentForm(forms.Form):
    """The bank's record of a refund paid."""

    bank_reference = forms.CharField(label="退款流水号", max_length=64, help_text="按银行付款回单填写。")
    paid_on = _date("退款日期")


class InvoiceForm(forms.Form):
    """What an invoice is made out to."""

    kind = forms.ChoiceField(label="发票种类", choices=InvoiceKind.choices)
    title = forms.CharField(label="发票抬头", max_length=100, help_text="与营业执照或法人证书上的名称一致。")
    tax_number = forms.CharField(
        label="纳税人识别号", max_length=24, help_text="18 位统一社会信用代码，末位是校验码。"
    )


class RedInvoiceForm(forms.Form):
    """The red invoice as issued."""

    number = forms.CharField(label="红字发票号码", max_length=20, help_text="8 位或 20 位数字。")
    issued_on = _date("红字发票日期")


class InvoiceIssueForm(forms.Form):
    """The invoice as issued."""

    number = forms.CharField(label="发票号码", max_length=20, help_text="8 位或 20 位数字。")
    issued_on = _date("开票日期")
