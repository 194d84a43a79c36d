"""Questions kept in spreadsheets, in the layouts teachers use and in ours.

The headings may stand below a title; the kind may be a column, the name of the sheet or a line between the rows;
options may have columns of their own or share a cell.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation

from zhiheng.bank.core.exchange import incoming
from zhiheng.bank.core.exchange.answers import TRUE_FALSE, broken, is_true_false, only_true_false, read_key
from zhiheng.bank.core.exchange.blocks import parted, read_points
from zhiheng.bank.core.exchange.kinds import Kind, kind_of, unknown_kind
from zhiheng.bank.core.exchange.tables import Table, csv_tables, xlsx_tables
from zhiheng.bank.core.exchange.terms import Choice, Fault, Question, Reading, Unsupported
from zhiheng.bank.core.sheet import HEADINGS
from zhiheng.bank.core.terms import Point
from zhiheng.foundation.errors import Refused

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NOTES = "填写说明"  # the second sheet of our template
_TOP = 20  # a title and remarks may stand above the headings
_WORDS: dict[str, tuple[str, ...]] = {
    **{name: words for name, words in HEADINGS.items() if not name.startswith("选项")},
    "选项": ("选项", "备选项", "备选答案", "候选项", "options"),
    "分值": ("分值", "分数", "题分", "marks"),
    "序号": ("序号", "no", "no."),
    **{
        f"选项{letter}": (
            f"选项{letter}",
            letter,
            f"答案{letter}",
            f"{letter}选项",
            f"option{letter}",
            f"备选项{letter}",
        )
        for letter in _LETTERS
    },
}
_NAMES = {word.casefold(): name for name, words in _WORDS.items() for word in words}
_EXTRA = {
    "所属题型": "题型",
    "试题题干": "题干",
    "问题": "题干",
    "题目内容": "题干",
    "答案解释": "解析",
    "说明": "解析",
}
_LABEL = re.compile(r"^\s*([A-ZＡ-Ｚ])\s*[.．、:：)）]\s*")
_CODE = re.compile(r"^(?:skill|knowledge|basics):\d+(?:\.\d+)+$")
_LANGUAGES = {"en": "en", "英文": "en", "英语": "en", "english": "en"}
_LIST = re.compile(r"[\s,，、;；/|]+")


@dataclass(slots=True)
class _Found:
    questions: list[Question] = field(default_factory=list)
    unsupported: list[Unsupported] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def read_xlsx(content: bytes, *, name: str) -> Reading:
    """The questions of every sheet. Raises: Refused when no sheet has headings of ours."""
    reading = read_tables(xlsx_tables(content, name=name), name=name)
    pictures = sum(part.startswith("xl/media/") for part in incoming.Package.open(content, name=name).parts)
    if not pictures:
        return reading
    reason = f"表格里的 {pictures} 张图片没有收入：表格不说明图片属于哪道题。请在题目页加上，或改用 Word、QTI"
    return replace(reading, remarks=(*reading.remarks, Fault(where=name, reason=reason)))


def read_csv(content: bytes, *, name: str) -> Reading:
    return read_tables(csv_tables(content, name=name), name=name)


def read_tables(tables: Sequence[Table], *, name: str) -> Reading:
    found = _Found()
    known = [(table, _heading_row(table.rows)) for table in tables]
    if all(row is None for _, row in known):
        raise Refused(
            what=f"文件“{name}”里找不到列名：须有“题干”“答案”，并有“题型”或选项的列",
            remedy="请下载模板，照模板的列名填写",
            code="sheet-headings",
        )
    for table, row in known:
        label = f"{table.name}：" if len(tables) > 1 else ""
        if row is None:
            if table.name != NOTES and any(any(cells) for cells in table.rows):
                reason = f"工作表“{table.name}”没有题目的列名，没有读"
                found.remarks.append(Fault(where=table.name, reason=reason))
            continue
        _read_table(table, row, label, found)
        incoming.require_count(len(found.questions) + len(found.errors), name=name)
    return Reading(
        questions=tuple(found.questions),
        unsupported=tuple(found.unsupported),
        errors=tuple(found.errors),
        remarks=tuple(found.remarks),
    )


def heading_of(text: str) -> str:
    """Our name for a heading as written; "" for one we do not know."""
    plain = re.sub(r"\(([A-Za-z])\)", r"\1", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"[\s*:]|\(.*?\)", "", plain).casefold()
    return _NAMES.get(plain) or _EXTRA.get(plain, "")


def _heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    for place, row in enumerate(rows[:_TOP]):
        names = {heading_of(cell) for cell in row if cell} - {""}
        options = any(name.startswith("选项") for name in names)
        if {"题干", "答案"} <= names and ("题型" in names or options):
            return place
    return None


def _read_table(table: Table, heading: int, label: str, found: _Found) -> None:
    headings = [heading_of(cell) for cell in table.rows[heading]]
    for cell, name in zip(table.rows[heading], headings, strict=True):
        if cell and not name:
            found.remarks.append(
                Fault(where=f"{label}第 {heading + 1} 行", reason=f"“{cell[:40]}”一列没有收入")
            )
    kind = kind_of(table.name)
    for number, row in enumerate(table.rows[heading + 1 :], heading + 2):
        filled = [cell for cell in row if cell]
        if not filled or [heading_of(cell) for cell in row] == headings:
            continue
        spoken = kind_of(filled[0]) if len(filled) == 1 else None
        if spoken is not None:
            kind = spoken
            continue
        cells = dict(_cells(headings, row))
        _Row(cells=cells, where=f"{label}第 {number} 行", kind=kind, found=found).read()


def _cells(headings: Sequence[str], row: Sequence[str]) -> Iterator[tuple[str, str]]:
    seen = set()
    for name, cell in zip(headings, row, strict=False):
        if name and name not in seen:
            seen.add(name)
            yield name, cell


@dataclass(slots=True)
class _Row:
    cells: Mapping[str, str]
    where: str
    kind: Kind | None
    found: _Found

    def read(self) -> None:
        long = next((name for name, text in self.cells.items() if len(text) > incoming.LONGEST), None)
        if long is not None:
            self._fault(f"“{long}”超过 {incoming.LONGEST} 字")
            return
        options = self._options()
        kind = self._kind(options)
        if kind.ours is None:
            self.found.unsupported.append(
                Unsupported(id=self._cell("题号"), type=kind.word, reason=kind.reason, where=self.where)
            )
            return
        if options is None:
            return
        question = self._question(kind, options)
        if question is None:
            return
        if reason := broken(question):
            self._fault(reason)
        else:
            self.found.questions.append(question)

    def _fault(self, reason: str) -> None:
        self.found.errors.append(Fault(where=self.where, reason=reason))

    def _remark(self, reason: str) -> None:
        self.found.remarks.append(Fault(where=self.where, reason=reason))

    def _cell(self, name: str) -> str:
        return self.cells.get(name, "")

    def _kind(self, options: tuple[str, ...] | None) -> Kind:
        words = self._cell("题型")
        if words:
            return kind_of(words) or unknown_kind(words)
        if self.kind is not None:
            return self.kind
        answer = self._cell("答案")
        if only_true_false(options or ()) or (is_true_false(answer) and not options):
            return Kind(ours=None, word="truefalse", reason=TRUE_FALSE)
        if not options:
            return Kind(ours="short")
        return Kind(ours="multiple" if len(read_key(answer, options) or ()) > 1 else "single")

    def _options(self) -> tuple[str, ...] | None:
        """The options in order; None after a fault."""
        texts = [self._cell(f"选项{letter}") for letter in _LETTERS]
        used = max((place for place, text in enumerate(texts, 1) if text), default=0)
        if not used:
            return split_options(self._cell("选项"))
        empty = next((letter for letter, text in zip(_LETTERS, texts[:used], strict=False) if not text), None)
        if empty is not None:
            self._fault(f"“选项{empty}”为空而后面还有选项，请依次填写")
            return None
        return tuple(texts[:used])

    def _question(self, kind: Kind, options: tuple[str, ...]) -> Question | None:
        answer = self._cell("答案")
        choices: tuple[Choice, ...] = ()
        points: tuple[Point, ...] = ()
        if kind.ours == "short":
            found_points = self._points()
            if found_points is None:
                return None
            points = found_points
            if options:
                self._remark("简答题的选项没有收入")
        else:
            key = read_key(answer, options) if answer else ()
            if key is None:
                self._fault(f"答案“{answer[:40]}”不是选项。选择题的答案写字母，如 A 或 ACD")
                return None
            choices = tuple(Choice(text=text, correct=place in key) for place, text in enumerate(options))
        assert kind.ours is not None
        return Question(
            type=kind.ours,
            stem=self._cell("题干"),
            options=choices,
            answers=parted(answer) if kind.ours == "short" else (),
            points=points,
            feedback=self._cell("解析"),
            id=self._cell("题号"),
            marks=self._marks(),
            codes=self._codes(),
            difficulty=self._difficulty(),
            trades=frozenset(filter(None, _LIST.split(self._cell("适用工种").upper()))),
            law=_entries(self._cell("法规")),
            language=_LANGUAGES.get(self._cell("语言").casefold(), ""),
            where=self.where,
        )

    def _points(self) -> tuple[Point, ...] | None:
        points = read_points(self._cell("采分点"))
        if points is None:
            self._fault("采分点没有分值，请写成“要点（2分）”，一行一个")
        return points

    def _marks(self) -> Decimal | None:
        text = self._cell("分值")
        value = _number(text.rstrip("分 "))
        if text and value is None:
            self._remark(f"分值“{text[:20]}”不是数字，没有收入")
        return value

    def _difficulty(self) -> Decimal | None:
        text = unicodedata.normalize("NFKC", self._cell("难度"))
        value = _number(text.rstrip("%"))
        if value is not None and text.endswith("%"):
            value /= 100
        if text and (value is None or not 0 < value < 1):
            self._remark(f"难度“{text[:20]}”不是 0 与 1 之间的预期得分率，没有收入")
            return None
        return value

    def _codes(self) -> tuple[str, ...]:
        words = [word for word in _LIST.split(unicodedata.normalize("NFKC", self._cell("考点代码"))) if word]
        strange = [word for word in words if not _CODE.match(word)]
        if strange:
            self._remark(f"考点“{'、'.join(strange)[:60]}”不是考点代码，没有收入")
        return tuple(word for word in words if _CODE.match(word))


def split_options(text: str) -> tuple[str, ...]:
    """The options of one cell, divided by lines or |, without the letters before them."""
    lines = [line.strip() for line in re.split(r"[\n|｜]+", text) if line.strip()]
    if len(lines) == 1:
        lines = _lettered(lines[0])
    labels = [match[1] if (match := _LABEL.match(line)) else "" for line in lines]
    if [unicodedata.normalize("NFKC", label) for label in labels] == list(_LETTERS[: len(lines)]):
        return tuple(_LABEL.sub("", line, count=1) for line in lines)
    return tuple(lines)


def _lettered(line: str) -> list[str]:
    """A. … B. … C. … in one line, cut before each letter in turn; without letters at semicolons."""
    cuts, place = [], 0
    for letter in _LETTERS:
        match = re.compile(rf"(?<![A-Za-z0-9]){letter}\s*[.．、:：)）]").search(line, place)
        if match is None:
            break
        cuts.append(match.start())
        place = match.end()
    if len(cuts) < 2 or line[: cuts[0]].strip():
        return [part.strip() for part in re.split(r"[;；]+", line) if part.strip()]
    return [line[start:end].strip(" 　;；,，") for start, end in zip(cuts, [*cuts[1:], None], strict=True)]


def _entries(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[\n;；]+", text) if part.strip())


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(unicodedata.normalize("NFKC", text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
