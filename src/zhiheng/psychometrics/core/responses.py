"""Answers as a matrix: one row per person, one column per item, points, NaN where nothing was presented."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.tables import Table, is_missing, number

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Missing = Literal["absent", "zero"]
_SEPARATORS = re.compile(r"[,，;；|、/\s]+")
_LETTERS = frozenset("ABCDEFGHIJ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKey:
    """key: the right option, "" for an item that comes scored. points: its maximum, None = as observed.

    options: all options, as far as they are written down; "" = those that occur.
    """

    key: str = ""
    points: float | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choices:
    """key: right options. options: (o,) in order of their names. chosen: (persons, o) whether it was chosen, NaN = nothing was.

    Where the key is one option, a person has chosen one (“AB” is one of its own); where it is several, each is counted.
    """

    key: frozenset[str]
    options: tuple[str, ...]
    chosen: Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses:
    """scores: (persons, items) points, NaN = missing. maxima: (items,). guessed: items whose maximum is the
    highest score anybody had.

    choices: of items that came as raw options, by place of the item.
    """

    persons: tuple[str, ...]
    items: tuple[str, ...]
    scores: Reals
    maxima: Reals
    guessed: tuple[str, ...] = ()
    choices: Mapping[int, Choices]

    @property
    def dichotomous(self) -> bool:
        """Every score is nothing or the maximum, and that is the same for all items."""
        right = (self.scores == 0) | (self.scores == self.maxima)
        return bool(np.all(right | np.isnan(self.scores)) and np.all(self.maxima == self.maxima[0]))


def read_key(table: Table) -> dict[str, ItemKey]:
    """Keys by item, from columns item and at least one of key, points, options.

    Raises: Refused naming the row, for an item twice, points that are not a positive number, a key not among the options.
    """
    names = {name.casefold(): place for place, name in enumerate(table.columns)}
    unknown = [name for name in table.columns if name.casefold() not in {"item", "key", "points", "options"}]
    if "item" not in names or len(names) < 2 or unknown:
        raise Refused(
            what=f"{table.source} 的列是 {'、'.join(table.columns)}",
            remedy="须有 item 一列，以及 key（正确选项）、points（满分）、options（全部选项）中的至少一列",
            code="key-columns",
        )
    keys: dict[str, ItemKey] = {}
    for row, cells in enumerate(table.rows):
        item = cells[names["item"]]
        if is_missing(item) or item in keys:
            why = "没有写题目" if is_missing(item) else f"的题目“{item}”出现不止一次"
            raise table.fault_of_row(row, why, "每题只写一行")
        keys[item] = _item_key(table, row, names)
    return keys


def _item_key(table: Table, row: int, names: Mapping[str, int]) -> ItemKey:
    cells = table.rows[row]
    key = normal_choice(cells[names["key"]]) if "key" in names else ""
    points = number(table, row, names["points"]) if "points" in names else np.nan
    if points <= 0:
        raise table.fault(row, names["points"], "不是满分", remedy="满分须大于 0")
    written = cells[names["options"]] if "options" in names else ""
    options = tuple(sorted(set(_split_options(written))))
    if options and len(key) == 1 and key not in options:
        raise table.fault(row, names["key"], f"不在选项 {'、'.join(options)} 之中", remedy="请核对答案与选项")
    return ItemKey(key=key, points=None if np.isnan(points) else float(points), options=options)


def _split_options(text: str) -> list[str]:
    """“ABCD”, “A,B,C,D”, “对/错”."""
    parts = [] if is_missing(text) else [part for part in _SEPARATORS.split(text.upper()) if part]
    return list(parts[0]) if len(parts) == 1 else parts


def normal_choice(cell: str) -> str:
    """A choice as it is compared: capitals; of several letters (“CA”, “c, a”) the letters in order; "" = nothing chosen."""
    if is_missing(cell):
        return ""
    parts = sorted(part for part in _SEPARATORS.split(cell.upper()) if part)
    if len(parts) == 1 and len(set(parts[0])) == len(parts[0]) and _LETTERS.issuperset(parts[0]):
        parts = sorted(parts[0])
    return ("" if all(len(part) == 1 and part.isalpha() for part in parts) else ",").join(parts)


def read_responses(
    table: Table, *, key: Mapping[str, ItemKey] | None = None, missing: Missing = "absent"
) -> Responses:
    """Scores of a table. Items with a key hold raw options and are scored all or nothing; the others hold points.

    missing: "absent" leaves an empty cell out of every figure of that item; "zero" gives it no points.
    Raises: Refused naming the cell for what is not a number, below zero or above the maximum; for an item of the
    key that the table does not have (by its name, or 1, 2, 3 for the first, second, third); for an item that nobody
    answered; for fewer than two persons.
    """
    keys = _by_name(key or {}, table.columns)
    _check_items(table, keys)
    scores = np.empty((len(table.rows), len(table.columns)))
    maxima = np.empty(len(table.columns))
    choices: dict[int, Choices] = {}
    guessed: list[str] = []
    for place, item in enumerate(table.columns):
        its = keys.get(item, ItemKey())
        if its.key:
            given = _normal_choices(table, place, its)
            choices[place] = _choices(given, its)
            maxima[place] = its.points or 1.0
            scores[:, place] = [maxima[place] * (one == its.key) if one else np.nan for one in given]
        else:
            scores[:, place] = _points(table, place, its)
            maxima[place], certain = _maximum(table, place, scores[:, place], its)
            guessed += [] if certain else [item]
    if missing == "zero":
        scores = np.nan_to_num(scores, nan=0.0)
    return Responses(
        persons=table.persons,
        items=table.columns,
        scores=scores,
        maxima=maxima,
        guessed=tuple(guessed),
        choices=choices,
    )


def _by_name(keys: Mapping[str, ItemKey], columns: Sequence[str]) -> dict[str, ItemKey]:
    """Keys that say 1, 2, 3 where no column is called so mean the first, second, third column."""
    places = {str(place): name for place, name in enumerate(columns, 1)}
    if keys and set(keys) <= set(places) and not set(keys) & set(columns):
        return {places[item]: its for item, its in keys.items()}
    return dict(keys)


def _check_items(table: Table, keys: Mapping[str, ItemKey]) -> None:
    if len(table.rows) < 2:
        raise Refused(what=f"{table.source} 只有一名考生", remedy="统计至少需要两名考生", code="persons")
    for item in keys:
        if item not in table.columns:
            raise Refused(
                what=f"答案文件里的题目“{item}”在 {table.source} 中没有这一列",
                remedy="请核对题目名称",
                code="key-item",
            )


def _normal_choices(table: Table, place: int, its: ItemKey) -> list[str]:
    column = [row[place] for row in table.rows]
    normal = {cell: normal_choice(cell) for cell in set(column)}  # a column holds few different cells
    _check_choices(table, place, its, normal)
    if not any(normal.values()):
        raise _nobody_answered(table, place)
    return [normal[cell] for cell in column]


def _choices(given: Sequence[str], its: ItemKey) -> Choices:
    several = len(_parts(its.key)) > 1
    parts = {one: _parts(one) if several else (one,) for one in {*given, its.key} if one} | {"": ()}
    options = tuple(sorted({*its.options, *(part for some in parts.values() for part in some)}))
    lines = {
        one: [float(option in some) if some else np.nan for option in options] for one, some in parts.items()
    }
    return Choices(
        key=frozenset(parts[its.key]), options=options, chosen=np.array([lines[one] for one in given])
    )


def _parts(choice: str) -> tuple[str, ...]:
    """The single options of a choice in its one form."""
    if "," in choice:
        return tuple(choice.split(","))
    return tuple(choice) if len(choice) > 1 and _LETTERS.issuperset(choice) else (choice,)


def _check_choices(table: Table, place: int, its: ItemKey, normal: Mapping[str, str]) -> None:
    """Where all options are written down, another one is a slip of the pen."""
    known = {"", *its.options}
    strange = {
        cell
        for cell, choice in normal.items()
        if its.options and choice not in known and not known.issuperset(choice.replace(",", ""))
    }
    for row, cells in enumerate(table.rows):
        if cells[place] in strange:
            words = f"不在选项 {'、'.join(its.options)} 之中"
            raise table.fault(row, place, words, remedy="没有选请留空或写 NA")


def _points(table: Table, place: int, its: ItemKey) -> Reals:
    limit = np.inf if its.points is None else its.points
    seen: dict[str, float] = {}  # a column holds few different cells, each read once
    column = np.empty(len(table.rows))
    for row, cells in enumerate(table.rows):
        cell = cells[place]
        if cell not in seen:
            seen[cell] = number(table, row, place, remedy="缺失请留空或写 NA；原始选项请用 --key 给出答案")
            if seen[cell] < 0 or seen[cell] > limit:
                bound = "以上" if its.points is None else f"至满分 {its.points:g} 之间"
                raise table.fault(row, place, f"不在 0 {bound}", remedy="请核对这个分数与满分")
        column[row] = seen[cell]
    return column


def _maximum(table: Table, place: int, column: Reals, its: ItemKey) -> tuple[float, bool]:
    """The maximum, and whether it is known: a column of nothing but 0 and 1 needs nobody to say it."""
    if np.isnan(column).all():
        raise _nobody_answered(table, place)
    if its.points is not None:
        return its.points, True
    highest = float(np.nanmax(column, initial=1.0))
    return highest, highest == 1.0


def _nobody_answered(table: Table, place: int) -> Refused:
    return Refused(
        what=f"{table.source} 的“{table.columns[place]}”列没有一个答案",
        remedy="请去掉这一列，或核对缺失的写法",
        code="item-empty",
    )
