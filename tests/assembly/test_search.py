"""The swap search: every paper it gives keeps every rule, recounted here; the compiled and the plain code agree."""

import importlib
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.assembly.searching import CELLS, COUNTS, bank_of, paper_of
from zhiheng.assembly.core.search import forms, joint, kernel
from zhiheng.assembly.core.search.forms import Search, in_turn, parallel_forms, pool_of_forms
from zhiheng.assembly.core.search.problem import Bank, Effort, Integers, Paper


def faults(bank: Bank, paper: Paper, form: Integers) -> list[str]:
    """Recounted from the arrays, item by item."""
    chosen = [int(item) for item in form]
    found = []
    if len(set(chosen)) != len(chosen):
        found.append("twice")
    for cell in range(bank.cells):
        if sum(1 for item in chosen if bank.cell[item] == cell) != paper.counts[cell]:
            found.append(f"cell {cell}")
    off = sum(bank.aims[item] for item in chosen) - paper.target
    found += [f"aim {n}" for n, value in enumerate(off) if abs(value) > paper.tolerance[n] + 1e-9]
    sums = sum(bank.bands[item] for item in chosen)
    found += [f"band {n}" for n, value in enumerate(sums) if not paper.least[n] <= value <= paper.most[n]]
    foes = {(int(a), int(b)) for a in chosen for b in bank.foes[bank.foe_start[a] : bank.foe_start[a + 1]]}
    found += ["foes" for one, other in combinations(chosen, 2) if (one, other) in foes]
    if not set(map(int, paper.fixed)) <= set(chosen):
        found.append("fixed")
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_paper_keeps_counts_targets_bands_and_keeps_foes_apart(seed: int) -> None:
    bank = bank_of(120, foes=40)
    paper = paper_of(bank)
    form = Search.of(bank, paper).one(seed=seed)
    assert form is not None
    assert faults(bank, paper, form) == []


def test_the_same_seed_gives_the_same_paper_and_another_another() -> None:
    bank = bank_of(120)
    search = Search.of(bank, paper_of(bank))
    papers = [search.one(seed=seed) for seed in (7, 7, 8)]
    assert [paper is not None for paper in papers] == [True, True, True]
    assert np.array_equal(papers[0], papers[1])  # type: ignore[arg-type]  # not None, just asserted
    assert not np.array_equal(papers[0], papers[2])  # type: ignore[arg-type]  # the same


def test_required_items_are_in_every_paper_and_blocked_ones_in_none() -> None:
    bank = bank_of(60)
    paper = paper_of(bank, near=0.6, fixed=(0, 7))
    blocked = np.zeros(60, dtype=np.bool_)
    blocked[[1, 2, 3]] = True
    made = [Search.of(bank, paper, blocked=blocked).one(seed=seed) for seed in range(20)]
    for form in made:
        assert form is not None
        assert faults(bank, paper, form) == []
        assert not {1, 2, 3} & set(map(int, form))


def test_a_paper_of_required_items_alone_is_that_paper_or_none() -> None:
    bank = bank_of(12)
    everything = tuple(range(12))
    fitting = Paper(
        counts=np.full(CELLS, 2, dtype=np.int64),
        target=bank.aims.sum(axis=0),
        tolerance=np.full(3, 0.1),
        least=np.zeros(4),
        most=np.full(4, 12.0),
        fixed=np.array(everything, dtype=np.int64),
    )
    form = Search.of(bank, fitting).one(seed=1)
    assert form is not None
    assert tuple(form) == everything
    far = Paper(
        counts=fitting.counts,
        target=fitting.target + 1,
        tolerance=fitting.tolerance,
        least=fitting.least,
        most=fitting.most,
        fixed=fitting.fixed,
    )
    assert Search.of(bank, far).one(seed=1) is None


