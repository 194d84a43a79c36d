"""Asking for papers, replacing a question, taking a sealed paper out of use."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from zhiheng.assembly.actions import MOST_IN_POOL, SEED_LIMIT
from zhiheng.assembly.core.policy import policy
from zhiheng.assembly.models import Paper, RunKind
from zhiheng.assembly.queries import offerings_ahead
from zhiheng.assembly.wishes import MOST_AVOIDED_SITTINGS, MOST_SHARED, Wishes
from zhiheng.foundation.moment import chinese_day
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering

SEPARATORS = re.compile(r"[\s,，、;；]+")
MORE = ("required", "forbidden", "shared", "avoid_sittings", "lower_percent")
"""Fields that most requests leave as they are."""


class OfferingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{chinese_day(obj.sitting.day)} {obj.title}"


class PaperChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label}卷（{obj.form_id}）"


class NamesField(forms.CharField):
    """Item names, one or many; cleaned to a tuple."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=20_000, **more)

    def clean(self, value: Any) -> tuple[str, ...]:
        words: str = super().clean(value)
        return tuple(dict.fromkeys(name for name in SEPARATORS.split(words) if name))


class RequestForm(forms.Form):
    offering = OfferingChoice(label="科目", queryset=Offering.objects.none(), empty_label="请选择")
    kind = forms.ChoiceField(
        label="怎样用",
        choices=[
            (RunKind.PARALLEL, "几份平行卷，例如正卷与备用卷"),
            (RunKind.POOL, "一人一卷：每名考生一份不同而等值的试卷"),
        ],
        help_text="一人一卷的各份之间会有相同的题，但没有两份完全相同。",
    )
    forms_wanted = forms.IntegerField(
        label="份数",
        min_value=1,
        max_value=MOST_IN_POOL,
        initial=2,
        help_text=f"平行卷 1 至 20 份；一人一卷不少于考生人数，至多 {MOST_IN_POOL} 份。",
    )
    seed = forms.IntegerField(
        label="随机种子",
        min_value=0,
        max_value=SEED_LIMIT - 1,
        help_text="同样的题库、蓝图、份数与种子组出同样的试卷，便于复核；换一个种子就是另一组。",
    )
    required = NamesField(label="必选题", help_text="题号，用空格、逗号或换行隔开；进入每一份试卷。")
    forbidden = NamesField(label="禁用题", help_text="题号，写法同上；不进入任何一份试卷。")
    shared = forms.IntegerField(
        label="任意两卷允许重复的题数",
        min_value=0,
        max_value=MOST_SHARED,
        required=False,
        help_text="平行卷用；0 为互不重题。有必选题时不得少于必选题数。",
    )
    avoid_sittings = forms.IntegerField(
        label="避开最近几个考期用过的题",
        min_value=0,
        max_value=MOST_AVOIDED_SITTINGS,
        required=False,
        help_text="同一项目、同一等级；题量不足时才会再用。0 为不避开。",
    )
    lower_percent = forms.DecimalField(
        label="低级别内容至多占分值的百分之几",
        min_value=0,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        required=False,
        help_text="标准第 3 部分：高级别涵盖低级别的要求。默认 0，只考本等级的考点。",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["offering"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = offerings_ahead(clock.today())
        self.initial.setdefault("seed", int(clock.now().strftime("%m%d%H%M")))
        self.initial.setdefault("kind", RunKind.PARALLEL)
        self.initial.setdefault("shared", policy().shared.value)
        self.initial.setdefault("avoid_sittings", policy().avoid_sittings.value)
        self.initial.setdefault("lower_percent", 0)

    @property
    def plain(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name not in MORE]

    @property
    def more(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name in MORE]

    @property
    def more_open(self) -> bool:
        """Whether something stands there that the reader must see."""
        return self.is_bound and any(bound.errors or bound.data for bound in self.more)

    @property
    def wishes(self) -> Wishes:
        data = self.cleaned_data
        shared, avoided = data["shared"], data["avoid_sittings"]
        return Wishes(
            required=data["required"],
            forbidden=data["forbidden"],
            shared=policy().shared.value if shared is None else shared,
            avoid_sittings=policy().avoid_sittings.value if avoided is None else avoided,
            lower_share=(data["lower_percent"] or Decimal(0)) / 100,
        )

    @property
    def kind_chosen(self) -> RunKind:
        return RunKind(self.cleaned_data["kind"])


class ReplaceForm(forms.Form):
    added = forms.CharField(label="换上的题", max_length=64)
    reason = forms.CharField(
        label="换题的原因", max_length=200, help_text="记入试卷的历史，例如：法规刚刚修订。"
    )


class RetractForm(forms.Form):
    successor = PaperChoice(
        label="由哪份试卷取代",
        queryset=Paper.objects.none(),
        required=False,
        empty_label="不取代，只撤回",
        help_text="只能选本科目另一份封存的试卷。",
    )
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, successors: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = successors
