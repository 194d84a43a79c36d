"""Standard errors, held against second differences of the likelihood and against one another."""

from dataclasses import replace

import numpy as np
import pytest

from tests.psychometrics import made_up
from tests.psychometrics.lsat import section_7
from tests.psychometrics.test_core_irt_calibrating import as_lists
from zhiheng.psychometrics.core.irt import precision as subject
from zhiheng.psychometrics.core.irt.answers import Matrix, matrix
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Model, Settings, calibrate
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.kernel import add_squares
from zhiheng.psychometrics.core.irt.maximisation import table
from zhiheng.psychometrics.core.irt.precision import Precision, precision
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

NONE = Priors()
BOTH = Priors(slope=Normal(mean=0.2, deviation=0.5), guessing=Normal(mean=-1.4, deviation=0.5))


def lsat(model: Model, priors: Priors = NONE) -> tuple[Matrix, Calibration]:
    answers = matrix(section_7(), np.full(5, 2))
    return answers, calibrate(answers, model=model, settings=Settings(tolerance=1e-8, priors=priors))


def errors(found: Precision) -> Reals:
    return np.array([np.sqrt(np.diag(one)) for one in found.covariances])


def height(answers: Matrix, found: Calibration, parameters: Reals) -> float:
    """Log likelihood and priors of one group's parameters."""
    group = replace(found.groups[0], parameters=parameters)
    nodes, prior = found.grid()
    seen = answers.expected(table((group,), nodes), prior).log_likelihood
    return seen + float(found.settings.priors.height(group.kind, parameters).sum())


def second_differences(answers: Matrix, found: Calibration, *, one_slope: bool) -> Reals:
    """Covariances of all parameters (with one slope: of it and the intercepts)."""
    best = found.groups[0].parameters
    start = np.concatenate(([best[0, 0]], best[:, 1])) if one_slope else best.reshape(-1)

    def at(values: Reals) -> float:
        if one_slope:
            values = np.column_stack((np.full(5, values[0]), values[1:])).reshape(-1)
        return height(answers, found, values.reshape(best.shape))

    size, by = len(start), 1e-3
    nudges = np.eye(size) * by
    second = np.empty((size, size))
    for i, one in enumerate(nudges):
        for j, two in enumerate(nudges):
            corners = (
                at(start + one + two) - at(start + one - two) - at(start - one + two) + at(start - one - two)
            )
            second[i, j] = corners / (4 * by * by)
    return np.linalg.inv(-second)


@pytest.mark.parametrize(("model", "priors"), [("2pl", NONE), ("2pl", BOTH), ("grm", NONE), ("3pl", BOTH)])
def test_observed_information(model: Model, priors: Priors) -> None:
    answers, found = lsat(model, priors)
    exact = second_differences(answers, found, one_slope=False)
    sure = precision(answers, found)
    width = found.groups[0].parameters.shape[1]
    assert sure.method == "observed"
    for place, covariance in enumerate(sure.covariances):
        block = exact[place * width : (place + 1) * width, place * width : (place + 1) * width]
        assert covariance == pytest.approx(block, rel=2e-3, abs=1e-5)


def test_observed_information_of_one_slope() -> None:
    answers, found = lsat("1pl")
    exact = np.sqrt(np.diag(second_differences(answers, found, one_slope=True)))
    sure = errors(precision(answers, found))
    assert sure[:, 0] == pytest.approx(np.full(5, exact[0]), rel=1e-3)
    assert sure[:, 1] == pytest.approx(exact[1:], rel=1e-3)


@pytest.mark.parametrize("model", ["1pl", "2pl"])
def test_cross_products_are_near(model: Model) -> None:
    """Within a twentieth of the observed ones here; by item they miss what items tell about one another."""
    answers, found = lsat(model)
    exact, cross, by_item = (
        errors(precision(answers, found, method=method))
        for method in ("observed", "cross-product", "cross-product by item")
    )
    assert cross == pytest.approx(exact, rel=0.05)
    assert by_item == pytest.approx(exact, rel=0.2)


def test_cross_products_with_a_prior() -> None:
    answers, found = lsat("2pl", Priors(slope=Normal(mean=0.0, deviation=0.01)))
    for method in ("observed", "cross-product", "cross-product by item"):
        assert errors(precision(answers, found, method=method))[:, 0] == pytest.approx(
            found.groups[0].parameters[:, 0] * 0.01, rel=0.02
        )


def test_lists_say_the_same_by_item() -> None:
    """Compiled; items of two and of three scores."""
    steps = np.array([[1.2, 0.5, -0.3], [0.8, 1.0, 0.9]])
    right = np.array([[1.0, 0.3], [1.3, -0.4]])
    scores = np.concatenate(
        [made_up.answers(Kind.STEPS, one, persons=400, seed=seed) for seed, one in ((1, steps), (2, right))],
        axis=1,
    )
    categories = [3, 3, 2, 2]
    full, listed = matrix(scores, np.array(categories)), as_lists(scores, categories)
    found = calibrate(full, model="gpcm", settings=Settings())
    one, other = (precision(answers, found, method="cross-product by item") for answers in (full, listed))
    for mine, theirs in zip(one.covariances, other.covariances, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-6)
    whole = precision(full, found, method="cross-product")
    for mine, theirs in zip(one.covariances, whole.covariances, strict=True):
        assert (np.diag(mine) <= np.diag(theirs) * 1.001).all()


def test_kernel_of_squares_plain() -> None:
    """One person, one answer, two nodes: the mean score by hand."""
    squares = np.zeros((1, 2, 2))
    scores = np.array([[[1.0, 3.0], [2.0, 0.0]]])
    add_squares.py_func(
        np.array([0, 1]),
        np.array([0]),
        np.log(np.array([[0.5, 0.5]])),
        np.log(np.array([0.25, 0.75])),
        scores,
        np.array([0]),
        squares,
    )
    mean = np.array([0.25 * 1 + 0.75 * 3, 0.25 * 2])
    assert squares[0] == pytest.approx(np.outer(mean, mean))


def test_what_is_held_has_no_error() -> None:
    answers, found = lsat("3pl")
    sure = errors(precision(answers, found))
    held = found.groups[0].parameters[:, 2] == -12.0
    assert np.isnan(sure[:, 2]).tolist() == held.tolist()
    assert not np.isnan(sure[:, :2]).any()
    by_item = errors(precision(answers, found, method="cross-product by item"))
    assert np.isnan(by_item[:, 2]).tolist() == held.tolist()


def test_no_top_no_errors() -> None:
    """Far from the top the information need not be positive: then nothing is claimed."""
    answers, found = lsat("2pl")
    far = replace(found.groups[0], parameters=np.tile([4.0, -9.0], (5, 1)))
    sure = precision(answers, replace(found, groups=(far,)), method="observed")
    assert np.isnan(errors(sure)).all()


def test_what_can_be_afforded(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, found = lsat("2pl")
    monkeypatch.setattr(subject, "WORK", 10.0)
    assert precision(answers, found).method == "cross-product"
    monkeypatch.setattr(subject, "MOST", 9)
    assert precision(answers, found).method == "cross-product by item"
