"""What is asked for a batch."""

from typing import Any

from django import forms

from zhiheng.enrolment.core.columns import COLUMNS
from zhiheng.enrolment.core.headings import Headings
from zhiheng.foundation.moment import chinese_day
from zhiheng.sittings.models import Offering, Sitting

_SHEET = ".xlsx,.csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,text/csv"


class BatchForm(forms.Form):
    """One sheet, perhaps one archive, and for what."""

    scope = forms.ChoiceField(
        label="报哪一科", help_text="表格里写了申报项目与级别的，选“按表格各行”；否则选定一科。"
    )
    sheet = forms.FileField(
        label="考生表格（.xlsx 或 .csv）",
        allow_empty_file=True,
        max_length=200,
        help_text="按列名识别各列，不必用本站的模板；最多 10,000 行。",
        widget=forms.ClearableFileInput(attrs={"accept": _SHEET}),
    )
    archive = forms.FileField(
        label="照片与材料（一个 .zip）",
        required=False,
        allow_empty_file=True,
        max_length=200,
        help_text=(
            "文件名或文件夹里写身份证号码或姓名，再写材料种类，例如“张三/身份证正面.jpg”。最大 2 GB；不传则只导入表格。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    unfinished_too = forms.BooleanField(
        label="材料或条件还不齐的，也先存为草稿",
        required=False,
        help_text="之后可以由机构补传，或发补交链接给考生用手机补全。",
    )

    def __init__(self, *args: Any, offerings: list[Offering], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offerings = {str(offering.id): offering for offering in offerings}
        self.sittings = {str(entry.sitting_id): entry.sitting for entry in offerings}
        days = [(f"sitting:{key}", f"按表格各行（{day.title}）") for key, day in self.sittings.items()]
        single = [
            (f"offering:{key}", f"{entry.title}（{chinese_day(entry.sitting.day)}）")
            for key, entry in self.offerings.items()
        ]
        field = self.fields["scope"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*days, *single]

    def chosen(self) -> dict[str, Offering | Sitting]:
        """As the arguments of `upload_batch`."""
        kind, key = self.cleaned_data["scope"].split(":")
        return {"offering": self.offerings[key]} if kind == "offering" else {"sitting": self.sittings[key]}


class ColumnsForm(forms.Form):
    """For every headed column of a sheet: what it is."""

    def __init__(self, *args: Any, headings: Headings, samples: dict[int, str], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [("", "不采用"), *((column.key, column.heading) for column in COLUMNS)]
        for place, text in enumerate(headings.texts):
            if not text:
                continue
            column = headings.columns.get(place)
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=text,
                choices=choices,
                required=False,
                initial=column.key if column else "",
                help_text=f"例如“{samples[place]}”" if samples.get(place) else "这一列是空的",
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taken: dict[str, str] = {}
        for name, key in list(cleaned.items()):
            label = str(self.fields[name].label)
            if key and key in taken:
                self.add_error(name, f"“{taken[key]}”已经选了这一项。一项只能对应一列，请改选其中一列。")
            elif key:
                taken[key] = label
        for column in COLUMNS:
            if column.key in ("name", "id_number") and column.key not in taken:
                raise forms.ValidationError(f"没有一列是{column.heading}。请为{column.heading}选择一列。")
        return cleaned

    def chosen(self) -> dict[str, str]:
        return {name.removeprefix("column_"): key for name, key in self.cleaned_data.items()}
