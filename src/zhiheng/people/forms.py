"""Signing in."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    username = forms.CharField(label=_("账号"), max_length=64)
    password = forms.CharField(label=_("密码"), widget=forms.PasswordInput, strip=False)
    error_messages = {
        "invalid_login": _("账号或密码不对。请核对后再试。"),
        "inactive": _("这个账号已停用。请联系管理员。"),
    }
