"""What several markers said of the same things: one row per thing marked, one column per marker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.responses import Places, Reals
from zhiheng.psychometrics.core.tables import Table, is_missing, number

_REMEDY = "缺失请留空或写 NA；若数字只是类别的代号，请用 --order 从低到高列出全部类别"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratings:
    """codes: (things, markers) places in categories, -1 = not marked. values: (categories,) what stands for each.

    ordered: the categories have an order; numeric: their values are numbers that were given, else ranks.
    """

    things: tuple[str, ...]
    markers: tuple[str, ...]
    categories: tuple[str, ...]
    codes: Places
    values: Reals
    ordered: bool
    numeric: bool

    @property
    def marks(self) -> Reals:
        """(things, markers) values, NaN = not marked."""
        return np.where(self.codes < 0, np.nan, self.values[self.codes])

    @property
    def complete(self) -> Places:
        """(complete things, markers) codes of what every marker marked."""
        return self.codes[(self.codes >= 0).all(axis=1)]


def read_ratings(table: Table, *, order: Sequence[str] = ()) -> Ratings:
    """Ratings of a table. Where one cell is a number all are marks; words are categories, in an order only where
    `order` gives it.

    order: all categories from the lowest to the highest, also those nobody gave.
    Raises: Refused naming the cell for a category that is not in the order; for fewer than two markers or things,
    for a marker who marked nothing, for a category twice in the order.
    """
    _check_size(table, order)
    cells = [[None if is_missing(cell) else cell for cell in row] for row in table.rows]
    given = sorted({cell for row in cells for cell in row if cell is not None})
    if not order and any(map(_is_number, given)):
        return _of_numbers(table)
    categories = tuple(order) or tuple(given)
    places: dict[str | None, int] = {category: place for place, category in enumerate(categories)}
    places[None] = -1
    for row, line in enumerate(cells):
        for column, cell in enumerate(line):
            if cell not in places:
                raise table.fault(
                    row, column, "不在 --order 列出的类别之中", remedy="请补上这个类别，或改正这一格"
                )
    return _ratings(
        table,
        categories=categories,
        codes=np.array([[places[cell] for cell in line] for line in cells]),
        values=np.arange(len(categories), dtype=float),
        ordered=bool(order),
        numeric=False,
    )


def _of_numbers(table: Table) -> Ratings:
    marks = np.array(
        [
            [number(table, row, column, remedy=_REMEDY) for column in range(len(table.columns))]
            for row in range(len(table.rows))
        ]
    )
    values = np.unique(marks[~np.isnan(marks)])
    codes = np.where(np.isnan(marks), -1, np.searchsorted(values, np.nan_to_num(marks)))
    return _ratings(
        table,
        categories=tuple(f"{value:g}" for value in values),
        codes=codes,
        values=values,
        ordered=True,
        numeric=True,
    )


def _ratings(
    table: Table, *, categories: tuple[str, ...], codes: Places, values: Reals, ordered: bool, numeric: bool
) -> Ratings:
    for place, marker in enumerate(table.columns):
        if (codes[:, place] < 0).all():
            raise Refused(
                what=f"{table.source} 的“{marker}”列没有一个评定",
                remedy="请去掉这一列，或核对缺失的写法",
                code="marker-empty",
            )
    return Ratings(
        things=table.persons,
        markers=table.columns,
        categories=categories,
        codes=codes,
        values=values,
        ordered=ordered,
        numeric=numeric,
    )


def _check_size(table: Table, order: Sequence[str]) -> None:
    if len(table.columns) < 2 or len(table.rows) < 2:
        what = "名阅卷员" if len(table.columns) < 2 else "份答卷"
        raise Refused(
            what=f"{table.source} 只有一{what}",
            remedy="一致性至少需要两名阅卷员（每人一列）与两份答卷（每份一行）",
            code="ratings",
        )
    twice = {category for category in order if list(order).count(category) > 1}
    if twice or len(order) == 1:
        raise Refused(
            what=f"--order 的“{','.join(order)}”不能用",
            remedy="请从低到高列出所有类别，各一次，以逗号分隔",
            code="order",
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
