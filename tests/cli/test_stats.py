"""`zhiheng stats …` as its users meet it."""

from pathlib import Path

import pytest

from tests.cli.answers import run

SCORED = "id,q1,q2,q3\nA,0,0,0\nB,1,0,0\nC,1,1,0\nD,1,1,1\n"


def written(folder: Path, text: str, name: str = "answers.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


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


NEW = "total\n0\n1\n1\n2\n2\n2\n3\n3\n4\n4\n"
OLD = "total\n0\n1\n2\n2\n3\n3\n3\n4\n4\n4\n"


def test_equating_of_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [written(tmp_path, NEW, "new.csv"), written(tmp_path, OLD, "old.csv")]
    found = run(capsys, "stats", "equate", *files, "--bootstrap", "20", "--json").data
    assert (found["design"], found["anchor"], found["scores"]) == ("equivalent-groups", None, [0, 1, 2, 3, 4])
    assert list(found["methods"]) == ["mean", "linear", "equipercentile", "smoothed"]
    assert found["new"] == {"persons": 10, "mean": 2.2, "sd": pytest.approx(1.56**0.5)}
    mean = found["methods"]["mean"]
    assert (mean["slope"], mean["intercept"]) == (1, pytest.approx(0.4))
    assert mean["errors"] == pytest.approx([((1.56 + 1.64) / 10) ** 0.5] * 5, rel=1e-5)
    # Below 0 and 1 of the new form lie .05 and .2 of ten persons; .2 is the top of 1 on the old one.
    assert found["methods"]["equipercentile"]["equivalents"][:2] == pytest.approx([0, 1.5])
    assert len(found["methods"]["smoothed"]["degrees"]) == 2
    assert found["remarks"] == ["较小的一组只有 10 人：线性等值每卷至少 400 人为宜，请看误差一列"]
    again = run(capsys, "stats", "equate", *files, "--bootstrap", "20", "--json").data
    assert again == found
    other = run(capsys, "stats", "equate", *files, "--bootstrap", "20", "--seed", "2", "--json").data
    assert other["methods"]["equipercentile"]["errors"] != found["methods"]["equipercentile"]["errors"]


def test_equating_with_an_anchor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        written(tmp_path, "a1,a2,n1,n2\n0,0,0,1\n1,0,1,0\n0,1,1,1\n1,1,0,1\n1,1,1,1\n", "new.csv"),
        written(tmp_path, "o1,a1,a2\n0,0,0\n1,0,1\n0,1,0\n1,1,1\n", "old.csv"),
    ]
    found = run(capsys, "stats", "equate", *files, "--smooth", "0", "--bootstrap", "0", "--json").data
    assert (found["design"], found["anchor"]) == ("anchor", "internal")
    assert list(found["methods"]) == [
        "tucker",
        "levine_observed",
        "levine_true",
        "chained_linear",
        "chained_equipercentile",
    ]
    assert found["methods"]["chained_equipercentile"]["errors"] is None
    assert found["new"]["anchor_mean"] == 1.2
    outside = run(
        capsys, "stats", "equate", *files, "--external", "--weight", "1", "--maximum", "5", "--json"
    ).data
    assert (outside["anchor"], outside["scores"][-1]) == ("external", 5)
    assert outside["methods"]["tucker"]["slope"] != found["methods"]["tucker"]["slope"]


def test_equating_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [written(tmp_path, NEW, "new.csv"), written(tmp_path, OLD, "old.csv")]
    heard = run(capsys, "stats", "equate", *files, "--bootstrap", "0", "--smooth", "0", "--old-maximum", "4")
    assert heard.out.splitlines() == [
        "两组考生水平相当",
        "新卷 10 人，平均 2.20，标准差 1.25",
        "旧卷 10 人，平均 2.60，标准差 1.28",
        "平均数：旧卷分 = 0.4000 + 1.0000 × 新卷分",
        "线性：旧卷分 = 0.3443 + 1.0253 × 新卷分",
        "",
        "新卷分  平均数  误差  线性  误差  等百分位",
        "0         0.40  0.57  0.34  0.92      0.00",
        "1         1.40  0.57  1.37  0.73      1.50",
        "2         2.40  0.57  2.39  0.59      2.67",
        "3         3.40  0.57  3.42  0.54      3.50",
        "4         4.40  0.57  4.45  0.60      4.17",
        "",
        "较小的一组只有 10 人：线性等值每卷至少 400 人为宜，请看误差一列",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--maximum", "much"], "选项 --maximum 的值“much”不是 0.1 至 10000 的数。请改正。\n"),
        (["--weight", "2"], "选项 --weight 的值“2”不是 0 至 1 的数。请改正。\n"),
        (["--smooth", "2.5"], "选项 --smooth 的值“2.5”不是整数。常用 3 至 6。\n"),
        (["--smooth", "8"], "出现过的不同总分太少，不能保留 8 阶矩。请减小 --smooth。\n"),
        (["--old-maximum", "3"], "有总分 4，高于满分 3。请核对 --maximum。\n"),
    ],
)  # fmt: skip
def test_unusable_wishes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    files = [written(tmp_path, NEW, "new.csv"), written(tmp_path, OLD, "old.csv")]
    heard = run(capsys, "stats", "equate", *files, *options, "--json")
    assert (heard.code, heard.out, heard.err) == (2, "", sentence)


