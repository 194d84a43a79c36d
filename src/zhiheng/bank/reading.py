"""From an uploaded sheet to judged rows: what can be kept, and what is wrong with the rest."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from zhiheng.bank.core.checks import check_item
from zhiheng.bank.core.files import Place
from zhiheng.bank.core.sheet import FIRST_ROW, RowFault, missing_headings, read_sheet
from zhiheng.bank.core.terms import CompetencyCode
from zhiheng.bank.core.terms import Item as Question
from zhiheng.enrolment.core.workbook import check_package
from zhiheng.foundation.errors import Refused

LIMIT_BYTES = 8 * 1024 * 1024
UNPACKED_LIMIT = 64 * 1024 * 1024  # a small archive that unpacks to more than this is hostile
ROW_LIMIT = 5000
COLUMN_LIMIT = 100
CELL_LIMIT = 20000
_COLUMNS = {
    "stem": "题干",
    "explanation": "解析",
    "difficulty": "难度",
    "code": "考点代码",
    "option": "选项A",
    "key": "答案",
    "answer": "答案",
    "points": "采分点",
    "short": "选项A",
    "choice": "采分点",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with one row. row: as the spreadsheet counts; column "" = the whole row."""

    row: int
    column: str
    value: str
    reason: str

    def as_facts(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A row judged by itself: a question that keeps every rule, or the faults that forbid it."""

    row: int
    question: Question | None
    faults: tuple[Fault, ...] = ()


def sheet_rows(content: bytes, *, name: str) -> list[dict[str, str]]:
    """Heading -> cell text for each data row of an .xlsx or .csv file.

    Raises: Refused when it is empty, too large, not a sheet, or lacks a column that is needed.
    """
    if not content:
        raise Refused(what=f"文件“{name}”是空的", remedy="请重新选择文件", code="file-empty")
    if len(content) > LIMIT_BYTES:
        raise Refused(
            what=f"文件“{name}”有 {len(content) / 1048576:.1f} MB，超过 {LIMIT_BYTES // 1048576} MB",
            remedy="请分成几个文件导入",
            code="file-too-large",
        )
    suffix = name.rpartition(".")[2].lower()
    if suffix not in ("xlsx", "csv"):
        raise Refused(
            what=f"文件“{name}”不是 .xlsx 或 .csv", remedy="请下载模板，填好后另存为 .xlsx", code="sheet-type"
        )
    table = list(_xlsx(content, name) if suffix == "xlsx" else _csv(content, name))
    return _with_headings(table, name)


def _xlsx(content: bytes, name: str) -> Iterator[list[str]]:
    _require_honest_archive(content, name)
    check_package(content, name=name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height > ROW_LIMIT + 1 or sheet.total_width > COLUMN_LIMIT:
            raise _too_many(name)
        for row in sheet.to_python(skip_empty_area=False):
            yield [_words(cell) for cell in row]
    except (CalamineError, IndexError, ValueError, OSError):
        raise _not_a_sheet(name) from None


def _require_honest_archive(content: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _not_a_sheet(name) from None
    if unpacked > UNPACKED_LIMIT:
        raise Refused(
            what=f"文件“{name}”展开后有 {unpacked // 1048576} MB，超过 {UNPACKED_LIMIT // 1048576} MB",
            remedy="请只留题目所在的工作表，另存后再导入",
            code="file-too-large",
        )


def _csv(content: bytes, name: str) -> Iterator[list[str]]:
    text = _decoded(content, name)
    if "\x00" in text:
        raise _not_a_sheet(name)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True)):
            if number > ROW_LIMIT or len(row) > COLUMN_LIMIT:
                raise _too_many(name)
            yield row
    except csv.Error:
        raise _not_a_sheet(name) from None


def _decoded(content: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_a_sheet(name)


def _words(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _with_headings(table: Sequence[Sequence[str]], name: str) -> list[dict[str, str]]:
    headings = [text.strip() for text in table[0]] if table else []
    missing = missing_headings(headings)
    if missing:
        raise Refused(
            what=f"文件“{name}”的第一行缺少这些列：{'、'.join(missing)}",
            remedy="请下载模板，照模板的列名填写",
            code="sheet-headings",
        )
    if len(table) > ROW_LIMIT + 1:
        raise _too_many(name)
    return [dict(zip(headings, (cell[:CELL_LIMIT] for cell in row), strict=False)) for row in table[1:]]


def _not_a_sheet(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”读不成表格",
        remedy="请确认没有改错扩展名、没有加密，用表格软件另存为 .xlsx 后再上传",
        code="not-a-sheet",
    )


def _too_many(name: str) -> Refused:
    return Refused(
        what=f"文件“{name}”超过 {ROW_LIMIT} 行或 {COLUMN_LIMIT} 列",
        remedy="请分成几个文件导入，并删去多余的列",
        code="sheet-too-large",
    )


def candidates_of(
    rows: Sequence[Mapping[str, str]], *, place: Place, area_of: Mapping[CompetencyCode, str]
) -> list[Candidate]:
    """Every row that is not empty, judged by itself; a name used twice in the sheet is a fault of the later row."""
    judged: list[Candidate] = []
    names: dict[str, int] = {}
    for number, row in enumerate(rows, FIRST_ROW):
        read = read_sheet([row], place=place, first_row=number)
        if read.faults:
            judged.append(Candidate(row=number, question=None, faults=tuple(map(_fault, read.faults))))
        for item in read.items:
            question = replace(item, area=area_from_codes(item, area_of))
            faults = _broken_rules(question, number, row, area_of)
            if question.id in names:
                reason = f"与第 {names[question.id]} 行的题号相同"
                faults += (Fault(row=number, column="题号", value=question.id, reason=reason),)
            names.setdefault(question.id, number)
            judged.append(Candidate(row=number, question=None if faults else question, faults=faults))
    return judged


def area_from_codes(item: Question, area_of: Mapping[CompetencyCode, str]) -> str:
    """A sheet names no area: it is the one of the first point the standard knows; "" when it knows none."""
    found = (area_of.get(code) or area_of.get(code.of_every_level) for code in item.codes)
    return next((area for area in found if area), "")


def _fault(fault: RowFault) -> Fault:
    return Fault(row=fault.row, column=fault.column, value=fault.value[:80], reason=fault.reason)


def _broken_rules(
    question: Question, number: int, row: Mapping[str, str], area_of: Mapping[CompetencyCode, str]
) -> tuple[Fault, ...]:
    faults = []
    for reason in check_item(question, area_of=area_of).unmet:
        column = _COLUMNS.get(reason.code.partition("-")[0], "")
        text = reason.text.removeprefix(f"{question.id}：")
        faults.append(
            Fault(
                row=number, column=column, value=row.get(column, "")[:80], reason=f"{text}。{reason.remedy}"
            )
        )
    return tuple(faults)
