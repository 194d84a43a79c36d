"""Abilities, held against integrals and searches done plainly."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from tests.psychometrics import made_up
from tests.psychometrics.lsat import section_7
from tests.psychometrics.test_core_irt_calibrating import as_lists
from zhiheng.psychometrics.core.irt.answers import matrix
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Settings, calibrate
from zhiheng.psychometrics.core.irt.curves import Kind, information, log_chances
from zhiheng.psychometrics.core.irt.persons import abilities, marginal_reliability, paper_information

ANSWERS = matrix(section_7(), np.full(5, 2))
FINE = np.linspace(-8, 8, 2001)


@pytest.fixture(scope="module")
def found() -> Calibration:
    return calibrate(ANSWERS, model="2pl", settings=Settings())


def log_likelihood(found: Calibration, pattern: list[int], theta: float) -> float:
    total = 0.0
    for item, score in enumerate(pattern):
        kind, parameters = found.item(item)
        total += float(
            log_chances(kind, [np.array([one]) for one in parameters], np.array([theta]))[score][0]
        )
    return total


def told(found: Calibration, theta: float) -> float:
    return float(paper_information(found, np.array([theta]))[0])


def test_eap(found: Calibration) -> None:
    """Mean and deviation of the posterior on a fine grid."""
    pattern = section_7()[500].tolist()
    weights = np.array([np.exp(log_likelihood(found, pattern, at) - at**2 / 2) for at in FINE])
    weights /= weights.sum()
    mean = float(weights @ FINE)
    estimate = abilities(ANSWERS, found)
    assert estimate.theta[500] == pytest.approx(mean, abs=1e-6)
    assert estimate.error[500] == pytest.approx(float(np.sqrt(weights @ (FINE - mean) ** 2)), abs=1e-6)


@pytest.mark.parametrize("person", [0, 300, 999])
def test_map(found: Calibration, person: int) -> None:
    pattern = section_7()[person].tolist()
    top = minimize_scalar(lambda at: at**2 / 2 - log_likelihood(found, pattern, at), bounds=(-5, 5))
    estimate = abilities(ANSWERS, found, estimator="map")
    assert estimate.theta[person] == pytest.approx(top.x, abs=1e-4)
    assert estimate.error[person] == pytest.approx(1 / np.sqrt(told(found, top.x) + 1), abs=1e-4)


@pytest.mark.parametrize("person", [0, 300, 999])
def test_wle(found: Calibration, person: int) -> None:
    """For 2PL Warm's weight is the root of the information: the top of log L + log(I) / 2, also for extremes."""
    pattern = section_7()[person].tolist()
    top = minimize_scalar(
        lambda at: -log_likelihood(found, pattern, at) - np.log(told(found, at)) / 2, bounds=(-7, 7)
    )
    estimate = abilities(ANSWERS, found, estimator="wle")
    assert estimate.theta[person] == pytest.approx(top.x, abs=1e-4)
    assert estimate.error[person] == pytest.approx(1 / np.sqrt(told(found, top.x)), abs=1e-4)


def test_lists_say_the_same() -> None:
    """With gaps and items of two and three scores; every estimator."""
    steps = np.array([[1.2, 0.5, -0.3], [0.8, 1.0, 0.9], [1.4, -0.5, -0.9]])
    right = np.array([[1.0, 0.3], [1.3, -0.4], [0.7, 0.0]])
    scores = np.concatenate(
        [
            made_up.answers(Kind.STEPS, one, persons=200, seed=seed, missing=0.2)
            for seed, one in ((1, steps), (2, right))
        ],
        axis=1,
    )
    scores = scores[(scores >= 0).any(axis=1)]
    categories = [3, 3, 3, 2, 2, 2]
    full, listed = matrix(scores, np.array(categories)), as_lists(scores, categories)
    found = calibrate(full, model="grm", settings=Settings())
    for estimator in ("eap", "map", "wle"):
        one, other = (abilities(answers, found, estimator=estimator) for answers in (full, listed))
        assert one.theta == pytest.approx(other.theta, abs=1e-6, nan_ok=True)
        assert one.error == pytest.approx(other.error, abs=1e-6, nan_ok=True)


def test_reliability(found: Calibration) -> None:
    estimate = abilities(ANSWERS, found)
    spread = estimate.theta.var(ddof=1)
    assert estimate.reliability == pytest.approx(spread / (spread + (estimate.error**2).mean()))
    free = abilities(ANSWERS, found, estimator="wle")
    assert free.reliability == pytest.approx(1 - (free.error**2).mean() / free.theta.var(ddof=1))


def test_marginal_reliability(found: Calibration) -> None:
    weights = np.exp(-(FINE**2) / 2)
    known = paper_information(found, FINE)
    assert marginal_reliability(ANSWERS, found) == pytest.approx(
        float(weights @ (known / (known + 1)) / weights.sum()), abs=1e-6
    )


def test_reliability_of_papers_that_differ(found: Calibration) -> None:
    """Where everybody saw half of the items, half of their information counts."""
    scores = section_7().copy()
    scores[::2, :] = np.where(np.arange(5) < 4, scores[::2, :], -1)
    weights = np.exp(-(FINE**2) / 2)
    half = np.array([1.0, 1.0, 1.0, 1.0, 0.5])
    known = paper_information(found, FINE, half)
    expected = float(weights @ (known / (known + 1)) / weights.sum())
    assert marginal_reliability(matrix(scores, np.full(5, 2)), found) == pytest.approx(expected, abs=1e-6)
    assert marginal_reliability(as_lists(scores, [2] * 5), found) == pytest.approx(expected, abs=1e-6)


def test_information_adds_up(found: Calibration) -> None:
    at = np.array([0.3])
    single = [
        information(kind, [np.array([one]) for one in parameters], at)[0]
        for kind, parameters in (found.item(place) for place in range(5))
    ]
    assert paper_information(found, at)[0] == pytest.approx(sum(single))


def test_drawn_beyond_everything_has_no_estimate() -> None:
    """Items that tell nothing of ability leave the weighted likelihood without a top in reach."""
    flat = calibrate(ANSWERS, model="1pl", settings=Settings(most=1))
    weak = type(flat.groups[0])(
        kind=flat.groups[0].kind,
        items=flat.groups[0].items,
        rows=flat.groups[0].rows,
        parameters=np.tile([0.05, 9.0], (5, 1)),
    )
    estimate = abilities(ANSWERS, Calibration(**{**_fields(flat), "groups": (weak,)}), estimator="wle")
    assert np.isnan(estimate.theta[0])
    assert np.isnan(estimate.error[0])


def _fields(found: Calibration) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__slots__}