def test_middling_groups_are_told_of_equipercentile_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "total\n" + "\n".join(str(person % 7) for person in range(400)) + "\n"
    file = written(tmp_path, many)
    found = run(capsys, "stats", "equate", file, file, "--bootstrap", "0", "--json").data
    assert found["remarks"] == ["较小的一组只有 400 人：等百分位等值每卷至少 1500 人为宜，请看误差一列"]
    enough = written(tmp_path, many + many.removeprefix("total\n") * 3)
    assert run(capsys, "stats", "equate", enough, enough, "--bootstrap", "0", "--json").data["remarks"] == []


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


def _grouped(reference: int, focal: int) -> str:
    """Three hundred of each class at one total; so many have the first item rather than the second."""
    rows = [f"甲,{int(one < reference)},{int(one >= reference)}" for one in range(300)]
    rows += [f"乙,{int(one < focal)},{int(one >= focal)}" for one in range(300)]
    return "班,q1,q2\n" + "\n".join(rows) + "\n"


def test_differences_between_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, _grouped(200, 100))
    found = run(capsys, "stats", "dif", file, "--group", "班", "--focal", "乙", "--all-items", "--json").data
    assert (found["focal_persons"], found["reference_persons"]) == (300, 300)
    first = found["items"][0]["mantel_haenszel"]
    assert (first["delta"], first["size"]) == (pytest.approx(-2.35 * 4**0.5 * 0.6931471805599453), "C")
    heard = run(capsys, "stats", "dif", file, "--group", "班", "--focal", "乙", "--all-items")
    assert heard.out.splitlines() == [
        "目标组“乙” 300 人，参照组 300 人",
        "",
        "题目      Δ  标准误    均差     χ²      p  级  回归 χ²  p  ΔR²  级",
        "q1    -3.26    0.41  -0.333  65.23  0.000   C        –  –    –   –  大：对“乙”更难",
        "q2     3.26    0.41   0.333  65.23  0.000   C        –  –    –   –  大：对“乙”更容易",
        "",
        "Δ 为负：总分相同时目标组更难答对。A 可忽略，B 中等，C 大；标出的题请专家看题面，差异不等于不公平",
    ]


def test_a_difference_that_turns_is_put_into_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first item follows the total in one class and runs against it in the other."""
    rows = []
    for name, low, high in (("甲", 20, 80), ("乙", 50, 50)):
        for total, right in ((1, low), (3, high)):
            for person in range(100):
                has = int(person < right)
                others = [int(place < total - has) for place in range(4)]
                rows.append(",".join([name, str(has), *map(str, others)]))
    file = written(tmp_path, "班,q1,q2,q3,q4,q5\n" + "\n".join(rows) + "\n")
    heard = run(capsys, "stats", "dif", file, "--group", "班", "--focal", "乙", "--least", "200")
    assert heard.out.splitlines()[3].endswith("C  大：差异随总分高低而变")


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        (["--group", "校", "--focal", "乙"], "没有“校”一列，或除它之外没有题目。请用 --group 写明分组一列的名称。\n"),
        (["--group", "班", "--focal", "丙"], "分组是 乙、甲，目标组是“丙”。须恰好两组，--focal 是其中之一。\n"),
        (["--group", "班", "--focal", "乙", "--least", "301"], "“乙”组只有 300 人。依据：每组少于 301 人时，差异多半出于偶然。请合并几次考试的作答，或用 --least 另定人数并谨慎解读。\n"),
    ],
)  # fmt: skip
def test_groups_that_are_not_to_be_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], ending: str
) -> None:
    heard = run(capsys, "stats", "dif", written(tmp_path, _grouped(200, 100)), *options, "--json")
    assert (heard.code, heard.out) == (2, "")
    assert heard.err.endswith(ending)
