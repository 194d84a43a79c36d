"""Questions kept in a spreadsheet: rows of text in, items or faults that name row and column out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from zhiheng.bank.core.files import Place
from zhiheng.bank.core.terms import (
    LETTERS,
    TYPE_NAMES,
    CompetencyCode,
    Item,
    ItemType,
    Option,
    Point,
)
from zhiheng.foundation.canonical import digest
from zhiheng.foundation.errors import Refused

FIRST_ROW = 2
HEADINGS: dict[str, tuple[str, ...]] = {
    "题号": ("题号", "编号", "试题编号", "题目编号", "id"),
    "题型": ("题型", "类型", "题目类型", "试题类型", "type"),
    "题干": ("题干", "题目", "试题", "题目内容", "试题内容", "stem"),
    "答案": ("答案", "正确答案", "参考答案", "标准答案", "key", "answer"),
    "解析": ("解析", "答案解析", "试题解析", "explanation"),
    "难度": ("难度", "难度系数", "预期得分率", "difficulty"),
    "考点代码": ("考点代码", "考点", "知识点", "知识点代码", "codes"),
    "适用工种": ("适用工种", "工种", "trades"),
    "采分点": ("采分点", "评分点", "得分点", "评分标准", "points"),
    "法规": ("法规", "法规依据", "依据", "law"),
    "语言": ("语言", "题目语言", "language"),
    **{f"选项{letter}": (f"选项{letter}", letter, f"答案{letter}", f"option{letter}") for letter in LETTERS},
}
REQUIRED = ("题型", "题干", "答案", "难度", "考点代码")
TEMPLATE = (
    "题号",
    "题型",
    "题干",
    *(f"选项{letter}" for letter in LETTERS),
    "答案",
    "解析",
    "难度",
    "考点代码",
    "适用工种",
    "采分点",
    "法规",
    "语言",
)
_WORDS: dict[ItemType, tuple[str, ...]] = {
    "single": ("single", "单选", "单选题", "单项选择", TYPE_NAMES["single"]),
    "multiple": ("multiple", "多选", "多选题", "多项选择", TYPE_NAMES["multiple"]),
    "short": ("short", "简答", "问答", "问答题", TYPE_NAMES["short"]),
}
TYPE_WORDS: dict[str, ItemType] = {word: kind for kind, words in _WORDS.items() for word in words}
_SPLIT = re.compile(r"[\s,，、;；/|]+")
_LINES = re.compile(r"[\n;；]+")
_POINT = re.compile(r"^(?:[（(]?\d+[)）.、]\s*)?(.+?)\s*[（(|:：]\s*(\d+(?:\.\d+)?)\s*分?\s*[)）]?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """Why a row was left out. row: as the spreadsheet counts, the heading is row 1; column "" = the whole row."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRead:
    """items: the rows that can be read; faults: everything wrong with the others."""

    items: tuple[Item, ...]
    faults: tuple[RowFault, ...]


def read_sheet(rows: Sequence[Mapping[str, str]], *, place: Place, first_row: int = FIRST_ROW) -> SheetRead:
    """Items of a sheet's data rows (heading -> cell text); empty rows are passed over.

    A row without 题号 is named after its text, so that reading it again gives the same name.
    place: standard, level, area and pool that all rows share. first_row: number of the first data row.
    """
    items: list[Item] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, first_row):
        cells = {_heading(name): text.strip() for name, text in row.items()}
        if not any(cells.values()):
            continue
        reader = _RowReader(number=number, cells=cells, place=place)
        item = reader.item()
        if item is not None and item.id in seen:
            reader.blame("题号", f"与第 {seen[item.id]} 行的题号相同")
        elif item is not None:
            seen[item.id] = number
            items.append(item)
        faults += reader.faults
    return SheetRead(items=tuple(items), faults=tuple(faults))


def missing_headings(headings: Sequence[str]) -> tuple[str, ...]:
    """The columns a sheet must have and has not."""
    present = {_heading(name) for name in headings}
    return tuple(name for name in REQUIRED if name not in present)


