"""`zhiheng stats items` and `agreement` as their users meet them."""

from pathlib import Path

import pytest

from tests.cli.answers import run, written

SCORED = "id,q1,q2,q3\nA,0,0,0\nB,1,0,0\nC,1,1,0\nD,1,1,1\n"


def test_items_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "items", written(tmp_path, SCORED), "--json")
    found = heard.data
    assert (heard.code, found["persons"], found["items_count"], found["maximum"]) == (0, 4, 3, 3)
    assert (found["alpha"], found["kr20"], found["mean"]) == (pytest.approx(0.75), found["alpha"], 1.5)
    assert [item["difficulty"] for item in found["items"]] == [0.75, 0.5, 0.25]
    assert found["items"][1]["item_rest"] == pytest.approx(0.5**0.5)
    assert found["items"][1]["alpha_without"] == pytest.approx(0.5)
    assert (found["items"][0]["options"], found["remarks"]) == ([], [])
    assert [flag["code"] for flag in found["items"][0]["flags"]] == ["few-answers"]


def test_items_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "items", written(tmp_path, SCORED))
    assert heard.out.splitlines() == [
        "4 人，3 题，满分 3",
        "总分平均 1.50，标准差 1.29，测量标准误 0.65",
        "信度 α 0.750（95% 区间 -0.650 至 0.983），分半 0.828，λ2 0.760，ω 0.800",
        "",
        "题目  人数   难度  题总相关  题余相关  高低组差  去掉后 α",
        "q1       4  0.750     0.775     0.522     0.926     0.727  只有 4 人作答，数值仅供参考",
        "q2       4  0.500     0.894     0.707     1.000     0.500  只有 4 人作答，数值仅供参考",
        "q3       4  0.250     0.775     0.522     0.926     0.727  只有 4 人作答，数值仅供参考",
    ]


def test_items_of_raw_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = written(tmp_path, "甲,乙\nA,2\nB,\nA,3\nC,0\n")
    key = written(tmp_path, "item,key,options\n甲,A,ABCD\n", "key.csv")
    heard = run(capsys, "stats", "items", answers, "--key", key, "--missing", "zero", "--json")
    first, second = heard.data["items"]
    assert [(option["option"], option["key"], option["count"]) for option in first["options"]] == [
        ("A", True, 2),
        ("B", False, 1),
        ("C", False, 1),
        ("D", False, 0),
    ]
    assert (second["answered"], second["mean"], second["difficulty"]) == (4, 1.25, pytest.approx(5 / 12))
    assert heard.data["remarks"] == ["没有写明满分，取最高得分：乙（可在 --key 文件的 points 列写明）"]

    heard = run(capsys, "stats", "items", answers, "--key", key)
    assert heard.out.splitlines()[-7:] == [
        "题目  选项  人数   比例  高分组  低分组  与其他题相关",
        "甲      A*     2  0.500   1.000   0.000         0.945",
        "甲       B     1  0.250   0.000   0.500             –",
        "甲       C     1  0.250   0.000   0.500        -0.945",
        "甲       D     0  0.000   0.000   0.000             –",
        "",
        "没有写明满分，取最高得分：乙（可在 --key 文件的 points 列写明）",
    ]


def test_items_that_tell_nothing_of_the_total(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "items", written(tmp_path, "q1\n1\n0\n"))
    assert heard.out.splitlines()[-1] == "信度算不出：只有一题，或有两题没有足够的共同考生"
    heard = run(capsys, "stats", "items", written(tmp_path, "q1,q2\n1,0\n0,1\n"))
    assert heard.out.splitlines()[-1] == "信度算不出：各人总分相同"
    heard = run(capsys, "stats", "items", written(tmp_path, "q1,q2\n1,0\n0,1\n1,0\n0,0\n"), "--json")
    assert heard.data["remarks"] == ["信度系数为负：题目之间总体呈反向关系，请核对答案与计分方向"]


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("q1,q2\n1,0\n1,x\n", [], " 第 3 行“q2”列的“x”不是数。缺失请留空或写 NA；原始选项请用 --key 给出答案。\n"),
        ("q1,q2\n1,0\n1,1\n", ["--missing", "maybe"], "选项 --missing 的值“maybe”读不懂。可用 absent 或 zero。\n"),
    ],
)  # fmt: skip
def test_unusable_answers_name_their_row_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], sentence: str
) -> None:
    heard = run(capsys, "stats", "items", written(tmp_path, text), *options, "--json")
    assert (heard.code, heard.out) == (2, "")
    assert heard.err.endswith(sentence)


def test_agreement_of_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "id,甲,乙,丙\nA,1,2,1\nB,3,4,3\nC,5,6,\n")
    found = run(capsys, "stats", "agreement", file, "--json").data
    assert (found["things"], found["complete"], found["categories"]) == (3, 2, list("123456"))
    assert found["markers"][0] == {"marker": "甲", "marked": 3, "mean": 3, "sd": 2}
    first = found["pairs"][0]
    assert (first["markers"], first["things"], first["exact"], first["kappa"]) == (["甲", "乙"], 3, 0, 0)
    assert first["correlation"] == pytest.approx(1)
    assert first["quadratic"] == pytest.approx(2 * 8 / 3 / (16 / 3 + 1))
    assert found["icc"]["fixed_single"]["value"] == pytest.approx(1)
    assert sorted(found["krippendorff"]) == ["interval", "nominal", "ordinal"]
    assert found["remarks"] == ["3 份中 2 份由全部阅卷员评过：Fleiss 与 ICC 只用这些，Krippendorff 用全部"]


def test_agreement_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "甲,乙\n良,良\n优,良\n中,中\n优,优\n")
    heard = run(capsys, "stats", "agreement", file)
    assert heard.out.splitlines() == [
        "4 份，2 名阅卷员，类别 中、优、良",
        "",
        "阅卷员  评了",
        "甲         4",
        "乙         4",
        "",
        "两人      共评  完全相同      κ  标准误",
        "甲 与 乙     4     0.750  0.636   0.297",
        "",
        "Fleiss κ 0.619（4 份）",
        "Krippendorff α 名义 0.667",
        "",
        "类别没有高低：只计名义一致性（有高低的请用 --order 从低到高列出）",
    ]
    heard = run(capsys, "stats", "agreement", file, "--order", "中,良,优")
    assert heard.out.splitlines()[6] == "两人      共评  完全相同      κ  标准误  线性加权  平方加权"
    assert heard.out.splitlines()[-1] == "Krippendorff α 名义 0.667，次序 0.790"


def test_agreement_that_is_full_and_ratings_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = run(capsys, "stats", "agreement", written(tmp_path, "甲,乙\n1,1\n2,2\n"))
    assert heard.out.splitlines()[-1] == "所有评定完全相同"
    assert "ICC(2,1)  1.000         –     –  阅卷员为随机抽取，单人" in heard.out.splitlines()
    heard = run(capsys, "stats", "agreement", written(tmp_path, "甲\n1\n2\n"), "--json")
    assert (heard.code, heard.out) == (2, "")
    assert heard.err.endswith(
        "只有一名阅卷员。一致性至少需要两名阅卷员（每人一列）与两份答卷（每份一行）。\n"
    )
