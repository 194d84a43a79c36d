"""Item analysis: cases worked by hand, then what holds for every matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.psychometrics.tables import matrix, responses
from zhiheng.psychometrics.core.flags import flags_of
from zhiheng.psychometrics.core.items import correlation, group_weights, item_lines
from zhiheng.psychometrics.core.responses import Reals

NAN = float("nan")
ROOT = 0.5**0.5


def test_a_guttman_scale_by_hand() -> None:
    """Four persons, three items, totals 0 1 2 3: rests are 0 0 1 2, 0 1 1 2 and 0 1 2 2."""
    lines = item_lines(matrix([[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 1, 1]]), group=0.25)
    assert [line.difficulty for line in lines] == [0.75, 0.5, 0.25]
    assert [line.discrimination for line in lines] == [1, 1, 1]
    assert [line.item_rest for line in lines] == pytest.approx([3 / 33**0.5, ROOT, 3 / 33**0.5], abs=1e-12)
    assert [line.item_total for line in lines] == pytest.approx([0.6**0.5, 0.8**0.5, 0.6**0.5], abs=1e-12)
    assert [line.sd for line in lines] == pytest.approx([0.5, 1 / 3**0.5, 0.5], abs=1e-12)


def test_points_count_as_points() -> None:
    (first, _) = item_lines(responses("q1,q2\n0,0\n2,4\n4,8\n", "item,points\nq1,4\nq2,10\n"))
    assert (first.mean, first.difficulty, first.maximum) == (2, 0.5, 4)
    assert first.item_rest == pytest.approx(1, abs=1e-12)
    assert first.discrimination == 1


def test_what_was_not_presented_is_left_out() -> None:
    """The third person saw only the first item: nothing else to compare it with."""
    lines = item_lines(matrix([[1, 1, 0], [0, 0, NAN], [1, NAN, NAN], [NAN, NAN, NAN]]))
    assert [(line.answered, line.missing) for line in lines] == [(3, 1), (2, 2), (1, 3)]
    assert lines[0].difficulty == pytest.approx(2 / 3)
    assert lines[0].item_rest == pytest.approx(1, abs=1e-12)
    assert (lines[2].sd, lines[2].item_rest, lines[2].discrimination) == (None, None, None)


def test_nobody_varies() -> None:
    (first, second) = item_lines(matrix([[1, 0], [1, 0], [1, 0]]))
    assert (first.item_rest, first.item_total, second.item_rest) == (None, None, None)
    assert [flag.code for flag in flags_of(first)] == ["no-spread", "few-answers"]
    assert flags_of(first)[0].text == "人人满分，分不出高低"
    assert flags_of(second)[0].text == "没有人得分，分不出高低"


def test_an_item_alone_has_nothing_to_be_compared_with() -> None:
    (only,) = item_lines(matrix([[1], [0]]))
    assert (only.item_rest, only.item_total) == (None, 1)


def test_persons_at_the_edge_count_in_part() -> None:
    np.testing.assert_allclose(group_weights(np.array([0.9, 0.5, 0.5, 0.1]), 0.5), [1, 0.5, 0.5, 0])
    np.testing.assert_allclose(group_weights(np.array([0.5, 0.5, NAN, 0.5]), 0.5), [0.5, 0.5, 0, 0.5])
    np.testing.assert_allclose(group_weights(np.array([0.1, 0.2, 0.3]), 1.0), [1, 1, 1])
    np.testing.assert_allclose(group_weights(np.array([NAN, NAN]), 0.27), [0, 0])


ANSWERS = "q1,q2,q3\nA,1,1\nA,1,1\nB,0,1\nB,1,0\nC,0,0\nC,0,0\n"


def test_options_by_hand() -> None:
    """Rest shares are 1 1 .5 .5 0 0; the key A goes with them, C against them, B not at all, D was for nobody."""
    (line, *_) = item_lines(responses(ANSWERS, "item,key,options\nq1,A,ABCD\n"), group=1 / 3)
    assert [(option.option, option.is_key, option.count) for option in line.options] == [
        ("A", True, 2),
        ("B", False, 2),
        ("C", False, 2),
        ("D", False, 0),
    ]
    assert [option.share for option in line.options] == [1 / 3, 1 / 3, 1 / 3, 0]
    assert [option.high for option in line.options] == [1, 0, 0, 0]
    assert [option.low for option in line.options] == [0, 0, 1, 0]
    correlations = [option.correlation for option in line.options]
    assert correlations[:3] == pytest.approx([0.75**0.5, 0, -(0.75**0.5)], abs=1e-12)
    assert correlations[3] is None
    assert [flag.text for flag in flags_of(line)] == ["选项 D 没有人选", "只有 6 人作答，数值仅供参考"]


def test_a_wrong_key_is_suspected() -> None:
    (line, *_) = item_lines(responses(ANSWERS, "item,key\nq1,C\n"))
    assert [flag.code for flag in flags_of(line)] == ["key-suspicious", "negative", "few-answers"]
    assert flags_of(line)[0].text == "答案可能有误：选 A 的人其他题得分更高，请核对答案"
    assert flags_of(line)[1].text == "区分度为负：其他题得分高的人反而容易答错"


def test_of_several_right_options_each_is_looked_at() -> None:
    """Key AB, but the able choose AC: C goes with the rest as far as B goes against it."""
    rows = ["AC,1", "AB,0"] * 50
    (line, _) = item_lines(responses("\n".join(["q1,q2", *rows]), "item,key,options\nq1,AB,ABCD\n"))
    assert [(option.option, option.is_key, option.share) for option in line.options] == [
        ("A", True, 1), ("B", True, 0.5), ("C", False, 0.5), ("D", False, 0),
    ]  # fmt: skip
    assert [option.correlation for option in line.options] == [
        None,
        pytest.approx(-1),
        pytest.approx(1),
        None,
    ]
    assert [flag.text for flag in flags_of(line)] == [
        "答案可能有误：选 C 的人其他题得分更高，请核对答案",
        "区分度为负：其他题得分高的人反而容易答错",
        "选项 D 没有人选",
    ]


def test_a_chance_of_few_answers_is_no_suspicion() -> None:
    """Eight persons, an option that goes .26 with the rest: so much is nothing out of the ordinary."""
    rows = ["A,1", "A,0", "A,1", "A,0", "B,1", "B,1", "B,0", "A,0"]
    (line, _) = item_lines(responses("\n".join(["q1,q2", *rows]), "item,key\nq1,A\n"))
    assert line.options[1].correlation == pytest.approx(0.2581989)
    assert [flag.code for flag in flags_of(line)] == ["negative", "few-answers"]


def test_a_few_able_persons_on_an_option_are_no_suspicion() -> None:
    """Four of a hundred chose C, all of them able, as hardly anybody else: they may have read too much into it."""
    rows = ["C,1"] * 4 + ["A,1"] * 5 + ["A,0"] * 45 + ["B,1"] * 5 + ["B,0"] * 41
    (line, _) = item_lines(responses("\n".join(["q1,q2", *rows]), "item,key\nq1,A\n"))
    assert (line.options[2].correlation or 0) > 0.4
    assert [flag.code for flag in flags_of(line)] == ["negative", "few-chose"]


def test_weak_items_and_idle_options_are_named() -> None:
    """Two hundred persons; one chose D; q1 has next to nothing to do with q2."""
    rows = ["A,1"] * 51 + ["A,0"] * 50 + ["B,1"] * 49 + ["B,0"] * 49 + ["D,0"]
    (line, _) = item_lines(responses("\n".join(["q1,q2", *rows]), "item,key\nq1,A\n"))
    assert [(flag.code, flag.text) for flag in flags_of(line)] == [
        ("weak", "区分度低于 0.2"),
        ("few-chose", "选项 D 少有人选（不到 5%）"),
    ]


def test_a_good_item_has_nothing_said_of_it() -> None:
    assert [flags_of(line) for line in item_lines(matrix([[1, 1], [0, 0]] * 50))] == [(), ()]


scores = st.integers(3, 12).flatmap(
    lambda items: st.lists(
        st.lists(st.sampled_from([0.0, 1.0, 1.0, NAN]), min_size=items, max_size=items), min_size=3, max_size=15
    )
).map(np.array)  # fmt: skip


@settings(max_examples=30)
@given(scores=scores, order=st.randoms(use_true_random=False))
def test_neither_the_order_of_persons_nor_of_items_says_anything(scores: Reals, order: object) -> None:
    known = scores[:, ~np.isnan(scores).all(axis=0)]
    if not known.size:
        return
    rows, columns = np.arange(len(known)), np.arange(known.shape[1])
    order.shuffle(rows)  # type: ignore[attr-defined]  # the strategy's class is private
    order.shuffle(columns)  # type: ignore[attr-defined]  # as above
    straight = item_lines(matrix(known))
    mixed = item_lines(matrix(known[rows][:, columns]))
    for place, line in zip(columns, mixed, strict=True):
        for name in ("difficulty", "item_rest", "item_total", "discrimination", "sd"):
            assert getattr(line, name) == pytest.approx(getattr(straight[place], name), abs=1e-9)


@settings(max_examples=30)
@given(scores=scores)
def test_with_nothing_missing_the_share_is_the_total(scores: Reals) -> None:
    full = np.nan_to_num(scores)
    totals = full.sum(axis=1)
    for place, line in enumerate(item_lines(matrix(full))):
        column = full[:, place]
        for value, other in ((line.item_rest, totals - column), (line.item_total, totals)):
            if min(np.ptp(column), np.ptp(other)) == 0:
                assert value is None
            else:
                assert value == pytest.approx(np.corrcoef(column, other)[0, 1], abs=1e-9)


@settings(max_examples=40)
@given(shares=st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.9, NAN]), max_size=20), group=st.floats(0.05, 0.5))
def test_a_group_is_exactly_its_share(shares: list[float], group: float) -> None:
    values = np.array(shares, dtype=float)
    weights = group_weights(values, group)
    known = ~np.isnan(values)
    assert weights.sum() == pytest.approx(group * known.sum())
    assert np.all((weights >= -1e-9) & (weights <= 1 + 1e-9) & (known | (weights == 0)))


def test_a_correlation_needs_two_and_spread() -> None:
    assert correlation(np.array([1.0, NAN]), np.array([1.0, 2.0])) is None
    assert correlation(np.array([1.0, 2.0]), np.array([0.1 + 0.2, 0.3])) is None
    assert correlation(np.array([1.0, 2.0]), np.array([4.0, 2.0])) == -1
