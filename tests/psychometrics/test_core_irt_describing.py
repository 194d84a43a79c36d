"""Items in the words of the trade, and models side by side."""

import numpy as np
import pytest
from scipy.stats import chi2

from tests.psychometrics.lsat import section_7
from zhiheng.psychometrics.core.irt.answers import matrix
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import Calibration, Model, Settings, calibrate
from zhiheng.psychometrics.core.irt.curves import Kind
from zhiheng.psychometrics.core.irt.describing import Described, compared, described
from zhiheng.psychometrics.core.irt.maximisation import Group
from zhiheng.psychometrics.core.irt.precision import Precision, precision

ANSWERS = matrix(section_7(), np.full(5, 2))


def calibrated(model: Model) -> Calibration:
    return calibrate(ANSWERS, model=model, settings=Settings())


def one(kind: Kind, parameters: list[float], covariance: Reals | None = None) -> Described:
    """An item with these parameters; covariance: the identity, unless given."""
    model: Model = {Kind.STEPS: "gpcm", Kind.GRADED: "grm", Kind.GUESSING: "3pl"}[kind]
    found = Calibration(
        model=model,
        groups=(
            Group(
                kind=kind,
                items=np.array([0]),
                rows=np.array([[0, 1]]),
                parameters=np.array([parameters]),
            ),
        ),
        settings=Settings(),
        log_likelihood=0.0,
        parameters=len(parameters),
        persons=1,
        converged=True,
        change=0.0,
        pull=0.0,
        steps=1,
    )
    given = np.eye(len(parameters)) if covariance is None else covariance
    return described(found, ["q"], Precision(method="observed", covariances=(given,)))[0]


def test_two_scores() -> None:
    """b = -d / a; its error by the delta method: sqrt(d²/a⁴ + 1/a²) for independent parameters of variance 1."""
    line = one(Kind.STEPS, [2.0, 1.0])
    assert (line.slope.value, line.intercepts[0].value, line.difficulties[0].value) == (2.0, 1.0, -0.5)
    assert line.difficulties[0].error == pytest.approx(np.sqrt(1 / 16 + 1 / 4))
    assert (line.slope.error, line.guessing, line.remarks) == (1.0, None, ())


def test_steps() -> None:
    """b_m = -(d_m - d_{m-1}) / a."""
    line = one(Kind.STEPS, [2.0, 1.0, -2.0])
    assert [b.value for b in line.difficulties] == [-0.5, 1.5]
    assert line.difficulties[1].error == pytest.approx(np.sqrt((3 / 4) ** 2 + 2 / 4))
    assert line.remarks == ()


def test_graded() -> None:
    line = one(Kind.GRADED, [2.0, 1.0, -2.0])
    assert [b.value for b in line.difficulties] == [-0.5, 1.0]
    assert line.difficulties[1].error == pytest.approx(np.sqrt((2 / 4) ** 2 + 1 / 4))


def test_guessing() -> None:
    """The error of g is that of its logit times g (1 - g)."""
    line = one(Kind.GUESSING, [2.0, 1.0, 0.0])
    assert line.guessing is not None
    assert (line.guessing.value, line.guessing.error) == (0.5, 0.25)
    assert ([d.value for d in line.intercepts], [b.value for b in line.difficulties]) == ([1.0], [-0.5])


def test_no_error_where_there_is_none() -> None:
    held = np.eye(3)
    held[2, :] = held[:, 2] = np.nan
    line = one(Kind.GUESSING, [2.0, 1.0, -12.0], held)
    assert line.guessing is not None
    assert (line.guessing.error, line.slope.error) == (None, 1.0)
    assert line.difficulties[0].error == pytest.approx(np.sqrt(1 / 16 + 1 / 4))


@pytest.mark.parametrize(
    ("kind", "parameters", "words"),
    [
        (Kind.STEPS, [20.0, 1.0], "区分度没有可靠的有限估计：答案近乎阶梯；可给区分度先验（--slope-prior）"),
        (Kind.STEPS, [-1e-4, 1.0], "区分度为零，与能力无关，没有难度可言"),
        (Kind.STEPS, [-1.0, 1.0], "区分度为负：能力高的人反而得分低，请核对答案与计分"),
        (Kind.STEPS, [0.1, 1.0], "区分度很低，难度的估计没有意义"),
        (Kind.STEPS, [1.0, -1.0, 1.0], "步骤难度不递增：中间的得分从来不是最可能的"),
        (Kind.GUESSING, [1.0, 1.0, -12.0], "猜测参数停在 0"),
        (Kind.GUESSING, [1.0, 1.0, 3.0], "猜测参数停在上限；可给猜测先验（--guessing-prior）"),
    ],
)
def test_remarks(kind: Kind, parameters: list[float], words: str) -> None:
    assert one(kind, parameters).remarks == (words,)


def test_a_level_curve_lies_nowhere() -> None:
    line = one(Kind.STEPS, [0.0, 1.0, -1.0])
    assert [(b.value, b.error) for b in line.difficulties] == [(None, None), (None, None)]
    assert [d.value for d in line.intercepts] == [1.0, -1.0]


def test_of_real_answers() -> None:
    found = calibrated("2pl")
    lines = described(found, list("abcde"), precision(ANSWERS, found))
    assert [line.item for line in lines] == list("abcde")
    assert [line.difficulties[0].value for line in lines] == pytest.approx(
        list(-found.groups[0].parameters[:, 1] / found.groups[0].parameters[:, 0])
    )


def test_likelihood_ratios() -> None:
    one_slope, two, guessing, graded = (calibrated(model) for model in ("1pl", "2pl", "3pl", "grm"))
    tests = compared([one_slope, two, guessing, graded])
    assert [(test.model, test.against, test.freedom) for test in tests] == [
        ("2pl", "1pl", 4),
        ("3pl", "2pl", 5),
    ]
    gain = 2 * (two.log_likelihood - one_slope.log_likelihood)
    assert tests[0].chi_square == pytest.approx(gain)
    assert tests[0].chance == pytest.approx(float(chi2.sf(gain, 4)))
    assert compared([guessing, one_slope])[0].freedom == 9
    assert compared([graded]) == ()
