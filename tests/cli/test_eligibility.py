"""The command as it is called: real process, real standard output."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CASE = {
    "id": "甲",
    "rules": "ccia-000",
    "programme": "互联网营销师",
    "level": "中级",
    "as_of": "2026-11-21",
    "profile": {
        "education": [{"level": "大专", "status": "毕业", "major_related": False}],
        "employment": [{"start": "2024-11-21", "end": None, "related_field": True}],
    },
}
NATIONAL_D = {
    "id": "乙",
    "rules": "004",
    "programme": "internet-marketer",
    "level": "二级",
    "trade": "D",
    "as_of": "2026-11-21",
    "profile": {},
}


def check(*arguments: str, document: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from zhiheng.cli.main import main; main()",
            "eligibility",
            "check",
            *arguments,
        ],
        input=json.dumps(document, ensure_ascii=False),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_eligible_is_exit_0_and_one_json_document() -> None:
    done = check("-", "--json", document=CASE)
    results = json.loads(done.stdout)["results"]
    assert (done.returncode, done.stderr, len(results)) == (0, "", 1)
    assert (results[0]["id"], results[0]["eligible"], results[0]["conditions"]) == ("甲", True, ["2"])
    lines = results[0]["explanation"]
    assert [(line["condition"], line["met"]) for line in lines] == [
        ("1", False),
        ("2", True),
        ("3", False),
        ("4", False),
        ("6", False),
        ("7", False),
    ]
    assert lines[0]["earliest"] == "2027-11-21"
    assert "earliest" not in lines[1]


def test_one_negative_answer_is_exit_1(tmp_path: Path) -> None:
    file = tmp_path / "案例.json"
    file.write_text(json.dumps({"cases": [CASE, NATIONAL_D]}, ensure_ascii=False), "utf-8")
    done = check(str(file), "--json", document=None)
    results = json.loads(done.stdout)["results"]
    assert (done.returncode, [one["eligible"] for one in results]) == (1, [True, False])
    assert results[1]["conditions"] == []
    assert results[1]["reason"] == "平台管理员（D）不设二级/技师，只设五级/初级工、四级/中级工、三级/高级工"


def test_unusable_input_is_exit_2_with_a_sentence() -> None:
    done = check("-", "--json", document=CASE | {"level": "特级"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "案例 甲 的字段 level 有误：互联网营销师职业技能考核规则没有级别“特级”。请从初级、中级、高级中选择。\n"
    )


def test_for_people() -> None:
    done = check("-", document={"cases": [CASE, NATIONAL_D]})
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[:3] == [
        "甲　互联网营销师 中级　核对日 2026-11-21　符合，满足条件（2）",
        "  ✗（1）中专学历（取得其他专业），连续从事相关领域工作满 3 年",
        "      大专（毕业，非相关专业）；连续 2 年 0 天 < 3 年　最早 2027-11-21 满足",
    ]
    assert "乙　internet-marketer 二级/技师　核对日 2026-11-21　不符合" in lines
