"""Writing a question the way a sheet row is written, so that both are read by the same rules."""

from typing import Any

from django import forms

from zhiheng.bank.core.files import Place, file_form
from zhiheng.bank.core.sheet import FIRST_ROW, read_sheet
from zhiheng.bank.core.terms import LANGUAGES, LETTERS, TYPE_NAMES
from zhiheng.bank.core.terms import Item as Question
from zhiheng.bank.models import Pool
from zhiheng.bank.queries import area_of_codes, levels_of, standards
from zhiheng.bank.reading import area_from_codes

EVERY = ("", "全部")
LEVEL_NAMES = {
    "5": "五级",
    "4": "四级",
    "3": "三级",
    "2": "二级",
    "1": "一级",
    "junior": "初级",
    "intermediate": "中级",
    "senior": "高级",
}
SHEET_COLUMNS = {
    "题型": "type",
    "题干": "stem",
    "答案": "answer",
    "解析": "explanation",
    "难度": "difficulty",
    "考点代码": "codes",
    "适用工种": "trades",
    "采分点": "points",
    "法规": "law",
    **{f"选项{letter}": f"option_{letter.lower()}" for letter in LETTERS},
}


STANDARD_NAMES = {
    "omnimedia-operations": "全媒体运营师",
    "digital-management": "数字化管理师",
    "digital-engineering": "数字化技术工程师",
    "digital-carbon": "数字碳中和工程师",
    "digital-hr": "数字化人力资源管理师",
    "4-01-02-07-2021": "互联网营销师国家职业技能标准（2021 年版）",
}


def standard_words(standard: str) -> str:
    """A standard as people call it; one we have no name for is called by its number."""
    return STANDARD_NAMES.get(standard, standard)


def places() -> list[tuple[str, str]]:
    """Every standard and level a question may be written for, as one choice."""
    return [
        (f"{standard}/{level}", f"{standard_words(standard)} {LEVEL_NAMES.get(level, level)}")
        for standard in sorted(standards())
        for level in levels_of(standard)
    ]


class PlaceForm(forms.Form):
    """Where questions belong. cleaned_data: place "standard/level", pool."""

    place = forms.ChoiceField(label="标准与等级", help_text="考点代码按这个标准与等级核对。")
    pool = forms.ChoiceField(
        label="题库", choices=Pool.choices, help_text="练习题供考生平时练习，永远不会进入考卷。"
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = places()
        self.initial.setdefault("place", next((key for key, _ in places() if key.endswith("2021/5")), ""))

    def chosen(self) -> Place:
        standard, _, level = self.cleaned_data["place"].rpartition("/")
        pool = self.cleaned_data["pool"]
        return Place(standard=standard, level=level, pool="live" if pool == Pool.LIVE else "practice")


class ItemForm(PlaceForm):
    """A question. After `is_valid()`: `body`, its file form without a name of its own."""

    type = forms.ChoiceField(label="题型", choices=list(TYPE_NAMES.items()))
    stem = forms.CharField(label="题干", widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    option_a = forms.CharField(label="选项 A", required=False, max_length=500)
    option_b = forms.CharField(label="选项 B", required=False, max_length=500)
    option_c = forms.CharField(label="选项 C", required=False, max_length=500)
    option_d = forms.CharField(label="选项 D", required=False, max_length=500)
    option_e = forms.CharField(label="选项 E", required=False, max_length=500)
    option_f = forms.CharField(label="选项 F", required=False, max_length=500)
    answer = forms.CharField(
        label="答案",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        help_text="选择题写字母，如 A 或 ACD；简答题写参考答案。",
    )
    points = forms.CharField(
        label="采分点",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="只用于简答题：一行一个，写成“要点（2分）”，合计 10 分。",
    )
    explanation = forms.CharField(label="解析", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    difficulty = forms.CharField(
        label="难度", max_length=10, help_text="及格线上考生的预期得分率，例如 0.70；数值越大越容易。"
    )
    codes = forms.CharField(
        label="考点代码",
        max_length=200,
        help_text="如 skill:4.1.1、knowledge:4.1.1、basics:2.2.6.5，用逗号隔开。",
    )
    trades = forms.CharField(
        label="适用工种", required=False, max_length=20, help_text="A 至 D；空着表示全部。"
    )
    law = forms.CharField(label="法规依据", required=False, max_length=300)
    enemies = forms.CharField(
        label="互斥题号", required=False, max_length=300, help_text="不能与本题同卷的题号，用逗号隔开。"
    )
    language = forms.ChoiceField(
        label="语言",
        required=False,
        choices=list(LANGUAGES.items()),
        help_text="题目用哪种语言写。中文试卷只从中文题里组。",
    )
    body: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        place = self.chosen()
        row = {column: str(cleaned.get(name, "")) for column, name in SHEET_COLUMNS.items()}
        read = read_sheet([row], place=place, first_row=FIRST_ROW)
        for fault in read.faults:
            self.add_error(SHEET_COLUMNS.get(fault.column), fault.reason)
        for question in read.items:
            body = file_form(question)
            enemies = [name for name in cleaned["enemies"].replace("，", ",").split(",") if name.strip()]
            self.body = {
                **{name: value for name, value in body.items() if name != "id"},
                "area": area_from_codes(question, area_of_codes(place.standard)) or "unknown",
                "language": cleaned["language"] or "zh",
                **({"enemies": [name.strip() for name in enemies]} if enemies else {}),
            }
        return cleaned


def initial_of(question: Question) -> dict[str, str]:
    """A question as the form shows it."""
    options = {f"option_{option.letter.lower()}": option.text for option in question.options}
    return {
        "place": f"{question.standard}/{question.level}",
        "pool": question.pool,
        "type": question.type,
        "stem": question.stem,
        "answer": question.answer or "".join(question.key),
        "points": "\n".join(f"{point.text}（{point.marks}分）" for point in question.points),
        "explanation": question.explanation,
        "difficulty": str(question.difficulty or ""),
        "codes": ", ".join(code.label for code in question.codes),
        "trades": ", ".join(sorted(question.trades)),
        "law": "；".join(question.law),
        "enemies": ", ".join(question.enemies),
        "language": question.language,
        **options,
    }


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
