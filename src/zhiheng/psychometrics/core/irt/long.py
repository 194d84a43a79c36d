"""Answers one a line: who, which item, how many points. For banks of which each person saw a small part."""

import csv
import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.preparing import Given
from zhiheng.psychometrics.core.tables import is_missing

PERSON = frozenset({"person", "id", "candidate", "考生", "考生编号", "准考证号"})
ITEM = frozenset({"item", "题目", "题号"})
SCORE = frozenset({"score", "points", "得分", "分数"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Named:
    """given: single answers. persons: names, by place."""

    given: Given
    persons: tuple[str, ...]


def read_long(lines: Iterable[str], *, source: str) -> Named:
    """CSV with columns person, item, score in any order; a line without a score (or NA) was not presented.

    Raises: Refused naming the line for a column that is missing, a score that is not a number, an answer given twice.
    """
    reader = csv.reader(lines)
    places = _places(next(reader, []), source)
    persons: dict[str, int] = {}
    items: dict[str, int] = {}
    person, item, points = array("q"), array("q"), array("d")
    for row in reader:
        if not row:
            continue
        if len(row) <= max(places.values()):
            raise _fault(source, reader.line_num, f"只有 {len(row)} 列", "请补齐考生、题目、得分三列")
        who, what, score = (row[places[name]].strip() for name in ("person", "item", "score"))
        if not who or not what:
            raise _fault(source, reader.line_num, "没有写考生或题目", "请补上")
        value = _number(score, source, reader.line_num)
        at, which = persons.setdefault(who, len(persons)), items.setdefault(what, len(items))
        if not math.isnan(value):
            person.append(at)
            item.append(which)
            points.append(value)
    given = Given(
        person=np.array(person, dtype=np.int64),
        item=np.array(item, dtype=np.int64),
        points=np.array(points, dtype=np.float64),
        names=tuple(items),
        persons=len(persons),
    )
    _check_once(given, tuple(persons), source)
    return Named(given=given, persons=tuple(persons))


def _places(header: list[str], source: str) -> Mapping[str, int]:
    names = [name.strip().lstrip("\ufeff").casefold() for name in header]
    found = {}
    for wanted, known in (("person", PERSON), ("item", ITEM), ("score", SCORE)):
        at = next((place for place, name in enumerate(names) if name in known), None)
        if at is None:
            raise Refused(
                what=f"{source} 的第一行是“{'、'.join(header)}”，缺少 {wanted} 一列",
                remedy="每行一个答案，列名为 person、item、score（考生、题目、得分）",
                code="long-columns",
            )
        found[wanted] = at
    return found


def _number(cell: str, source: str, line: int) -> float:
    if is_missing(cell):
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise _fault(source, line, f"的得分“{cell}”不是数", "没有出示的题请留空或写 NA")
    return value


def _check_once(given: Given, persons: tuple[str, ...], source: str) -> None:
    pairs = given.person * len(given.names) + given.item
    order = np.argsort(pairs, kind="stable")
    again = np.flatnonzero(np.diff(pairs[order]) == 0)
    if len(again):
        at = order[again[0] + 1]
        who, what = persons[given.person[at]], given.names[given.item[at]]
        raise Refused(
            what=f"{source} 中考生“{who}”的题目“{what}”有两个得分",
            remedy="每人每题只写一行",
            code="long-twice",
        )


def _fault(source: str, line: int, why: str, remedy: str) -> Refused:
    return Refused(what=f"{source} 第 {line} 行{why}", remedy=remedy, code="cell")
