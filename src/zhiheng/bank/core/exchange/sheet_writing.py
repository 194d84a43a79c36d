"""Questions written as a spreadsheet in our own layout. Every cell is text: nothing in it is ever run as a formula."""

import io
from collections.abc import Sequence

import xlsxwriter

from zhiheng.bank.core.exchange.blocks import joined, points_text
from zhiheng.bank.core.exchange.terms import Question
from zhiheng.bank.core.sheet import TEMPLATE
from zhiheng.bank.core.terms import LETTERS, TYPE_NAMES
from zhiheng.foundation.errors import Refused

WIDTHS = {"题干": 60, "解析": 40, "采分点": 40, "答案": 24, "考点代码": 24}
_MOST_IN_CELL = 32_767  # what a cell of .xlsx holds
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def write_xlsx(questions: Sequence[Question]) -> bytes:
    """One sheet, our headings, one row a question. What a row has no place for is listed in `formats.LOSSES`."""
    widest = max((len(question.options) for question in questions), default=0)
    letters = _ALPHABET[: max(widest, len(LETTERS))]
    before, after = TEMPLATE[: TEMPLATE.index("选项A")], TEMPLATE[TEMPLATE.index("答案") :]
    headings = (*before, *(f"选项{letter}" for letter in letters), *after, "分值")
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("题目")
        for column, name in enumerate(headings):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, WIDTHS.get(name, 14), wrap)
        sheet.freeze_panes(1, 0)
        for row, question in enumerate(questions, 1):
            cells = _cells(question)
            for column, name in enumerate(headings):
                if text := cells.get(name, ""):
                    _require_fits(text, row, name)
                    sheet.write_string(row, column, text)
    return out.getvalue()


def _require_fits(text: str, row: int, name: str) -> None:
    if len(text.encode("utf-16-le")) // 2 > _MOST_IN_CELL:
        raise Refused(
            what=f"第 {row} 题的“{name}”超过一个单元格能放的 {_MOST_IN_CELL} 字",
            remedy="请改用 Moodle XML 或 QTI 导出",
            code="cell-too-long",
        )


def _cells(question: Question) -> dict[str, str]:
    letters = _ALPHABET[: len(question.options)]
    key = "".join(letter for letter, option in zip(letters, question.options, strict=True) if option.correct)
    return {
        "题号": question.id,
        "题型": TYPE_NAMES[question.type],
        "题干": question.stem,
        **{f"选项{letter}": option.text for letter, option in zip(letters, question.options, strict=True)},
        "答案": joined(question.answers) if question.type == "short" else key,
        "解析": question.feedback,
        "难度": "" if question.difficulty is None else f"{question.difficulty:f}",
        "考点代码": ", ".join(question.codes),
        "适用工种": ",".join(sorted(question.trades)),
        "采分点": points_text(question.points),
        "法规": "\n".join(question.law),
        "语言": "英文" if question.language else "",
        "分值": "" if question.marks is None else f"{question.marks:f}",
    }
