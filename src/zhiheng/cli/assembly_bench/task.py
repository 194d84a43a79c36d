"""The paper of the measurements: 59 single, 13 multiple, 3 short, 100 marks over nine areas, and what must be equal."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import LinearConstraint, milp

from zhiheng.assembly.core.search.forms import Search
from zhiheng.assembly.core.search.problem import Bank, Effort, Integers, Paper, Reals, foes_of
from zhiheng.cli.assembly_bench.banks import (
    AREA_MARKS,
    KEY_LEAST,
    KEY_MOST,
    KEYS,
    KIND_COUNTS,
    KIND_MARKS,
    THETAS,
    TIME_ROOM,
    Items,
    cells_of,
    made_up,
)
from zhiheng.foundation.errors import Refused

INFORMATION_ROOM = 0.01  # of the target
SCORE_ROOM = 0.25  # marks
CELLS = len(AREA_MARKS) * len(KIND_COUNTS)


@dataclass(frozen=True, kw_only=True, eq=False)  # no slots: the bank is made once and kept
class Task:
    """A bank with the counts of each cell and the targets every paper shares."""

    items: Items
    counts: Integers
    information: Reals
    expected: Reals
    seconds: float

    @classmethod
    def of(cls, size: int) -> "Task":
        items = made_up(size)
        counts = _plan(items)
        cells = cells_of(items)
        used = [cell for cell in range(CELLS) if counts[cell]]
        means = {cell: np.flatnonzero(cells == cell) for cell in used}
        return cls(
            items=items,
            counts=counts,
            information=sum(counts[c] * items.information[means[c]].mean(axis=0) for c in used),
            expected=sum(counts[c] * items.expected[means[c]].mean(axis=0) for c in used),
            seconds=float(sum(counts[c] * items.seconds[means[c]].mean() for c in used)),
        )

    @cached_property
    def bank(self) -> Bank:
        items = self.items
        foe_start, foes = foes_of(items.size, ((int(a), int(b)) for a, b in items.enemies))
        keys = np.stack([(items.key == letter).astype(np.float64) for letter in range(KEYS)], axis=1)
        return Bank(
            cells=CELLS,
            cell=cells_of(items),
            aims=np.hstack([items.information, items.expected]),
            bands=np.hstack([keys, items.seconds[:, None].astype(np.float64)]),
            foe_start=foe_start,
            foes=foes,
        )

    def search(self, *, effort: Effort | None = None) -> Search:
        paper = Paper(
            counts=self.counts,
            target=np.concatenate([self.information, self.expected]),
            tolerance=np.concatenate([INFORMATION_ROOM * self.information, np.full(len(THETAS), SCORE_ROOM)]),
            least=np.array([*[KEY_LEAST] * KEYS, self.seconds * (1 - TIME_ROOM)], dtype=np.float64),
            most=np.array([*[KEY_MOST] * KEYS, self.seconds * (1 + TIME_ROOM)], dtype=np.float64),
            fixed=np.zeros(0, dtype=np.int64),
        )
        return Search.of(self.bank, paper, effort=effort)


def _plan(items: Items) -> Integers:
    """(CELLS,) counts that meet area marks and type counts, spread over the cells as the supply is."""
    cells = cells_of(items)
    supply = np.bincount(cells, minlength=CELLS)
    kinds = np.arange(CELLS) % len(KIND_COUNTS)
    areas = np.arange(CELLS) // len(KIND_COUNTS)
    held = np.bincount(items.kind, minlength=len(KIND_COUNTS))
    even = KIND_COUNTS[kinds] * supply / np.maximum(held[kinds], 1)
    marks = np.array([(areas == n) * KIND_MARKS[kinds] for n in range(len(AREA_MARKS))])
    counts = np.array([kinds == n for n in range(len(KIND_COUNTS))], dtype=np.float64)
    none, each = np.zeros_like(marks), np.eye(CELLS)
    result = milp(
        np.concatenate([np.zeros(CELLS), np.ones(CELLS)]),
        integrality=np.concatenate([np.ones(CELLS), np.zeros(CELLS)]),
        constraints=[
            LinearConstraint(np.hstack([marks, none]), AREA_MARKS, AREA_MARKS),
            LinearConstraint(np.hstack([counts, np.zeros_like(counts)]), KIND_COUNTS, KIND_COUNTS),
            LinearConstraint(np.hstack([each, -each]), -np.inf, even),
            LinearConstraint(np.hstack([each, each]), even, np.inf),
            LinearConstraint(np.hstack([each, 0 * each]), 0, supply),
        ],
    )
    if result.x is None:
        raise Refused(what="造出的题库太小，容不下一份试卷", remedy="请用更大的题库", code="bench-bank")
    return np.asarray(np.round(result.x[:CELLS]), dtype=np.int64)


# --- the recount, which shares nothing with the search ----------------------------------------------------


def violations(task: Task, forms: Integers) -> int:
    """Hard rules broken by all the forms together: cells, area marks, types, keys, time, enemies, repeats."""
    items, broken = task.items, 0
    enemies = {(int(a), int(b)) for a, b in items.enemies}
    for form in forms:
        chosen = sorted(int(item) for item in form)
        broken += len(chosen) - len(set(chosen))
        broken += int(
            (np.bincount(items.area[form], weights=items.marks[form], minlength=9) != AREA_MARKS).sum()
        )
        broken += int((np.bincount(items.kind[form], minlength=3) != KIND_COUNTS).sum())
        keys = np.bincount(items.key[form][items.key[form] >= 0], minlength=KEYS)
        broken += int((keys < KEY_LEAST).sum() + (keys > KEY_MOST).sum())
        broken += int(abs(items.seconds[form].sum() / task.seconds - 1) > TIME_ROOM)
        inside = set(chosen)
        broken += sum(1 for one, other in enemies if one in inside and other in inside)
    return broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The worst of a set of forms: information off target in per cent, expected score off target in marks.

    spread: standard deviation over the forms of the expected score at ability 0, in marks.
    """

    information: float
    score: float
    spread: float
    within: float


def likeness(task: Task, forms: Integers) -> Likeness:
    information = np.abs(task.items.information[forms].sum(axis=1) / task.information - 1).max(axis=1)
    score = np.abs(task.items.expected[forms].sum(axis=1) - task.expected).max(axis=1)
    inside = (information <= INFORMATION_ROOM + 1e-9) & (score <= SCORE_ROOM + 1e-9)
    middle = task.items.expected[forms][:, :, len(THETAS) // 2].sum(axis=1)
    return Likeness(
        information=float(information.max() * 100),
        score=float(score.max()),
        spread=float(middle.std()),
        within=float(inside.mean()),
    )
