"""Small forms of the console: one act, one question, one reason."""

from typing import Any
from uuid import uuid4

from django import forms

from zhiheng.delivery.console.actions import MOST_MESSAGE, MOST_MINUTES
from zhiheng.delivery.models import HallActKind
from zhiheng.surface.forms import PublicText


def _words(label: str = "理由", *, help_text: str, most: int = 200, required: bool = True) -> PublicText:
    return PublicText(
        label=label,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class ActForm(forms.Form):
    """number: the form's own, so that it acts once however often it is sent."""

    number = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)


class GrantForm(ActForm):
    minutes = forms.IntegerField(
        label="延长多少分钟",
        min_value=1,
        max_value=MOST_MINUTES,
        help_text="在现有截止时间之后再加这么多；给出的时间不能收回。",
    )
    words = _words(help_text="考生会看到，也写进考场记录和考场报告。")


class PauseForm(ActForm):
    words = _words(help_text="考生会看到，也写进考场记录和考场报告。暂停期间不计时，已送达的答案照常保存。")


class ResumeForm(ActForm):
    words = _words("说明", required=False, help_text="写进考场记录。恢复后，暂停了多久就顺延多久。")


class MessageForm(ActForm):
    words = _words("消息", most=MOST_MESSAGE, help_text="考生的页面上会立即显示；发出后不能收回。")


class SubmitForm(ActForm):
    words = _words(help_text="写明经过和依据，例如考生身体不适、本人要求离场。写进考场记录和考场报告。")


class SecondForm(ActForm):
    verdict = forms.TypedChoiceField(
        label="准许在另一台机器上继续吗",
        choices=[
            (HallActKind.ALLOW.value, "准许：原来那台机器随即不能再作答，答案都在"),
            (HallActKind.DENY.value, "不准：仍在原来那台机器上作答"),
        ],
        coerce=HallActKind,
        widget=forms.RadioSelect,
    )
    words = _words("说明", required=False, help_text="不准时请写明理由。写进考场记录。")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("verdict") == HallActKind.DENY and not given.get("words"):
            self.add_error("words", "不准换机时请写明理由")
        return given


class OutageForm(forms.Form):
    """The proposed minutes are filled in; whoever decides may change them."""

    verdict = forms.TypedChoiceField(
        label="补时吗",
        choices=[("give", "补时"), ("none", "不补")],
        coerce=lambda chosen: chosen == "give",
        initial="give",
        widget=forms.RadioSelect,
    )
    minutes = forms.IntegerField(
        label="补多少分钟",
        min_value=1,
        max_value=MOST_MINUTES,
        required=False,
        help_text="按断线的长短算好，可以改。给出的时间不能收回。",
    )
    words = _words(help_text="补时的理由考生会看到；都写进考场记录和考场报告。")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("verdict") and "minutes" not in self.errors and not given.get("minutes"):
            self.add_error("minutes", "补时需要写明分钟数")
        return given


class DoorForm(forms.Form):
    """A picture taken at the door with the phone's own camera, or a file."""

    photo = forms.FileField(
        label="当面拍一张",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
        help_text="考生同意了录像。照片加密保存，与考试档案一起保管，只供核对身份、处理违纪和申诉。",
    )
