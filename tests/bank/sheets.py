"""Sheets for the tests of the import: one good row, and whatever a test changes."""

import csv
import io

import xlsxwriter

HEADINGS = (
    "题号",
    "题型",
    "题干",
    "选项A",
    "选项B",
    "选项C",
    "选项D",
    "答案",
    "解析",
    "难度",
    "考点代码",
    "采分点",
)
GOOD = {
    "题号": "T-1",
    "题型": "单选题",
    "题干": "开播之前应先核对哪一项内容？",
    "选项A": "库存数量",
    "选项B": "背景音乐",
    "选项C": "观众昵称",
    "选项D": "快递单号",
    "答案": "A",
    "解析": "先核对库存才不会超卖。",
    "难度": "0.7",
    "考点代码": "skill:4.1.1",
}


def row(**changes: str) -> dict[str, str]:
    return {**GOOD, **changes}


def as_csv(*rows: dict[str, str], encoding: str = "utf-8-sig") -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=HEADINGS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: dict[str, str]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    for number, entry in enumerate(rows, 1):
        for column, name in enumerate(HEADINGS):
            value = entry.get(name, "")
            if name == "难度" and value:
                sheet.write_number(number, column, float(value))
            else:
                sheet.write_string(number, column, value)
    book.close()
    return out.getvalue()
