"""A command line that cannot be used: exit 2, nothing on standard output, one Chinese sentence with a name in it."""

from pathlib import Path

import pytest

from tests.cli.answers import run


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rules", "没有说要做哪一件事。用法见：zhiheng rules --help。"),
        ("rules foo", "没有“foo”这个子命令。用法见：zhiheng rules --help。"),
        ("rules list 多余 --json", "多出了读不懂的内容：多余。用法见：zhiheng rules list --help。"),
        ("rules list --yes", "没有选项 --yes。用法见：zhiheng rules list --help。"),
        ("rules list --json=3", "选项 --json 后面不带值。用法见：zhiheng rules --help。"),
        ("eligibility check --json", "缺少参数 FILE。用法见：zhiheng eligibility check --help。"),
        ("calendar add 2026-11-28 --json", "缺少参数 N。用法见：zhiheng calendar add --help。"),
        ("sittings plan --json", "缺少选项 --rules。用法见：zhiheng sittings plan --help。"),
        ("sittings plan --rules", "选项 --rules 后面缺少它的值。用法见：zhiheng sittings --help。"),
        ("ratios --json", "缺少选项 --candidates。用法见：zhiheng ratios --help。"),
        ("paper assemble --trade A --level 5", "缺少选项 --forms。用法见：zhiheng paper assemble --help。"),
        (
            "paper assemble --trade A --level 5 --forms 两 --json",
            "选项 --forms 的值不合要求：须是整数。用法见：zhiheng paper assemble --help。",
        ),
        ("verify", "缺少参数 FILE|NUMBER。用法见：zhiheng verify --help。"),
        (
            "hall --port 99999",
            "选项 --port 的值不合要求：超出了允许的范围。用法见：zhiheng hall --help。",
        ),
    ],
)
def test_a_command_line_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], line: str, sentence: str
) -> None:
    answer = run(capsys, *line.split())
    assert (answer.code, answer.out, answer.err) == (2, "", sentence + "\n")


@pytest.mark.parametrize("number", ["1_0", "５", "1.5", "", " 3"])
def test_a_count_is_written_in_plain_digits(capsys: pytest.CaptureFixture[str], number: str) -> None:
    answer = run(capsys, "calendar", "add", "2026-11-28", number, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"工作日数“{number}”不是整数。请用数字 0 至 9 给出整数。\n"


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "eligibility", "check", "/nowhere/cases.json", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "读不到文件 /nowhere/cases.json：没有这个文件。请检查路径。\n"


def test_brackets_without_end_are_no_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text("[" * 100_000)
    answer = run(capsys, "eligibility", "check", str(file), "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"文件 {file} 的括号层数太多。请按说明的格式填写。\n"


def test_a_bank_of_nothing_but_brackets_is_no_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "bank.yaml"
    file.write_text("[" * 200_000)
    answer = run(
        capsys, "paper", "assemble", "--rules", "000", "--programme", "internet-marketing", "--level", "初级",
        "--forms", "1", "--seed", "1", "--bank", str(file), "--json",
    )  # fmt: skip
    assert (answer.code, answer.out) == (2, "")
    assert f"题库文件 {file} 从第 1 行第 21 列起嵌套超过 20 层" in answer.err


def test_artefacts_need_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("")
    answer = run(capsys, "rehearse", "--candidates", "1", "--out", str(file), "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"样件不能写到 {file}：它不是可以建立的文件夹。请改写 --out。\n"
