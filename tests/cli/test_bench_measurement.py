"""`zhiheng bench measurement`: small runs find what is true; speeds are printed, never asserted."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.answers import run
from zhiheng.cli.measurement_bench.cases import Scale, m1, m2, m3
from zhiheng.cli.measurement_bench.made_up import one_paper, paper_each
from zhiheng.cli.measurement_bench.peers import library, textbook
from zhiheng.psychometrics.core.irt.answers import matrix
from zhiheng.psychometrics.core.irt.calibrating import Settings, calibrate

FAKE = """
import numpy as np

def twopl_mml(scores):
    right = scores.mean(axis=1)
    return {"Discrimination": np.full(len(right), 2.0), "Difficulty": 0.5 - right}
"""


@pytest.fixture(autouse=True)
def _no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed here cannot be loaded, and nothing loaded here outlasts a test."""
    for name in ("girth", "mirt"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where something called girth lies that says so."""
    (tmp_path / "girth.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "girth")
    return tmp_path


def quiet(words: str) -> None:
    """Nobody listens."""


def test_made_up_answers_follow_their_items() -> None:
    """Shares of right answers, ability integrated out by the probit approximation, within three hundredths."""
    scores, known = one_paper(persons=4000, items=10, seed=5)
    scale = np.sqrt(1 + 3 / np.pi**2 * known.slopes**2)
    expected = 1 / (1 + np.exp(known.slopes * known.difficulties / scale))
    assert scores.mean(axis=0) == pytest.approx(expected, abs=0.03)


def test_a_paper_each_has_one_item_of_every_part() -> None:
    answers, known = paper_each(persons=50, items=30, length=10, seed=1)
    item = (answers.rows // 2).reshape(50, 10)
    assert (item // 3 == np.arange(10)).all()
    assert len(known.slopes) == 30
    assert len({tuple(row) for row in item.tolist()}) > 40


def test_the_textbook_ends_where_we_do() -> None:
    scores, known = one_paper(persons=600, items=8, seed=4)
    plain = textbook(scores)
    found = calibrate(matrix(scores, np.full(8, 2)), model="2pl", settings=Settings()).groups[0].parameters
    assert plain.slopes == pytest.approx(found[:, 0], abs=2e-3)
    assert plain.intercepts == pytest.approx(found[:, 1], abs=2e-3)
    assert known.error_of(found[:, 0], found[:, 1])[1] < 0.5


def test_a_library_is_asked_where_it_lies(folder: Path) -> None:
    found = library("girth", np.array([[1, 0], [1, 1]], dtype=np.int8), folder)
    assert found.slopes is not None
    assert found.intercepts is not None
    assert (found.slopes.tolist(), found.intercepts.tolist()) == ([2.0, 2.0], [1.0, 0.0])


def test_a_library_that_is_missing_is_said() -> None:
    found = library("mirt", np.zeros((2, 2), dtype=np.int8), None)
    assert (found.slopes, found.missing) == (None, "没有安装 mirt（--libraries）")


def test_rows(folder: Path) -> None:
    scale = Scale(persons=200, many=200, million=300, rounds=1, libraries=folder)
    first, second, third = (case(scale, quiet) for case in (m1, m2, m3))
    heights = first.figures["log likelihood, 161 nodes"]
    assert set(heights) == {"ours", "plain EM", "girth"}
    assert heights["ours"] == pytest.approx(heights["plain EM"], abs=0.02)
    assert heights["girth"] < heights["ours"]
    assert second.figures["mirt"] == "没有安装 mirt（--libraries）"
    assert third.task == "2PL，300 人，每人 150 题中的 75 题"
    assert third.figures["converged"] is True


def test_an_unknown_measurement_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "bench", "measurement", "--only", "M9")
    assert (heard.code, heard.out, heard.err) == (2, "", "没有名为 M9 的测量项。可选：M1、M2、M3。\n")


def test_as_a_page(capsys: pytest.CaptureFixture[str]) -> None:
    heard = run(capsys, "bench", "measurement", "--only", "m1", "--persons", "300", "--rounds", "1")
    assert heard.out.splitlines()[2:4] == [
        "M1 2PL，300 人 × 75 题",
        "   目标：处理器时间至多为 girth 的 1/20，对数似然与最好的相差不到 0.05 —— 没有相比的对象",
    ]
