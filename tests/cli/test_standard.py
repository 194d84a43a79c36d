import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.answers import run


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "standard", "show", "--json")
    assert answer.code == 0
    shown = answer.data
    assert (shown["code"], shown["name"], shown["edition"]) == ("4-01-02-07", "互联网营销师", "2021 年版")
    assert shown["hours"] == {"5": 120, "4": 104, "3": 88, "2": 72, "1": 72}
    assert [level["level"] for level in shown["levels"]] == [5, 4, 3, 2, 1]
    assert shown["levels"][0]["assessed_functions"] == {
        "A": [1, 2, 3],
        "B": [1, 4, 7],
        "C": [1, 5, 7],
        "D": [1, 6, 7],
    }
    assert (len(shown["related_occupations"]), len(shown["related_majors"])) == (25, 70)


def test_trades_of_a_skill_are_those_printed_or_all_of_its_function(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = run(capsys, "standard", "show", "--json").data
    preparation = shown["levels"][0]["functions"][0]
    assert preparation["trades"] == ["A", "B", "C", "D"]
    assert preparation["contents"][0]["skills"][:2] == [
        {"code": "1.1.1", "text": "能搜集产品图文素材", "trades": ["A", "B", "C"]},
        {"code": "1.1.2", "text": "能使用网络搜索工具核实、整理产品素材信息", "trades": ["A", "B", "C", "D"]},
    ]
    assert preparation["contents"][0]["knowledge"][0] == {"code": "1.1.1", "text": "产品图文素材搜集方法"}
    planning_at_level_1 = shown["levels"][4]["functions"][0]
    assert (planning_at_level_1["title"], planning_at_level_1["trades"]) == ("产品确定及规划", ["A"])


def test_weights_are_by_printed_row_level_and_trade(capsys: pytest.CaptureFixture[str]) -> None:
    weights = run(capsys, "standard", "show", "--json").data["weights"]
    assert weights["theory"]["产品信息收集"] == {"5": {"A": 30}, "4": {"A": 35}, "3": {"A": 35}}
    assert weights["skill"]["培训指导"] == {
        "2": {"A": 25, "B": 25, "C": 25},
        "1": {"A": 25, "B": 25, "C": 25},
    }
    assert len(weights["theory"]) == 11
    assert len(weights["skill"]) == 9


def test_basics_name_the_law_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    basics = run(capsys, "standard", "show", "--json").data["basics"]
    assert len(basics["ethics"]) == 5
    laws = basics["areas"][5]["points"]
    assert laws[0] == {"code": "2.2.6.1", "text": "《中华人民共和国劳动法》相关知识。"}
    assert laws[20]["current_title"] == "《网络直播营销管理办法（试行）》"


def test_show_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, "standard", "show").out.splitlines()
    assert lines[:2] == [
        "《互联网营销师国家职业技能标准（2021 年版）》 4-01-02-07",
        "人社厅发〔2021〕79 号，2021-11-18 公布",
    ]
    assert "  1 工作准备　工种 A、B、C、D　工作内容 3　技能 11　知识 9" in lines


def test_export_for_other_systems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    base = ("--base", "https://example.org")
    printed = run(capsys, "standard", "export", "--format", "case", *base)
    out = tmp_path / "case.json"
    written = run(
        capsys,
        "standard",
        "export",
        "--format",
        "case",
        "--standard",
        "4-01-02-07",
        *base,
        "--out",
        str(out),
        "--json",
    )
    assert (printed.code, written.code) == (0, 0)
    assert json.loads(out.read_text("utf-8")) == printed.data
    assert printed.data["CFDocument"]["uri"] == "https://example.org/standards/4-01-02-07-2021/case.json"
    assert written.data == {"file": str(out), "format": "case", "items": len(printed.data["CFItems"])}


def test_the_address_is_that_of_the_installation(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.PUBLIC_URL = "https://installed.example"
    monkeypatch.setenv("ZHIHENG_PUBLIC_URL", "https://said.example")
    for there, address in ((True, "https://installed.example"), (False, "https://said.example")):
        monkeypatch.setattr("zhiheng.cli.standard.has_database", lambda there=there: there)
        shown = run(capsys, "standard", "export", "--format", "case").data
        assert shown["CFDocument"]["uri"] == f"{address}/standards/4-01-02-07-2021/case.json"


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "case", "--standard", "1-01"),
        ("--format", "pdf"),
        (),
        ("--format", "case", "--out", "/nowhere/at/all.json"),
    ],
)
def test_what_cannot_be_exported(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    answer = run(capsys, "standard", "export", *words)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.strip().endswith("。")
