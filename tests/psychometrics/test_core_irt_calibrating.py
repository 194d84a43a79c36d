"""Calibration, held against published estimates and against a likelihood worked out in another way."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from tests.psychometrics import made_up
from tests.psychometrics.lsat import section_7
from zhiheng.psychometrics.core.irt.answers import Lists, Matrix, lists, matrix
from zhiheng.psychometrics.core.irt.arrays import Points, Reals
from zhiheng.psychometrics.core.irt.calibrating import Model, Settings, calibrate, extrapolated
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.kernel import add_expected, log_weights, share_out, weigh
from zhiheng.psychometrics.core.irt.maximisation import Group
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

CLOSE = Settings(tolerance=1e-7)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


def lsat(model: Model, settings: Settings = CLOSE):
    return calibrate(matrix(section_7(), np.full(5, 2)), model=model, settings=settings)


def as_lists(scores: Points, categories: Sequence[int]) -> Lists:
    person, item = np.nonzero(scores >= 0)
    return lists(
        person=person,
        item=item,
        score=scores[person, item].astype(np.int64),
        persons=len(scores),
        categories=np.array(categories),
    )


def plain_log_likelihood(scores: Points, chance: object) -> float:
    """Person by person over Gauss-Hermite nodes; chance(item, score, theta)."""
    total = 0.0
    for pattern, times in zip(*np.unique(scores, axis=0, return_counts=True), strict=True):
        product = np.ones(len(NODES))
        for item, score in enumerate(pattern):
            if score >= 0:
                product = product * chance(item, int(score), NODES)
        total += times * np.log(product @ WEIGHTS / WEIGHTS.sum())
    return float(total)


def test_two_parameters_as_published() -> None:
    """Log likelihood -2658.805 and a, d to the third figure: the R package mirt (Chalmers 2012), LSAT7, 2PL.

    Its printed values stop at a tolerance of 1e-4; at the top of the likelihood the third item has 1.7075 and 1.8052.
    """
    found = lsat("2pl")
    assert found.log_likelihood == pytest.approx(-2658.805, abs=5e-4)
    slopes, intercepts = found.groups[0].parameters.T
    assert slopes == pytest.approx([0.988, 1.081, 1.706, 0.765, 0.736], abs=2e-3)
    assert intercepts == pytest.approx([1.856, 0.808, 1.804, 0.486, 1.855], abs=2e-3)
    assert (found.parameters, found.persons, found.converged) == (10, 1000, True)
    assert found.aic == pytest.approx(5337.610, abs=1e-3)
    assert found.bic == pytest.approx(5386.688, abs=1e-3)
    assert found.pull < 1e-4


def test_the_top_is_found_by_another_way_up() -> None:
    """A general optimiser on the plain likelihood ends at the same parameters."""
    scores = section_7()

    def lost(values: Reals) -> float:
        slopes, intercepts = values[:5], values[5:]

        def chance(item: int, score: int, theta: Reals) -> Reals:
            right = 1 / (1 + np.exp(-(slopes[item] * theta + intercepts[item])))
            return right if score else 1 - right

        return -plain_log_likelihood(scores, chance)

    top = minimize(lost, np.concatenate((np.ones(5), np.ones(5))), method="BFGS", options={"gtol": 1e-4})
    found = lsat("2pl")
    assert found.log_likelihood == pytest.approx(-top.fun, abs=1e-5)
    assert found.groups[0].parameters.T.reshape(-1) == pytest.approx(top.x, abs=1e-3)


def test_one_slope() -> None:
    """1PL: the Rasch model with a normal ability of variance a²; one slope, five intercepts."""
    found = lsat("1pl")
    slopes = found.groups[0].parameters[:, 0]
    assert (found.parameters, np.ptp(slopes)) == (6, 0.0)

    def lost(values: Reals) -> float:
        def chance(item: int, score: int, theta: Reals) -> Reals:
            right = 1 / (1 + np.exp(-(values[0] * theta + values[1 + item])))
            return right if score else 1 - right

        return -plain_log_likelihood(section_7(), chance)

    top = minimize(lost, np.ones(6), method="BFGS", options={"gtol": 1e-4})
    assert found.log_likelihood == pytest.approx(-top.fun, abs=1e-5)
    assert [slopes[0], *found.groups[0].parameters[:, 1]] == pytest.approx(list(top.x), abs=1e-3)


def test_models_of_two_scores_agree() -> None:
    """2PL, GPCM and GRM are one model where items are right or wrong."""
    found = {model: lsat(model) for model in ("2pl", "gpcm", "grm")}
    assert {round(one.log_likelihood, 6) for one in found.values()} == {round(found["2pl"].log_likelihood, 6)}
    assert found["grm"].groups[0].parameters == pytest.approx(found["2pl"].groups[0].parameters, abs=1e-4)


def test_guessing_gains_and_may_stand_at_nothing() -> None:
    """Four of the items are best without guessing; the likelihood is no lower than that of 2PL."""
    found = lsat("3pl", Settings(tolerance=1e-6))
    logits = found.groups[0].parameters[:, 2]
    assert (logits == -12.0).tolist() == [True, False, True, True, True]
    assert found.converged
    assert found.log_likelihood == pytest.approx(-2658.0544, abs=1e-4)
    assert found.pull < 1e-2


def test_guessing_is_never_worse_than_none() -> None:
    """Answers by chance: the first top of 3PL lies three below that of 2PL, the second one above it."""
    scores = np.random.default_rng(12).integers(0, 2, size=(150, 5)).astype(np.int8)
    answers, brief = matrix(scores, np.full(5, 2)), Settings(tolerance=1e-4, most=100)
    two, three = (calibrate(answers, model=model, settings=brief) for model in ("2pl", "3pl"))
    assert three.log_likelihood > two.log_likelihood


MIXED = {
    Kind.STEPS: np.array([[1.2, 0.5, -0.3], [0.8, 1.0, 0.9], [1.5, -0.4, -1.6], [1.0, 0.2, 0.1]]),
    Kind.GRADED: np.array([[1.2, 1.0, -0.3], [0.8, 1.5, 0.4], [1.5, 0.4, -1.6], [1.0, 0.7, -0.6]]),
}


def steps_chance(parameters: Reals):
    def chance(item: int, score: int, theta: Reals) -> Reals:
        slope, *inner = parameters[item]
        weights = [np.exp(k * slope * theta + d) for k, d in enumerate([0.0, *inner])]
        return weights[score] / sum(weights)

    return chance


def graded_chance(parameters: Reals):
    def chance(item: int, score: int, theta: Reals) -> Reals:
        slope, *inner = parameters[item]
        at_least = [np.ones_like(theta), *(1 / (1 + np.exp(-(slope * theta + d))) for d in inner)]
        return at_least[score] - (at_least[score + 1] if score < len(inner) else 0.0)

    return chance


@pytest.mark.parametrize(
    ("model", "kind", "chances"),
    [("gpcm", Kind.STEPS, steps_chance), ("grm", Kind.GRADED, graded_chance)],
)
@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_partial_credit_at_the_top(model: Model, kind: Kind, chances: object, missing: float) -> None:
    """With three scores and gaps: the same log likelihood as worked out plainly, and no higher one nearby."""
    scores = made_up.answers(kind, MIXED[kind], persons=250, seed=6, missing=missing)
    found = calibrate(matrix(scores, np.full(4, 3)), model=model, settings=CLOSE)
    parameters = found.groups[0].parameters
    plain = plain_log_likelihood(scores, chances(parameters))
    assert found.log_likelihood == pytest.approx(plain, abs=1e-5)
    assert found.converged
    for place in np.ndindex(parameters.shape):
        for by in (0.02, -0.02):
            near = parameters.copy()
            near[place] += by
            assert plain_log_likelihood(scores, chances(near)) < plain


@pytest.mark.parametrize("model", ["1pl", "2pl", "3pl", "grm"])
def test_lists_and_matrix_say_the_same(model: Model) -> None:
    """Compiled and not, with gaps."""
    parameters = np.column_stack((np.linspace(0.7, 1.6, 8), np.linspace(-1, 1, 8)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=300, seed=2, missing=0.4)
    settings = Settings(priors=Priors(guessing=Normal(mean=-1.4, deviation=0.5)), most=40)
    one = calibrate(matrix(scores, np.full(8, 2)), model=model, settings=settings)
    other = calibrate(as_lists(scores, [2] * 8), model=model, settings=settings)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-8)
    assert one.groups[0].parameters == pytest.approx(other.groups[0].parameters, abs=1e-7)


def test_kernel_plain_and_compiled_are_one() -> None:
    logs = np.log(np.array([[0.9, 0.5, 1e-30], [0.1, 0.5, 1.0], [0.7, 0.5, 1e-30], [0.3, 0.5, 1.0]]))
    prior = np.log(np.array([0.25, 0.5, 0.25]))
    starts, rows = np.array([0, 2, 3]), np.array([0, 2, 3], dtype=np.int32)
    found = []
    for add in (add_expected, add_expected.py_func):
        counts, mass = np.zeros((4, 3)), np.zeros(3)
        height = add(starts, rows, logs, prior, counts, mass)
        found.append((height, counts, mass))
    assert found[0][0] == pytest.approx(found[1][0], abs=1e-12)
    first = np.array([0.25 * 0.63, 0.5 * 0.25, 0.0])
    second = np.array([0.25 * 0.3, 0.5 * 0.5, 0.25 * 1.0])
    shares = [first / first.sum(), second / second.sum()]
    for height, counts, mass in found:
        assert height == pytest.approx(np.log(first.sum()) + np.log(second.sum()))
        assert counts == pytest.approx(np.array([shares[0], [0, 0, 0], shares[0], shares[1]]))
        assert mass == pytest.approx(shares[0] + shares[1])


def test_kernel_pieces_plain() -> None:
    weight = np.empty(2)
    weigh.py_func(np.array([1]), np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([0.5, 0.5]), weight)
    assert weight.tolist() == [1.5, 2.5]
    spread = np.array([-100.0, 0.0, 0.0, -50.0])
    assert share_out.py_func(spread) == (1, 3, pytest.approx(np.log(2)))
    assert spread[1:3].tolist() == [0.5, 0.5]
    weights = np.empty((1, 2))
    log_weights.py_func(
        np.array([0, 1]), np.array([0]), np.array([[1.0, 2.0]]), np.array([0.0, 0.0]), weights
    )
    assert weights.tolist() == [[1.0, 2.0]]


def test_known_items_come_back() -> None:
    """1500 persons, 12 items: off by a tenth on average, which is about their standard error."""
    parameters = np.column_stack((np.linspace(0.6, 1.8, 12), np.linspace(-1.5, 1.5, 12)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=1500, seed=11)
    found = calibrate(matrix(scores, np.full(12, 2)), model="2pl", settings=Settings())
    off = found.groups[0].parameters - parameters
    assert np.sqrt((off**2).mean()) < 0.12
    assert np.abs(off).max() < 0.4


def test_steps_and_leaps_end_alike() -> None:
    plain, squared = (lsat("2pl", replace(CLOSE, squared=how)) for how in (False, True))
    assert plain.log_likelihood == pytest.approx(squared.log_likelihood, abs=1e-6)
    assert squared.steps < plain.steps


def test_not_enough_steps_is_said() -> None:
    found = lsat("2pl", Settings(most=2))
    assert not found.converged
    assert found.steps >= 2
    assert found.change > found.settings.tolerance


def test_an_item_as_steep_as_a_stair() -> None:
    """Two items that always go together draw their slopes without end; they stop at the bound and that is all."""
    parameters = np.column_stack((np.full(4, 1.0), np.linspace(-1, 1, 4)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=200, seed=3)
    scores = np.column_stack((scores, scores[:, 0]))
    found = calibrate(matrix(scores, np.full(5, 2)), model="2pl", settings=Settings())
    assert found.converged
    assert found.groups[0].parameters[[0, 4], 0] == pytest.approx([50.0, 50.0], abs=30)


def test_priors_pull() -> None:
    """A narrow prior of the slopes holds them where it stands, one of guessing likewise."""
    found = lsat("2pl", replace(CLOSE, priors=Priors(slope=Normal(mean=0.0, deviation=0.001))))
    assert found.groups[0].parameters[:, 0] == pytest.approx(np.ones(5), abs=1e-3)
    found = lsat("3pl", replace(CLOSE, priors=Priors(guessing=Normal(mean=-1.5, deviation=0.001))))
    assert found.groups[0].parameters[:, 2] == pytest.approx(np.full(5, -1.5), abs=1e-3)


def test_items_of_different_scores_together() -> None:
    """Two, three and four scores in one paper, each found again by its place."""
    steps = [np.array([[1.0, 0.3]]), np.array([[1.0, 0.5, -0.3]]), np.array([[1.0, 0.9, 0.8, -0.5]])]
    drawn = [
        made_up.answers(Kind.STEPS, one, persons=400, seed=seed) for seed, one in enumerate([*steps, *steps])
    ]
    scores = np.concatenate(drawn, axis=1)
    for model, parameters in (("gpcm", 2 * (2 + 3 + 4)), ("1pl", 1 + 2 * (1 + 2 + 3))):
        found = calibrate(
            matrix(scores, np.array([2, 3, 4, 2, 3, 4])),
            model=model,
            settings=Settings(),
        )
        assert [len(found.item(place)[1]) for place in range(6)] == [2, 3, 4, 2, 3, 4]
        assert found.converged
        assert found.parameters == parameters
    with pytest.raises(IndexError):
        found.item(6)


def test_patterns_are_counted_once() -> None:
    found = matrix(section_7(), np.full(5, 2))
    assert (isinstance(found, Matrix), len(found.patterns), found.persons) == (True, 32, 1000)
    assert found.frequencies().reshape(5, 2)[:, 1].tolist() == section_7().sum(axis=0).tolist()


def test_of_many_items_nobody_gives_the_same_answers() -> None:
    """Then persons are taken one by one."""
    scores = np.tile(section_7()[:100], 5)
    found = matrix(scores, np.full(25, 2))
    assert (len(found.patterns), found.times.sum(), found.persons) == (100, 100.0, 100)
    settings = Settings(most=5)
    once = calibrate(found, model="1pl", settings=settings).log_likelihood
    listed = calibrate(as_lists(scores, [2] * 25), model="1pl", settings=settings).log_likelihood
    assert once == pytest.approx(listed, abs=1e-9)


def group(kind: Kind, *parameters: float) -> Group:
    return Group(kind=kind, items=np.array([0]), rows=np.array([[0, 1]]), parameters=np.array([parameters]))


def test_leaps() -> None:
    """Steps that halve (1, then 1/2) end at 2, which one leap reaches; no leap where nothing bends, or too little."""

    def leap(kind: Kind, *three: tuple[float, ...]) -> list[float] | None:
        found = extrapolated(*([group(kind, *one)] for one in three))
        return None if found is None else found[0].parameters[0].tolist()

    assert leap(Kind.STEPS, (1.0, 0.0), (1.0, 1.0), (1.0, 1.5)) == [1.0, 2.0]
    assert leap(Kind.STEPS, (1.0, 0.0), (1.0, 1.0), (1.0, 2.0)) is None
    assert leap(Kind.STEPS, (1.0, 0.0), (1.0, 1.0), (1.0, -1.0)) is None
    assert leap(Kind.GRADED, (1.0, 2.0, -1.0), (1.0, 1.0, 0.0), (1.0, 0.6, 0.4)) is None
