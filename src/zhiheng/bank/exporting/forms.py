"""Which questions to take out, and in which format."""

from typing import Any

from django import forms

from zhiheng.bank.core.exchange.formats import WRITERS
from zhiheng.bank.forms import places
from zhiheng.bank.models import ItemStatus, Pool


class ExportForm(forms.Form):
    """After `is_valid()`: `chosen()`, the facts `take_out` asks for."""

    form = forms.ChoiceField(
        label="格式", choices=[(name, target.title) for name, target in WRITERS.items()], initial="xlsx"
    )
    pool = forms.ChoiceField(label="题库", choices=Pool.choices)
    place = forms.ChoiceField(label="标准与等级", required=False)
    status = forms.ChoiceField(
        label="哪些题",
        required=False,
        choices=[
            ("", "可用的题（通过的那一版）"),
            (ItemStatus.DRAFT, "草稿"),
            (ItemStatus.REVIEW, "待审的题"),
        ],
    )
    keys = forms.ChoiceField(
        label="答案",
        choices=[("yes", "带答案与解析"), ("no", "不带答案（只有 Excel）")],
        help_text="带答案的文件请按试题保密要求保管；每次导出都记入审计。",
    )

    def __init__(self, *args: Any, keys_allowed: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        place, keys = self.fields["place"], self.fields["keys"]
        assert isinstance(place, forms.ChoiceField)
        assert isinstance(keys, forms.ChoiceField)
        place.choices = [("", "全部"), *places()]
        if not keys_allowed:
            keys.choices = [("no", "不带答案（只有 Excel）")]

    def chosen(self) -> dict[str, Any]:
        standard, _, level = self.cleaned_data["place"].rpartition("/")
        return {
            "form": self.cleaned_data["form"],
            "pool": self.cleaned_data["pool"],
            "status": self.cleaned_data["status"],
            "standard": standard,
            "level": level,
            "keys": self.cleaned_data["keys"] == "yes",
        }
