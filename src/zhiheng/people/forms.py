"""Signing in, and the administrator's forms for accounts and institutions."""

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.errors import Refused
from zhiheng.people.models import Institution, Role
from zhiheng.surface.forms import as_validation_error


class SignInForm(AuthenticationForm):
    username = forms.CharField(label=_("账号"), max_length=64)
    password = forms.CharField(label=_("密码"), widget=forms.PasswordInput, strip=False)
    error_messages = {
        "invalid_login": _("账号或密码不对。请核对后再试。"),
        "inactive": _("这个账号已停用。请联系管理员。"),
    }


class NewPasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    old_password = forms.CharField(label=_("现在的密码"), widget=forms.PasswordInput, strip=False)
    new_password1 = forms.CharField(
        label=_("新密码"),
        widget=forms.PasswordInput,
        strip=False,
        help_text=_("至少 10 个字符，不用常见的词。"),
    )
    new_password2 = forms.CharField(label=_("再写一遍新密码"), widget=forms.PasswordInput, strip=False)
    error_messages = {
        "password_incorrect": _("现在的密码不对。请核对后再试。"),
        "password_mismatch": _("两遍新密码不一样。请重新填写。"),
    }


class WithRefusals(forms.Form):
    """A form whose action may still refuse."""

    def refuse(self, refused: Refused, **fields: str) -> None:
        """Show the refusal beside the field named for its code (with _ for -), else on top."""
        self.add_error(fields.get(refused.code.replace("-", "_")), as_validation_error(refused))


class AccountForm(WithRefusals):
    username = forms.CharField(label="账号", max_length=64, help_text="登录时用；定下后不再更改。")
    display_name = forms.CharField(label="显示的姓名", max_length=50)
    password = forms.CharField(
        label="初始密码", widget=forms.PasswordInput, strip=False, help_text="至少 10 个字符。"
    )
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    institution = forms.ModelChoiceField(
        label="所属机构",
        queryset=Institution.objects.all(),
        required=False,
        empty_label="不属于机构",
        help_text="只有机构角色需要。",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class GrantForm(WithRefusals):
    role = forms.ChoiceField(label="角色", choices=Role.choices)
    institution = forms.ModelChoiceField(
        label="所属机构",
        queryset=Institution.objects.all(),
        required=False,
        empty_label="不属于机构",
        help_text="只有机构角色需要。",
    )


class NoticeAddressForm(forms.Form):
    """Where to be told, beside the page of messages."""

    email = forms.EmailField(
        label=_("电子邮箱"),
        required=False,
        max_length=200,
        help_text=_("填了以后，通知同时发到这个邮箱。不填就只在本站和短信里收到。"),
        error_messages={"invalid": _("这不是一个电子邮箱地址。请检查 @ 前后。")},
    )
    language = forms.ChoiceField(label=_("通知用的语言"), choices=settings.LANGUAGES)


class SuspendForm(WithRefusals):
    reason = forms.CharField(label="暂停的原因", max_length=200, help_text="写进操作记录。")
