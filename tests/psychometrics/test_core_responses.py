"""Answers out of CSV: what is read, and what is refused by row and column."""

import numpy as np
import pytest

from tests.psychometrics.tables import matrix, responses
from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.responses import normal_choice, read_key, read_responses
from zhiheng.psychometrics.core.tables import read_table

NAN = float("nan")


def test_scores_with_a_column_of_persons() -> None:
    given = responses("id,q1,q2\nA,1,0.5\n\nB,NA,\nC,0,2\n")
    assert (given.persons, given.items, given.guessed) == (("A", "B", "C"), ("q1", "q2"), ("q2",))
    np.testing.assert_array_equal(given.scores, [[1, 0.5], [NAN, NAN], [0, 2]])
    np.testing.assert_array_equal(given.maxima, [1, 2])
    assert not given.dichotomous


@pytest.mark.parametrize("text", ["q1;q2\n1;0\n0;1\n", "q1\tq2\r\n1\t0\r\n0\t1\r\n", '"q1","q2"\n1,0\n0,"1"'])
def test_persons_without_names_are_numbered_and_separators_are_seen(text: str) -> None:
    given = responses(text)
    assert (given.persons, given.items, given.guessed) == (("1", "2"), ("q1", "q2"), ())
    np.testing.assert_array_equal(given.scores, [[1, 0], [0, 1]])
    assert given.dichotomous


def test_a_first_column_without_a_name_is_the_persons() -> None:
    assert responses('"",q1\n"7",1\n"8",0\n').persons == ("7", "8")


def test_what_looks_like_the_end_of_a_line_may_stand_in_a_name() -> None:
    """A form feed and the sign U+2028; blank lines before the header; lines ended as of old."""
    assert responses("\n\nq\x0c1;q\u20282\r1;0\r0;1\r").items == ("q\x0c1", "q\u20282")
    assert responses('"q\n1",q2\n1,0\n0,1\n').items == ("q\n1", "q2")


def test_columns_are_found_and_left_out() -> None:
    table = read_table("id,q1,Total,q2\nA,1,3,2\nB,0,1,1\n", source="作答")
    assert table.named({"total"}) == (1,)
    rest = table.without(1)
    assert (rest.persons, rest.columns, rest.rows) == (("A", "B"), ("q1", "q2"), (("1", "2"), ("0", "1")))


def test_one_column_needs_no_separator() -> None:
    assert responses("q1\n1\n0\n").items == ("q1",)


def test_raw_options_are_scored_by_the_key_and_points_beside_them() -> None:
    given = responses(
        'candidate,s1,m1,w1\nA,b,CA,4\nB,C,A,1.5\nC,,"c, a",NA\n',
        "item,key,points,options\ns1,B,1,ABCD\nm1,AC,2,\nw1,,5,\n",
    )
    np.testing.assert_array_equal(given.scores, [[1, 2, 4], [0, 0, 1.5], [NAN, 2, NAN]])
    np.testing.assert_array_equal(given.maxima, [1, 2, 5])
    assert sorted(given.choices) == [0, 1]
    single, several = given.choices[0], given.choices[1]
    assert (single.options, single.key) == (("A", "B", "C", "D"), {"B"})
    np.testing.assert_array_equal(single.chosen, [[0, 1, 0, 0], [0, 0, 1, 0], [NAN] * 4])
    assert (several.options, several.key) == (("A", "C"), {"A", "C"})
    np.testing.assert_array_equal(several.chosen, [[1, 1], [1, 0], [1, 1]])


def test_two_marks_where_one_is_right_are_a_choice_of_their_own() -> None:
    given = responses("q\nA\nAB\n", "item,key\nq,A\n")
    assert (given.choices[0].options, given.scores[:, 0].tolist()) == (("A", "AB"), [1, 0])
    numbered = responses('q\n"2,1"\n2\n', 'item,key\nq,"1,2"\n')
    assert (numbered.choices[0].options, numbered.scores[:, 0].tolist()) == (("1", "2"), [1, 0])


def test_a_key_may_number_the_items() -> None:
    given = responses("甲,乙\n1,4\n2,4\n", "item,key\n1,1\n2,4\n")
    np.testing.assert_array_equal(given.scores, [[1, 1], [0, 1]])


def test_what_is_missing_may_count_as_nothing() -> None:
    table = read_table("q1,q2\n1,NA\n,1\n", source="作答")
    np.testing.assert_array_equal(read_responses(table, missing="zero").scores, [[1, 0], [0, 1]])


@pytest.mark.parametrize(
    ("cell", "normal"),
    [
        ("", ""), ("na", ""), ("b", "B"), ("CA", "AC"), ("c, a", "AC"), ("A|C；B", "ABC"), ("3", "3"), ("2,1", "1,2"),
        ("10", "10"), ("对", "对"), ("False", "FALSE"), ("AA", "AA"),
    ],
)  # fmt: skip
def test_choices_are_compared_in_one_form(cell: str, normal: str) -> None:
    assert normal_choice(cell) == normal


