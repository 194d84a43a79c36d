"""Agreement of markers: published examples, then identities with other ways of reckoning the same."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.agreement.intraclass import intraclass
from zhiheng.psychometrics.core.agreement.kappa import Weighting, cohen, fleiss
from zhiheng.psychometrics.core.agreement.krippendorff import krippendorff
from zhiheng.psychometrics.core.agreement.ratings import Ratings, read_ratings
from zhiheng.psychometrics.core.reliability import alpha, pairwise_covariances
from zhiheng.psychometrics.core.responses import Places, Reals
from zhiheng.psychometrics.core.tables import read_table

NAN = float("nan")


def ratings(text: str, *order: str) -> Ratings:
    return read_ratings(read_table(text, source="评分"), order=order)


def from_table(counts: list[list[int]]) -> tuple[Places, Places]:
    """Codes of two markers whose judgements fall into the cells so often."""
    pairs = [(i, j) for i, row in enumerate(counts) for j, count in enumerate(row) for _ in range(count)]
    both = np.array(pairs)
    return both[:, 0], both[:, 1]


def test_kappa_of_a_fourfold_table() -> None:
    """20 5 10 15: observed .7, by chance .5."""
    found = cohen(*from_table([[20, 5], [10, 15]]), values=np.arange(2.0))
    assert (found.value, found.exact, found.things) == (pytest.approx(0.4), pytest.approx(0.7), 50)


def test_kappas_with_weights_by_hand() -> None:
    """Three things: equal, one apart, two apart. First marker 0 0 0, second 0 1 2: chance explains it all."""
    first, second = np.array([0, 0, 0]), np.array([0, 1, 2])
    for weighting in ("plain", "linear", "quadratic"):
        assert cohen(first, second, values=np.arange(3.0), weighting=weighting).value == pytest.approx(0)
    # 0 0 2 against 0 1 2: apart 1/2 once in three; by chance, over all nine pairs, (0 1 2 0 1 2 2 1 0) / 2 / 9 and squares / 4 / 9.
    first = np.array([0, 0, 2])
    linear = cohen(first, second, values=np.arange(3.0), weighting="linear").value
    quadratic = cohen(first, second, values=np.arange(3.0), weighting="quadratic").value
    assert (linear, quadratic) == (
        pytest.approx(1 - (1 / 6) / (1 / 2)),
        pytest.approx(1 - (1 / 12) / (5 / 12)),
    )


def test_kappa_where_chance_is_all() -> None:
    same = cohen(np.array([1, 1]), np.array([1, 1]), values=np.arange(2.0), weighting="linear")
    assert (same.value, same.error, same.exact, same.things) == (None, None, 1, 2)
    apart = cohen(np.array([1, -1]), np.array([-1, 1]), values=np.arange(2.0))
    assert (apart.value, apart.error, apart.exact, apart.things) == (None, None, None, 0)
    one = cohen(np.array([0, 0]), np.array([0, 0]), values=np.array([3.0]), weighting="quadratic")
    assert one.value is None


def test_fleiss_worked_example() -> None:
    """Fourteen markers, ten things, five categories: .210, the example of the usual text-books."""
    counts = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    codes = np.array([[place for place, count in enumerate(row) for _ in range(count)] for row in counts])
    found = fleiss(codes, 5)
    assert (found.value, found.exact) == (pytest.approx(0.210, abs=5e-4), pytest.approx(0.378, abs=5e-4))
    # By the formula of Fleiss, Nee and Landis, with the shares .143 .200 .279 .150 .229 of the example.
    shares = np.array([20, 28, 39, 21, 32]) / 140
    against = shares * (1 - shares)
    spread = against.sum() ** 2 - (against * (1 - 2 * shares)).sum()
    assert found.error == pytest.approx(math.sqrt(2 * spread / (10 * 14 * 13)) / against.sum())


def test_fleiss_where_chance_is_all() -> None:
    assert fleiss(np.zeros((3, 2), dtype=int), 2).value is None
    nothing = fleiss(np.zeros((0, 2), dtype=int), 2)
    assert (nothing.value, nothing.things) == (None, 0)


SIX_BY_FOUR = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_example_of_shrout_and_fleiss() -> None:
    """Their Table 4 gives .17 .29 .71 .44 .62 .91; three places and intervals as published with it since."""
    found = intraclass(np.array(SIX_BY_FOUR, dtype=float))
    assert found is not None
    assert (found.things, found.markers) == (6, 4)
    forms = {
        "one_way_single": (0.166, -0.133, 0.723),
        "random_single": (0.290, 0.019, 0.761),
        "fixed_single": (0.715, 0.342, 0.946),
        "one_way_mean": (0.443, -0.884, 0.912),
        "random_mean": (0.620, 0.071, 0.927),
        "fixed_mean": (0.909, 0.676, 0.986),
    }
    for name, (value, low, high) in forms.items():
        form = getattr(found, name)
        assert form.value == pytest.approx(value, abs=5e-4)
        assert form.interval == pytest.approx((low, high), abs=6e-4)


def test_markers_who_agree_to_a_constant() -> None:
    """The second marker gives one more: the order is certain, the mark is not."""
    found = intraclass(np.array([[1.0, 2], [3, 4], [5, 6]]))
    assert found is not None
    assert (found.fixed_single.value, found.fixed_mean.value) == (1, 1)
    assert (found.fixed_single.interval, found.fixed_mean.interval, found.random_single.interval) == (
        None,
    ) * 3
    # Between 8, markers 1.5, nothing left: (8 - 0) / (8 + 2 x 1.5 / 3).
    assert found.random_single.value == pytest.approx(8 / 9)
    assert found.random_mean.interval is None
    assert found.one_way_single.interval is not None


def test_marks_that_tell_nothing_of_the_thing() -> None:
    assert intraclass(np.array([[1.0, 2], [2, 1]])) is None
    assert intraclass(np.array([[1.0, 2]])) is None
    assert intraclass(np.empty((0, 3))) is None
    # Two things that two markers see quite differently: nothing is left to divide by for the mean.
    found = intraclass(np.array([[0.0, 10], [10, 1]]))
    assert found is not None
    assert (found.random_mean.value, found.random_mean.interval) == (None, None)


EXAMPLE = """a,b,c,d
1,1,,1
2,2,3,2
3,3,3,3
3,3,3,3
2,2,2,2
1,2,3,4
4,4,4,4
1,1,2,1
2,2,2,2
NA,5,5,5
,,1,1
,3,,
"""


def test_the_example_of_krippendorff() -> None:
    """Twelve units, four observers, with gaps: .743 nominal, .815 ordinal, .849 interval, as published (2011)."""
    given_ratings = ratings(EXAMPLE)
    values = given_ratings.values
    found = [
        krippendorff(given_ratings.codes, values=values, scale=scale)
        for scale in ("nominal", "ordinal", "interval")
    ]
    assert found == pytest.approx([0.743, 0.815, 0.849], abs=5e-4)


def test_krippendorff_where_nothing_can_be_compared() -> None:
    assert krippendorff(np.array([[0, -1], [-1, 1]]), values=np.arange(2.0), scale="nominal") is None
    assert krippendorff(np.array([[1, 1], [1, 1]]), values=np.arange(2.0), scale="interval") is None


def test_marks_are_read_as_numbers_and_words_as_categories() -> None:
    marks = ratings("id,甲,乙\nA,2,3.5\nB,,2\n")
    assert (marks.categories, marks.numeric, marks.ordered) == (("2", "3.5"), True, True)
    np.testing.assert_array_equal(marks.marks, [[2, 3.5], [NAN, 2]])
    np.testing.assert_array_equal(marks.complete, [[0, 1]])
    words = ratings("甲,乙\n良,优\n中,良\n")
    assert (words.categories, words.numeric, words.ordered) == (("中", "优", "良"), False, False)
    ranks = ratings("甲,乙\n良,优\n中,良\n", "差", "中", "良", "优")
    assert (ranks.numeric, ranks.ordered) == (False, True)
    np.testing.assert_array_equal(ranks.codes, [[2, 3], [1, 2]])
    np.testing.assert_array_equal(ratings("甲,乙\n1,2\n2,3\n", "1", "2", "3").values, [0, 1, 2])


@pytest.mark.parametrize(
    ("text", "order", "sentence"),
    [
        ("甲\n1\n2\n", (), "评分 只有一名阅卷员。一致性至少需要两名阅卷员（每人一列）与两份答卷（每份一行）。"),
        ("甲,乙\n1,2\n", (), "评分 只有一份答卷。一致性至少需要两名阅卷员（每人一列）与两份答卷（每份一行）。"),
        ("甲,乙\n1,\n2,NA\n", (), "评分 的“乙”列没有一个评定。请去掉这一列，或核对缺失的写法。"),
        ("甲,乙\n良,优\n差,良\n", ("良", "优"), "评分 第 3 行“甲”列的“差”不在 --order 列出的类别之中。请补上这个类别，或改正这一格。"),
        ("甲,乙\n良,优\n良,良\n", ("良", "优", "良"), "--order 的“良,优,良”不能用。请从低到高列出所有类别，各一次，以逗号分隔。"),
        ("甲,乙\n1,良\n2,1\n", (), "评分 第 2 行“乙”列的“良”不是数。缺失请留空或写 NA；若数字只是类别的代号，请用 --order 从低到高列出全部类别。"),
    ],
)  # fmt: skip
def test_unusable_ratings(text: str, order: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        ratings(text, *order)
    assert refused.value.sentence == sentence


tables = st.integers(2, 4).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 6), min_size=size, max_size=size), min_size=size, max_size=size)
)  # fmt: skip
weightings = st.sampled_from(["plain", "linear", "quadratic"])


def _kappa_of(shares: Reals, apart: Reals) -> float:
    return 1 - float((apart * shares).sum() / (shares.sum(axis=1) @ apart @ shares.sum(axis=0)))


@settings(max_examples=40)
@given(counts=tables, weighting=weightings)
def test_the_error_of_kappa_is_that_of_the_delta_method(
    counts: list[list[int]], weighting: Weighting
) -> None:
    table = np.array(counts, dtype=float)
    total = table.sum()
    assume(total > 0)
    values = np.arange(len(table), dtype=float)
    found = cohen(*from_table(counts), values=values, weighting=weighting)
    assume(found.value is not None)
    shares, distance = table / total, np.abs(values[:, None] - values) / (len(values) - 1)
    apart = {"plain": (distance > 0).astype(float), "linear": distance, "quadratic": distance**2}[weighting]
    assert found.value == pytest.approx(_kappa_of(shares, apart), abs=1e-12)
    assume(shares.sum(axis=1) @ apart @ shares.sum(axis=0) > 0.05)
    slope, step = np.zeros_like(shares), 1e-6
    for place in np.ndindex(shares.shape):
        nudge = np.zeros_like(shares)
        nudge[place] = step
        slope[place] = (_kappa_of(shares + nudge, apart) - _kappa_of(shares - nudge, apart)) / (2 * step)
    variance = ((shares * slope**2).sum() - (shares * slope).sum() ** 2) / total
    assert found.error == pytest.approx(math.sqrt(max(variance, 0)), abs=1e-4)


codes_of_two = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12).map(
    np.array
)


@settings(max_examples=40)
@given(codes=codes_of_two)
def test_quadratic_kappa_is_the_concordance_of_marks(codes: Places) -> None:
    """2 cov / (var + var + (difference of means)^2), n below: Lin's coefficient."""
    first, second = codes[:, 0], codes[:, 1]
    below = first.var() + second.var() + (first.mean() - second.mean()) ** 2
    value = cohen(first, second, values=np.arange(5.0), weighting="quadratic").value
    if below < 1e-12:
        assert value is None
    else:
        expected = 2 * float(((first - first.mean()) * (second - second.mean())).mean()) / below
        assert value == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40)
