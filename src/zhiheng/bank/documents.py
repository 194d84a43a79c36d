"""The sheet writers fill in."""

import io

import xlsxwriter

from zhiheng.bank.core.sheet import TEMPLATE

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {"题干": 60, "解析": 40, "采分点": 40, "考点代码": 24}
NOTES = (
    "题型：单项选择题、多项选择题或简答题。",
    "答案：选择题写字母（A 或 ACD）；简答题写参考答案。",
    "难度：及格线上考生的预期得分率，0 与 1 之间，例如 0.70。",
    "考点代码：如 skill:4.1.1、knowledge:4.1.1、basics:2.2.6.5，多个用逗号隔开。",
    "采分点：只用于简答题，一行一个，写成“要点（2分）”，合计 10 分。",
    "语言：空着表示中文，英文题写“英文”。",
    "题号可以空着；适用工种空着表示全部工种。",
)


def template_sheet() -> bytes:
    """An empty .xlsx with our headings on the first sheet and the explanations on the second."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("题目")
        for column, name in enumerate(TEMPLATE):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, WIDTHS.get(name, 14))
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("填写说明")
        notes.set_column(0, 0, 80)
        for row, words in enumerate(NOTES):
            notes.write_string(row, 0, words)
    return out.getvalue()
