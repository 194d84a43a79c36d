"""Banks in files: what is read, and the sentence when it cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bank.core_items import STANDARD, multiple, short, single
from zhiheng.bank.core.files import (
    SHIPPED,
    Place,
    file_form,
    item_from,
    load_bank,
    load_file,
    load_shipped,
    read_items,
)
from zhiheng.bank.core.terms import Item
from zhiheng.foundation.errors import Refused

PLACE = Place(standard=STANDARD, level="5")
ROW: dict[str, Any] = {
    "id": "T-S01",
    "type": "single",
    "codes": ["skill:4.1.1"],
    "difficulty": "0.70",
    "stem": "开播前应先核对哪一项？",
    "options": {"A": "库存数量", "B": "背景音乐", "C": "观众昵称", "D": "快递单号"},
    "key": ["A"],
    "explanation": "先核对库存才不会超卖。",
    "area": "直播营销",
}


def read(*rows: Any) -> tuple[Item, ...]:
    return read_items(json.dumps(list(rows), ensure_ascii=False), source="bank.json", place=PLACE)


def test_an_item_is_read_whole() -> None:
    assert read(ROW) == (single(),)


@pytest.mark.parametrize(
    "item", [single(enemies=("X",)), multiple(law=("法",)), short(trades=frozenset("AB"))]
)
def test_the_file_form_is_read_back_the_same(item: Item) -> None:
    assert item_from(file_form(item), place=Place()) == item


def test_yaml_with_shared_fields(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text(
        "standard: digital-hr\nlevel: junior\narea: hr-basics\npool: practice\nitems:\n"
        "- {id: H1, type: short, codes: ['knowledge:1.1'], difficulty: 0.5, stem: 问, explanation: 析, answer: 答,\n"
        "   points: [{text: 点, marks: 10}]}\n",
        encoding="utf-8",
    )
    (item,) = load_bank(path)
    assert (item.standard, item.level, item.area, item.pool) == (
        "digital-hr",
        "junior",
        "hr-basics",
        "practice",
    )
    assert (str(item.difficulty), str(item.points[0].marks), item.codes[0].level) == ("0.5", "10", "junior")


def test_a_folder_laid_out_as_the_shipped_bank_gives_the_place(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name != "area"}
    for level, pool in (("5", "live"), ("5", "practice"), ("4", "live")):
        path = tmp_path / STANDARD / level / "livestream" / f"{pool}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([{**row, "id": f"{level}-{pool}"}]), encoding="utf-8")
    (tmp_path / "note.txt").write_text("not a bank", encoding="utf-8")
    found = [(item.id, item.level, item.area, item.pool) for item in load_bank(tmp_path)]
    assert found == [
        ("4-live", "4", "livestream", "live"),
        ("5-live", "5", "livestream", "live"),
        ("5-practice", "5", "livestream", "practice"),
    ]
    assert [item.id for item in load_shipped(standard=STANDARD, level="4", root=tmp_path)] == ["4-live"]
    assert len(load_shipped(standard=STANDARD, root=tmp_path)) == 3
    assert load_shipped(standard="none", level="1", root=tmp_path) == ()


def test_the_shipped_bank_lies_beside_the_code() -> None:
    assert (SHIPPED.parts[-2:], SHIPPED.is_dir()) == (("bank", "data"), True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stem": 5}, "字段 stem 的值不合要求"),
        ({"difficulty": "高"}, "字段 difficulty 的值不合要求"),
        ({"difficulty": "NaN"}, "字段 difficulty 的值 NaN 不是数字"),
        ({"points": [{"text": "点", "marks": "Infinity"}]}, "字段 points 的值 Infinity 不是数字"),
        ({"type": "judge"}, "字段 type 的值不合要求"),
        ({"points": [{"text": "点"}]}, "缺少字段 points[0].marks"),
        ({"hint": "x"}, "有不认识的字段 hint"),
        ({"codes": ["4.1.1"]}, "考点代码“4.1.1”读不懂"),
        ({"area": ""}, "字段 area（考核范围）未填写"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_item(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused) as caught:
        read(ROW, {**ROW, **changes})
    assert caught.value.what == f"题库文件 bank.json 第 2 题（T-S01）：{words}"


def test_a_missing_field_and_a_row_that_is_no_item_are_named() -> None:
    with pytest.raises(Refused, match=r"第 1 题（T-S01）：缺少字段 stem。"):
        read({name: value for name, value in ROW.items() if name != "stem"})
    with pytest.raises(Refused, match=r"第 1 题：不是一个由字段组成的题目。"):
        read("just words")
    with pytest.raises(Refused, match=r"第 1 题：字段 id 的值不合要求。"):
        read({**ROW, "id": 7})


def test_an_item_without_a_level_is_refused() -> None:
    with pytest.raises(Refused, match=r"level（等级）未填写"):
        item_from(ROW, place=Place())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{a: 1}", "不是题目列表"),
        ("items: 5", "不是题目列表"),
        ("", "不是题目列表"),
        ("- id: ]", "第 1 行第 7 列读不懂"),
        ("\x01", "某处读不懂"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_items(text, source="bank.yaml", place=PLACE)


def test_items_of_a_mapping_that_are_no_items_are_refused() -> None:
    with pytest.raises(Refused, match="不是一个由字段组成的题目"):
        read_items('{"level": "5", "items": ["words"]}', source="bank.yaml", place=PLACE)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="读不到题库文件"):
        load_file(tmp_path / "absent.yaml")
    bad = tmp_path / "gbk.yaml"
    bad.write_bytes("题".encode("gbk"))
    with pytest.raises(Refused, match="不是 UTF-8 文本"):
        load_file(bad)


@pytest.mark.parametrize("text", ["[{id: T-1", "[" * 100_000])
def test_what_begins_like_json_and_is_none_is_read_as_yaml(text: str) -> None:
    with pytest.raises(Refused) as refused:
        read_items(text, source="a", place=Place())
    assert refused.value.code == "bank-syntax"
