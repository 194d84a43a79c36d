"""Priors: their derivatives against differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

BOTH = Priors(slope=Normal(mean=0.1, deviation=0.4), guessing=Normal(mean=-1.2, deviation=0.6))


def test_heights() -> None:
    """log-normal in a, normal in logit g, constants left out."""
    parameters = np.array([[np.e, 5.0, -1.8]])
    slope = -1 - (0.9 / 0.4) ** 2 / 2
    assert BOTH.height(Kind.GUESSING, parameters)[0] == pytest.approx(slope - 0.5)
    assert BOTH.height(Kind.STEPS, parameters)[0] == pytest.approx(slope)
    assert Priors().height(Kind.GUESSING, parameters).tolist() == [0.0]


def test_a_slope_that_is_not_positive() -> None:
    assert BOTH.height(Kind.STEPS, np.array([[-1.0, 0.0], [0.0, 0.0]])).tolist() == [-np.inf, -np.inf]


@given(st.floats(0.2, 3.0), st.floats(-4.0, 1.0))
def test_derivatives(slope: float, logit: float) -> None:
    parameters, step = np.array([[slope, 0.7, logit]]), 1e-5
    pull, hold = BOTH.slopes(Kind.GUESSING, parameters)
    for place in range(3):
        up, down = parameters.copy(), parameters.copy()
        up[0, place] += step
        down[0, place] -= step
        difference = (BOTH.height(Kind.GUESSING, up) - BOTH.height(Kind.GUESSING, down))[0] / (2 * step)
        assert pull[0, place] == pytest.approx(difference, rel=1e-5, abs=1e-7)
    assert (np.diag(hold[0]) >= 0).all()
    assert hold[0, 2, 2] == pytest.approx(1 / 0.6**2)


def test_nothing_is_believed_unless_asked() -> None:
    pull, hold = Priors().slopes(Kind.GUESSING, np.array([[1.0, 0.0, -1.0]]))
    assert (pull.any(), hold.any()) == (False, False)
