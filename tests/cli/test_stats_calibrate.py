"""`zhiheng stats calibrate` as its users meet it."""

import os
from pathlib import Path

import numpy as np
import pytest

from tests.cli.answers import run
from tests.psychometrics.lsat import section_7


@pytest.fixture
def lsat(tmp_path: Path) -> str:
    return written(tmp_path, section_7().tolist())


def written(folder: Path, rows: list[list[int]], name: str = "answers.csv") -> str:
    header = ",".join(f"q{place}" for place in range(1, len(rows[0]) + 1))
    body = "\n".join(",".join("" if cell < 0 else str(cell) for cell in row) for row in rows)
    path = folder / name
    path.write_text(f"{header}\n{body}\n", encoding="utf-8")
    return str(path)


def test_one_model(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "calibrate", lsat, "--model", "2pl", "--json")
    found = heard.data
    assert (heard.code, heard.err) == (0, "")
    assert found["log_likelihood"] == pytest.approx(-2658.805, abs=5e-4)
    assert (found["model"], found["persons"], found["items_count"]) == ("2pl", 1000, 5)
    assert (found["parameters"], found["converged"], found["standard_errors"]) == (10, True, "observed")
    assert (found["nodes"], found["bound"], found["priors"]) == (41, 6.0, {"slope": None, "guessing": None})
    third = found["items"][2]
    assert (third["item"], third["answered"], third["scores"]) == ("q3", 1000, [0.0, 1.0])
    assert third["b"] == pytest.approx(-third["d"] / third["a"])
    assert [third["a"], third["d"], third["g"]] == pytest.approx([1.7075, 1.8052, 0.0], abs=1e-3)
    assert [third["se"]["a"], third["se"]["d"]] == pytest.approx([0.321, 0.205], abs=1e-3)
    assert third["se"]["g"] is None
    assert (found["left_out"], found["remarks"], third["remarks"]) == ([], [], [])
    assert found["reliability"]["empirical"] == pytest.approx(0.4523, abs=1e-3)


def test_models_compared(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "calibrate", lsat, "--model", "1pl,2pl", "--json")
    found = heard.data
    assert [one["model"] for one in found["models"]] == ["1pl", "2pl"]
    first, second = found["comparison"]
    assert (first["against"], first["chi_square"], first["df"], first["p"]) == (None, None, None, None)
    assert (second["against"], second["df"]) == ("1pl", 4)
    assert second["chi_square"] == pytest.approx(12.192, abs=1e-3)
    assert second["p"] == pytest.approx(0.016, abs=1e-3)


def test_in_words(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "calibrate", lsat, "--model", "1pl,2pl")
    lines = heard.out.splitlines()
    assert lines[:2] == [
        "1PL：1000 人，5 题，6 个参数，12 步收敛",
        "对数似然 -2664.9009，AIC 5341.80，BIC 5371.25",
    ]
    assert lines[2] == "信度：边际 0.425，经验（EAP）0.432；标准误按观测信息（Louis）"
    assert lines[4:6] == [
        "题目  人数  区分度 a  标准误  难度 b  标准误",
        "q1    1000     1.011   0.065  -1.847   0.130",
    ]
    assert lines[-3:] == [
        "模型   对数似然  参数      AIC      BIC  相对于      χ²  自由度      p",
        "1PL   -2664.901     6  5341.80  5371.25",
        "2PL   -2658.805    10  5337.61  5386.69     1PL  12.192       4  0.016",
    ]


