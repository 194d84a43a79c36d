"""`zhiheng paper assemble` as a person or a program runs it: exit code, JSON, sentences."""

import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from zhiheng.bank.core.files import load_shipped
from zhiheng.cli import main as entry
from zhiheng.standards.core.loader import load_blueprint

NATIONAL = "nos-4-01-02-07-2021"
SINGLES, MULTIPLES, SHORTS = 40, 15, 3


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def go(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["zhiheng", "paper", "assemble", *words])
        code = 0
        try:
            entry.main()
        except SystemExit as done:
            code = int(done.code or 0)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return go


def bank_rows(*, level: str = "5", trade: str = "A", times: int = 2) -> list[dict[str, Any]]:
    """More than two papers' worth of each area, on points this trade is asked."""
    rows = []
    for area in load_blueprint(NATIONAL, "internet-marketer", level, trade).areas:
        for kind, count in (("single", 25 * times), ("multiple", 10 * times), ("short", 3 * times)):
            for number in range(count):
                row = {
                    "id": f"{area.area_slug}-{kind}-{number}",
                    "area": area.title,
                    "type": kind,
                    "codes": [area.codes[number % len(area.codes)].ref],
                    "difficulty": f"0.{50 + number}",
                    "stem": f"{area.title}{kind}{number * 7919}",
                    "explanation": "析",
                }
                if kind == "short":
                    row |= {"answer": "答", "points": [{"text": "点", "marks": "10"}]}
                else:
                    row |= {
                        "options": {letter: f"{letter}{number}" for letter in "ABCD"},
                        "key": ["ABCD"[number % 4]] if kind == "single" else ["A", "C"],
                    }
                rows.append(row)
    return rows


@pytest.fixture
def bank(tmp_path: Path) -> Any:
    def write(rows: Any) -> str:
        path = tmp_path / "bank.json"
        path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        return str(path)

    return write


def test_two_papers_of_a_brought_bank(run: Any, bank: Any) -> None:
    path = bank(bank_rows())
    ran = run("--trade", "A", "--level", "五级", "--forms", "2", "--seed", "4", "--bank", path, "--json")
    assert (ran.code, ran.err, set(ran.json)) == (0, "", {"forms", "proof", "deviation"})
    weights = {"职业道德": 5, "基础知识": 25, "工作准备": 10, "产品信息收集": 30, "产品确定及规划": 30}
    for form in ran.json["forms"]:
        marks: Counter[str] = Counter()
        for item in form["items"]:
            marks[item["area"]] += Decimal(item["marks"])  # type: ignore[assignment]  # whole marks here
        assert (form["total"], dict(marks)) == ("100", weights)
        assert Counter(item["type"] for item in form["items"]) == {
            "single": SINGLES,
            "multiple": MULTIPLES,
            "short": SHORTS,
        }
        assert all(
            [label.partition(":")[2] for label in item["competencies"]] == item["codes"]
            for item in form["items"]
        )
    ids = [item["id"] for form in ran.json["forms"] for item in form["items"]]
    assert len(set(ids)) == len(ids) == 2 * (SINGLES + MULTIPLES + SHORTS)
    assert all(line["ok"] for line in ran.json["proof"])
    assert Decimal(ran.json["deviation"]["expected_spread"]) <= Decimal("0.10")
    again = run("--trade", "A", "--level", "5", "--forms", "2", "--seed", "4", "--bank", path, "--json")
    assert again.json == ran.json


def test_a_person_reads_papers_and_proof(run: Any, bank: Any) -> None:
    ran = run("--trade", "选品员", "--level", "5", "--forms", "1", "--bank", bank({"items": bank_rows()}))
    first, paper, *rest = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert first == "1 份试卷，每份 100 分，题库 380 道可用题。"
    assert "58 题，100 分" in paper
    assert any(line.endswith("职业道德 分值：应为 5，实为 5") for line in rest)


def test_the_short_cell_is_told(run: Any, bank: Any) -> None:
    rows = [row for row in bank_rows() if row["type"] != "short"]
    rows += [row for row in bank_rows() if row["id"] == "basics-short-0"]
    ran = run("--trade", "A", "--level", "5", "--forms", "1", "--bank", bank(rows), "--json")
    assert ran.code == 1
    assert list(ran.json) == ["conflict"]
    assert sum(entry["missing"] for entry in ran.json["conflict"]) == SHORTS - 1
    assert {entry["type"] for entry in ran.json["conflict"]} == {"short"}
    assert set(ran.json["conflict"][0]) == {"area", "type", "needed", "available", "missing", "sentence"}
    told = run("--trade", "A", "--level", "5", "--forms", "1", "--bank", bank(rows))
    assert (told.code, told.out.splitlines()[0]) == (1, "组不成卷：")


