"""Calling a sitting and offering programmes on it."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zhiheng.foundation.errors import Refused
from zhiheng.sittings.core.notices import SHAPE
from zhiheng.sittings.core.plan import decide_callable
from zhiheng.standards.core.loader import list_rule_sets, load_rule_set
from zhiheng.standards.core.terms import RuleSet
from zhiheng.surface.forms import as_validation_error


class NoticeForm(forms.Form):
    file = forms.FileField(
        label="放假安排文件",
        help_text=SHAPE,
        widget=forms.FileInput(attrs={"accept": ".csv,.yaml,.yml,.json"}),
    )

    def refuse(self, refused: Refused) -> None:
        self.add_error("file", as_validation_error(refused))


class CallForm(forms.Form):
    day = forms.DateField(
        label="考试日",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="规则印的是每月最后一个周六；选别的日子会在考期页上注明。",
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        try:
            decide_callable(list_rule_sets(), day, today=self.today).require()
        except Refused as refused:
            raise as_validation_error(refused) from None
        return day


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every programme and level under its rule set."""
    return [
        (
            rules.source,
            [
                (f"{rules.id}/{programme.id}/{level.id}", f"{programme.name}（{level.name}）")
                for programme in rules.programmes
                for level in rules.levels
            ],
        )
        for rules in list_rule_sets()
    ]


def _trades() -> list[tuple[str, str]]:
    marks = {trade.mark: trade.name for rules in list_rule_sets() for trade in rules.trades}
    return [("", "不分工种"), *((mark, f"{mark} {name}") for mark, name in marks.items())]


class OfferForm(forms.Form):
    """What to offer; a trade that has no such level is refused with the standard's clause."""

    subject = forms.ChoiceField(label="项目与等级", choices=_choices)
    trade = forms.ChoiceField(
        label="工种", choices=_trades, required=False, help_text="只有按国家标准考核的项目分工种。"
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "subject" not in given or "trade" not in given:
            return given
        rule_set, given["programme"], given["level"] = given["subject"].split("/")
        given["rule_set"] = rule_set
        rules = load_rule_set(rule_set)
        if rules.trades and not given["trade"]:
            self.add_error("trade", as_validation_error(_unchosen(rules, given["level"])))
        elif given["trade"]:
            try:
                rules.trade(given["trade"], given["level"])
            except Refused as refused:
                self.add_error("trade", as_validation_error(refused))
        return given

    def refuse(self, refused: Refused) -> None:
        error: ValidationError = as_validation_error(refused)
        self.add_error(None, error)


def _unchosen(rules: RuleSet, level: str) -> Refused:
    known = "、".join(f"{trade.mark} {trade.name}" for trade in rules.trades if level in trade.levels)
    return Refused(
        what="这个项目分工种开设，还没有选工种",
        rule=rules.source,
        remedy=f"请从{known}中选择",
        code="trade-missing",
    )
