"""Total scores of the persons who sat one form, with their scores on the items both forms share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.responses import Places, Reals
from zhiheng.psychometrics.core.tables import ANCHORS, TOTALS, Table, is_missing, number

LARGEST = 10_000.0
STEPS = (1.0, 0.5, 0.25, 0.1)
"""Distances of neighbouring scores that are looked for, the widest first."""
_NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """total, anchor: (persons,) points; anchor None without common items. name: what the form is called in sentences."""

    name: str
    total: Reals
    anchor: Reals | None = None

    def drawn(self, places: Places) -> "Sample":
        """The persons at these places, each as often as it stands there."""
        return Sample(
            name=self.name,
            total=self.total[places],
            anchor=None if self.anchor is None else self.anchor[places],
        )


def read_samples(new: Table, old: Table) -> tuple[Sample, Sample]:
    """Scores of two forms, each with a column of totals (and one of anchor scores) or one column per item.

    Of items, the total is the sum of all and the anchor the sum of those both tables name alike.
    Raises: Refused naming the cell for what is missing, not a number or below zero; for fewer than two persons; for
    an anchor in one table only.
    """
    first, second = _column(new, TOTALS), _column(old, TOTALS)
    if (first is None) != (second is None):
        raise Refused(
            what="一个文件有总分一列，另一个没有",
            remedy="请两个文件都给总分，或都给每题的得分",
            code="totals",
        )
    shared = set(new.columns) & set(old.columns)
    if first is None or second is None:
        return _of_items(new, shared), _of_items(old, shared)
    samples = _of_totals(new, first), _of_totals(old, second)
    if (samples[0].anchor is None) != (samples[1].anchor is None):
        raise Refused(
            what="只有一个文件有锚题分一列", remedy="请两个文件都给 anchor 一列，或都不给", code="anchors"
        )
    return samples


def _of_items(table: Table, shared: set[str]) -> Sample:
    points = _points(table, range(len(table.columns)))
    common = [place for place, name in enumerate(table.columns) if name in shared]
    anchor = points[:, common].sum(axis=1) if common else None
    return Sample(name=table.source, total=points.sum(axis=1), anchor=anchor)


def _of_totals(table: Table, total: int) -> Sample:
    anchor = _column(table, ANCHORS)
    return Sample(
        name=table.source,
        total=_points(table, [total])[:, 0],
        anchor=None if anchor is None else _points(table, [anchor])[:, 0],
    )


def _column(table: Table, names: frozenset[str]) -> int | None:
    return next(iter(table.named(names)), None)


def _points(table: Table, places: Sequence[int]) -> Reals:
    if len(table.rows) < 2:
        raise Refused(what=f"{table.source} 只有一名考生", remedy="等值至少需要两名考生", code="persons")
    points = np.empty((len(table.rows), len(places)))
    for row, cells in enumerate(table.rows):
        for at, column in enumerate(places):
            if is_missing(cells[column]):
                raise table.fault(row, column, "是空的", remedy="等值需要每名考生的完整得分，没有得分请写 0")
            points[row, at] = number(table, row, column)
            if points[row, at] < 0:
                raise table.fault(row, column, "不在 0 以上", remedy="请核对这个分数")
    return points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distribution:
    """points: (scores,) from 0 to the maximum in equal steps. shares: (scores,) of persons, sum 1. persons: how many."""

    points: Reals
    shares: Reals
    persons: int

    @property
    def step(self) -> float:
        return float(self.points[1] - self.points[0])


def grid(*scores: Reals, maximum: float | None = None) -> Reals:
    """Scores from 0 to the maximum (or the highest there is), in the widest step of STEPS that meets them all.

    Raises: Refused for scores that no step meets, above the maximum or above LARGEST.
    """
    every = np.concatenate([*scores, [0.0 if maximum is None else maximum]])
    highest = float(every.max())
    if maximum is not None and highest > maximum + _NEAR:
        raise Refused(
            what=f"有总分 {highest:g}，高于满分 {maximum:g}", remedy="请核对 --maximum", code="maximum"
        )
    if highest > LARGEST:
        raise Refused(
            what=f"总分 {highest:g} 超过 {LARGEST:g}", remedy="请核对数据，或先换成百分制", code="grid"
        )
    for step in STEPS:
        if np.abs(every / step - np.round(every / step)).max() < _NEAR / step:
            points: Reals = np.arange(max(round(highest / step), 1) + 1) * np.float64(step)
            return points
    raise Refused(
        what="总分不在等距的格上（1、0.5、0.25 或 0.1 分一档）", remedy="请先把总分取整", code="grid"
    )


def distribution(scores: Reals, points: Reals) -> Distribution:
    """How the scores lie on the points. scores: each near one of them."""
    step = points[1] - points[0]
    counts = np.bincount(np.round(scores / step).astype(np.int64), minlength=len(points))
    return Distribution(points=points, shares=counts / counts.sum(), persons=int(counts.sum()))
