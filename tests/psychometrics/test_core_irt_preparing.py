"""What can be calibrated, and what is refused in words."""

import numpy as np
import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.answers import Lists, Matrix
from zhiheng.psychometrics.core.irt.arrays import Reals
from zhiheng.psychometrics.core.irt.calibrating import MODELS, Model
from zhiheng.psychometrics.core.irt.preparing import (
    Given,
    Prepared,
    advised_answers,
    from_matrix,
    least_answers,
    prepare,
)
from zhiheng.psychometrics.core.irt.priors import Normal, Priors

NONE = np.nan


def given(*columns: list[float]) -> Given:
    scores: Reals = np.array(columns, dtype=float).T
    return from_matrix(scores, [f"q{place}" for place in range(1, len(columns) + 1)])


def done(*columns: list[float], model: Model = "gpcm", least: int = 1, skip: bool = False) -> Prepared:
    return prepare(given(*columns), model=model, least=least, skip=skip)


def refused(*columns: list[float], model: Model = "gpcm", least: int = 1) -> str:
    with pytest.raises(Refused) as caught:
        done(*columns, model=model, least=least)
    return caught.value.sentence


FINE = [0, 1, 0, 1]


def test_scores_are_numbered_from_nothing() -> None:
    found = done(FINE, [2, 0, 2, 5], [0.5, 1, 1.5, 0])
    assert isinstance(found.answers, Matrix)
    assert found.answers.categories.tolist() == [2, 3, 4]
    assert [values.tolist() for values in found.values] == [[0, 1], [0, 2, 5], [0, 0.5, 1, 1.5]]
    given_back = found.answers.patterns[found.answers.pattern_of]
    assert given_back.T.tolist() == [[0, 1, 0, 1], [1, 0, 1, 2], [1, 2, 3, 0]]
    assert found.notes == ("题目“q2”没有人得 1、3、4 分，相邻的得分合为相连的等级",)


def test_who_answered_nothing_does_not_count() -> None:
    found = done([0, 1, NONE, 1], [1, 0, NONE, NONE], [0, 1, NONE, 1])
    assert (found.persons.tolist(), found.answers.persons) == ([0, 1, 3], 3)
    assert found.notes == ("1 人没有一个答案，没有计入",)


def test_few_of_many_become_lists() -> None:
    scores = np.full((16, 8), NONE)
    for person in range(16):
        scores[person, [person % 8, (person + 1) % 8]] = [person // 8, 1 - person // 8]
    found = prepare(from_matrix(scores, [f"q{place}" for place in range(8)]), model="2pl", least=1)
    assert isinstance(found.answers, Lists)
    assert found.answers.frequencies().tolist() == [2.0] * 16
    assert found.answers.starts.tolist() == list(range(0, 33, 2))
    assert found.answers.rows[:4].tolist() == [0, 3, 2, 5]


def test_everybody_right() -> None:
    assert refused(FINE, FINE, [1, 1, 1, 1], model="2pl") == (
        "题目“q3”作答的人都得 1 分，难度没有有限的估计。请去掉这些题，或用 --skip 由程序略去。"
    )


def test_nobody_answered() -> None:
    assert refused(FINE, FINE, [NONE] * 4).startswith("题目“q3”没有人作答。")


def test_too_few_answers() -> None:
    assert refused(FINE, FINE, [0, 1, NONE, NONE], least=4) == (
        "题目“q3”只有 2 人作答，至少要 4 人。请去掉这些题，或用 --skip 由程序略去；"
        "作答人数少时可换参数更少的模型、给出先验，或用 --least 放宽。"
    )


def test_more_than_right_and_wrong() -> None:
    assert refused(FINE, FINE, [0, 1, 2, 1], model="3pl") == (
        "题目“q3”有 3 种得分，3PL 只用于答对、答错两种。请去掉这些题，或用 --skip 由程序略去；多级计分的题请用 gpcm 或 grm。"
    )


def test_too_many_scores() -> None:
    many = list(range(21))
    assert refused([0, 1] * 10 + [0], [0, 1] * 10 + [0], many).startswith(
        "题目“q3”有 21 种得分，至多 20 种。"
    )


def test_many_faults_are_counted() -> None:
    ones = [1.0] * 4
    assert "，共 6 题如此" in refused(*[ones] * 6)


def test_too_few_items() -> None:
    assert refused(FINE, FINE, model="2pl") == "能够标定的题目只有 2 题。2PL 至少需要 3 题。"
    assert len(done(FINE, FINE, model="1pl").items) == 2


def test_left_out() -> None:
    found = done(FINE, [1, 1, 1, 1], FINE, FINE, skip=True)
    assert found.items == ("q1", "q3", "q4")
    assert found.left_out == (("q2", "作答的人都得 1 分，难度没有有限的估计"),)
    assert found.answers.categories.tolist() == [2, 2, 2]


def test_how_many_answers_a_model_should_have() -> None:
    prior = Normal(mean=0.0, deviation=0.5)
    advised = {model: advised_answers(model, Priors()) for model in MODELS}
    assert advised == {"1pl": 50, "2pl": 200, "3pl": 500, "gpcm": 200, "grm": 200}
    least = {model: least_answers(model, Priors()) for model in MODELS}
    assert least == {"1pl": 20, "2pl": 50, "3pl": 100, "gpcm": 50, "grm": 50}
    assert advised_answers("2pl", Priors(slope=prior)) == 50
    assert advised_answers("3pl", Priors(slope=prior)) == 500
    assert advised_answers("3pl", Priors(guessing=prior)) == 200
    assert advised_answers("3pl", Priors(slope=prior, guessing=prior)) == 50


def test_fewer_than_advised_is_noted() -> None:
    def notes(columns: int) -> tuple[str, ...]:
        return prepare(given(*[FINE] * columns), model="2pl", least=1, advised=5).notes

    assert notes(3) == ("题目“q1”、“q2”、“q3”作答不足 5 人，参数不稳，请连同标准误一起看",)
    assert notes(6) == ("题目“q1”、“q2”、“q3”、“q4”、“q5”等 6 题作答不足 5 人，参数不稳，请连同标准误一起看",)


def test_papers_that_share_nobody_are_noted() -> None:
    """Two papers without a common person, then one person who sat both."""
    first, second = [0, 1, 1, NONE, NONE, NONE], [NONE, NONE, NONE, 1, 0, 1]
    assert done(first, first, second, second).notes == (
        "题目分成 2 组，各组之间没有共同的考生：只有各组考生水平相当时，参数才在同一尺度上",
    )
    assert done(first, first, second, [NONE, NONE, 1, 1, 0, 1]).notes == ()
