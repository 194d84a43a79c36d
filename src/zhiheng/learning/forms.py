"""Answering a practice question; entering attended hours."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhiheng.bank.core.terms import Item as Question
from zhiheng.learning.actions import TEXT_LIMIT
from zhiheng.plumbing import clock


class ChoiceForm(forms.Form):
    """One of the options, or several. `value` is the list of letters."""

    def __init__(self, question: Question, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(option.letter, f"{option.letter}　{option.text}") for option in question.options]
        if question.type == "single":
            self.fields["chosen"] = forms.ChoiceField(
                label=_("选一项"), choices=choices, widget=forms.RadioSelect
            )
        else:
            self.fields["chosen"] = forms.MultipleChoiceField(
                label=_("选出所有正确的选项"), choices=choices, widget=forms.CheckboxSelectMultiple
            )

    @property
    def value(self) -> list[str]:
        chosen = self.cleaned_data["chosen"]
        return [chosen] if isinstance(chosen, str) else list(chosen)


class WritingForm(forms.Form):
    """The first step of a short answer: one's own words."""

    text = forms.CharField(
        label=_("您的答案"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("写完再对照参考答案，自己数一数写到了哪些要点。"),
    )


class PointsForm(forms.Form):
    """The second step: which points one's own words hold. `value` as `answer_practice` takes it."""

    text = forms.CharField(max_length=TEXT_LIMIT, widget=forms.HiddenInput)
    points = forms.TypedMultipleChoiceField(
        label=_("我写到了这些要点"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, question: Question, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["points"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (place, f"{point.text}（{point.marks}）") for place, point in enumerate(question.points)
        ]

    @property
    def value(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "points": self.cleaned_data["points"]}


class AttendanceForm(forms.Form):
    day = forms.DateField(label="上课日期", widget=forms.DateInput(attrs={"type": "date"}))
    hours = forms.DecimalField(
        label="课时",
        max_digits=4,
        decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "min": "0.5", "max": "12"}),
        help_text="标准课时，每课时 45 分钟；一天不超过 12 课时，以 0.5 课时为单位。",
    )
    topic = forms.CharField(label="课程内容", max_length=100)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("day", clock.today().isoformat())
