"""A sheet that came as text with commas: its encoding and its separator are told by what is in it."""

import csv
import io

from zhiheng.enrolment.core.workbook import LIMIT_BYTES, LIMIT_COLUMNS, LIMIT_ROWS, Cell, open_sheet
from zhiheng.foundation.errors import Refused

_ENCODINGS = ("utf-8-sig", "gb18030")
_SEPARATORS = ",\t;，"


def open_any_sheet(content: bytes, *, name: str) -> list[list[Cell]]:
    """The cells of an .xlsx or .csv file. Raises: Refused (code "sheet" or "sheet-rows")."""
    if name.lower().endswith((".csv", ".txt", ".tsv")):
        return open_csv(content, name=name)
    return open_sheet(content, name=name)


def open_csv(content: bytes, *, name: str) -> list[list[Cell]]:
    """The cells of a text file; every value stays text, so that no digit of a long number is lost."""
    if not content:
        raise _not_a_sheet(f"文件“{name}”是空的")
    if len(content) > LIMIT_BYTES:
        raise _not_a_sheet(f"文件“{name}”超过 {LIMIT_BYTES // 1048576} MB")
    text = _decoded(content, name)
    if "\x00" in text:
        raise _not_a_sheet(f"文件“{name}”不是文本表格")
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    rows: list[list[Cell]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False):
            if len(rows) > LIMIT_ROWS + 20:
                raise Refused(
                    what=f"文件“{name}”超过 {LIMIT_ROWS} 行", remedy="请分成几个文件导入", code="sheet-rows"
                )
            if len(line) > LIMIT_COLUMNS:
                raise _not_a_sheet(f"文件“{name}”有 {len(line)} 列，超过 {LIMIT_COLUMNS} 列")
            rows.append([_plain(value) for value in line])
    except csv.Error:
        raise _not_a_sheet(f"文件“{name}”读不出表格") from None
    return rows


def _plain(value: str) -> str:
    """Without the ="…" or the apostrophe by which people keep a spreadsheet from changing a number."""
    text = value.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


def _decoded(content: bytes, name: str) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_a_sheet(f"文件“{name}”的编码看不懂", "请另存为 .xlsx 或 UTF-8 编码的 .csv 再上传")


def _not_a_sheet(what: str, remedy: str = "请另存为 .xlsx 再上传") -> Refused:
    return Refused(what=what, remedy=remedy, code="sheet")
