"""The transcription of the national standard, against its own counts and sentences."""

from collections import Counter

import pytest

from zhiheng.foundation.errors import Refused
from zhiheng.standards.core.loader import (
    area_of,
    assessed_areas,
    find_code,
    load_occupation,
    occupation_codes,
)
from zhiheng.standards.core.terms import Kind, WeightTable

KEY = "4-01-02-07-2021"
STANDARD = load_occupation(KEY)
TRADES_AT = [(level.id, mark) for level in STANDARD.levels for mark in level.assessed_functions]


def test_identity() -> None:
    assert (STANDARD.code, STANDARD.name, STANDARD.notice) == (
        "4-01-02-07",
        "互联网营销师",
        "人社厅发〔2021〕79 号",
    )
    assert STANDARD.published.isoformat() == "2021-11-18"
    assert [level.name for level in STANDARD.levels] == [
        "五级/初级工",
        "四级/中级工",
        "三级/高级工",
        "二级/技师",
        "一级/高级技师",
    ]
    assert [level.hours for level in STANDARD.levels] == [120, 104, 88, 72, 72]
    assert load_occupation("4-01-02-07") == STANDARD


def test_eighteen_combinations_of_level_and_trade() -> None:
    assert len(TRADES_AT) == 18
    assert {(level, trade.mark) for trade in STANDARD.trades for level in trade.levels} == set(TRADES_AT)


@pytest.mark.parametrize(
    ("level", "functions", "contents", "skills", "knowledge", "marks"),
    [
        ("5", 7, 16, 42, 40, 6),
        ("4", 7, 17, 45, 42, 10),
        ("3", 7, 15, 40, 38, 5),
        ("2", 5, 10, 24, 23, 0),
        ("1", 5, 10, 22, 21, 0),
    ],
)
def test_counts(level: str, functions: int, contents: int, skills: int, knowledge: int, marks: int) -> None:
    here = STANDARD.level(level)
    all_contents = [content for function in here.functions for content in function.contents]
    all_skills = [skill for content in all_contents for skill in content.skills]
    assert len(here.functions) == functions
    assert len(all_contents) == contents
    assert len(all_skills) == skills
    assert sum(len(content.knowledge) for content in all_contents) == knowledge
    assert sum(bool(skill.trades) for skill in all_skills) == marks


def test_skills_per_function() -> None:
    counted = {
        level.id: [sum(len(c.skills) for c in function.contents) for function in level.functions]
        for level in STANDARD.levels
    }
    assert counted == {
        "5": [11, 5, 6, 5, 6, 5, 4],
        "4": [13, 7, 6, 4, 5, 6, 4],
        "3": [10, 5, 4, 5, 7, 5, 4],
        "2": [6, 4, 5, 4, 5],
        "1": [6, 4, 4, 4, 4],
    }


@pytest.mark.parametrize(
    ("level", "trade", "skills", "knowledge", "derived"),
    [
        ("5", "A", 19, 20, 18),
        ("5", "B", 18, 18, 17),
        ("5", "C", 18, 19, 17),
        ("5", "D", 17, 18, 16),
        ("4", "A", 20, 23, 18),
        ("4", "B", 15, 18, 12),
        ("4", "C", 16, 19, 13),
        ("4", "D", 18, 20, 16),
        ("3", "A", 17, 17, 15),
        ("3", "B", 17, 17, 15),
        ("3", "C", 19, 19, 17),
        ("3", "D", 16, 17, 15),
        ("2", "A", 15, 14, 14),
        ("2", "B", 13, 13, 13),
        ("2", "C", 14, 14, 14),
        ("1", "A", 14, 13, 13),
        ("1", "B", 12, 12, 12),
        ("1", "C", 12, 12, 12),
    ],
)
def test_what_each_trade_is_assessed_on(
    level: str, trade: str, skills: int, knowledge: int, derived: int
) -> None:
    mine = [code for code in occupation_codes(KEY) if code.level == level and trade in code.trades]
    here = STANDARD.level(level)
    by_function = sum(
        len(content.knowledge)
        for function in here.functions
        if trade in here.trades_of(function)
        for content in function.contents
    )
    assert Counter(code.kind for code in mine) == {"skill": skills, "knowledge": derived}
    assert by_function == knowledge


def test_codes_run_without_a_gap_in_every_content() -> None:
    for level in STANDARD.levels:
        for function in level.functions:
            assert [content.code for content in function.contents] == [
                f"{function.number}.{n}" for n in range(1, len(function.contents) + 1)
            ]
            for content in function.contents:
                for points in (content.skills, content.knowledge):
                    assert [p.code for p in points] == [
                        f"{content.code}.{n}" for n in range(1, len(points) + 1)
                    ]


def test_every_skill_says_what_one_can_do() -> None:
    texts = [code.text for code in occupation_codes(KEY) if code.kind == "skill"]
    assert len(texts) == 173
    assert [text for text in texts if not text.startswith("能")] == []
    assert [text for text in texts if "（A" in text or "（B" in text or " " in text] == []


