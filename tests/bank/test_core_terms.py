"""Competency codes and who may meet an item."""

import pytest

from tests.bank.core_items import STANDARD, single
from zhiheng.bank.core.terms import CompetencyCode
from zhiheng.foundation.errors import Refused


@pytest.mark.parametrize(
    ("text", "level", "kind", "number"),
    [
        ("skill:4.1.1", "5", "skill", "4.1.1"),
        (" knowledge:7.1.2 ", "5", "knowledge", "7.1.2"),
        ("basics:2.2.6.22", "", "basics", "2.2.6.22"),
        ("knowledge:1.1", "5", "knowledge", "1.1"),
    ],
)
def test_a_code_is_read_with_its_level(text: str, level: str, kind: str, number: str) -> None:
    code = CompetencyCode.parse(text, standard=STANDARD, level="5")
    assert (code.standard, code.level, code.kind, code.code) == (STANDARD, level, kind, number)
    assert code.label == text.strip()
    assert code.of_every_level.level == ""


@pytest.mark.parametrize(
    "text", ["4.1.1", "skills:4.1.1", "skill:", "skill:4", "skill:4.a.1", "skill:４.1.1", ""]
)
def test_a_code_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="读不懂") as caught:
        CompetencyCode.parse(text, standard=STANDARD, level="5")
    assert caught.value.code == "code-form"


@pytest.mark.parametrize(
    ("trades", "trade", "met"),
    [("", "A", True), ("AB", "A", True), ("AB", "C", False), ("AB", None, True)],
)
def test_an_item_is_for_its_trades(trades: str, trade: str | None, met: bool) -> None:
    assert single(trades=frozenset(trades)).for_trade(trade) is met


def test_the_text_of_an_item_is_what_a_candidate_reads() -> None:
    assert single().text == "开播前应先核对哪一项？\n库存数量\n背景音乐\n观众昵称\n快递单号"
