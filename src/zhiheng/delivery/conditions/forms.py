"""What an administrator says about how an offering is sat."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField

from zhiheng.delivery.conditions.actions import Wanted
from zhiheng.delivery.conditions.queries import seb_settings_of
from zhiheng.delivery.core.conditions import EVENTS
from zhiheng.delivery.core.seb import LIMIT_FILE, SebSettings, password_hash
from zhiheng.delivery.models import DeliveryMode, HallConditions, NetworkPolicy, SecondSignIn
from zhiheng.people.forms import WithRefusals
from zhiheng.seating.models import Room

SHORTEST_PASSWORD = 8
SWITCHES = ("full_screen", "allow_reload", "spell_check", "other_programs")


class ConditionsForm(WithRefusals):
    """Everything that is fixed when the pack is published."""

    mode = forms.ChoiceField(label="在哪里考", choices=DeliveryMode.choices, widget=forms.RadioSelect)
    second_sign_in = forms.ChoiceField(
        label="考试中换机器登录",
        choices=SecondSignIn.choices,
        widget=forms.RadioSelect,
        help_text="原机器 60 秒内还有联络时才适用；原机器已断线的，换机器总能接着作答。",
    )
    network_policy = forms.ChoiceField(
        label="不在考场网段里登录",
        choices=NetworkPolicy.choices,
        widget=forms.RadioSelect,
        help_text="下面没有填网段的考场不检查。",
    )
    events = forms.MultipleChoiceField(
        label="作答页记录哪些情况",
        choices=list(EVENTS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只记录、只提醒，不自动处罚；考生看得到，也可以说明。",
    )
    full_screen = forms.BooleanField(label="SEB 全屏", required=False)
    allow_reload = forms.BooleanField(label="SEB 里准许刷新页面", required=False)
    spell_check = forms.BooleanField(label="SEB 里准许拼写检查", required=False)
    other_programs = forms.BooleanField(
        label="SEB 里准许切换到其他程序（考生需要读屏、放大镜软件时）", required=False
    )
    quit_url = forms.URLField(
        label="打开后退出 SEB 的网址",
        required=False,
        assume_scheme="https",
        help_text="留空则由考生从 SEB 的退出按钮退出。",
    )
    quit_password = forms.CharField(
        label="退出 SEB 的密码",
        required=False,
        min_length=SHORTEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="配置文件人人能下载，里面存密码的摘要，请用长而不常见的；留空则不改。",
    )
    drop_password = forms.BooleanField(label="去掉退出密码", required=False)
    reason = forms.CharField(label="这次改动的说明", required=False, max_length=200)

    def __init__(self, data: Any = None, *, rooms: Sequence[Room], row: HallConditions | None) -> None:
        self.rooms, self.before = rooms, seb_settings_of(row)
        super().__init__(data, initial=self._initial(row))
        for room in rooms:
            self.fields[f"room-{room.pk}"] = forms.CharField(
                label=f"{room.centre.name} {room.name}的网段",
                required=False,
                initial="\n".join(row.networks.get(str(room.pk), ())) if row else "",
                widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            )

    def _initial(self, row: HallConditions | None) -> dict[str, Any]:
        switches = {name: getattr(self.before, name) for name in SWITCHES}
        return {
            "mode": row.mode if row else DeliveryMode.CENTRE,
            "second_sign_in": row.second_sign_in if row else SecondSignIn.ASK,
            "network_policy": row.network_policy if row else NetworkPolicy.WARN,
            "events": row.events if row else list(EVENTS),
            "quit_url": self.before.quit_url,
            **switches,
        }

    def room_fields(self) -> list[BoundField]:
        return [self[f"room-{room.pk}"] for room in self.rooms]

    def seb_fields(self) -> list[BoundField]:
        names = (*SWITCHES, "quit_url", "quit_password")
        found = [self[name] for name in names]
        return [*found, self["drop_password"]] if self.before.quit_password_hash else found

    def wanted(self) -> Wanted:
        given = self.cleaned_data
        networks: dict[UUID, str] = {room.pk: given[f"room-{room.pk}"] for room in self.rooms}
        return Wanted(
            mode=given["mode"],
            second_sign_in=given["second_sign_in"],
            network_policy=given["network_policy"],
            networks=networks,
            events=given["events"],
            seb=self._seb(given),
        )

    def _seb(self, given: dict[str, Any]) -> SebSettings:
        kept = "" if given["drop_password"] else self.before.quit_password_hash
        return replace(
            self.before,
            quit_url=given["quit_url"],
            quit_password_hash=password_hash(given["quit_password"]) or kept,
            **{name: given[name] for name in SWITCHES},
        )


class SebFileForm(WithRefusals):
    """A configuration made with the vendor's own tool."""

    file = forms.FileField(
        label="自备的 .seb 文件",
        help_text="用 SEB 配置工具做好、未加密的；起始网址须是考试地址。它的 Config Key 与平台生成的同样有效。",
        widget=forms.ClearableFileInput(attrs={"accept": ".seb"}),
    )

    def content(self) -> bytes:
        """Never more than the reader takes, and one byte to be refused by."""
        found: bytes = self.cleaned_data["file"].read(LIMIT_FILE + 1)
        return found
