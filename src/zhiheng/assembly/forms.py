"""Asking for papers."""

from typing import Any

from django import forms

from zhiheng.assembly.actions import MOST_FORMS, SEED_LIMIT
from zhiheng.assembly.queries import offerings_ahead
from zhiheng.plumbing import clock
from zhiheng.sittings.models import Offering


class OfferingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.sitting.day.isoformat()} {obj.title}"


class RequestForm(forms.Form):
    offering = OfferingChoice(label="科目", queryset=Offering.objects.none(), empty_label="请选择")
    forms_wanted = forms.IntegerField(
        label="份数",
        min_value=1,
        max_value=MOST_FORMS,
        initial=2,
        help_text="互不重题、难度相当的平行卷，例如正卷与备用卷共 2 份。",
    )
    seed = forms.IntegerField(
        label="随机种子",
        min_value=0,
        max_value=SEED_LIMIT - 1,
        help_text="同样的题库、蓝图、份数与种子组出同样的试卷，便于复核；换一个种子就是另一组。",
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["offering"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = offerings_ahead(clock.today())
        self.initial.setdefault("seed", int(clock.now().strftime("%m%d%H%M")))
