"""What an administrator grants, and whom an institution invites."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from zhiheng.foundation.errors import Refused
from zhiheng.people.core.places import check_seat, provinces
from zhiheng.people.forms import WithRefusals
from zhiheng.people.institutions.programmes import programme_names
from zhiheng.people.models import InstitutionKind
from zhiheng.surface.forms import as_validation_error


def programme_choices() -> list[tuple[str, str]]:
    return [(entry.id, entry.words) for entry in programme_names()]


def region_choices() -> list[tuple[str, str]]:
    return [(entry.name, entry.name) for entry in provinces()]


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)
        self.error_messages["invalid"] = "日期写法不对。请按 2026-09-01 的样子填写。"


class ScopeForm(WithRefusals):
    """Where and for what."""

    programmes = forms.MultipleChoiceField(
        label="授权项目",
        choices=programme_choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="一个也不勾就是全部项目，以后新增的项目也在内。",
    )
    regions = forms.MultipleChoiceField(
        label="授权地区",
        choices=region_choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "columns"}),
        required=False,
        help_text="一个也不勾就是不限地区；勾选时要包括机构所在地。",
    )


class InstitutionForm(ScopeForm):
    """An institution registered without an application."""

    name = forms.CharField(label="机构名称", max_length=100)
    code = forms.RegexField(
        label="机构代码",
        regex=r"^[0-9]{3,8}$",
        help_text="3 至 8 位数字，用在准考证和证书编号里，不重复使用。",
        error_messages={"invalid": "机构代码应为 3 至 8 位数字。"},
    )
    kind = forms.ChoiceField(label="类别", choices=InstitutionKind.choices)
    province = forms.ChoiceField(label="省、自治区、直辖市", choices=region_choices)
    city = forms.CharField(label="市", max_length=20, help_text="用全称，例如福州市；直辖市再写一遍市名。")
    valid_from = DayField(label="授权开始")
    valid_until = DayField(label="授权到期", help_text="最后一天，当天仍有效。")
    field_order = [
        "name",
        "code",
        "kind",
        "province",
        "city",
        "valid_from",
        "valid_until",
        "programmes",
        "regions",
    ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("valid_from"), given.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", ValidationError("授权到期日早于开始日。请核对起止日期。"))
        try:
            check_seat(given.get("province", ""), given.get("city", ""))
        except Refused as refused:
            self.add_error("city", as_validation_error(refused))
        return given


class RenewForm(ScopeForm):
    until = DayField(label="续期至", help_text="最后一天，当天仍有效。")
    field_order = ["until", "programmes", "regions"]


class ChangeForm(ScopeForm):
    reason = forms.CharField(label="变更原因", max_length=200, help_text="留在授权记录里，机构会看到。")


class EndForm(WithRefusals):
    reason = forms.CharField(label="终止的原因", max_length=200, help_text="留在授权记录里，机构会看到。")


class AcceptForm(ScopeForm):
    code = forms.RegexField(
        label="机构代码",
        regex=r"^[0-9]{3,8}$",
        help_text="3 至 8 位数字，用在准考证和证书编号里，不重复使用。",
        error_messages={"invalid": "机构代码应为 3 至 8 位数字。"},
    )
    valid_from = DayField(label="授权开始")
    valid_until = DayField(label="授权到期", help_text="最后一天，当天仍有效。")
    username = forms.RegexField(
        label="负责人的账号",
        regex=r"^[A-Za-z0-9._-]{3,64}$",
        help_text="给申请里的联系人开设；密码由本人从一次性链接设置。",
        error_messages={"invalid": "账号应为 3 至 64 个字母、数字或 . _ -。"},
    )
    field_order = ["code", "valid_from", "valid_until", "programmes", "regions", "username"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("valid_from"), given.get("valid_until")
        if begins and ends and ends < begins:
            self.add_error("valid_until", ValidationError("授权到期日早于开始日。请核对起止日期。"))
        return given


class RefuseForm(WithRefusals):
    reason = forms.CharField(
        label="不接受的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="申请人在进度页和邮件里会看到；写明缺什么、补齐后可以怎样。",
    )


class InviteForm(WithRefusals):
    display_name = forms.CharField(label="姓名", max_length=50)
    username = forms.RegexField(
        label="账号",
        regex=r"^[A-Za-z0-9._-]{3,64}$",
        help_text="登录时用；定下后不再更改。",
        error_messages={"invalid": "账号应为 3 至 64 个字母、数字或 . _ -。"},
    )
    head = forms.BooleanField(label="担任负责人，可以管理本机构的账号", required=False)
