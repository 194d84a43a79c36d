"""The line of a sheet that names its columns, and what each column is taken for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhiheng.enrolment.core.columns import COLUMNS, Column, column_of
from zhiheng.enrolment.core.workbook import Cell
from zhiheng.foundation.errors import Refused

HEADING_ROWS = 20  # a title and remarks may stand above the headings
_BY_KEY = {column.key: column for column in COLUMNS}
_REQUIRED = tuple(column for column in COLUMNS if column.required)
_NEEDED = ("name", "id_number")


def text_of(value: Cell) -> str:
    """A cell as somebody reads it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """top: the place of the line, from 0. columns: by place. unknown: headed columns that are taken for nothing.

    doubled: columns for which several places offer themselves, the first being taken.
    """

    top: int
    texts: tuple[str, ...]
    columns: dict[int, Column]
    unknown: tuple[int, ...]
    doubled: dict[Column, tuple[int, ...]]

    @property
    def missing(self) -> tuple[Column, ...]:
        held = {column.key for column in self.columns.values()}
        return tuple(_BY_KEY[key] for key in _NEEDED if key not in held)

    @property
    def clear(self) -> bool:
        """Nobody has to be asked."""
        return not self.missing and not self.doubled

    def require(self) -> None:
        """Raises: Refused when name or identity number have no column."""
        if self.missing:
            required = "、".join(column.heading for column in _REQUIRED)
            raise Refused(
                what=f"表格前 {HEADING_ROWS} 行里没有找到列名",
                rule=f"列名至少要有{required}",
                remedy="请下载模板，按模板的列填写",
                code="sheet-headings",
            )


def find_headings(cells: Sequence[Sequence[Cell]], chosen: Mapping[str, str] | None = None) -> Headings:
    """Match the columns by their headings; chosen: what somebody said instead, place -> key ("" for nothing)."""
    top = _top(cells)
    texts = tuple(text_of(value) for value in cells[top]) if top < len(cells) else ()
    wanted = {int(place): key for place, key in (chosen or {}).items() if place.isdigit()}
    columns: dict[int, Column] = {}
    offers: dict[Column, list[int]] = {}
    for place, text in enumerate(texts):
        column = _BY_KEY.get(wanted[place]) if place in wanted else column_of(text)
        if column is None:
            continue
        offers.setdefault(column, []).append(place)
        if column not in columns.values():
            columns[place] = column
    return Headings(
        top=top,
        texts=texts,
        columns=columns,
        unknown=tuple(
            place for place, text in enumerate(texts) if text and place not in columns and place not in wanted
        ),
        doubled={column: tuple(places) for column, places in offers.items() if len(places) > 1},
    )


def _top(cells: Sequence[Sequence[Cell]]) -> int:
    """The line with the most known headings; without any, the first with several words."""
    known = [
        len({column for value in line if (column := column_of(text_of(value)))})
        for line in cells[:HEADING_ROWS]
    ]
    if known and max(known) >= 1:
        return known.index(max(known))
    for top, line in enumerate(cells[:HEADING_ROWS]):
        if sum(bool(text_of(value)) for value in line) > 1:
            return top
    return 0
