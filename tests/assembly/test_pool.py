"""What of a bank a blueprint may draw."""

from dataclasses import replace

from tests.bank.core_items import code, multiple, short, single
from zhiheng.assembly.core.pool import enemies_of, pool_of
from zhiheng.bank.core.terms import CompetencyCode

ALLOWED = {"livestream": frozenset({code("skill:4.1.1"), code("knowledge:4.1.1")})}


def names(*items_: object, trade: str | None = "B") -> list[str]:
    return [item.id for item in pool_of(items_, allowed=ALLOWED, trade=trade)]  # type: ignore[arg-type]  # Item


def test_only_live_items_of_the_trade_whose_every_point_is_asked_there() -> None:
    bank = [
        single(),
        single(id="practice", pool="practice"),
        single(id="other-trade", trades=frozenset("A")),
        single(id="own-trade", trades=frozenset("AB")),
        single(id="other-point", codes=(code("skill:4.1.1"), code("skill:4.2.1"))),
        single(id="other-level", codes=(code("skill:4.1.1", "4"),)),
        single(id="other-area", area="video"),
        single(id="no-point", codes=()),
        multiple(codes=(code("knowledge:4.1.1"),)),
    ]
    assert names(*bank) == ["T-S01", "own-trade", "T-M01"]
    assert names(*bank, trade=None) == ["T-S01", "other-trade", "own-trade", "T-M01"]


def test_points_of_a_syllabus_without_levels_hold_at_every_level() -> None:
    own = CompetencyCode(standard="digital-hr", level="", kind="knowledge", code="1.1")
    item = single(area="hr", codes=(replace(own, level="junior"),))
    found = pool_of([item], allowed={"hr": frozenset({own})}, trade=None)
    assert [(entry.id, entry.area, entry.codes, entry.key) for entry in found] == [
        ("T-S01", "hr", ("knowledge:1.1",), ("A",))
    ]


def test_enemies_are_those_named_and_those_alike() -> None:
    bank = [
        single(enemies=("T-W01", "T-S01")),
        single(id="T-S02"),
        short(stem="售后退款的步骤有哪些？", enemies=()),
    ]
    assert enemies_of(bank) == {frozenset({"T-S01", "T-W01"}), frozenset({"T-S01", "T-S02"})}
