"""`zhiheng bench assembly`: small runs give rows whose hard rules hold; speeds are printed, never asserted."""

from pathlib import Path

import numpy as np
import pytest

from zhiheng.assembly.core.search.forms import parallel_forms
from zhiheng.cli.assembly_bench import cases, peers
from zhiheng.cli.assembly_bench.outside import a6, a7
from zhiheng.cli.assembly_bench.report import page, run
from zhiheng.cli.assembly_bench.task import Task, likeness, violations
from zhiheng.foundation.errors import Refused


@pytest.fixture(scope="module")
def task() -> Task:
    return Task.of(500)


def test_the_recount_finds_nothing_in_our_papers_and_much_in_random_ones(task: Task) -> None:
    ours = parallel_forms(task.search(), 2, seed=1)
    assert ours is not None
    assert violations(task, ours) == 0
    assert likeness(task, ours).within == 1.0
    random = peers.drawn_at_random(task, 50, seed=1)
    assert violations(task, random) > 0
    assert likeness(task, random).spread > 1.0


def test_the_recount_sees_a_paper_that_was_tampered_with(task: Task) -> None:
    ours = parallel_forms(task.search(), 1, seed=1)
    assert ours is not None
    twice = ours.copy()
    twice[0, 0] = twice[0, 1]
    assert violations(task, twice) > 0


def test_peers_solve_the_same_paper(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "GENERATIONS", 20)
    genes = peers.by_genes(task, seed=1)
    assert genes.forms is not None
    assert genes.forms.shape == (1, 75)
    highs = peers.by_highs(task, papers=1, limit=30)
    cpsat = peers.by_cpsat(task, papers=1, limit=30, workers=1)
    for outcome in (highs, cpsat):
        if outcome.forms is not None:  # a limit of time is a limit on a busy machine
            assert violations(task, outcome.forms) == 0
            assert likeness(task, outcome.forms).within == 1.0


@pytest.mark.parametrize("case", [cases.a4, cases.a9])
def test_hard_goals_are_met(case: object) -> None:
    row = case(cases.Scale(), lambda line: None)  # type: ignore[operator]  # one of the measurements
    assert row.figures.get("largest_overlap", 0) <= 15
    assert row.figures.get("totals", [100]) == [100]


def test_outside_banks_are_left_out_or_refused_when_absent(tmp_path: Path) -> None:
    quiet = cases.Scale()
    assert [case(None, quiet, print).reached for case in (a6, a7)] == [None, None]
    with pytest.raises(Refused) as refused:
        a6(tmp_path, quiet, lambda line: None)
    assert refused.value.code == "bench-data"


def test_the_table_says_what_was_not_run_and_an_unknown_case_is_refused() -> None:
    rows = run(data=None, only="a6", forms=100, limit=1, say=lambda line: None)
    assert "未运行" in page(rows)
    with pytest.raises(Refused) as refused:
        run(data=None, only="A99", forms=100, limit=1, say=lambda line: None)
    assert refused.value.code == "bench-case"


def test_the_bank_of_a_seed_is_the_same_every_time() -> None:
    one, other = Task.of(500), Task.of(500)
    assert np.array_equal(one.items.expected, other.items.expected)
    assert np.array_equal(one.counts, other.counts)
