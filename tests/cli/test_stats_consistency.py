"""`zhiheng stats consistency` as its users meet it."""

from pathlib import Path

import pytest

from tests.cli.answers import run, written

EVEN = "total\n" + "".join(f"{total}\n" for total in range(11))


def test_consistency_of_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten right-or-wrong items of even ability; KR-21 is 5/6."""
    file = written(tmp_path, EVEN)
    heard = run(
        capsys,
        "stats",
        "consistency",
        file,
        "--cut",
        "6",
        "--reliability",
        str(5 / 6),
        "--maximum",
        "10",
        "--json",
    )
    found = heard.data
    assert (heard.code, found["persons"], found["observed_passing"]) == (0, 11, pytest.approx(5 / 11))
    assert found["effective_length"] == pytest.approx(10)
    assert found["methods"]["livingston_lewis"]["passing"] == pytest.approx(5 / 11)
    assert found["error_at_cut"] == pytest.approx((6 * 4 / 9) ** 0.5)
    assert (found["errors"][0], found["remarks"]) == ({"score": 0, "error": 0}, [])


def test_a_total_is_no_item(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside items it is refused; alone, or with the anchor beside it, it stands for the whole paper."""
    file = written(tmp_path, "q1,q2,总分\n1,1,2\n0,1,1\n0,0,0\n")
    for words in (("items", file), ("consistency", file, "--cut", "1")):
        heard = run(capsys, "stats", *words, "--json")
        assert (heard.code, heard.out) == (2, "")
        assert heard.err.endswith("的“总分”列是总分，不是题目。请去掉这一列，或只留这一列。\n")
    alone = written(tmp_path, "total,anchor\n2,1\n4,2\n4,1\n6,2\n8,3\n")
    heard = run(capsys, "stats", "consistency", alone, "--cut", "5", "--reliability", "0.5", "--json")
    assert (heard.data["mean"], heard.data["maximum"]) == (4.8, 8)


def test_consistency_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "total\n2\n4\n4\n6\n8\n")
    heard = run(capsys, "stats", "consistency", file, "--cut", "5", "--reliability", "0.5")
    assert heard.out.splitlines() == [
        "5 人，满分 8，平均 4.80，标准差 2.04",
        "合格分 5，实际合格率 0.400",
        "信度 0.500，相当于 6.4 道 0/1 题；合格分处的测量标准误 1.67 分",
        "",
        "方法              合格率  判定一致  偶然一致      κ  判定准确  误判合格  误判不合格",
        "Livingston-Lewis   0.547     0.679     0.504  0.352     0.752     0.161       0.087",
        "",
        "总分  测量标准误",
        "2           1.49",
        "4           1.72",
        "6           1.49",
        "8           0.00",
        "",
        "没有写明满分，取最高得分：total（可在 --key 文件的 points 列写明）",
    ]


def test_consistency_with_a_calibration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sixty-four persons for every pattern of three equal items: nothing in common, as Lee sees too."""
    rows = [f"{one},{two},{three}" for one in (0, 1) for two in (0, 1) for three in (0, 1)]
    rows = (rows + ["0,0,0", "1,1,1"] * 4) * 16
    file = written(tmp_path, "q1,q2,q3\n" + "\n".join(rows) + "\n")
    found = run(capsys, "stats", "consistency", file, "--cut", "2", "--model", "1pl", "--json").data
    assert list(found["methods"]) == ["livingston_lewis", "lee", "rudner"]
    assert found["methods"]["lee"]["passing"] == pytest.approx(0.5)
    assert found["methods"]["rudner"]["ability_at_cut"] > 0
    assert 0.5 < found["methods"]["lee"]["consistency"] < 1


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (EVEN, ["--cut", "six"], "选项 --cut 的值“six”不是数。例如 60 或 0.85。\n"),
        (EVEN, ["--cut", "6"], "从这些作答算不出信度。请用 --reliability 给出（只有总分时也要）。\n"),
        (EVEN, ["--cut", "6", "--reliability", "0.8", "--round-cut", "up"], "选项 --round-cut 的值“up”读不懂。可用 nearest 或 down。\n"),
        (EVEN, ["--cut", "6", "--reliability", "0.8", "--maximum", "9"], "选项 --maximum 的值 9 低于最高的总分 10。请核对满分。\n"),
        ("id,q1,q2\nA,1,\nB,0,0\nC,1,1\n", ["--cut", "1"], "考生 A 的“q2”没有得分。判定一致性需要每人的全卷得分；没有作答算零分时请加 --missing zero。\n"),
        ("q1,q2\n1,1\n0,1\n1,1\n0,0\n", ["--cut", "1", "--model", "4pl"], "没有“4pl”这种模型。可用 1pl、2pl、3pl、gpcm、grm 之一。\n"),
    ],
)  # fmt: skip
def test_consistency_that_cannot_be_reckoned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, options: list[str], sentence: str
) -> None:
    heard = run(capsys, "stats", "consistency", written(tmp_path, text), *options, "--json")
    assert (heard.code, heard.out, heard.err) == (2, "", sentence)
