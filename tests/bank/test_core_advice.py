"""What a writer should look at once more."""

from datetime import date
from typing import Any

import pytest

from tests.bank.core_items import options, short, single
from zhiheng.bank.core.advice import advice, key_balance, repealed


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"options": options("先", "背景音乐是否已经获得授权并且标注", "观众", "快递")}, ["option-lengths"]),
        ({"options": options("核对每一件商品的库存数量与价格", "音乐与灯光等", "昵称与留言等", "单号与地址等")}, ["key-length"]),
        ({"stem": "下列做法不正确的是（　　）。"}, ["stem-negative"]),
        ({"stem": "下列哪一项不属于工作准备？"}, ["stem-negative"]),
        ({"stem": "下列做法【不正确】的是（　　）。"}, []),
        ({"stem": "成本不得高于（　　）。"}, []),
        ({"stem": "两者不能比较的原因是（　　）。"}, []),
        ({"stem": "本店销量最佳，应先核对什么？"}, ["word-barred"]),
        ({"stem": "主播说“最佳”，应先核对什么？"}, []),
        ({"law": ("《中华人民共和国合同法》第十条",)}, ["law-repealed"]),
        ({"law": ("《劳动合同法》第十条",)}, []),
        ({"explanation": "见《网络交易管理办法》。", "law": ("《网络交易管理办法》",)}, ["law-repealed"]),
    ],
)  # fmt: skip
def test_each_thing_that_stands_out(changes: dict[str, Any], codes: list[str]) -> None:
    assert [reason.code for reason in advice(single(**changes))] == codes
    assert not any(reason.met for reason in advice(single(**changes)))


def test_a_short_answer_has_no_options_to_look_at() -> None:
    assert advice(short(stem="写出三项不应采用的做法，并说明不采用的理由是什么")) == ()


def test_every_law_of_the_table_ended_and_has_a_successor_in_force() -> None:
    for law in repealed().values():
        assert law.ended <= date(2026, 1, 1), law.name
        assert law.replaced_by.startswith("《"), law.name
        assert law.replaced_by.partition("》")[0].lstrip("《") not in repealed(), law.name


@pytest.mark.parametrize(
    ("keys", "odd"),
    [("ABCD" * 5, ()), ("A" * 10 + "BCDBCDBCDB", ("A",)), ("ABC" * 7, ("D",)), ("A" * 19, ()), ("", ())],
)
def test_letters_are_balanced_from_twenty_keys_on(keys: str, odd: tuple[str, ...]) -> None:
    found = key_balance([*(single(key=(letter,)) for letter in keys), short()])
    assert (found.odd, found.total, found.judged) == (odd, len(keys), len(keys) >= 20)
    assert list(found.letters) == list("ABCD")


def test_a_fifth_letter_is_counted_where_it_occurs() -> None:
    assert key_balance([single(key=("E",))]).letters == {"A": 0, "B": 0, "C": 0, "D": 0, "E": 1}
