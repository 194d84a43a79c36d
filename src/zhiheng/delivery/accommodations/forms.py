"""What is asked of whoever asks for other conditions, and of whoever decides."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from zhiheng.delivery.core.adjusting import (
    DETAIL_LENGTH,
    REASON_LENGTH,
    Asked,
    Kind,
    Verdict,
    adjustment_rules,
    kinds,
)
from zhiheng.people.forms import WithRefusals

ACCEPT = ".jpg,.jpeg,.png,.pdf"
PARTICULARS = {"percent", "detail_device", "detail_helper"}


def language() -> str:
    return get_language() or "zh"


class AskForm(WithRefusals):
    """One exam, everything needed for it."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("需要什么"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("可以选多项；延长时间选了多项的，按最长的一项计算。"),
    )
    percent = forms.IntegerField(
        label=gettext_lazy("其他原因延长多少（%）"),
        required=False,
        min_value=1,
        max_value=adjustment_rules().most_percent,
        help_text=gettext_lazy("只在选了“其他原因：延长考试时间”时填写。"),
    )
    detail_device = forms.CharField(
        label=gettext_lazy("自带什么器具"), required=False, max_length=DETAIL_LENGTH
    )
    detail_helper = forms.CharField(
        label=gettext_lazy("谁来协助、做什么"), required=False, max_length=DETAIL_LENGTH
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("写清楚在考试中会遇到什么困难，不必写病史。"),
    )
    evidence = forms.FileField(
        label=gettext_lazy("证明材料"),
        required=False,
        help_text=gettext_lazy(
            "残疾人证、诊断证明等，JPEG、PNG 或 PDF，一个文件。只申请优先入场的不必上传。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )
    agreed = forms.BooleanField(required=False)

    def __init__(self, *given: Any, for_institution: bool = False, **more: Any) -> None:
        super().__init__(*given, **more)
        found = kinds()
        chosen = self.fields["kinds"]
        chosen.choices = [(kind.id, kind.title.spoken(language())) for kind in found.values()]  # type: ignore[attr-defined]  # a choice field
        for name in ("device", "helper"):
            hint = found[name].asks_detail
            self.fields[f"detail_{name}"].help_text = hint.spoken(language()) if hint else ""
        self.fields["agreed"].label = (
            "考生已单独同意由我机构提交这些健康信息，用于安排本场考试"
            if for_institution
            else _("我同意为安排这场考试使用我填写的健康信息和证明材料")
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("kinds", [])
        if "extra-other" in chosen and not cleaned.get("percent") and "percent" not in self.errors:
            self.add_error("percent", _("请填写要延长的百分比"))
        for name in ("device", "helper"):
            if name in chosen and not cleaned.get(f"detail_{name}", "").strip():
                self.add_error(f"detail_{name}", _("选了这一项，请写明具体内容"))
        return cleaned

    def asked(self) -> list[Asked]:
        given = self.cleaned_data
        return [
            Asked(
                kind=kind,
                percent=given.get("percent") or 0,
                detail=given.get(f"detail_{kind}", ""),
            )
            for kind in given["kinds"]
        ]


class DecideForm(WithRefusals):
    """A word and a reason for each thing asked; for a late request, why it is still decided."""

    def __init__(self, *given: Any, asked: Sequence[Asked], late: bool, **more: Any) -> None:
        super().__init__(*given, **more)
        self.asked = asked
        for one in asked:
            self._add(one, kinds()[one.kind])
        if late:
            self.fields["late_reason"] = forms.CharField(
                label="逾期仍予办理的理由",
                max_length=REASON_LENGTH,
                help_text="例如突发伤病、考点能够安排。",
            )

    def _add(self, one: Asked, kind: Kind) -> None:
        name = one.kind
        self.fields[f"granted-{name}"] = forms.TypedChoiceField(
            label="准许吗",
            choices=[("yes", "准许"), ("no", "不准许")],
            coerce=lambda chosen: chosen == "yes",
            widget=forms.RadioSelect,
        )
        if kind.asks_percent:
            self.fields[f"percent-{name}"] = forms.IntegerField(
                label="延长多少（%）",
                initial=one.percent,
                min_value=1,
                max_value=adjustment_rules().most_percent,
            )
        if kind.asks_detail is not None:
            self.fields[f"detail-{name}"] = forms.CharField(
                label="准许的内容",
                initial=one.detail,
                max_length=DETAIL_LENGTH,
                help_text="监考员看到的就是这一句，不写病情。",
            )
        self.fields[f"reason-{name}"] = forms.CharField(
            label="理由", max_length=REASON_LENGTH, help_text="申请人会看到。"
        )

    def parts(self) -> list[tuple[Asked, list[BoundField]]]:
        """What was asked, each with its fields."""
        return [
            (one, [self[name] for name in self.fields if name.partition("-")[2] == one.kind])
            for one in self.asked
        ]

    def verdicts(self) -> list[Verdict]:
        given = self.cleaned_data
        return [
            Verdict(
                kind=one.kind,
                granted=given[f"granted-{one.kind}"],
                reason=given[f"reason-{one.kind}"],
                percent=given.get(f"percent-{one.kind}") or 0,
                detail=given.get(f"detail-{one.kind}", ""),
            )
            for one in self.asked
        ]
