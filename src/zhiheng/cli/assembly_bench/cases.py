"""The measurements A1 to A5, A8 and A9: made-up banks, this platform and its peers in one run."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from zhiheng.assembly.core.assembling import assemble
from zhiheng.assembly.core.search.forms import Search, overlaps_of, parallel_forms, pool_of_forms
from zhiheng.assembly.core.search.problem import Bank, Integers, Paper
from zhiheng.assembly.core.terms import AreaMarks, Blueprint, Infeasible, KindRule, PoolItem, Request
from zhiheng.bank.core.terms import ItemType
from zhiheng.cli.assembly_bench.banks import (
    AREA_MARKS,
    KIND_COUNTS,
    KIND_MARKS,
    SHORT,
    THETAS,
    Items,
    made_up,
    moments,
)
from zhiheng.cli.assembly_bench.peers import by_cpsat, by_genes, by_highs, drawn_at_random
from zhiheng.cli.assembly_bench.task import Task, likeness, violations
from zhiheng.cli.measured import Row

Say = Callable[[str], None]
KINDS: tuple[ItemType, ...] = ("single", "multiple", "short")
SUB_POOL = 450
PASS_MARK = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How large a run. forms: papers of A1 and A8; limit: seconds a solver may take."""

    forms: int = 10_000
    calls: int = 2_000
    limit: float = 60.0
    rounds: int = 3


