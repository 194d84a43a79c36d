"""Opening a spreadsheet somebody sent: every size is checked before a cell is read."""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from zhiheng.foundation.errors import Refused

LIMIT_BYTES = 8 * 1024 * 1024
UNPACKED_BYTES = 64 * 1024 * 1024
LIMIT_PARTS = 500
LIMIT_ROWS = 10_000
LIMIT_COLUMNS = 200
_HEADING_ROWS = 20  # a title and remarks above the headings
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,8})(\d{1,12})["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheetData")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])")
_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_OTHER_FORMATS = {
    "content.xml",
    "xl/workbook.bin",
}  # the reader would go on to try these, with rules of their own

Cell = str | float | int | bool | date | datetime | time | timedelta


def open_sheet(content: bytes, *, name: str) -> list[list[Cell]]:
    """The cells of the first sheet; formulas are never run, only the values kept beside them are read.

    Raises: Refused (code "sheet") for a file that is not an .xlsx, too large, or packed to burst.
    """
    if not content:
        raise _not_a_sheet(f"文件“{name}”是空的")
    if len(content) > LIMIT_BYTES:
        raise _not_a_sheet(f"文件“{name}”超过 {LIMIT_BYTES // 1048576} MB", "请分成几个文件导入")
    check_package(content, name=name)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            rows: list[list[Cell]] = book.get_sheet_by_index(0).to_python(
                skip_empty_area=False, nrows=LIMIT_ROWS + _HEADING_ROWS + 1
            )
    except (CalamineError, IndexError, ValueError, OSError) as fault:
        raise _not_a_sheet(f"文件“{name}”读不出工作表") from fault
    return rows


def check_package(content: bytes, *, name: str) -> None:
    """That the file is an .xlsx whose parts are as small as they say and name no cell far out.

    Raises: Refused (code "sheet" or "sheet-rows").
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename.lower() for part in parts}
            if len(parts) > LIMIT_PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                raise _not_a_sheet(f"文件“{name}”解压后过大", "请把数据另存为一个新的 .xlsx 文件")
            if "[content_types].xml" not in names or names & _OTHER_FORMATS:
                raise _not_a_sheet(f"文件“{name}”不是 .xlsx 表格")
            for part in parts:  # all of them: the workbook may keep a sheet under any name
                markup = package.read(part)
                if _SHEET.search(markup):
                    _check_places(markup, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise _not_a_sheet(f"文件“{name}”不是 .xlsx 表格") from fault


def _check_places(markup: bytes, name: str) -> None:
    """A single cell far out would make the reader set aside room for every cell before it."""
    latest = LIMIT_ROWS + _HEADING_ROWS
    for match in _PLACE.finditer(markup):
        letters, row = match[1].decode().upper(), int(match[2])
        if row > latest:
            raise _too_many_rows(f"文件“{name}”用到了第 {row} 行")
        if _column_number(letters) > LIMIT_COLUMNS:
            raise _too_wide(f"文件“{name}”用到了 {letters} 列")
    # Rows and cells may also come without their place and are then counted.
    rows = _ROW.split(markup)
    if len(rows) - 1 > latest:
        raise _too_many_rows(f"文件“{name}”有 {len(rows) - 1} 行")
    widest = max(sum(1 for _ in _CELL.finditer(row)) for row in rows)
    if len(rows) > 1 and widest > LIMIT_COLUMNS:
        raise _too_wide(f"文件“{name}”有 {widest} 列")


def _too_many_rows(what: str) -> Refused:
    return Refused(
        what=what,
        rule=f"一次最多导入 {LIMIT_ROWS} 行",
        remedy="请删除多余的行，或分成几个文件导入",
        code="sheet-rows",
    )


def _too_wide(what: str) -> Refused:
    return _not_a_sheet(f"{what}，超过 {LIMIT_COLUMNS} 列", "请按模板的列填写")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _not_a_sheet(what: str, remedy: str = "请下载模板，填好后保存为 .xlsx 再上传") -> Refused:
    return Refused(what=what, remedy=remedy, code="sheet")
