"""Fit of items and pairs, held against everything written out and against answers that misbehave."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import chi2

from tests.psychometrics import made_up
from tests.psychometrics.lsat import section_7
from tests.psychometrics.test_core_irt_calibrating import as_lists
from zhiheng.psychometrics.core.irt.answers import matrix
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Settings, calibrate
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.fit import MOST_ITEMS, dependent_pairs, item_fit, local_dependence, totals
from zhiheng.psychometrics.core.irt.persons import abilities

LSAT = matrix(section_7(), np.full(5, 2))


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrate(LSAT, model="2pl", settings=Settings())


def test_totals() -> None:
    """Two items of two and three scores: 0.5·(0.2, 0.3, 0.5) and once more one higher."""
    found = totals([np.array([[0.5], [0.5]]), np.array([[0.2], [0.3], [0.5]])])
    assert found[:, 0] == pytest.approx([0.1, 0.25, 0.4, 0.25])


def test_s_x2_written_out(found: Calibration) -> None:
    """All 32 patterns, persons of equal totals, observed and expected shares: Orlando & Thissen (2000), eq. 2."""
    nodes, prior = found.grid()
    logs = found.logs()
    weight_of, persons_of = {}, {}
    for pattern in product((0, 1), repeat=5):
        rows = [2 * item + score for item, score in enumerate(pattern)]
        weight_of[pattern] = float(np.exp(logs[rows].sum(axis=0) + prior).sum())
        persons_of[pattern] = int((section_7() == pattern).all(axis=1).sum())
    for item, line in enumerate(item_fit(LSAT, found)):
        statistic = 0.0
        for total in range(1, 5):
            same = [pattern for pattern in weight_of if sum(pattern) == total]
            persons = sum(persons_of[pattern] for pattern in same)
            seen = sum(persons_of[pattern] for pattern in same if pattern[item]) / persons
            due = sum(weight_of[pattern] for pattern in same if pattern[item]) / sum(
                weight_of[pattern] for pattern in same
            )
            statistic += persons * (seen - due) ** 2 / (due * (1 - due))
        assert line.s_x2 == pytest.approx(statistic)
        assert line.freedom == 4 - 2
        assert line.chance == pytest.approx(float(chi2.sf(statistic, 2)))
    assert len(nodes) == 41


def test_s_x2_of_several_scores() -> None:
    """Answers from the model fit it. Eleven totals of three scores less three parameters are 19; rare cells merge."""
    parameters = np.array([[1.0 + 0.1 * place, 0.6, -0.2] for place in range(6)])
    scores = made_up.answers(Kind.STEPS, parameters, persons=500, seed=3)
    answers = matrix(scores, np.full(6, 3))
    lines = item_fit(answers, calibrate(answers, model="gpcm", settings=Settings()))
    assert [line.freedom for line in lines] == [16, 15, 15, 15, 15, 15]
    assert all(line.chance is not None and line.chance > 0.01 for line in lines)


def test_without_freedom_nothing_is_tested() -> None:
    """Three items leave two groups of totals and two parameters."""
    answers = matrix(section_7()[:, :3], np.full(3, 2))
    lines = item_fit(answers, calibrate(answers, model="2pl", settings=Settings()))
    assert [(line.s_x2, line.freedom, line.chance) for line in lines] == [(None, None, None)] * 3
    few = matrix(np.array([[0, 0, 0], [1, 1, 1]], dtype=np.int8), np.full(3, 2))
    assert [line.s_x2 for line in item_fit(few, calibrate(few, model="1pl", settings=Settings(most=1)))] == [
        None
    ] * 3


def test_mean_squares_tell_of_slopes_that_differ() -> None:
    """Under one slope for all, an item steeper than the others is below 1, a flat one above; one that fits is 1."""
    parameters = np.column_stack(([2.4, *[1.0] * 10, 0.3], np.linspace(-1, 1, 12)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=1000, seed=3)
    answers = matrix(scores, np.full(12, 2))
    lines = item_fit(answers, calibrate(answers, model="1pl", settings=Settings()))
    assert lines[0].infit < 0.9 < 1.1 < lines[11].infit
    assert lines[0].outfit < 0.85 < 1.15 < lines[11].outfit
    assert [line.infit for line in lines[1:11]] == pytest.approx([1.0] * 10, abs=0.08)


def test_lists_have_mean_squares_too() -> None:
    scores = section_7().copy()
    scores[::7, 2] = -1
    full, listed = matrix(scores, np.full(5, 2)), as_lists(scores, [2] * 5)
    found = calibrate(full, model="1pl", settings=Settings())
    for one, other in zip(item_fit(full, found), item_fit(listed, found), strict=True):
        assert (one.infit, one.outfit) == (pytest.approx(other.infit), pytest.approx(other.outfit))
        assert (one.s_x2, other.s_x2) == (None, None)


def test_q3_is_a_correlation_of_residuals(found: Calibration) -> None:
    known = abilities(LSAT, found)
    slopes, intercepts = found.groups[0].parameters.T
    residuals = section_7() - 1 / (1 + np.exp(-(known.theta[:, None] * slopes + intercepts)))
    assert local_dependence(LSAT, found, known) == pytest.approx(np.corrcoef(residuals.T))


def test_q3_over_who_answered_both() -> None:
    scores = section_7().copy()
    scores[::3, 2] = -1
    scores[1::3, 3] = -1
    full, listed = matrix(scores, np.full(5, 2)), as_lists(scores, [2] * 5)
    found = calibrate(full, model="2pl", settings=Settings())
    known = abilities(full, found)
    q3 = local_dependence(full, found, known)
    slopes, intercepts = found.groups[0].parameters.T
    both = (scores[:, 2] >= 0) & (scores[:, 3] >= 0)
    residuals = (scores - 1 / (1 + np.exp(-(known.theta[:, None] * slopes + intercepts))))[both]
    assert q3 is not None
    assert q3[2, 3] == pytest.approx(np.corrcoef(residuals[:, 2], residuals[:, 3])[0, 1])
    assert local_dependence(listed, found, known) == pytest.approx(q3)


def test_pairs_that_go_together() -> None:
    """The same question asked twice stands out, and nothing else."""
    parameters = np.column_stack((np.full(16, 1.2), np.linspace(-1, 1, 16)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=400, seed=6)
    twice = np.where(np.random.default_rng(1).random(400) < 0.6, scores[:, 3], scores[:, 4])
    answers = matrix(np.column_stack((scores[:, :4], scores[:, 5:], twice)), np.full(16, 2))
    found = calibrate(answers, model="2pl", settings=Settings())
    q3 = local_dependence(answers, found, abilities(answers, found))
    assert q3 is not None
    assert q3 == pytest.approx(q3.T)
    assert [(pair.one, pair.other) for pair in dependent_pairs(q3)] == [(3, 15)]


def test_no_pairs() -> None:
    assert dependent_pairs(np.full((3, 3), np.nan)) == ()


def test_too_many_items_for_pairs() -> None:
    scores = np.zeros((4, MOST_ITEMS + 1), dtype=np.int8)
    scores[:2] = 1
    answers = matrix(scores, np.full(MOST_ITEMS + 1, 2))
    found = calibrate(answers, model="1pl", settings=Settings(most=1))
    assert local_dependence(answers, found, abilities(answers, found)) is None
    assert item_fit(answers, found)[0].s_x2 is None
