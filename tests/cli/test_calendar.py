import pytest

from tests.cli.answers import run


@pytest.mark.parametrize(
    ("day", "count", "reached", "provisional"),
    [
        ("2026-11-28", "15", "2026-12-18", False),
        ("2026-11-28", "-5", "2026-11-23", False),
        ("2026-11-28", "-15", "2026-11-09", False),
        ("2026-11-28", "0", "2026-11-28", False),
        ("2026-11-28", "40", "2027-01-25", True),
    ],
)
def test_add(
    capsys: pytest.CaptureFixture[str], day: str, count: str, reached: str, provisional: bool
) -> None:
    answer = run(capsys, "calendar", "add", day, count, "--json")
    assert (answer.code, answer.data) == (0, {"date": reached, "provisional": provisional})
    assert answer.err == ""


def test_add_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "calendar", "add", "2026-02-21", "1").out == "2026-02-24\n"
    assert run(capsys, "calendar", "add", "2026-12-31", "1").out == (
        "2027-01-04（暂定：跨越的年份尚未公布或未收录放假安排）\n"
    )


@pytest.mark.parametrize(
    ("day", "count", "words"),
    [
        ("2026-02-30", "1", "“2026-02-30”不是一个日期"),
        ("20260228", "1", "“20260228”不是一个日期"),
        ("2026-W09-6", "1", "“2026-W09-6”不是一个日期"),
        ("2026-02-28", "一", "工作日数“一”不是整数"),
        ("2026-02-28", "1.5", "工作日数“1.5”不是整数"),
        ("2026-02-28", "99999", "工作日数 99999 超出范围"),
    ],
)
def test_unusable_input(capsys: pytest.CaptureFixture[str], day: str, count: str, words: str) -> None:
    answer = run(capsys, "calendar", "add", day, count, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(words)