def test_a_programme_without_items_misses_every_area(run: Any, bank: Any) -> None:
    ran = run(
        "--rules",
        "002",
        "--programme",
        "digital-hr",
        "--level",
        "junior",
        "--forms",
        "1",
        "--bank",
        bank([]),
        "--json",
    )
    areas = {area.title for area in load_blueprint("ccia-002", "digital-hr", "junior").areas}
    assert ran.code == 1
    assert {entry["area"] for entry in ran.json["conflict"]} == areas


def test_an_association_programme_draws_on_the_standard_it_rests_on(run: Any, bank: Any) -> None:
    rows = [
        {
            "id": f"{area.area_slug}-{number}",
            "area": area.title,
            "type": "short",
            "codes": [code.ref],
            "difficulty": "0.60",
            "stem": f"{area.title}{number}",
            "answer": "答",
            "points": [{"text": "点", "marks": "10"}],
            "explanation": "析",
        }
        for area in load_blueprint("ccia-000", "internet-marketing", "junior").areas
        for number, code in enumerate(area.codes[:4])
    ]
    ran = run("--rules", "000", "--level", "初级", "--forms", "1", "--bank", bank(rows), "--json")
    assert (ran.code, {entry["type"] for entry in ran.json["conflict"]}) == (1, {"single", "multiple"})


def test_items_of_another_trade_are_not_drawn(run: Any, bank: Any) -> None:
    ran = run("--trade", "B", "--level", "5", "--forms", "1", "--bank", bank(bank_rows(trade="A")), "--json")
    assert {entry["area"] for entry in ran.json["conflict"]} == {"直播营销", "售后与复盘"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--level", "5", "--forms", "1"), "未说明工种"),
        (("--level", "2", "--forms", "1", "--trade", "D"), "平台管理员不设二级/技师"),
        (("--level", "5", "--forms", "1", "--trade", "E"), "没有工种“E”"),
        (("--level", "9", "--forms", "1", "--trade", "A"), "没有等级“9”"),
        (("--level", "5", "--forms", "0", "--trade", "A"), "份数 forms 为 0"),
        (("--level", "junior", "--forms", "1", "--rules", "000", "--trade", "A"), "请不要填写工种"),
        (("--level", "junior", "--forms", "1", "--rules", "002"), "未说明是哪一个"),
        (("--level", "junior", "--forms", "1", "--rules", "002", "--programme", "x"), "没有项目“x”"),
        (("--level", "5", "--forms", "1", "--rules", "007"), "没有规则集“007”"),
        (("--level", "5", "--forms", "1", "--trade", "A", "--bank", "/nowhere.json"), "读不到题库文件"),
        (("--level", "5", "--forms", "one", "--trade", "A"), "--forms"),
    ],
)
def test_unusable_input_is_told_on_standard_error(run: Any, words: tuple[str, ...], sentence: str) -> None:
    ran = run(*words, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"codes": ["skill:9.9.9"]}, "考点代码 skill:9.9.9"),
        ({"key": ["A", "B"]}, "单选须恰有 1 个"),
        ({"difficulty": "1.5"}, "难度 1.5"),
        ({"area": "直播营销"}, "属于“职业道德”"),
    ],
)
def test_a_brought_bank_must_be_true_to_the_standard(
    run: Any, bank: Any, changes: dict[str, Any], sentence: str
) -> None:
    first, *others = bank_rows()
    ran = run("--trade", "A", "--level", "5", "--forms", "1", "--bank", bank([{**first, **changes}, *others]))
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert "ethics-single-0" in ran.err


def test_the_shipped_bank_serves_when_none_is_brought(run: Any) -> None:
    ran = run("--trade", "B", "--level", "5", "--forms", "1", "--json")
    shipped = {item.id for item in load_shipped() if item.pool == "live"}
    assert ran.code == 0
    assert {item["id"] for item in ran.json["forms"][0]["items"]} <= shipped


def test_a_bank_may_come_from_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"items": bank_rows()}, ensure_ascii=False).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))

    ran = run("--level", "5", "--forms", "1", "--trade", "A", "--bank", "-", "--json")

    assert (ran.code, ran.err) == (0, "")
    assert len(ran.json["forms"][0]["items"]) == SINGLES + MULTIPLES + SHORTS


def test_a_question_from_standard_input_is_named(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = bank_rows()[0] | {"difficulty": "难"}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps([row]).encode())))

    ran = run("--level", "5", "--forms", "1", "--trade", "A", "--bank", "-", "--json")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"题库文件 标准输入 第 1 题（{row['id']}）：字段 difficulty 的值不合要求")