def test_functions_assessed_per_trade() -> None:
    lower = {"A": (1, 2, 3), "B": (1, 4, 7), "C": (1, 5, 7), "D": (1, 6, 7)}
    upper = {"A": (1, 4, 5), "B": (2, 4, 5), "C": (3, 4, 5)}
    assert [level.assessed_functions for level in STANDARD.levels] == [lower, lower, lower, upper, upper]


def test_areas_of_the_functions_follow_their_titles() -> None:
    for level in STANDARD.levels:
        assert [function.title for function in level.functions] == [
            STANDARD.area_title(function.area) for function in level.functions
        ]


def test_basics() -> None:
    assert [point.code for point in STANDARD.basics.ethics] == [
        "2.1.1",
        "2.1.2.1",
        "2.1.2.2",
        "2.1.2.3",
        "2.1.2.4",
    ]
    assert [len(area.points) for area in STANDARD.basics.areas] == [2, 4, 4, 3, 3, 22]
    laws = STANDARD.basics.areas[-1].points
    assert [law.code for law in laws if law.current_title] == ["2.2.6.2", "2.2.6.12", "2.2.6.15", "2.2.6.21"]


def test_open_lists() -> None:
    assert len(STANDARD.related_occupations.entries) == 25
    majors = STANDARD.related_majors.entries
    assert (len(majors), len(set(majors))) == (70, 69)
    assert [major for major, n in Counter(majors).items() if n > 1] == ["市场营销"]


@pytest.mark.parametrize(("level", "trade"), TRADES_AT)
@pytest.mark.parametrize("table", [STANDARD.theory_weights, STANDARD.skill_weights], ids=["4.1", "4.2"])
def test_weight_columns(table: WeightTable, level: str, trade: str) -> None:
    column = {
        slug: levels[level][trade] for slug, levels in table.rows.items() if trade in levels.get(level, {})
    }
    here = STANDARD.level(level)
    assessed = {function.area for function in here.functions if trade in here.trades_of(function)}
    general = {"ethics", "basics"} if table is STANDARD.theory_weights else set()
    assert sum(column.values()) == 100
    assert set(column) == assessed | general


def test_weights_of_the_cells_that_are_hard_to_read() -> None:
    theory, skill = STANDARD.theory_weights.rows, STANDARD.skill_weights.rows
    assert theory["aftersales"] == {
        "5": {"B": 20, "C": 20, "D": 30},
        "4": {"B": 25, "C": 25, "D": 35},
        "3": {"B": 25, "C": 25, "D": 35},
    }
    assert skill["aftersales"] == {
        "5": {"B": 20, "C": 20, "D": 30},
        "4": {"B": 20, "C": 20, "D": 25},
        "3": {"B": 20, "C": 20, "D": 25},
    }
    assert skill["video"] == {"5": {"C": 50}, "4": {"C": 55}, "3": {"C": 60}, "2": {"C": 50}, "1": {"C": 50}}
    assert theory["livestream"] == {
        "5": {"B": 40},
        "4": {"B": 45},
        "3": {"B": 45},
        "2": {"B": 40},
        "1": {"B": 40},
    }


def test_assessment() -> None:
    assert [(c.key, c.levels, c.minutes) for c in STANDARD.components] == [
        ("theory", ("5", "4", "3", "2", "1"), 90),
        ("skill", ("5", "4", "3", "2", "1"), 90),
        ("review", ("2", "1"), 30),
    ]


def test_one_code_means_different_things_at_different_levels_and_columns() -> None:
    texts = [
        find_code(KEY, level, kind, "1.1.1").text
        for level, kind in (("5", "skill"), ("5", "knowledge"), ("1", "skill"))
    ]
    assert texts == ["能搜集产品图文素材", "产品图文素材搜集方法", "能预判热销产品"]
    assert [area_of(KEY, level, "skill", "1.1.1") for level in "51"] == ["preparation", "planning"]
    assert find_code(KEY, "3", "basics", "2.2.6.5").ref == "basics:2.2.6.5"


@pytest.mark.parametrize(
    ("level", "kind", "code"),
    [("5", "skill", "9.9.9"), ("2", "skill", "6.1.1"), ("5", "basics", "2.2.6.23"), ("", "skill", "1.1.1")],
)
def test_an_unknown_code_is_refused(level: str, kind: Kind, code: str) -> None:
    with pytest.raises(Refused) as refused:
        find_code(KEY, level, kind, code)
    where = f"（等级 {level}）" if level else ""
    assert refused.value.what == f"标准 {KEY} 没有编码 {kind}:{code}{where}"


def test_assessed_areas_follow_table_4_1() -> None:
    assert assessed_areas(KEY, "5", "D") == ("ethics", "basics", "preparation", "support", "aftersales")
    assert assessed_areas(KEY, "1", "A") == ("ethics", "basics", "planning", "team", "training")
    assert assessed_areas(KEY, "1", "D") == ()


def test_unknown_level_and_standard_are_refused() -> None:
    with pytest.raises(Refused, match="没有等级“6”"):
        STANDARD.level("6")
    with pytest.raises(Refused, match="没有标准“9-99”"):
        load_occupation("9-99")
