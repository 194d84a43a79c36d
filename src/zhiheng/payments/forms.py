"""Writing down what the bank shows."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from zhiheng.foundation.errors import Refused
from zhiheng.plumbing import clock
from zhiheng.surface.forms import as_validation_error

_MOST_FEN = 2_000_000_000


def fen_of(text: str) -> int:
    """Yuan as people write them -> fen: "1,280.00", "¥680" and "680.5" are read. Raises: Refused."""
    plain = text.strip().replace(",", "").replace("，", "").lstrip("¥￥").removesuffix("元").strip()
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen <= _MOST_FEN:
        raise Refused(
            what=f"金额“{text}”读不懂",
            rule="以元为单位，大于零，最多两位小数",
            remedy="请按银行回单填写，例如 680.00",
            code="amount",
        )
    return int(fen)


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
