"""A made-up bank of a size asked for: nine areas, three types, keys, seconds, enemies, item curves from one seed.

Choice questions follow the two-parameter logistic model, short answers the generalised partial credit model
(Muraki 1992) with five steps. Expected scores in marks, information in squared reciprocal logits.
"""

from dataclasses import dataclass

import numpy as np

from zhiheng.assembly.core.search.problem import Flags, Integers, Reals

THETAS = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])
AREA_MARKS = np.array([5, 5, 20, 10, 10, 10, 15, 15, 10])
KIND_COUNTS = np.array([59, 13, 3])
KIND_MARKS = np.array([1, 2, 5])
KEYS = 4
KEY_LEAST, KEY_MOST = 11, 19
TIME_ROOM = 0.03
SINGLE, MULTIPLE, SHORT = range(3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Items:
    """n items. area, kind, key (-1: none), marks, seconds: (n,). expected, information, variance: (n, len(THETAS)).

    enemies: (p, 2) pairs of item numbers. a, b: (n,); steps: (n, 5) step difficulties, used by short answers.
    """

    area: Integers
    kind: Integers
    key: Integers
    marks: Integers
    seconds: Integers
    a: Reals
    b: Reals
    steps: Reals
    expected: Reals
    information: Reals
    enemies: Integers

    @property
    def size(self) -> int:
        return int(self.area.shape[0])


def made_up(size: int, *, seed: int = 20250101, short_marks: tuple[int, ...] = (5,)) -> Items:
    """The same size and seed give the same bank. short_marks: what short answers are worth, by chance."""
    rng = np.random.default_rng([seed, size])
    kind = rng.choice(3, size, p=[0.70, 0.20, 0.10])
    shares = AREA_MARKS * rng.uniform(0.7, 1.3, len(AREA_MARKS))
    area = rng.choice(len(AREA_MARKS), size, p=shares / shares.sum())
    a, b = np.exp(rng.normal(-0.1, 0.3, size)), rng.normal(-0.35, 1.0, size)
    a = np.where(kind == SHORT, 0.6 * a, a)
    steps = b[:, None] + np.sort(rng.normal(0, 0.8, (size, 5)), axis=1)
    marks = KIND_MARKS[kind]
    if short_marks != (5,):
        marks = np.where(kind == SHORT, rng.choice(short_marks, size), marks)
    key = np.where(kind == SINGLE, rng.choice(KEYS, size, p=[0.22, 0.28, 0.28, 0.22]), -1)
    typical = np.log(np.array([50, 75, 240])[kind])
    seconds = np.round(np.exp(rng.normal(typical, 0.25))).astype(np.int64)
    expected, information, _ = moments(kind=kind, marks=marks, a=a, b=b, steps=steps, thetas=THETAS)
    return Items(
        area=area.astype(np.int64),
        kind=kind.astype(np.int64),
        key=key.astype(np.int64),
        marks=marks.astype(np.int64),
        seconds=seconds,
        a=a,
        b=b,
        steps=steps,
        expected=expected,
        information=information,
        enemies=_enemies(rng, area, share=0.05),
    )


def _enemies(rng: np.random.Generator, area: Integers, *, share: float) -> Integers:
    """Pairs, seven in ten of them inside one area, where such pairs come from."""
    pairs: set[tuple[int, int]] = set()
    inside = [np.flatnonzero(area == number) for number in range(len(AREA_MARKS))]
    while len(pairs) < int(share * area.size):
        one, other = (int(value) for value in rng.integers(0, area.size, 2))
        if rng.random() < 0.7:
            other = int(rng.choice(inside[area[one]]))
        if one != other:
            pairs.add((min(one, other), max(one, other)))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def moments(
    *, kind: Integers, marks: Integers, a: Reals, b: Reals, steps: Reals, thetas: Reals
) -> tuple[Reals, Reals, Reals]:
    """Expected marks, information and variance of marks of each item at each ability, (n, len(thetas)) each."""
    solved = 1 / (1 + np.exp(-a[:, None] * (thetas - b[:, None])))
    spread = solved * (1 - solved)
    worth = marks[:, None].astype(np.float64)
    level = np.arange(6)[None, :, None]
    reached = np.concatenate([np.zeros((len(b), 1)), np.cumsum(steps, axis=1)], axis=1)
    power = a[:, None, None] * (level * thetas[None, None, :] - reached[:, :, None])
    odds = np.exp(power - power.max(axis=1, keepdims=True))
    chance = odds / odds.sum(axis=1, keepdims=True)
    mean = (chance * level).sum(axis=1)
    around = (chance * (level - mean[:, None, :]) ** 2).sum(axis=1)
    short = (kind == SHORT)[:, None]
    return (
        np.where(short, worth * mean / 5, worth * solved),
        a[:, None] ** 2 * np.where(short, around, spread),
        np.where(short, (worth / 5) ** 2 * around, worth**2 * spread),
    )


def cells_of(items: Items) -> Integers:
    """(n,) area x type."""
    return items.area * len(KIND_COUNTS) + items.kind


def of_cell(items: Items, cell: int) -> Flags:
    return np.asarray(cells_of(items) == cell)
