"""Which change to make to the questions chosen."""

from decimal import Decimal
from typing import Any

from django import forms

from zhiheng.bank.core.together import KIND_NAMES, Change, Kind


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label="做什么", choices=list(KIND_NAMES.items()))
    trades = forms.MultipleChoiceField(
        label="适用工种",
        required=False,
        choices=[(mark, mark) for mark in "ABCD"],
        widget=forms.CheckboxSelectMultiple,
        help_text="只用于“改适用工种”；一个也不选表示全部工种。",
    )
    difficulty = forms.DecimalField(
        label="难度",
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("0.99"),
        decimal_places=3,
        help_text="只用于“改难度”。",
    )
    reason = forms.CharField(label="停用原因", required=False, max_length=200, help_text="只用于“停用”。")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") == "difficulty" and cleaned.get("difficulty") is None and not self.errors:
            self.add_error("difficulty", "请写新的难度，例如 0.70")
        return cleaned

    def change(self) -> Change:
        """After `is_valid()`."""
        known: dict[str, Kind] = {name: name for name in KIND_NAMES}
        return Change(
            kind=known[self.cleaned_data["kind"]],
            trades=frozenset(self.cleaned_data["trades"]),
            difficulty=self.cleaned_data["difficulty"] or Decimal(0),
        )