@given(codes=codes_of_two)
def test_nominal_alpha_of_two_is_fleiss_corrected_for_size(codes: Places) -> None:
    """With N judgements in all, 1 - alpha = (1 - kappa) (N - 1) / N."""
    kappa = fleiss(codes, 5).value
    value = krippendorff(codes, values=np.arange(5.0), scale="nominal")
    if kappa is None:
        assert value is None
    else:
        assert value is not None
        assert 1 - value == pytest.approx((1 - kappa) * (codes.size - 1) / codes.size, abs=1e-9)


@settings(max_examples=40)
@given(
    rows=st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=9),
    shift=st.integers(-5, 5),
)
def test_fixed_markers_are_items_and_severity_does_not_count_for_them(
    rows: list[list[int]], shift: int
) -> None:
    marks = np.array(rows, dtype=float)
    found = intraclass(marks)
    assume(found is not None)
    assert found is not None
    covariances = pairwise_covariances(marks)
    assert covariances is not None
    assert found.fixed_mean.value == pytest.approx(alpha(covariances), abs=1e-9)
    harder = intraclass(marks + np.array([shift, 0, 0]))
    assert harder is not None
    assert harder.fixed_single.value == pytest.approx(found.fixed_single.value, abs=1e-9)
    low, high = found.fixed_single.interval or (-math.inf, math.inf)
    assert found.fixed_single.value is not None
    assert low <= found.fixed_single.value <= high
