"""What is asked when a released result is put right."""

from django import forms

from zhiheng.results.amending.actions import REASON_LENGTH


class AmendmentForm(forms.Form):
    reason = forms.CharField(
        label="更正原因",
        max_length=REASON_LENGTH,
        help_text="写明分数为什么变动。考生和报名机构会看到，不要写别人的姓名。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WordForm(forms.Form):
    note = forms.CharField(label="不更正的原因", max_length=REASON_LENGTH, help_text="只有成绩管理员能看到。")
