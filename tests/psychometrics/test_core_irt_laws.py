"""What must hold whatever the answers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.psychometrics import made_up
from zhiheng.psychometrics.core.irt.answers import matrix
from zhiheng.psychometrics.core.irt.arrays import Points, Reals
from zhiheng.psychometrics.core.irt.calibrating import KINDS, Calibration, Model, Settings, calibrate, grid
from zhiheng.psychometrics.core.irt.curves import Kind, width
from zhiheng.psychometrics.core.irt.maximisation import Group, heights, maximised, slopes
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

BRIEF = Settings(most=12)
PRIORS = Priors(slope=Normal(mean=0.1, deviation=0.5), guessing=Normal(mean=-1.4, deviation=0.6))
NODES = grid(Settings(nodes=11))[0]
models = st.sampled_from(list[Model](["1pl", "2pl", "3pl", "gpcm", "grm"]))


def some_answers(seed: int) -> Points:
    """80 persons, five items right or wrong, with gaps; every score occurs."""
    parameters = np.column_stack((np.linspace(0.7, 1.5, 5), np.linspace(-0.8, 0.8, 5)))
    scores = made_up.answers(Kind.STEPS, parameters, persons=80, seed=seed, missing=0.1)
    scores[0], scores[1] = 0, 1
    return scores


def calibrated(scores: Points, model: Model) -> Calibration:
    return calibrate(matrix(scores, np.full(scores.shape[1], 2)), model=model, settings=BRIEF)


@settings(max_examples=15)
@given(st.integers(0, 10**6), models)
def test_order_does_not_matter(seed: int, model: Model) -> None:
    """Neither that of persons nor that of items."""
    scores = some_answers(seed)
    rng = np.random.default_rng(seed)
    items = rng.permutation(5)
    one, other = calibrated(scores, model), calibrated(scores[rng.permutation(80)][:, items], model)
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-4)
    assert one.groups[0].parameters[items] == pytest.approx(other.groups[0].parameters, rel=1e-3, abs=1e-3)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_everybody_twice(seed: int) -> None:
    """Twice the likelihood, the same items."""
    scores = some_answers(seed)
    one, other = (
        calibrate(matrix(given, np.full(5, 2)), model="1pl", settings=Settings())
        for given in (scores, np.concatenate((scores, scores)))
    )
    assert 2 * one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-5)
    assert one.groups[0].parameters == pytest.approx(other.groups[0].parameters, abs=1e-3)


@st.composite
def groups(draw: st.DrawFn) -> tuple[Group, Reals]:
    """Three items of one kind, and counts of who is expected where."""
    kind = draw(st.sampled_from(Kind))
    scores = 2 if kind is Kind.GUESSING else draw(st.integers(2, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    parameters = rng.normal(size=(3, width(kind, scores)))
    parameters[:, 0] = rng.uniform(0.3, 2.0, 3)
    if kind is Kind.GRADED:
        parameters[:, 1:] = -np.sort(rng.normal(size=(3, scores - 1)) + 0.3 * np.arange(scores - 1), axis=1)
    if kind is Kind.GUESSING:
        parameters[:, 2] = rng.uniform(-3, 0, 3)
    rows = np.arange(3 * scores).reshape(3, scores)
    counts = rng.uniform(0.1, 30.0, size=(3 * scores, len(NODES)))
    return Group(kind=kind, items=np.arange(3), rows=rows, parameters=parameters), counts


@given(groups(), st.booleans())
def test_slopes_are_those_of_the_heights(drawn: tuple[Group, Reals], believed: bool) -> None:
    group, counts = drawn
    priors = PRIORS if believed else Priors()
    gradient = slopes(group, counts, NODES, priors).gradient
    for place in range(group.parameters.shape[1]):
        sides = []
        for by in (1e-6, -1e-6):
            near = group.parameters.copy()
            near[:, place] += by
            moved = Group(kind=group.kind, items=group.items, rows=group.rows, parameters=near)
            sides.append(heights(moved, counts, NODES, priors))
        assert gradient[:, place] == pytest.approx((sides[0] - sides[1]) / 2e-6, rel=1e-3, abs=1e-2)


@given(groups(), st.booleans(), st.booleans())
def test_maximising_never_goes_down(drawn: tuple[Group, Reals], believed: bool, one_slope: bool) -> None:
    group, counts = drawn
    together = one_slope and group.kind is Kind.STEPS
    priors = PRIORS if believed and not together else Priors()
    before = heights(group, counts, NODES, priors)
    after = maximised([group], counts, NODES, priors=priors, one_slope=together)[0]
    gained = heights(after, counts, NODES, priors) - before
    assert (gained.sum() if together else gained.min()) >= -1e-6
    if together:
        moved = after.parameters[:, 0] - group.parameters[:, 0]
        assert moved == pytest.approx(np.full(3, moved[0]), abs=1e-9)


def test_every_model_has_a_kind() -> None:
    assert set(KINDS) == {"1pl", "2pl", "3pl", "gpcm", "grm"}
