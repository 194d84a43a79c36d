"""The empty enrolment sheet an institution downloads."""

import io

import xlsxwriter

from zhiheng.enrolment.core.columns import COLUMNS
from zhiheng.enrolment.core.sheet import Wanted

_YES_NO = ("是", "否")


def template(wanted: Wanted, *, title: str) -> bytes:
    """An .xlsx with the headings, one example row that an import ignores, and a sheet of the allowed values."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "num_format": "@"})
        sheet = book.add_worksheet("报名")
        allowed = book.add_worksheet("可填内容")
        own = _own(wanted)
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, 24 if column.key in ("id_number", "address") else 14, text)
            sheet.write_string(0, place, column.heading + ("*" if column.required else ""), head)
            sheet.write_string(1, place, own.get(column.key, column.example), text)
            values = _values(wanted, column.key) or (
                _YES_NO
                if column.kind == "yes"
                else tuple(word for word in column.choices if not word.isascii())
            )
            allowed.write_string(place + 1, 0, column.heading, text)
            allowed.write_string(place + 1, 1, "、".join(values) or _kind_words(column.kind), text)
        sheet.freeze_panes(1, 1)
        allowed.set_column(0, 0, 20)
        allowed.set_column(1, 1, 90)
        allowed.write_row(0, 0, [f"{title}：带 * 的列必填；“示例”开头的一行不会导入", "可填内容"], head)
    return target.getvalue()


def _own(wanted: Wanted) -> dict[str, str]:
    conditions = wanted.conditions
    return {
        "programme": conditions.programme(wanted.programme).names[0],
        "level": conditions.for_level(wanted.level).name,
        "trade": wanted.trade,
    }


def _values(wanted: Wanted, key: str) -> tuple[str, ...]:
    if key == "condition":
        return tuple(
            f"{condition.number} {condition.text}"
            for condition in wanted.conditions.for_level(wanted.level).conditions
        )
    own = _own(wanted).get(key)
    return (own,) if own else ()


def _kind_words(kind: str) -> str:
    return {"date": "日期，如 2024-03-01", "whole": "整数"}.get(kind, "文字")
