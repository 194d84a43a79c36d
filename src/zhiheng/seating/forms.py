"""Forms of the administrator and the invigilator."""

from collections.abc import Iterable
from typing import Any

from django import forms

from zhiheng.people.models import Account
from zhiheng.seating.models import Centre, Room
from zhiheng.surface.forms import PublicText


class CentreForm(forms.Form):
    code = forms.CharField(
        label="考点代码", max_length=3, help_text="三位数字，印在准考证号里，以后不能更改。"
    )
    name = forms.CharField(label="考点名称", max_length=100)
    province = forms.CharField(label="省（自治区、直辖市）", max_length=20)
    city = forms.CharField(label="市", max_length=20)
    address = forms.CharField(
        label="详细地址", max_length=200, help_text="印在准考证上，写到考生能走到门口为止。"
    )


class RoomForm(forms.Form):
    name = PublicText(label="考场名称", max_length=40, help_text="例如：第一考场。")
    seats = forms.IntegerField(label="座位数", min_value=1, max_value=500)


class _CentreChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.code}　{obj.name}（{obj.city}）"


class _RoomChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    free: dict[str, int] = {}

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.centre.name} {obj.name}（空余 {self.free[str(obj.id)]} 座，共 {obj.seats} 座）"


class _AccountChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class IssueForm(forms.Form):
    centre = _CentreChoice(
        queryset=Centre.objects.all(),
        label="考点",
        help_text="考点代码写进准考证号，发放后不能更改。",
        empty_label=None,
        widget=forms.RadioSelect,
    )


class PlaceForm(forms.Form):
    """Rooms in the order they are filled."""

    rooms = _RoomChoice(
        queryset=Room.objects.none(),
        label="使用哪些考场",
        help_text="按名称顺序依次坐满；同一机构的考生打乱后就座。",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, rooms: Iterable[Room], free: dict[str, int], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        field = self.fields["rooms"]
        assert isinstance(field, _RoomChoice)
        field.free = free
        field.queryset = Room.objects.filter(id__in=[room.id for room in rooms]).select_related("centre")


class _OneAccountChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the checker only
    def label_from_instance(self, obj: object) -> str:
        assert isinstance(obj, Account)
        return obj.display_name


class InvigilatorsForm(forms.Form):
    invigilators = _AccountChoice(
        queryset=Account.objects.none(),
        label="再安排哪些监考员",
        help_text="一名监考员同一考期只负责一个考场。",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, free: Iterable[Account], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        field = self.fields["invigilators"]
        assert isinstance(field, _AccountChoice)
        field.queryset = Account.objects.filter(id__in=[account.id for account in free]).order_by("username")


class ReplaceForm(forms.Form):
    successor = _OneAccountChoice(
        queryset=Account.objects.none(),
        label="由谁接替",
        required=False,
        empty_label="不补人",
        help_text="只列出这一考期没有负责其他考场的监考员。",
    )
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text="写进操作记录。"
    )

    def __init__(self, *args: object, free: Iterable[Account], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        field = self.fields["successor"]
        assert isinstance(field, _OneAccountChoice)
        field.queryset = Account.objects.filter(id__in=[account.id for account in free]).order_by("username")


class AbsentForm(forms.Form):
    note = forms.CharField(label="说明", max_length=200, required=False, help_text="例如：电话未接通。")


class IncidentForm(forms.Form):
    ticket = forms.CharField(
        label="准考证号", max_length=24, required=False, help_text="只涉及一名考生时填写；涉及全场时留空。"
    )
    text = forms.CharField(
        label="情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明时间、经过和处理。",
    )

    def clean_ticket(self) -> str:
        return "".join(str(self.cleaned_data["ticket"]).split()).upper()
