"""What an organisation says when it asks to become an institution."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhiheng.foundation.credit_code import parse_credit_code
from zhiheng.foundation.errors import Refused
from zhiheng.foundation.identity import normal_name
from zhiheng.people.core.places import provinces
from zhiheng.people.forms import WithRefusals
from zhiheng.people.institutions.forms import programme_choices
from zhiheng.people.models import InstitutionKind
from zhiheng.plumbing.vault import LIMIT_BYTES
from zhiheng.surface.forms import as_validation_error

SHORTEST_STATEMENT = 30
_PHONE = re.compile(r"\+?\d{7,15}")


def _kinds() -> list[tuple[str, str]]:
    return [("", gettext("请选择")), *((kind.value, gettext(str(kind.label))) for kind in InstitutionKind)]


def _places() -> list[tuple[str, Any]]:
    grouped = [
        (province.name, [(f"{province.name}/{seat}", seat) for seat in province.seats])
        for province in provinces()
    ]
    return [("", gettext("请选择")), *grouped]


class PartnerForm(WithRefusals):
    """The application, one question after another."""

    name = forms.CharField(label=_("机构全称"), max_length=100, help_text=_("与营业执照或法人证书一致。"))
    credit_code = forms.CharField(
        label=_("统一社会信用代码"),
        max_length=24,
        help_text=_("18 位，在营业执照或法人证书上；用来认定同一家机构。"),
    )
    kind = forms.ChoiceField(label=_("类别"), choices=_kinds)
    place = forms.ChoiceField(
        label=_("所在地"), choices=_places, help_text=_("先找省、自治区、直辖市，再选市。")
    )
    address = forms.CharField(label=_("详细地址"), max_length=200, help_text=_("实地核查和寄送材料用。"))
    contact = forms.CharField(
        label=_("联系人姓名"), max_length=50, help_text=_("接受后，由联系人担任机构负责人，管理机构账号。")
    )
    phone = forms.CharField(label=_("联系电话"), max_length=24, help_text=_("核实申请用，加密保存，不公开。"))
    email = forms.EmailField(
        label=_("电子邮箱"),
        max_length=200,
        help_text=_("进度和设置密码的链接发到这里。"),
        error_messages={"invalid": _("这不是一个电子邮箱地址。请检查 @ 前后。")},
    )
    programmes = forms.MultipleChoiceField(
        label=_("申请的项目"), choices=programme_choices, widget=forms.CheckboxSelectMultiple
    )
    capability = forms.CharField(
        label=_("能力说明"),
        min_length=SHORTEST_STATEMENT,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("师资、场地与设备、以往的培训，每样一两句。"),
        error_messages={"min_length": _("请至少写 30 个字，写明师资、场地与设备、以往的培训。")},
    )
    licence = forms.FileField(
        label=_("营业执照或法人证书"),
        help_text=_("PDF 或 JPG，16 MB 以内；没有密码，看得清代码和印章。"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg"}),
    )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_credit_code(self) -> str:
        try:
            return parse_credit_code(self.cleaned_data["credit_code"])
        except Refused as refused:
            raise as_validation_error(refused) from refused

    def clean_contact(self) -> str:
        try:
            return normal_name(self.cleaned_data["contact"])
        except Refused as refused:
            raise as_validation_error(refused) from refused

    def clean_phone(self) -> str:
        phone = re.sub(r"[\s()（）-]", "", str(self.cleaned_data["phone"]))
        if not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("这不是一个电话号码。请填写手机号，或区号加座机号。"))
        return phone

    def clean_licence(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["licence"]
        if file.size is None or file.size > LIMIT_BYTES:
            raise forms.ValidationError(_("文件超过 16 MB。请压缩后再上传。"))
        return file

    def facts(self) -> dict[str, Any]:
        """What the act takes, the file aside."""
        given = dict(self.cleaned_data)
        given.pop("licence")
        province, _slash, city = given.pop("place").partition("/")
        return given | {"province": province, "city": city, "kind": InstitutionKind(given["kind"])}