def test_no_paper_where_a_cell_is_short_or_a_target_out_of_reach() -> None:
    bank = bank_of(60)
    paper = paper_of(bank)
    emptied = bank.cell == 5
    assert Search.of(bank, paper, blocked=emptied).one(seed=1) is None
    unreachable = Paper(
        counts=COUNTS,
        target=paper.target + 100,
        tolerance=paper.tolerance,
        least=paper.least,
        most=paper.most,
        fixed=paper.fixed,
    )
    few = Effort(candidates=2, evaluations=50, starts=3)
    assert Search.of(bank, unreachable, effort=few).one(seed=1) is None


def test_parallel_papers_share_nothing() -> None:
    bank = bank_of(240, foes=60)
    paper = paper_of(bank)
    made = parallel_forms(Search.of(bank, paper), 8, seed=3)
    assert made is not None
    assert [faults(bank, paper, form) for form in made] == [[]] * 8
    assert len(set(made.ravel().tolist())) == 8 * 12


def test_parallel_papers_share_no_more_than_they_may() -> None:
    bank = bank_of(60)
    paper = paper_of(bank, near=0.4)
    made = parallel_forms(Search.of(bank, paper), 6, seed=3, shared=4)
    assert made is not None
    assert [faults(bank, paper, form) for form in made] == [[]] * 6
    assert max(len(set(one) & set(other)) for one, other in combinations(made.tolist(), 2)) <= 4


def test_papers_sought_together_where_papers_in_turn_block_each_other() -> None:
    bank = bank_of(66)
    paper = paper_of(bank, near=0.2)
    search = Search.of(bank, paper, effort=Effort(candidates=1, evaluations=20, starts=1))
    assert in_turn([search] * 3, seed=1) is None
    made = parallel_forms(search, 3, seed=1)
    assert made is not None
    assert [faults(bank, paper, form) for form in made] == [[]] * 3
    assert len(set(made.ravel().tolist())) == 36  # three papers of twelve


def test_papers_cannot_be_sought_together_with_required_items_or_from_too_little() -> None:
    bank = bank_of(24)
    few = Effort(candidates=1, evaluations=1, starts=1)
    assert (
        parallel_forms(Search.of(bank, paper_of(bank, near=0.01, fixed=(0,)), effort=few), 2, seed=1) is None
    )
    assert parallel_forms(Search.of(bank, paper_of(bank), effort=few), 3, seed=1) is None


def test_a_pool_of_papers_uses_items_evenly() -> None:
    bank = bank_of(120)
    paper = paper_of(bank)
    search = Search.of(bank, paper)
    pool = pool_of_forms(search, 600, seeds=np.arange(600))
    assert (pool.made, pool.asked) == (600, 600)
    assert [form for form in pool.forms if faults(bank, paper, form)] == []
    assert pool.uses.sum() == 600 * 12
    assert search.least_exposure == pytest.approx(3 / 20)
    assert pool.uses.max() / 600 <= 1.15 * search.least_exposure


def test_a_pool_is_reproducible_and_can_be_stopped() -> None:
    bank = bank_of(120)
    search = Search.of(bank, paper_of(bank))
    told: list[tuple[int, int]] = []

    def stop_soon(made: int, asked: int) -> bool:
        told.append((made, asked))
        return made < 500

    whole = pool_of_forms(search, 600, seeds=np.arange(600))
    part = pool_of_forms(search, 600, seeds=np.arange(600), progress=stop_soon)
    assert told == [(250, 600), (500, 600)]
    assert np.array_equal(whole.forms[:500], part.forms)
    assert in_turn([search] * 3, seed=1, progress=lambda made, asked: False) is None


