"""A bank's statement as its online banking exports it: CSV in GB 18030 or UTF-8, headings under their usual names."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from zhiheng.foundation.errors import Refused
from zhiheng.payments.core.amounts import signed_fen

MOST_ROWS = 5000
MOST_BYTES = 4 * 1024 * 1024
_HEADING_WITHIN = 30  # banks print the account and the period above the heading

# What a column is for -> the headings banks print over it, the most telling first.
_NAMES: dict[str, tuple[str, ...]] = {
    "day": ("交易日期", "记账日期", "入账日期", "交易时间", "日期"),
    "serial": ("流水号", "交易流水号", "银行流水号", "交易流水", "核心流水号", "业务流水号"),
    "income": ("收入金额", "贷方发生额", "贷方金额", "存入金额", "收入"),
    "amount": ("金额", "交易金额", "发生额"),
    "direction": ("借贷标志", "收支标志", "收付标志", "借贷方向"),
    "payer": ("对方户名", "付款人名称", "对方账户名称", "对方名称", "付款人户名"),
}
_REMARKS = ("附言", "交易附言", "摘要", "备注", "用途", "客户附言")
_LABELS = {"day": "交易日期", "serial": "流水号", "amount": "金额或收入金额", "remark": "摘要或附言"}
_OUT = ("借", "支", "付", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One row. number: its line in the file. amount_fen: negative = paid out. problem: why it cannot be read."""

    number: int
    serial: str = ""
    day: date | None = None
    amount_fen: int | None = None
    remark: str = ""
    payer: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Where each column stands; -1 when the file has none."""

    day: int
    serial: int
    income: int
    amount: int
    direction: int
    payer: int
    remarks: tuple[int, ...]


def read_statement(content: bytes) -> tuple[BankLine, ...]:
    """Every row under the heading, blank ones and sums left out; a row that cannot be read says why.

    Raises: Refused when the file as a whole is no statement.
    """
    rows = _rows(_text(content))
    start, columns = _heading(rows)
    below = [(number, row) for number, row in enumerate(rows[start + 1 :], start + 2) if any(row)]
    lines = tuple(_line(number, row, columns) for number, row in below if not _is_sum(row))
    if not lines:
        raise Refused(what="文件里没有一笔流水", remedy="请重新导出有交易的日期区间", code="statement-empty")
    if len(lines) > MOST_ROWS:
        raise Refused(
            what=f"文件有 {len(lines)} 行，超过 {MOST_ROWS} 行",
            remedy="请分段导出后分次上传",
            code="statement-too-long",
        )
    return lines


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise Refused(
            what=f"文件超过 {MOST_BYTES // 1048576} MB",
            remedy="请分段导出后分次上传",
            code="statement-too-long",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(
        what="文件不是 CSV 文本",
        rule="编码为 GB 18030 或 UTF-8",
        remedy="请在网上银行导出 CSV；若是 Excel 文件，请另存为 CSV",
        code="statement-encoding",
    )


def _rows(text: str) -> list[list[str]]:
    separator = "\t" if text.count("\t") > text.count(",") else ","
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Refused(
            what=f"文件读不成表格：{error}", remedy="请重新导出 CSV 后上传", code="statement-encoding"
        ) from None
    return [[_cell(cell) for cell in row] for row in found]


def _cell(text: str) -> str:
    """Exports guard long numbers as ="123" or with a leading apostrophe or tab."""
    plain = text.strip().strip("\t").strip()
    if guarded := re.fullmatch(r'="?([^"]*)"?', plain):
        plain = guarded[1]
    return plain.removeprefix("'").strip()


def _heading(rows: Sequence[list[str]]) -> tuple[int, _Columns]:
    best: tuple[str, ...] = ("day", "serial", "amount", "remark")
    for place, row in enumerate(rows[:_HEADING_WITHIN]):
        columns, missing = _columns([_plain_heading(cell) for cell in row])
        if not missing:
            return place, columns
        best = min(best, missing, key=len)
    words = "、".join(f"“{_LABELS[name]}”" for name in best)
    raise Refused(
        what=f"文件里找不到表头{words}",
        rule="表头须有交易日期、流水号、金额（或收入金额）、摘要（或附言）",
        remedy="请在网上银行导出含这些列的明细",
        code="statement-heading",
    )


def _columns(headings: Sequence[str]) -> tuple[_Columns, tuple[str, ...]]:
    place = {name: _place(headings, names) for name, names in _NAMES.items()}
    remarks = tuple(at for at, heading in enumerate(headings) if heading in _REMARKS)
    there = {
        "day": place["day"] >= 0,
        "serial": place["serial"] >= 0,
        "amount": max(place["income"], place["amount"]) >= 0,
        "remark": bool(remarks),
    }
    return _Columns(**place, remarks=remarks), tuple(name for name, found in there.items() if not found)


def _place(headings: Sequence[str], names: Sequence[str]) -> int:
    return next((headings.index(name) for name in names if name in headings), -1)


def _plain_heading(text: str) -> str:
    """Without spaces and units: "收入金额 (元)" -> "收入金额"."""
    return re.sub(r"\(.*?\)|\s", "", unicodedata.normalize("NFKC", text))


def _is_sum(row: Sequence[str]) -> bool:
    first = next(cell for cell in row if cell)
    return first.startswith(("合计", "总计", "小计", "共计"))


def _line(number: int, row: Sequence[str], columns: _Columns) -> BankLine:
    def cell(at: int) -> str:
        return row[at] if 0 <= at < len(row) else ""

    serial, day, amount = cell(columns.serial), _day(cell(columns.day)), _amount(cell, columns)
    problem = ""
    if not serial:
        problem = "没有流水号"
    elif len(serial) > 64:
        problem = "流水号超过 64 个字符"
    elif day is None:
        problem = f"交易日期“{cell(columns.day)}”读不懂"
    elif amount is None:
        problem = "金额读不懂"
    return BankLine(
        number=number,
        serial=serial[:64],
        day=day,
        amount_fen=amount,
        remark=" ".join(cell(at) for at in columns.remarks if cell(at))[:400],
        payer=cell(columns.payer)[:200],
        problem=problem,
    )


def _amount(cell: Callable[[int], str], columns: _Columns) -> int | None:
    """Money in as positive, money out as negative or zero."""
    if columns.income >= 0 and cell(columns.income):
        return signed_fen(cell(columns.income))
    if columns.amount < 0 or not cell(columns.amount):
        return 0 if columns.income >= 0 else None  # an empty income cell: the money went the other way
    fen = signed_fen(cell(columns.amount))
    out = columns.direction >= 0 and cell(columns.direction).upper().startswith(_OUT)
    if columns.income >= 0:
        return 0 if fen is not None else None
    return -abs(fen) if fen is not None and out else fen


def _day(text: str) -> date | None:
    found = re.match(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})", text)
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
