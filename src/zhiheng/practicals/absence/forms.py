"""Why an absence is to be taken back, or is not."""

from django import forms

from zhiheng.practicals.absence.actions import REASON_LENGTH


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=REASON_LENGTH, help_text="写明依据，例如签到表、现场记录、考核材料。"
    )
