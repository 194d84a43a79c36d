"""A password chosen through a link."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _


class FirstPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # generic in the stub only
    """The password twice; the house's rules for passwords check it."""

    new_password1 = forms.CharField(
        label=_("新密码"),
        widget=forms.PasswordInput,
        strip=False,
        help_text=_("至少 10 个字符，不用常见的词。"),
    )
    new_password2 = forms.CharField(label=_("再写一遍新密码"), widget=forms.PasswordInput, strip=False)
    error_messages = {"password_mismatch": _("两遍新密码不一样。请重新填写。")}
