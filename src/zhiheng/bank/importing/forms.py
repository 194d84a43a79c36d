"""Which file, and where its questions belong."""

from decimal import Decimal
from typing import Any

from django import forms

from zhiheng.bank.core.exchange.drafts import Defaults
from zhiheng.bank.core.exchange.formats import READERS
from zhiheng.bank.core.terms import CompetencyCode
from zhiheng.bank.forms import PlaceForm
from zhiheng.foundation.errors import Refused
from zhiheng.surface.forms import as_validation_error


class ImportForm(PlaceForm):
    """A file of any format we read. After `is_valid()`: `chosen()`, `defaults()`."""

    sheet = forms.FileField(
        label="题目文件",
        help_text="Excel 或 CSV、Word、GIFT、Aiken、Moodle XML、QTI；一次不超过 10000 道题、32 MB（QTI 100 MB）。",
    )
    form = forms.ChoiceField(
        label="格式",
        required=False,
        choices=[("auto", "自动识别"), *((name, kind.title) for name, kind in READERS.items())],
    )
    codes = forms.CharField(
        label="没写考点的题，一律用",
        required=False,
        max_length=200,
        help_text="可以空着：这些题先存为“待归类”的草稿，送审前再补。如 skill:4.1.1，多个用逗号隔开。",
    )
    difficulty = forms.DecimalField(
        label="没写难度的题，一律用",
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("0.99"),
        decimal_places=3,
        help_text="可以空着，送审前再补。及格线上考生的预期得分率，例如 0.70。",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "place" in cleaned:
            place = self.chosen()
            for code in self._codes():
                try:
                    CompetencyCode.parse(code, standard=place.standard, level=place.level)
                except Refused as refused:
                    self.add_error("codes", as_validation_error(refused))
        return cleaned

    def _codes(self) -> tuple[str, ...]:
        words = str(self.cleaned_data.get("codes", "")).replace("，", ",").replace("、", ",")
        return tuple(word.strip() for word in words.split(",") if word.strip())

    def defaults(self) -> Defaults:
        return Defaults(codes=self._codes(), difficulty=self.cleaned_data["difficulty"])
