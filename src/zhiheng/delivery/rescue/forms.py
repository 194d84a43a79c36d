"""The file, and the words on it."""

from django import forms

from zhiheng.delivery.core.rescue import LIMIT


class RescueFileForm(forms.Form):
    file = forms.FileField(
        label="救援文件", help_text="考试页面保存的 .zhrescue 文件，从考生的机器上原样复制。"
    )

    def clean_file(self) -> tuple[bytes, str]:
        file = self.cleaned_data["file"]
        if file.size > LIMIT:
            raise forms.ValidationError(
                "文件有 %(size)s KB，超过 %(limit)s KB，不像一个救援文件",
                code="rescue-size",
                params={"size": file.size // 1024, "limit": LIMIT // 1024},
            )
        return file.read(), file.name


class WordForm(forms.Form):
    agreed = forms.TypedChoiceField(
        label="是否导入这些答案",
        choices=[("yes", "同意导入"), ("no", "不予采纳，答卷保持原样")],
        coerce=lambda chosen: chosen == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明依据，例如断网时段与监考记录。考生申诉时会查看。",
    )
