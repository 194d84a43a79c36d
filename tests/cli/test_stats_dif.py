"""`zhiheng stats dif` as its users meet it."""

from pathlib import Path

import pytest

from tests.cli.answers import run, written


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
