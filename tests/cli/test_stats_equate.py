"""`zhiheng stats equate` as its users meet it."""

from pathlib import Path

import pytest

from tests.cli.answers import run, written

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
