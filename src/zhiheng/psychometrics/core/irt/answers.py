"""Who scored what, in the two forms that are fast: a full matrix, and lists of answers.

Both know the same: `categories` (items,) how many scores an item has, counted from 0, and `offsets` (items + 1,)
where its rows begin in a table with one row for every item and score. Both give the expectation step of
Bock & Aitkin (1981, eqs. 13-16) for a table of log chances (rows, nodes) and a log prior (nodes,).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from zhiheng.psychometrics.core.irt.arrays import Places, Points, Reals, Rows
from zhiheng.psychometrics.core.irt.kernel import NEGLIGIBLE, add_expected, log_weights

MISSING = -1
BLOCK = 2048  # persons at once: their weights stay near the processor
FEW_ITEMS = 24  # up to here many persons give the same answers, and each pattern is worked out once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expected:
    """counts: (rows, nodes) expected persons with this score of this item at this ability. mass: (nodes,) persons."""

    counts: Reals
    mass: Reals
    log_likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Some persons at a time. people: their places. owner, row: (answers,) whose answer, and its row in the table.

    posterior: (persons of the part, nodes). `owner` counts from 0 within the part.
    """

    people: slice
    posterior: Reals
    owner: Places
    row: Places


class Answers(Protocol):
    @property
    def categories(self) -> Places: ...
    @property
    def offsets(self) -> Places: ...
    @property
    def persons(self) -> int: ...
    def frequencies(self) -> Reals:
        """(rows,) how many persons have each score of each item."""
        ...

    def expected(self, logs: Reals, prior: Reals) -> Expected: ...
    def parts(self, logs: Reals, prior: Reals, size: int = BLOCK) -> Iterator[Part]: ...


