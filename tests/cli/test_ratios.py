import pytest

from tests.cli.answers import run


@pytest.mark.parametrize(
    ("candidates", "invigilators", "examiners"),
    [
        (1, 2, 3),
        (16, 2, 5),
        (31, 3, 7),
        (46, 4, 11),
        (1000, 67, 201),
        (10**17 + 6, 6666666666666668, 20000000000000003),
    ],
)
def test_ratios(
    capsys: pytest.CaptureFixture[str], candidates: int, invigilators: int, examiners: int
) -> None:
    answer = run(capsys, "ratios", "--candidates", str(candidates), "--json")
    assert answer.code == 0
    assert answer.data == {"invigilators": invigilators, "examiners": examiners, "reviewers": 3}


def test_ratios_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "ratios", "--candidates", "31")
    assert answer.out == "监考人员 3 名\n考评员 7 名\n综合评审委员 3 名\n"


@pytest.mark.parametrize(
    ("candidates", "words"),
    [("0", "考生人数 0 不是正整数"), ("-3", "考生人数 -3 不是正整数"), ("许多", "考生人数“许多”不是整数")],
)
def test_unusable_input(capsys: pytest.CaptureFixture[str], candidates: str, words: str) -> None:
    answer = run(capsys, "ratios", "--candidates", candidates, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(words)