def test_a_pool_that_cannot_be_made_says_how_far_it_came() -> None:
    bank = bank_of(60)
    search = Search.of(bank, paper_of(bank), blocked=bank.cell == 5)
    pool = pool_of_forms(search, 10, seeds=np.arange(10))
    assert (pool.made, pool.asked) == (0, 10)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(36, 90),
    seed=st.integers(0, 2**32 - 1),
    foes=st.integers(0, 60),
    near=st.floats(0.05, 0.5),
)
def test_whatever_is_given_keeps_every_rule(size: int, seed: int, foes: int, near: float) -> None:
    bank = bank_of(size, seed=seed, foes=foes)
    paper = paper_of(bank, near=near)
    form = Search.of(bank, paper).one(seed=seed)
    assert form is None or faults(bank, paper, form) == []


@pytest.fixture
def plain() -> Iterator[ModuleType]:
    """The search without compilation, so that every line can be seen to run."""
    numba.config.DISABLE_JIT = True
    try:
        for module in (kernel, joint, forms):
            importlib.reload(module)
        yield forms
    finally:
        numba.config.DISABLE_JIT = False
        for module in (kernel, joint, forms):
            importlib.reload(module)


def scenarios(code: ModuleType) -> list[Integers | None]:
    """Papers by every road through the search, easy and hopeless ones."""
    code.JOINT_ROUNDS, code.JOINT_MOVES = 20, 300
    few = Effort(candidates=2, evaluations=60, starts=2)
    once = Effort(candidates=1, evaluations=1, starts=1)
    bank = bank_of(66, foes=12)
    all_fixed = paper_of(bank, near=9.0, fixed=(0, 6, 12, 1, 7, 13, 2, 8, 3, 9, 4, 5))
    all_fixed.least[:] = 7.0
    easy, tight = paper_of(bank, near=0.4), paper_of(bank, near=0.001)
    wide = bank_of(1200)
    scarce = (wide.cell == 0) & (np.arange(1200) >= 5 * CELLS)
    seeds = np.arange(4)
    return [
        code.Search.of(bank, easy).one(seed=3),
        code.Search.of(bank, easy, blocked=bank.cell == 5).one(seed=3),
        code.Search.of(bank, paper_of(bank, near=0.6, fixed=(0, 7))).one(seed=3),
        *(code.Search.of(wide, paper_of(wide, near=2.0), blocked=scarce).one(seed=seed) for seed in seeds),
        code.pool_of_forms(code.Search.of(bank, easy), 4, seeds=seeds).forms,
        code.pool_of_forms(code.Search.of(bank, tight, effort=few), 4, seeds=seeds).forms,
        code.parallel_forms(code.Search.of(bank, easy), 4, seed=1, shared=3),
        code.parallel_forms(code.Search.of(bank, easy, effort=few), 4, seed=1, shared=1),
        code.parallel_forms(code.Search.of(bank, tight, effort=few), 2, seed=1, shared=12),
        code.parallel_forms(code.Search.of(bank, easy, effort=few), 6, seed=1),
        code.parallel_forms(
            code.Search.of(bank_of(90), paper_of(bank_of(90), near=0.7), effort=once), 3, seed=1
        ),
        code.Search.of(bank, all_fixed).one(seed=1),
        code.parallel_forms(code.Search.of(bank_of(30), easy, effort=few), 4, seed=1),
    ]


def same(one: Integers | None, other: Integers | None) -> bool:
    return one is other if one is None or other is None else np.array_equal(one, other)


def test_the_plain_code_gives_what_the_compiled_code_gives(plain: ModuleType) -> None:
    slow = scenarios(plain)
    numba.config.DISABLE_JIT = False
    for module in (kernel, joint, forms):
        importlib.reload(module)
    fast = scenarios(forms)
    assert [same(one, other) for one, other in zip(slow, fast, strict=True)] == [True] * len(slow)
    assert [paper is not None for paper in fast][:3] == [True, False, True]


def test_overlaps_are_counted_pair_by_pair() -> None:
    papers = np.array([[1, 2, 3], [3, 4, 1], [7, 8, 9]])
    assert forms.overlaps_of(papers).tolist() == [[0, 2, 0], [2, 0, 0], [0, 0, 0]]