def test_options_may_be_words() -> None:
    keys = read_key(read_table("item,key,options\nq1,对,对/错\nq2,B,\n", source="答案"))
    assert (keys["q1"].options, keys["q2"].options) == (("对", "错"), ())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "作答 没有数据。第一行须是各列的名称，以下每人一行。"),
        ("q1,q2\n", "作答 没有数据。第一行须是各列的名称，以下每人一行。"),
        ("q1,q2\n1,0\n1\n", "作答 第 3 行有 1 列，而第一行有 2 列。请补齐或去掉多余的列。"),
        ("q1,q1\n1,0\n", "作答 第 1 行有两列都叫“q1”。请改成不同的名称。"),
        ("q1,,q2\n1,0,1\n", "作答 第 1 行有一列没有名称（第 2 个）。请为每一列写上名称。"),
        ("id\n1\n2\n", "作答 除考生一列外没有别的列。请补上数据列。"),
        ('q1,q2\n1,0\n\n1,"0\n', "作答 从第 4 行起读不懂。请检查该行的引号与分隔符。"),
        ("id,q1\nA,1\nA,0\n", "作答 第 3 行的“A”在第 2 行已经出现。每人只能有一行。"),
        ("id,q1\nA,1\n,0\n", "作答 第 3 行没有写是谁。请填写第一列，或去掉这一列。"),
        ("q1,q2\n1,0\n1,x\n", "作答 第 3 行“q2”列的“x”不是数。缺失请留空或写 NA；原始选项请用 --key 给出答案。"),
        ("q1,q2\n1,0\n1,nan\n", "作答 第 3 行“q2”列的“nan”不是数。缺失请留空或写 NA；原始选项请用 --key 给出答案。"),
        ("q1,q2\n1,0\n1,1_0\n", "作答 第 3 行“q2”列的“1_0”不是数。缺失请留空或写 NA；原始选项请用 --key 给出答案。"),
        ("q1,q2\n1,0\n1,1e300\n", "作答 第 3 行“q2”列的“1e300”大得不像分数。分数的绝对值不超过 1000000000。"),
        ("q1,q2\n1,0\n1,-1\n", "作答 第 3 行“q2”列的“-1”不在 0 以上。请核对这个分数与满分。"),
        ("q1,q2\n1,0\n", "作答 只有一名考生。统计至少需要两名考生。"),
        ("q1,q2\n1,\n0,NA\n", "作答 的“q2”列没有一个答案。请去掉这一列，或核对缺失的写法。"),
    ],
)  # fmt: skip
def test_unusable_answers_are_refused_by_row_and_column(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        responses(text)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("item\nq1\n", "答案 的列是 item。须有 item 一列，以及 key（正确选项）、points（满分）、options（全部选项）中的至少一列。"),
        ("key,x\nA,1\n", "答案 的列是 key、x。须有 item 一列，以及 key（正确选项）、points（满分）、options（全部选项）中的至少一列。"),
        ("item,key\nq1,A\nq1,B\n", "答案 第 3 行的题目“q1”出现不止一次。每题只写一行。"),
        ("item,key\n,A\n", "答案 第 2 行没有写题目。每题只写一行。"),
        ("item,points\nq1,0\n", "答案 第 2 行“points”列的“0”不是满分。满分须大于 0。"),
        ("item,key,options\nq1,E,ABCD\n", "答案 第 2 行“key”列的“E”不在选项 A、B、C、D 之中。请核对答案与选项。"),
        ("item,key\nq9,A\n", "答案文件里的题目“q9”在 作答 中没有这一列。请核对题目名称。"),
        ("item,points\nq1,1\n", "作答 第 3 行“q1”列的“2”不在 0 至满分 1 之间。请核对这个分数与满分。"),
        ("item,key,options\nq2,A,ABCD\n", "作答 第 3 行“q2”列的“X”不在选项 A、B、C、D 之中。没有选请留空或写 NA。"),
        ("item,key\nq2,A\nq3,A\n", "作答 的“q3”列没有一个答案。请去掉这一列，或核对缺失的写法。"),
    ],
)  # fmt: skip
def test_an_unusable_key_is_refused(key: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        responses("q1,q2,q3\n1,A,\n2,X,\n", key)
    assert refused.value.sentence == sentence


def test_right_or_wrong_of_unequal_weight_is_not_dichotomous() -> None:
    assert matrix([[0, 5], [5, 0]], maximum=5).dichotomous
    assert not responses("q1,q2\n1,0\n0,5\n", "item,points\nq2,5\n").dichotomous