def test_partial_credit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Items of several scores have lists; a score nobody got is closed up and said."""
    rng = np.random.default_rng(4)
    theta = rng.normal(size=(300, 1))
    scores = (theta + rng.logistic(size=(300, 4)) > 0).astype(int)
    scores[:, 3] = (theta[:, 0] + rng.logistic(size=300) > 0.5) * 2 + (
        theta[:, 0] + rng.logistic(size=300) > 0
    ) * 2
    heard = run(capsys, "stats", "calibrate", written(tmp_path, scores.tolist()), "--model", "gpcm", "--json")
    last = heard.data["items"][3]
    assert (last["scores"], len(last["d"]), len(last["b"]), len(last["se"]["b"])) == (
        [0.0, 2.0, 4.0],
        2,
        2,
        2,
    )
    assert heard.data["remarks"] == ["题目“q4”没有人得 1、3 分，相邻的得分合为相连的等级"]
    spoken = run(capsys, "stats", "calibrate", written(tmp_path, scores.tolist()), "--model", "grm").out
    assert spoken.splitlines()[-1] == heard.data["remarks"][0]


def test_guessing_prior(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stats", "calibrate", lsat, "--model", "3pl", "--guessing-prior=-1.4,.5", "--slope-prior=0,0.5")
    heard = run(capsys, *words, "--json")
    assert heard.data["priors"] == {"slope": {"mean": 0.0, "sd": 0.5}, "guessing": {"mean": -1.4, "sd": 0.5}}
    assert all(0.1 < item["g"] < 0.35 for item in heard.data["items"])
    assert "猜测 g" in run(capsys, *words).out


def test_not_converged_is_a_negative_answer(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "stats", "calibrate", lsat, "--model", "2pl", "--steps", "3", "--json")
    assert (heard.code, heard.data["converged"]) == (1, False)
    assert heard.data["remarks"][0].startswith("没有收敛：")
    assert "没有收敛" in run(capsys, "stats", "calibrate", lsat, "--model", "2pl", "--steps", "3").out


def test_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = np.column_stack((section_7(), np.ones(1000, dtype=int))).tolist()
    file = written(tmp_path, scores)
    heard = run(capsys, "stats", "calibrate", file, "--model", "1pl")
    assert (heard.code, heard.out) == (2, "")
    assert heard.err.startswith("题目“q6”作答的人都得 1 分，难度没有有限的估计。")
    heard = run(capsys, "stats", "calibrate", file, "--model", "1pl", "--skip", "--json")
    assert heard.data["left_out"] == [{"item": "q6", "why": "作答的人都得 1 分，难度没有有限的估计"}]
    assert heard.data["remarks"] == ["题目“q6”略去：作答的人都得 1 分，难度没有有限的估计"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--model", "4pl"), "没有“4pl”这种模型。可用 1pl、2pl、3pl、gpcm、grm，几种以逗号相隔。"),
        (("--model", ","), "没有“,”这种模型。可用 1pl、2pl、3pl、gpcm、grm，几种以逗号相隔。"),
        (
            ("--model", "2pl", "--slope-prior", "0"),
            "选项 --slope-prior 的值“0”读不懂。请写平均数与标准差（大于 0），如 0,0.5。",
        ),
        (
            ("--model", "3pl", "--guessing-prior", "0,0"),
            "选项 --guessing-prior 的值“0,0”读不懂。请写平均数与标准差（大于 0），如 0,0.5。",
        ),
        (
            ("--model", "2pl", "--guessing-prior", "-1,1"),
            "只有 3PL 有猜测参数。请去掉 --guessing-prior，或选 3pl。",
        ),
        (("--model", "2pl", "--ability", "ml"), "没有“ml”这种能力估计。可用 eap、map、wle。"),
        (("--model", "1pl,2pl", "--persons", "x.csv"), "--persons 只写一种模型的能力。请只选一种模型。"),
        (
            ("--model", "2pl", "--long", "--key", "k.csv"),
            "--long 的文件已经是得分，不用答案文件。请去掉 --key。",
        ),
        (
            ("--model", "1pl,2pl", "--slope-prior", "0,1"),
            "1PL 各题共用一个区分度，不用先验。请去掉 --slope-prior，或去掉 1pl。",
        ),
    ],
)
def test_refused(
    lsat: str, words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    heard = run(capsys, "stats", "calibrate", lsat, *words)
    assert (heard.code, heard.out, heard.err) == (2, "", sentence + "\n")


def test_models_of_different_items_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores = section_7().copy()
    scores[:, 4] += scores[:, 3]
    heard = run(
        capsys, "stats", "calibrate", written(tmp_path, scores.tolist()), "--model", "2pl,grm", "--skip"
    )
    assert (heard.code, heard.err) == (
        2,
        "几种模型能标定的题目不同，似然不能相比。请先去掉不能标定的题，或分开运行。\n",
    )


def test_one_answer_a_line(lsat: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same answers written down the other way give the same."""
    file = tmp_path / "long.csv"
    lines = [
        f"{person},q{item},{score}"
        for person, row in enumerate(section_7().tolist())
        for item, score in enumerate(row, 1)
    ]
    file.write_text("\n".join(["person,item,score", *lines]), encoding="utf-8")
    wide = run(capsys, "stats", "calibrate", lsat, "--model", "1pl", "--json").data
    long = run(capsys, "stats", "calibrate", str(file), "--long", "--model", "1pl", "--json").data
    assert long == wide