def offsets_of(categories: Places) -> Places:
    return np.concatenate(([0], np.cumsum(categories))).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matrix:
    """patterns: (different, items) scores, MISSING where nothing was presented. times: (different,) persons with it.

    pattern_of: (persons,) the place of each person's pattern.
    """

    categories: Places
    patterns: Points
    times: Reals
    pattern_of: Places
    offsets: Places = field(init=False)
    gaps: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", offsets_of(self.categories))
        object.__setattr__(self, "gaps", bool((self.patterns < 0).any()))

    @property
    def persons(self) -> int:
        return len(self.pattern_of)

    def frequencies(self) -> Reals:
        found = [
            np.bincount(column[column >= 0], weights=self.times[column >= 0], minlength=int(scores))
            for column, scores in zip(self.patterns.T, self.categories, strict=True)
        ]
        return np.concatenate(found)

    def expected(self, logs: Reals, prior: Reals) -> Expected:
        base, above = self._places()
        counts = np.zeros_like(logs)
        mass = np.zeros(len(prior))
        log_likelihood = 0.0
        for first in range(0, len(self.times), BLOCK):
            times = self.times[first : first + BLOCK]
            weights, chosen, present = self._log_weights(self.patterns[first : first + BLOCK], logs, prior)
            log_likelihood += float(times @ normalise(weights))
            weights *= times[:, None]
            mass += weights.sum(axis=0)
            counts[above] += chosen.T @ weights
            if present is not None:
                counts[base] += present.T @ weights
        if not self.gaps:
            counts[base] = mass
        for item, start in enumerate(base):
            counts[start] -= counts[start + 1 : start + self.categories[item]].sum(axis=0)
        return Expected(counts=np.maximum(counts, 0.0), mass=mass, log_likelihood=log_likelihood)

    def parts(self, logs: Reals, prior: Reals, size: int = BLOCK) -> Iterator[Part]:
        for first in range(0, self.persons, size):
            people = slice(first, min(first + size, self.persons))
            scores = self.patterns[self.pattern_of[people]]
            owner, item = np.nonzero(scores >= 0)
            row = self.offsets[item] + scores[owner, item]
            weights, _, _ = self._log_weights(scores, logs, prior)
            normalise(weights)
            yield Part(people=people, posterior=weights, owner=owner, row=row)

    def _log_weights(self, patterns: Points, logs: Reals, prior: Reals) -> tuple[Reals, Reals, Reals | None]:
        """(patterns, nodes) log prior and chances; who reached which score above 0; who was asked, where gaps are."""
        base, above = self._places()
        chosen = self._indicators(patterns)
        weights = chosen @ (logs[above] - logs[np.repeat(base, self.categories - 1)])
        if not self.gaps:
            weights += prior + logs[base].sum(axis=0)
            return weights, chosen, None
        present = (patterns >= 0).astype(np.float64)
        weights += present @ logs[base] + prior
        return weights, chosen, present

    def _places(self) -> tuple[Places, Places]:
        """Rows of score 0, and the rows of all others in order."""
        rows = np.arange(self.offsets[-1])
        return self.offsets[:-1], rows[~np.isin(rows, self.offsets[:-1])]

    def _indicators(self, patterns: Points) -> Reals:
        """(patterns, rows above 0) 1.0 where that score was reached."""
        if (self.categories == 2).all():
            return np.asarray(patterns == 1, dtype=np.float64)
        columns = [
            patterns[:, item] == score
            for item, most in enumerate(self.categories)
            for score in range(1, most)
        ]
        return np.stack(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lists:
    """starts: (persons + 1,) where each person's answers begin in rows, (answers,), places in the table."""

    categories: Places
    starts: Places
    rows: Rows
    offsets: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "offsets", offsets_of(self.categories))

    @property
    def persons(self) -> int:
        return len(self.starts) - 1

    def frequencies(self) -> Reals:
        return np.bincount(self.rows, minlength=int(self.offsets[-1])).astype(np.float64)

    def expected(self, logs: Reals, prior: Reals) -> Expected:
        counts = np.zeros_like(logs)
        mass = np.zeros(len(prior))
        found = add_expected(self.starts, self.rows, np.ascontiguousarray(logs), prior, counts, mass)
        return Expected(counts=counts, mass=mass, log_likelihood=float(found))

    def parts(self, logs: Reals, prior: Reals, size: int = BLOCK) -> Iterator[Part]:
        for first in range(0, self.persons, size):
            people = slice(first, min(first + size, self.persons))
            starts = self.starts[first : people.stop + 1]
            row = self.rows[starts[0] : starts[-1]]
            weights = np.empty((len(starts) - 1, len(prior)))
            log_weights(starts - starts[0], row, np.ascontiguousarray(logs), prior, weights)
            normalise(weights)
            owner = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
            yield Part(people=people, posterior=weights, owner=owner, row=row.astype(np.int64))


def normalise(weights: Reals) -> Reals:
    """Turns log weights (persons, nodes) into shares that sum to 1, in place; returns the logs of the sums."""
    best = weights.max(axis=1, keepdims=True)
    weights -= best
    np.maximum(
        weights, -2 * NEGLIGIBLE, out=weights
    )  # numbers too small to write down cost a hundred times as much
    np.exp(weights, out=weights)
    sums = weights.sum(axis=1, keepdims=True)
    weights /= sums
    return np.asarray((best + np.log(sums))[:, 0])


def matrix(scores: Points, categories: Places) -> Matrix:
    """scores: (persons, items) from 0, MISSING where nothing was presented."""
    if scores.shape[1] > FEW_ITEMS:
        everybody = np.arange(len(scores))
        return Matrix(
            categories=categories, patterns=scores, times=np.ones(len(scores)), pattern_of=everybody
        )
    patterns, pattern_of, times = np.unique(scores, axis=0, return_inverse=True, return_counts=True)
    return Matrix(
        categories=categories,
        patterns=patterns,
        times=times.astype(np.float64),
        pattern_of=pattern_of.reshape(-1).astype(np.int64),
    )


def lists(*, person: Places, item: Places, score: Places, persons: int, categories: Places) -> Lists:
    """Out of single answers, (answers,) each, in any order."""
    order = np.argsort(person, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(person, minlength=persons)))).astype(np.int64)
    rows = (offsets_of(categories)[item] + score)[order].astype(np.int32)
    return Lists(categories=categories, starts=starts, rows=rows)
