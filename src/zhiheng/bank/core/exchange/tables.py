"""Spreadsheets as tables of text: every sheet of an .xlsx, or the one a .csv is."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from zhiheng.bank.core.exchange import incoming
from zhiheng.enrolment.core.workbook import LIMIT_COLUMNS, LIMIT_ROWS, check_package
from zhiheng.foundation.errors import Refused

_SEPARATORS = ",\t;，"
_HEADING_ROWS = 20
MOST_SHEETS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """rows: cell texts, tidied. name: of the sheet, "" of a text file."""

    name: str
    rows: Sequence[Sequence[str]]


def xlsx_tables(content: bytes, *, name: str) -> list[Table]:
    """Every visible sheet; what was merged reads the same in each cell; formulas are never run.

    Raises: Refused for what is no .xlsx, is packed to burst, or is too long or too wide.
    """
    incoming.require_size(content, name=name)
    try:
        incoming.Package.open(content, name=name)
    except Refused as refused:
        raise _not_a_sheet(name) if refused.code == "archive" else refused from None
    check_package(content, name=name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = book.sheet_names
            if len(names) > MOST_SHEETS:
                raise _too_large(name)
            return [Table(name=sheet, rows=_rows(book.get_sheet_by_name(sheet), name)) for sheet in names]
    except (CalamineError, IndexError, ValueError, OSError):
        raise _not_a_sheet(name) from None


def _rows(sheet: CalamineSheet, name: str) -> list[list[str]]:
    if sheet.total_height > LIMIT_ROWS + _HEADING_ROWS or sheet.total_width > LIMIT_COLUMNS:
        raise _too_large(name)
    rows = [[_words(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if bottom == top or right > left or bottom >= len(rows) or left >= len(rows[top]):
            continue  # a title over several columns stays one cell; only a word beside several rows holds for each
        for row in rows[top + 1 : bottom + 1]:
            row[left] = rows[top][left]
    return rows


def _words(cell: Any) -> str:
    if isinstance(cell, bool):
        return "正确" if cell else "错误"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return incoming.tidy(str(cell))


def csv_tables(content: bytes, *, name: str) -> list[Table]:
    """The table of a text file in UTF-8 or GB18030, divided by comma, tab or semicolon."""
    text = incoming.decoded(content, name=name)
    first = next((line for line in text.split("\n") if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    rows: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            if len(rows) > LIMIT_ROWS + _HEADING_ROWS or len(line) > LIMIT_COLUMNS:
                raise _too_large(name)
            rows.append([_cell(value) for value in line])
    except csv.Error:
        raise _not_a_sheet(name) from None
    return [Table(name="", rows=rows)]


def _cell(value: str) -> str:
    """Without the ="…" by which people keep a spreadsheet from changing a number."""
    text = incoming.tidy(value)
    return text[2:-1] if text.startswith('="') and text.endswith('"') and len(text) > 2 else text


def _not_a_sheet(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”读不成表格",
        remedy="请确认没有改错扩展名、没有加密，用表格软件另存为 .xlsx 后再上传",
        code="not-a-sheet",
    )


def _too_large(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”超过 {LIMIT_ROWS} 行、{LIMIT_COLUMNS} 列或 {MOST_SHEETS} 个工作表",
        remedy="请分成几个文件导入，并删去多余的列",
        code="sheet-too-large",
    )