def test_abilities_are_written(lsat: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "abilities.csv"
    run(capsys, "stats", "calibrate", lsat, "--model", "2pl", "--persons", str(file), "--ability", "wle")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[0], lines[1].split(",")[0]) == (1001, "person,theta,se", "1")
    assert [float(cell) for cell in lines[1].split(",")[1:]] == pytest.approx([-4.1371, 1.9573], abs=1e-3)
    heard = run(capsys, "stats", "calibrate", lsat, "--model", "2pl", "--persons", str(tmp_path))
    assert (heard.code, heard.err.startswith(f"写不了文件 {tmp_path}：")) == (2, True)


def test_fit(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("stats", "calibrate", lsat, "--model", "2pl", "--fit")
    found = run(capsys, *words, "--json").data
    second = found["items"][1]["fit"]
    assert (second["s_x2"], second["df"]) == (pytest.approx(14.453, abs=1e-2), 2)
    assert second["p"] == pytest.approx(0.0007, abs=1e-4)
    assert found["dependent_pairs"] == []
    assert [point["theta"] for point in found["test_information"]][::6] == [-3.0, 0.0, 3.0]
    assert run(capsys, *words).out.splitlines()[-5:-3] == [
        "q1     0.997  1.000   4.75       2  0.093",
        "q2     1.000  1.000  14.45       2  0.001",
    ]


def test_pairs_that_go_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(8)
    theta = rng.normal(size=(300, 1))
    scores = (1.2 * theta + rng.logistic(size=(300, 16)) > 0).astype(int)
    scores[:180, 15] = scores[:180, 3]
    heard = run(
        capsys, "stats", "calibrate", written(tmp_path, scores.tolist()), "--model", "1pl", "--fit", "--json"
    )
    assert [pair["items"] for pair in heard.data["dependent_pairs"]] == [["q4", "q16"]]
    assert heard.data["remarks"][0].startswith("题目“q4”与“q16”除能力外还有共同之处（Q3 0.")


def test_a_lower_top_is_said(lsat: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Guessing that is believed against the answers leaves 3PL below 2PL."""
    words = ("stats", "calibrate", lsat, "--model", "2pl,3pl", "--guessing-prior=-0.5,0.1")
    heard = run(capsys, *words, "--json")
    assert heard.data["comparison"][1]["chi_square"] < 0
    assert heard.data["comparison"][1]["remark"] == (
        "3PL 的似然低于它所包含的 2PL：先验把它拉低了，或停在了较低的峰上；不要据此比较"
    )


def test_empty_cells_as_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = section_7().astype(int)
    scores[:300:2, 4] = -1
    file = written(tmp_path, scores.tolist())
    answered = [
        run(capsys, "stats", "calibrate", file, "--model", "1pl", "--missing", how, "--json").data["items"][
            4
        ]["answered"]
        for how in ("absent", "zero")
    ]
    assert answered == [850, 1000]


def test_matrices_are_multiplied_by_one_thread(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless somebody has said otherwise."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    run(capsys, "stats", "calibrate", "-", "--model", "?")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    run(capsys, "stats", "calibrate", "-", "--model", "?")
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
