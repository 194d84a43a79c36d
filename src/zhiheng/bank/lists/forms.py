"""The filters of the list; what they say stands in the address."""

from decimal import Decimal
from typing import Any

from django import forms

from zhiheng.bank.core.media.kinds import KIND_NAMES
from zhiheng.bank.core.terms import AREA_TITLES, LANGUAGES, TYPE_NAMES
from zhiheng.bank.forms import EVERY, LEVEL_NAMES, standard_words
from zhiheng.bank.lists.queries import writers
from zhiheng.bank.models import ItemStatus, Pool
from zhiheng.bank.queries import standards

DESKS = (
    ("review", "等我审定"),
    ("drafts", "我的草稿"),
    ("returned", "退回给我的"),
    ("remarks", "有未处理的意见"),
)
SHOWN = (
    ("any", "有图片、录音或视频"),
    *((kind, f"有{name}") for kind, name in KIND_NAMES.items()),
    ("none", "只有文字"),
)
USES = (("yes", "进过试卷"), ("no", "从未进过试卷"))
MAIN = ("words", "level", "area", "type", "status", "pool")


class ItemFilter(forms.Form):
    words = forms.CharField(
        label="搜索", required=False, max_length=100, help_text="题号、题干、选项、解析里的字词，空格隔开。"
    )
    level = forms.ChoiceField(label="等级", required=False, choices=[EVERY, *LEVEL_NAMES.items()])
    area = forms.ChoiceField(label="考核范围", required=False, choices=[EVERY, *AREA_TITLES.items()])
    type = forms.ChoiceField(label="题型", required=False, choices=[EVERY, *TYPE_NAMES.items()])
    status = forms.ChoiceField(label="状态", required=False, choices=[EVERY, *ItemStatus.choices])
    pool = forms.ChoiceField(label="题库", required=False, choices=[EVERY, *Pool.choices])
    desk = forms.ChoiceField(label="待办", required=False, choices=[EVERY, *DESKS])
    standard = forms.ChoiceField(label="标准", required=False)
    code = forms.CharField(label="考点代码", required=False, max_length=40)
    trade = forms.ChoiceField(
        label="工种", required=False, choices=[EVERY, *((mark, mark) for mark in "ABCD")]
    )
    low = forms.DecimalField(
        label="难度从", required=False, min_value=Decimal(0), max_value=Decimal(1), decimal_places=3
    )
    high = forms.DecimalField(
        label="难度到", required=False, min_value=Decimal(0), max_value=Decimal(1), decimal_places=3
    )
    writer = forms.ChoiceField(label="命题人", required=False)
    used = forms.ChoiceField(label="使用", required=False, choices=[EVERY, *USES])
    shown = forms.ChoiceField(label="图片与录音", required=False, choices=[EVERY, *SHOWN])
    language = forms.ChoiceField(label="语言", required=False, choices=[EVERY, *LANGUAGES.items()])

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("standard", [(name, standard_words(name)) for name in sorted(standards())])
        people = [(str(account.id), str(account)) for account in writers()]
        self._choose("writer", [("shipped", "随平台提供"), *people])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [EVERY, *choices]

    @property
    def main(self) -> list[forms.BoundField]:
        return [self[name] for name in MAIN]

    @property
    def more(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name not in MAIN]

    @property
    def more_in_use(self) -> bool:
        return any(bound.value() for bound in self.more)
