"""What a candidate without an account is asked."""

from django import forms
from django.utils.translation import gettext_lazy as _


class GateForm(forms.Form):
    """Who opens the link."""

    name = forms.CharField(label=_("姓名"), max_length=100, help_text=_("与身份证一致。"))
    tail = forms.CharField(
        label=_("身份证号码末 6 位"),
        max_length=6,
        min_length=6,
        help_text=_("用来确认是您本人；末位是 X 的照写。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
