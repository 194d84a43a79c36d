"""Every writing rule once kept and once broken."""

from decimal import Decimal
from typing import Any

import pytest

from tests.bank.core_items import code, multiple, options, short, single
from zhiheng.bank.core.checks import check_bank, check_item, length_warning, refers_to_others
from zhiheng.bank.core.terms import CompetencyCode, Item, Option, Point

AREAS = {code("skill:4.1.1"): "livestream", code("skill:5.1.1"): "video", code("basics:2.1.1"): "ethics"}
LONG = "开播前由选品、主播与运营三方共同核对库存与价格并留存记录"


def unmet(item: Item) -> list[str]:
    decision = check_item(item, area_of=AREAS)
    assert decision.granted is (not decision.unmet)
    return [reason.code for reason in decision.unmet]


@pytest.mark.parametrize("item", [single(), multiple(), short()], ids=["single", "multiple", "short"])
def test_a_right_item_is_granted(item: Item) -> None:
    assert unmet(item) == []


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"stem": "  "}, ["stem-empty"]),
        ({"explanation": ""}, ["explanation-empty"]),
        ({"difficulty": Decimal(0)}, ["difficulty-range"]),
        ({"difficulty": Decimal(1)}, ["difficulty-range"]),
        ({"difficulty": Decimal("0.01")}, []),
        ({"codes": ()}, ["code-missing"]),
        ({"codes": (code("skill:9.9.9"),)}, ["code-unknown"]),
        ({"codes": (code("skill:4.1.1", "4"),)}, ["code-unknown"]),
        ({"codes": (code("skill:5.1.1"),)}, ["code-area"]),
        ({"codes": (code("basics:2.1.1"),), "area": "ethics"}, []),
        ({"options": options("甲一", "乙二")}, ["option-count"]),
        ({"options": options("甲一", "乙二", "丙三")}, []),
        ({"options": options("一", "二", "三", "四", "五", "六")}, []),
        ({"options": options("一", "二", "三", "四", "五", "六", "七")}, ["option-count", "option-letters"]),
        ({"options": (*options("一", "二"), Option(letter="D", text="四"))}, ["option-letters"]),
        ({"options": options("一", "二", " ")}, ["option-empty"]),
        ({"options": options("库 存", "库存", "价格")}, ["option-repeated"]),
        ({"key": ("A", "B")}, ["key-count"]),
        ({"key": ()}, ["key-count"]),
        ({"key": ("E",)}, ["key-letters"]),
        ({"options": options("一", "二", "三", "以上都对")}, ["option-wording"]),
        ({"points": (Point(text="甲", marks=Decimal(10)),)}, ["choice-points"]),
    ],
)
def test_a_single_choice_item_says_what_is_wrong(changes: dict[str, Any], codes: list[str]) -> None:
    assert unmet(single(**changes)) == codes


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        (("A",), ["key-count"]),
        (("A", "A"), ["key-letters"]),
        (("A", "B", "C", "D"), []),
        (("A", "F"), ["key-letters"]),
    ],
)
def test_a_multiple_choice_key_has_two_letters_or_more(key: tuple[str, ...], codes: list[str]) -> None:
    assert unmet(multiple(key=key)) == codes


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"key": ("A",)}, ["short-options"]),
        ({"options": options("一", "二", "三")}, ["short-options"]),
        ({"answer": " "}, ["answer-empty"]),
        ({"points": ()}, ["points-sum"]),
        ({"points": (Point(text="甲", marks=Decimal("9.5")),)}, ["points-sum"]),
        ({"points": (Point(text="甲", marks=Decimal("9.5")), Point(text="乙", marks=Decimal("0.5")))}, []),
        ({"points": (Point(text=" ", marks=Decimal(10)),)}, ["points-marks"]),
        (
            {"points": (Point(text="甲", marks=Decimal(11)), Point(text="乙", marks=Decimal(-1)))},
            ["points-marks"],
        ),
    ],
)
def test_a_short_answer_item_says_what_is_wrong(changes: dict[str, Any], codes: list[str]) -> None:
    assert unmet(short(**changes)) == codes


def test_a_syllabus_point_without_level_is_found_under_any_level() -> None:
    own = CompetencyCode(standard="digital-hr", level="", kind="knowledge", code="1.1")
    item = single(
        codes=(CompetencyCode(standard="digital-hr", level="junior", kind="knowledge", code="1.1"),),
        area="hr",
    )
    assert check_item(item, area_of={own: "hr"}).granted


def test_a_reason_names_the_item_and_both_areas() -> None:
    reason = check_item(single(codes=(code("skill:5.1.1"),)), area_of=AREAS).unmet[0]
    assert reason.text == "T-S01：考点代码 skill:5.1.1 属于“视频创推”，题目放在“直播营销”"


@pytest.mark.parametrize(
    "text",
    ["以上都对", "以上都不对", "以上全部正确。", "上述各项均是", "A和B", "A、C", "以上皆是", "前三项都对"],
)
def test_wording_that_points_at_other_options(text: str) -> None:
    assert refers_to_others(text)


@pytest.mark.parametrize(
    "text",
    [
        "以实物为准",
        "全部退款",
        "核对后再上架才是对的",
        "上述广告须经审查后方可在直播间里播放",
        "A类商品",
        "都对库存负责",
    ],
)
def test_wording_that_stands_by_itself(text: str) -> None:
    assert not refers_to_others(text)


@pytest.mark.parametrize(
    ("item", "warned"),
    [
        (single(), False),
        (single(options=options(LONG, "价格", "昵称")), True),
        (single(options=options(LONG, LONG + "等", "昵称")), False),
        (single(options=options("核对库存", "一", "二")), False),
        (single(options=options("价格", LONG, "昵称")), False),
        (multiple(options=options(LONG, "价格", LONG + "。")), True),
        (multiple(options=options("甲", "乙", "丙"), key=("A", "B", "C")), False),
        (short(), False),
    ],
)
def test_a_key_that_stands_out_by_length_is_a_warning(item: Item, warned: bool) -> None:
    warning = length_warning(item)
    assert (warning.code if warning else None) == ("key-length" if warned else None)


def test_a_bank_of_different_items_may_stand_together() -> None:
    assert check_bank([single(), multiple(stem="另一题"), short(enemies=("T-S01",))]).granted


def test_a_bank_refuses_repeated_ids_shared_texts_and_unknown_enemies() -> None:
    items = [
        single(),
        single(stem="别的题"),
        single(id="T-P01", pool="practice"),
        short(enemies=("T-X99",)),
    ]
    assert [(reason.code, reason.text) for reason in check_bank(items).unmet] == [
        ("id-repeated", "题号 T-S01 出现 2 次，须唯一"),
        ("pools-shared", "T-P01：同一道题既在练习题库又在正式题库"),
        ("enemy-unknown", "T-W01：互斥题 T-X99 不在题库中"),
    ]
