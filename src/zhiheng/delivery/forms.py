"""The decision on one late answer."""

from django import forms


class LateDecisionForm(forms.Form):
    admitted = forms.TypedChoiceField(
        label="这个答案算不算数",
        choices=[("yes", "采纳，计入答卷"), ("no", "不采纳，保持现有答卷")],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明依据，例如断网时段与监考记录。考生申诉时会查看。",
    )