def cpu(act: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the processor seconds it took."""
    began = time.process_time()
    found = act()
    return found, time.process_time() - began


def a1(scale: Scale, say: Say) -> Row:
    """A paper for every candidate."""
    task = Task.of(2000)
    search = task.search()
    search.one(seed=0)
    times, pool = [], None
    for number in range(scale.rounds):
        say(f"A1：第 {number + 1} 轮，每人一卷 {scale.forms} 份 …")
        pool, spent = cpu(lambda: pool_of_forms(search, scale.forms, seeds=np.arange(scale.forms)))
        times.append(spent / scale.forms)
    assert pool is not None  # rounds is at least one
    say("A1：HiGHS 与遗传算法各组几份，作为比较 …")
    rng = np.random.default_rng(1)
    pools = [np.sort(rng.choice(task.items.size, SUB_POOL, replace=False)) for _ in range(scale.rounds)]
    highs = [by_highs(task, papers=1, limit=scale.limit, pool=own).cpu for own in pools]
    genes = [by_genes(task, seed=seed).cpu for seed in range(scale.rounds)]
    ours, alike = statistics.median(times), likeness(task, pool.forms)
    exposure = float(pool.uses.max() / max(pool.made, 1) / search.least_exposure)
    broken = violations(task, pool.forms)
    to_highs, to_genes = statistics.median(highs) / ours, statistics.median(genes) / ours
    return Row(
        id="A1",
        task=f"每人一卷：{scale.forms} 份，题库 2,000 题",
        goal="无违反，全部在容差内，曝光 ≤1.15 倍下限，比 HiGHS 子题库与遗传算法各快 ≥1,000 倍",
        reached=pool.made == scale.forms
        and broken == 0
        and alike.within == 1.0
        and exposure <= 1.15
        and min(to_highs, to_genes) >= 1000,
        figures={
            "made": pool.made,
            "violations": broken,
            "within_tolerance": alike.within,
            "information_off_percent": round(alike.information, 3),
            "score_off_marks": round(alike.score, 3),
            "exposure_to_bound": round(exposure, 3),
            "cpu_ms_per_form": round(ours * 1000, 3),
            "highs_cpu_seconds_per_form": round(statistics.median(highs), 3),
            "genetic_cpu_seconds_per_form": round(statistics.median(genes), 3),
            "times_highs": round(to_highs),
            "times_genetic": round(to_genes),
        },
    )


def a2(scale: Scale, say: Say) -> Row:
    """One paper on the spot."""
    say("A2：即时组一份卷 …")
    search = Task.of(10_000).search()
    search.one(seed=0)
    waits, works = [], []
    for seed in range(scale.calls):
        began, busy = time.perf_counter(), time.thread_time()
        search.one(seed=seed)
        works.append((time.thread_time() - busy) * 1000)
        waits.append((time.perf_counter() - began) * 1000)
    middle, late = (float(value) for value in np.percentile(works, [50, 99]))
    return Row(
        id="A2",
        task="即时组一份卷，题库 10,000 题",
        goal="预热后 p99 ≤5 毫秒（处理器时间）",
        reached=late <= 5,
        figures={
            "p50_cpu_ms": round(middle, 3),
            "p99_cpu_ms": round(late, 3),
            "p99_wall_ms": round(float(np.percentile(waits, 99)), 3),
        },
    )


def a3(scale: Scale, say: Say) -> Row:
    """Twenty disjoint papers; and five at once by solvers."""
    say("A3：二十份互不重题的卷 …")
    large, middling = Task.of(10_000), Task.of(2000)
    search = large.search()
    search.one(seed=0)
    forms, spent = cpu(lambda: parallel_forms(search, 20, seed=3))
    alike = likeness(large, forms) if forms is not None else None
    smaller = middling.search()
    five, ours = cpu(lambda: parallel_forms(smaller, 5, seed=3))
    say(f"A3：五份卷一次求解，HiGHS 与 CP-SAT 各限 {scale.limit:.0f} 秒 …")
    highs = by_highs(middling, papers=5, limit=scale.limit)
    cpsat = by_cpsat(middling, papers=5, limit=scale.limit, workers=2)
    quickest = min(highs.wall, cpsat.wall) / max(ours, 1e-9)
    good = (
        forms is not None
        and violations(large, forms) == 0
        and len(np.unique(forms)) == forms.size
        and alike is not None
        and alike.within == 1.0
    )
    return Row(
        id="A3",
        task="20 份互不重题，题库 10,000 题；5 份，题库 2,000 题，与整体求解相比",
        goal="20 份 ≤1 秒且都在 1%／0.25 分以内；比整体求解快 ≥60 倍",
        reached=good and spent <= 1 and five is not None and quickest >= 60,
        figures={
            "twenty_cpu_ms": round(spent * 1000, 1),
            "information_off_percent": round(alike.information, 3) if alike else None,
            "score_off_marks": round(alike.score, 3) if alike else None,
            "five_cpu_ms": round(ours * 1000, 1),
            "highs_within_tolerance": highs.forms is not None,
            "highs_wall_seconds": round(highs.wall, 1),
            "cpsat_within_tolerance": cpsat.forms is not None,
            "cpsat_wall_seconds": round(cpsat.wall, 1),
            "times_quickest_solver": round(quickest),
        },
    )


def a4(scale: Scale, say: Say) -> Row:
    """Ten papers from a bank of five hundred, sharing at most fifteen items."""
    say("A4：小题库十份卷 …")
    task = Task.of(500)
    search = task.search()
    search.one(seed=0)
    forms, spent = cpu(lambda: parallel_forms(search, 10, seed=3, shared=15))
    most = int(overlaps_of(forms).max()) if forms is not None else None
    fine = forms is not None and violations(task, forms) == 0 and likeness(task, forms).within == 1.0
    return Row(
        id="A4",
        task="10 份，任意两份至多重 15 题，题库 500 题",
        goal="≤10 秒",
        reached=fine and most is not None and most <= 15 and spent <= 10,
        figures={"cpu_ms": round(spent * 1000, 1), "largest_overlap": most},
    )


def a5(scale: Scale, say: Say) -> Row:
    """Papers that cannot exist."""
    say("A5：不可能的要求 …")
    small, crowded = (_request(made_up(size), forms) for size, forms in ((500, 6), (2000, 20)))
    assemble(_request(made_up(500), 1))
    found = [cpu(partial(assemble, request)) for request in (small, crowded)]
    named = [
        [entry.sentence for entry in outcome.conflicts] if isinstance(outcome, Infeasible) else []
        for outcome, _ in found
    ]
    return Row(
        id="A5",
        task="不可行：500 题组 6 份、2,000 题组 20 份互不重题",
        goal="≤1 秒证明，并说出缺题的格子",
        reached=all(named) and all(spent <= 1 for _, spent in found),
        figures={
            "cpu_ms": [round(spent * 1000) for _, spent in found],
            "short_cells": [len(sentences) for sentences in named],
            "first": [sentences[0] if sentences else "" for sentences in named],
        },
    )


def _request(items: Items, forms: int) -> Request:
    blueprint = Blueprint(
        rules="bench",
        programme="bench",
        level="5",
        trade=None,
        areas=tuple(
            AreaMarks(area=f"area-{n}", title=f"范围{n + 1}", marks=_decimal(marks))
            for n, marks in enumerate(AREA_MARKS)
        ),
        kinds=tuple(
            KindRule(type=kind, count=int(count), marks=_decimal(marks))
            for kind, count, marks in zip(KINDS, KIND_COUNTS, KIND_MARKS, strict=True)
        ),
    )
    middle = len(THETAS) // 2
    pool = tuple(
        PoolItem(
            id=f"I{n:05d}",
            area=f"area-{items.area[n]}",
            type=KINDS[items.kind[n]],
            codes=(f"point:{n % 40}",),
            difficulty=_decimal(round(float(items.expected[n, middle] / items.marks[n]), 3)),
            key=("ABCD"[items.key[n]],) if items.key[n] >= 0 else (),
        )
        for n in range(items.size)
    )
    return Request(blueprint=blueprint, pool=pool, forms=forms)


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def a8(scale: Scale, say: Say) -> Row:
    """What the paper drawn means for somebody exactly at the pass mark."""
    say("A8：抽到哪份卷对及格线上的人意味着什么 …")
    task = Task.of(2000)
    random = drawn_at_random(task, scale.forms // 2, seed=5)
    search = task.search()
    pool = pool_of_forms(search, scale.forms // 2, seeds=np.arange(scale.forms // 2))
    naive, ours = likeness(task, random), likeness(task, pool.forms)
    widths = [_pass_width(task, forms) for forms in (random, pool.forms)]
    ratio = naive.spread / ours.spread
    return Row(
        id="A8",
        task="公平：各卷预期得分的标准差，及格线考生通过概率的 5–95% 区间",
        goal="标准差比随机抽题小 ≥15 倍；通过概率区间宽 ≤0.04",
        reached=ratio >= 15 and widths[1] <= 0.04,
        figures={
            "random_spread_marks": round(naive.spread, 3),
            "spread_marks": round(ours.spread, 3),
            "ratio": round(ratio, 1),
            "random_pass_width": round(widths[0], 3),
            "pass_width": round(widths[1], 3),
        },
    )


def _pass_width(task: Task, forms: Integers) -> float:
    """The 5-95 % width of P(score >= 60) over the forms at the ability whose mean expected score is 60.

    The score's distribution is taken as normal, with half a mark for continuity.
    """
    items = task.items

    def at(theta: float) -> tuple[Any, Any]:
        expected, _, variance = moments(
            kind=items.kind,
            marks=items.marks,
            a=items.a,
            b=items.b,
            steps=items.steps,
            thetas=np.array([theta]),
        )
        return expected[forms, 0].sum(axis=1), variance[forms, 0].sum(axis=1)

    low, high = -4.0, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle)[0].mean() < PASS_MARK else (low, middle)
    expected, variance = at((low + high) / 2)
    z = (expected - (PASS_MARK - 0.5)) / np.sqrt(variance)
    chances = np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in z])
    return float(np.diff(np.percentile(chances, [5, 95]))[0])


def a9(scale: Scale, say: Say) -> Row:
    """Short answers worth 5, 8 or 10: cells are area, type and marks, and still every paper has 100 marks."""
    say("A9：分值不一的简答题 …")
    items = made_up(10_000, short_marks=(5, 8, 10))
    worth = np.unique(items.marks[items.kind == SHORT])
    kinds = np.where(items.kind == SHORT, 2 + np.searchsorted(worth, items.marks), items.kind)
    width = 2 + len(worth)
    marks = np.array([*KIND_MARKS[:2], *worth])
    cell = (items.area * width + kinds).astype(np.int64)
    counts, spent = cpu(lambda: _mixed_counts(marks, np.bincount(cell, minlength=9 * width)))
    used = np.flatnonzero(counts)
    aims = np.hstack([items.information, items.expected])
    target = sum(counts[c] * aims[cell == c].mean(axis=0) for c in used)
    bank = Bank(
        cells=9 * width,
        cell=cell,
        aims=aims,
        bands=np.zeros((items.size, 0)),
        foe_start=np.zeros(items.size + 1, dtype=np.int64),
        foes=np.zeros(0, dtype=np.int64),
    )
    tolerance = np.concatenate([0.01 * target[: len(THETAS)], np.full(len(THETAS), 0.25)])
    nothing = np.zeros(0)
    paper = Paper(
        counts=counts,
        target=np.asarray(target),
        tolerance=tolerance,
        least=nothing,
        most=nothing,
        fixed=np.zeros(0, dtype=np.int64),
    )
    search = Search.of(bank, paper)
    pool, drawing = cpu(lambda: pool_of_forms(search, 200, seeds=np.arange(200)))
    totals = np.array([items.marks[form].sum() for form in pool.forms])
    areas = [
        (np.bincount(items.area[form], weights=items.marks[form], minlength=9) == AREA_MARKS).all()
        for form in pool.forms
    ]
    return Row(
        id="A9",
        task="简答题 5、8、10 分混用，题型题量为区间",
        goal="每份正好 100 分，各范围分值准确",
        reached=pool.made == 200 and bool((totals == 100).all()) and all(areas),
        figures={
            "made": pool.made,
            "totals": sorted({int(total) for total in totals}),
            "counts_cpu_ms": round(spent * 1000, 1),
            "cpu_ms_per_form": round(drawing / 200 * 1000, 3),
        },
    )


def _mixed_counts(marks: Integers, supply: Integers) -> Integers:
    """(cells,) counts: area marks exact, 40-60 single, 8-15 multiple, 2-4 short of at least two different marks."""
    width, cells = len(marks), len(supply)
    kind = np.arange(cells) % width
    area = np.arange(cells) // width
    groups = [kind == 0, kind == 1, kind >= 2]
    rows = np.array([(area == n) * marks[kind] for n in range(9)])
    result = milp(
        np.random.default_rng(1).uniform(0, 1, cells),
        integrality=np.ones(cells),
        bounds=Bounds(0, supply),
        constraints=[
            LinearConstraint(rows, AREA_MARKS, AREA_MARKS),
            LinearConstraint(np.array(groups, dtype=np.float64), [40, 8, 2], [60, 15, 4]),
            LinearConstraint(np.array([kind == 3, kind == 4], dtype=np.float64), [1, 1], [2, 2]),
        ],
    )
    return np.asarray(np.round(result.x), dtype=np.int64)
