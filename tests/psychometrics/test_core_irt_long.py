"""Answers one a line."""

import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.psychometrics.core.irt.long import Named, read_long


def read(text: str) -> Named:
    return read_long(text.splitlines(), source="答案.csv")


def refused(text: str) -> str:
    with pytest.raises(Refused) as caught:
        read(text)
    return caught.value.sentence


def test_columns_in_any_order() -> None:
    found = read("\ufeff得分,题目,考生\n1,q2,甲\n\n0.5,q1,乙\n,q1,甲\nNA,q3,丙\n")
    assert (found.persons, found.given.names, found.given.persons) == (
        ("甲", "乙", "丙"),
        ("q2", "q1", "q3"),
        3,
    )
    assert (found.given.person.tolist(), found.given.item.tolist()) == ([0, 1], [0, 1])
    assert found.given.points.tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "person,item\n",
            "答案.csv 的第一行是“person、item”，缺少 score 一列。每行一个答案，列名为 person、item、score（考生、题目、得分）。",
        ),
        ("person,item,score\na,b\n", "答案.csv 第 2 行只有 2 列。请补齐考生、题目、得分三列。"),
        ("person,item,score\na,b,1\n,b,1\n", "答案.csv 第 3 行没有写考生或题目。请补上。"),
        ("person,item,score\na,,1\n", "答案.csv 第 2 行没有写考生或题目。请补上。"),
        ("person,item,score\na,b,对\n", "答案.csv 第 2 行的得分“对”不是数。没有出示的题请留空或写 NA。"),
        ("person,item,score\na,b,inf\n", "答案.csv 第 2 行的得分“inf”不是数。没有出示的题请留空或写 NA。"),
        (
            "person,item,score\na,b,1\nc,b,1\na,b,0\n",
            "答案.csv 中考生“a”的题目“b”有两个得分。每人每题只写一行。",
        ),
    ],
)
def test_refused(text: str, sentence: str) -> None:
    assert refused(text) == sentence


def test_nothing_at_all() -> None:
    assert refused("").startswith("答案.csv 的第一行是“”，缺少 person 一列。")