def _heading(text: str) -> str:
    """A heading as written in the sheet -> our name for the column; unknown ones stay as they are."""
    plain = re.sub(r"[\s*＊:：]|[（(].*?[)）]", "", text).casefold()
    for name, words in HEADINGS.items():
        if plain in (word.casefold() for word in words):
            return name
    return text


class _RowReader:
    """Reads one row column by column and collects what is wrong instead of stopping at the first fault."""

    def __init__(self, *, number: int, cells: Mapping[str, str], place: Place) -> None:
        self.number, self.cells, self.place = number, cells, place
        self.faults: list[RowFault] = []

    def blame(self, column: str, reason: str) -> None:
        self.faults.append(
            RowFault(row=self.number, column=column, value=self.cells.get(column, ""), reason=reason)
        )

    def item(self) -> Item | None:
        kind = self._type()
        stem = self._text("题干")
        difficulty = self._difficulty()
        codes = self._codes()
        options = self._options()
        answer = self._text("答案")
        key = self._key(answer, options) if kind in ("single", "multiple") else ()
        points = self._points() if kind == "short" else ()
        if self.faults or kind is None or difficulty is None:
            return None
        return Item(
            id=self.cells.get("题号") or f"X-{digest([stem, [option.text for option in options]])[:12]}",
            standard=self.place.standard,
            level=self.place.level,
            area=self.place.area,
            pool=self.place.pool,
            type=kind,
            codes=codes,
            difficulty=difficulty,
            stem=stem,
            explanation=self.cells.get("解析", ""),
            options=options,
            key=key,
            answer=answer if kind == "short" else "",
            points=points,
            law=tuple(filter(None, _LINES.split(self.cells.get("法规", "")))),
            trades=frozenset(filter(None, _SPLIT.split(self.cells.get("适用工种", "").upper()))),
        )

    def _text(self, column: str) -> str:
        text = self.cells.get(column, "")
        if not text:
            self.blame(column, "未填写")
        return text

    def _type(self) -> ItemType | None:
        word = self._text("题型")
        kind = TYPE_WORDS.get(word.casefold())
        if word and kind is None:
            self.blame("题型", f"只能是{'、'.join(TYPE_NAMES.values())}")
        return kind

    def _difficulty(self) -> Decimal | None:
        text = self._text("难度")
        if not text:
            return None
        try:
            value = Decimal(text.rstrip("%％")) / (100 if text[-1] in "%％" else 1)
        except InvalidOperation:
            self.blame("难度", "不是数字，请写及格线上考生的预期得分率，例如 0.70")
            return None
        if not (value.is_finite() and 0 < value < 1):
            self.blame("难度", "须在 0 与 1 之间")
        return value

    def _codes(self) -> tuple[CompetencyCode, ...]:
        codes = []
        for text in filter(None, _SPLIT.split(self._text("考点代码"))):
            try:
                codes.append(CompetencyCode.parse(text, standard=self.place.standard, level=self.place.level))
            except Refused as refused:
                self.blame("考点代码", refused.sentence)
        return tuple(codes)

    def _options(self) -> tuple[Option, ...]:
        texts = [self.cells.get(f"选项{letter}", "") for letter in LETTERS]
        used = max((place for place, text in enumerate(texts, 1) if text), default=0)
        for letter, text in zip(LETTERS, texts[:used], strict=False):
            if not text:
                self.blame(f"选项{letter}", "中间的选项为空，请依次填写")
        return tuple(
            Option(letter=letter, text=text) for letter, text in zip(LETTERS, texts, strict=True) if text
        )

    def _key(self, answer: str, options: Sequence[Option]) -> tuple[str, ...]:
        letters = tuple(_SPLIT.sub("", answer.upper()))
        strangers = [letter for letter in letters if letter not in {option.letter for option in options}]
        if strangers:
            self.blame("答案", f"“{'、'.join(strangers)}”不是选项")
        return letters

    def _points(self) -> tuple[Point, ...]:
        points = []
        for line in filter(None, (part.strip() for part in _LINES.split(self._text("采分点")))):
            match = _POINT.match(line)
            if match is None:
                self.blame("采分点", f"“{line}”没有分值，请写成“要点（2分）”，一行一个")
            else:
                points.append(Point(text=match[1], marks=Decimal(match[2])))
        return tuple(points)
