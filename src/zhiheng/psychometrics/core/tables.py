"""Tables of text as measurement gets them: one header row, one row per person, checked cell by cell."""

import csv
import io
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from zhiheng.foundation.errors import Refused

MISSING = frozenset({"", "NA"})
"""What an empty cell may also be called; compared without regard to case."""
PERSON_COLUMNS = frozenset({"", "id", "candidate", "person", "考生", "考生编号", "准考证号"})
"""A first column of such a name says who, not what was answered."""
TOTALS = frozenset({"total", "score", "总分"})
ANCHORS = frozenset({"anchor", "锚题分"})
LARGEST = 1e9
_DELIMITERS = (",", "\t", ";")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """columns: names, all different. rows: as many cells each. lines: where each row begins in the file, from 1."""

    source: str
    persons: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]

    def without(self, *places: int) -> "Table":
        """The table without these columns."""
        kept = [place for place in range(len(self.columns)) if place not in places]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
        )

    def named(self, names: Collection[str]) -> tuple[int, ...]:
        """Places of the columns with one of these names, written in small letters."""
        return tuple(place for place, name in enumerate(self.columns) if name.casefold() in names)

    def fault(self, row: int, column: int, why: str, *, remedy: str) -> Refused:
        """A refusal that names the cell. row, column: places in `rows` and `columns`."""
        return self.fault_of_row(row, f"“{self.columns[column]}”列的“{self.rows[row][column]}”{why}", remedy)

    def fault_of_row(self, row: int, what: str, remedy: str) -> Refused:
        return Refused(what=f"{self.source} 第 {self.lines[row]} 行{what}", remedy=remedy, code="cell")


def read_table(text: str, *, source: str) -> Table:
    """A table out of CSV text separated by commas, tabs or semicolons; empty lines are passed over.

    source: what the file is called in sentences.
    Raises: Refused naming the row for an unclosed quotation mark, a row of another length, a name used twice.
    """
    lines, cells = _cells(text, source)
    if len(cells) < 2:
        raise Refused(
            what=f"{source} 没有数据",
            remedy="第一行须是各列的名称，以下每人一行",
            code="table-empty",
        )
    header, body = cells[0], cells[1:]
    whose = header[0].casefold() in PERSON_COLUMNS
    _check_header(header[whose:], source)
    for line, row in zip(lines[1:], body, strict=True):
        if len(row) != len(header):
            raise Refused(
                what=f"{source} 第 {line} 行有 {len(row)} 列，而第一行有 {len(header)} 列",
                remedy="请补齐或去掉多余的列",
                code="table-width",
            )
    persons = tuple(row[0] for row in body) if whose else tuple(map(str, range(1, len(body) + 1)))
    table = Table(
        source=source,
        persons=persons,
        columns=tuple(header[whose:]),
        rows=tuple(row[whose:] for row in body),
        lines=tuple(lines[1:]),
    )
    _check_persons(table)
    return table


def is_missing(cell: str) -> bool:
    return cell.upper() in MISSING


def number(table: Table, row: int, column: int, *, remedy: str = "缺失请留空或写 NA") -> float:
    """The number of a cell; NaN where it is missing. Raises: Refused naming the cell, with what to do instead."""
    cell = table.rows[row][column]
    if is_missing(cell):
        return math.nan
    value = _value(cell)
    if not math.isfinite(value):
        raise table.fault(row, column, "不是数", remedy=remedy)
    if abs(value) > LARGEST:
        raise table.fault(row, column, "大得不像分数", remedy=f"分数的绝对值不超过 {LARGEST:.0f}")
    return value


def _value(cell: str) -> float:
    """NaN for what is no number. Underscores are Python's own way of writing and stand in no mark."""
    try:
        return math.nan if "_" in cell else float(cell)
    except ValueError:
        return math.nan


def _cells(text: str, source: str) -> tuple[list[int], list[tuple[str, ...]]]:
    """Rows that are not empty, and the line each begins on."""
    first = text.lstrip().partition("\n")[0]
    delimiter = next((sign for sign in _DELIMITERS if sign in first), ",")
    # Not splitlines: it also parts lines at signs that may stand within a cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[int] = []
    cells: list[tuple[str, ...]] = []
    begins = 1
    try:
        for row in reader:
            stripped = tuple(cell.strip() for cell in row)
            if any(stripped):
                lines.append(begins)
                cells.append(stripped)
            begins = reader.line_num + 1
    except csv.Error:
        raise Refused(
            what=f"{source} 从第 {begins} 行起读不懂", remedy="请检查该行的引号与分隔符", code="table-csv"
        ) from None
    return lines, cells


def _check_header(names: Sequence[str], source: str) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if not name:
            why = f"{source} 第 1 行有一列没有名称（第 {place} 个）"
            raise Refused(what=why, remedy="请为每一列写上名称", code="table-header")
        if name in seen:
            raise Refused(
                what=f"{source} 第 1 行有两列都叫“{name}”", remedy="请改成不同的名称", code="table-header"
            )
        seen.add(name)
    if not names:
        raise Refused(what=f"{source} 除考生一列外没有别的列", remedy="请补上数据列", code="table-header")


def _check_persons(table: Table) -> None:
    first: dict[str, int] = {}
    for row, person in enumerate(table.persons):
        if is_missing(person):
            raise table.fault_of_row(row, "没有写是谁", "请填写第一列，或去掉这一列")
        if person in first:
            again = f"的“{person}”在第 {table.lines[first[person]]} 行已经出现"
            raise table.fault_of_row(row, again, "每人只能有一行")
        first[person] = row
