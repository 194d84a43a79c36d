"""`zhiheng enrol import`: what is right goes in, what is wrong is named by row, column and reason."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.answers import run
from tests.enrolment.books import book
from tests.enrolment.cohort import HEADINGS, Cohort, called, cohort, line, papers
from tests.factories.world import World, id_number
from zhiheng.enrolment.models import Application, Batch, BatchState, Document
from zhiheng.people.actions import revoke_role
from zhiheng.people.models import Role


@pytest.fixture
def made() -> Cohort:
    files = (
        papers(1, f"{called(1)}/{{}}") | papers(2, f"{id_number(2)}_{{}}") | papers(3, f"{called(3)}-{{}}")
    )
    rows = [line(1), line(2), line(3)]
    rows[2][2] = (rows[2][2] or "")[:-1] + "?"
    return Cohort(rows=rows, files=files)


def imported(capsys: pytest.CaptureFixture[str], folder: Path, made: Cohort, *more: str) -> Any:
    (folder / "a.xlsx").write_bytes(made.sheet())
    (folder / "a.zip").write_bytes(made.archive())
    words = ("--zip", str(folder / "a.zip"), "--institution", "101", *more, "--json")
    return run(capsys, "enrol", "import", str(folder / "a.xlsx"), *words)


def test_good_rows_go_in_and_bad_ones_are_named(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, made: Cohort
) -> None:
    answer = imported(capsys, tmp_path, made)

    assert (answer.code, answer.data["rows"], answer.data["accepted"]) == (1, 3, 2)
    assert [(fault["row"], fault["column"], fault["value"]) for fault in answer.data["rejected"]] == [
        (4, "身份证号码", made.rows[2][2])
    ]
    assert "GB 11643-1999" in answer.data["rejected"][0]["reason"]
    assert (Application.objects.count(), Document.objects.count()) == (2, 8)
    assert set(Application.objects.values_list("institution__code", flat=True)) == {"101"}
    assert "核对 3 / 3 行" in answer.err


def test_once_more_creates_nothing_and_says_so(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, made: Cohort
) -> None:
    good = made.only(2, 3)
    assert imported(capsys, tmp_path, good).code == 0
    answer = imported(capsys, tmp_path, good)

    assert (answer.code, answer.data["accepted"], answer.data["new"]) == (0, 2, 0)
    assert [entry["row"] for entry in answer.data["already"]] == [2, 3]
    assert (Application.objects.count(), Document.objects.count()) == (2, 8)
    assert set(Batch.objects.values_list("state", flat=True)) == {BatchState.CONFIRMED}


def test_a_dry_run_keeps_nothing(capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path) -> None:
    made = cohort()
    answer = imported(capsys, tmp_path, made, "--dry-run")

    assert (answer.code, answer.data["rows"], answer.data["accepted"]) == (1, 50, 43)
    assert {fault["row"] for fault in answer.data["rejected"]} == made.wrong.keys()
    assert (Application.objects.count(), Batch.objects.count()) == (0, 0)


def test_a_csv_in_the_encoding_of_old_spreadsheets(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path
) -> None:
    lines = [HEADINGS, [value or "" for value in line(1)]]
    (tmp_path / "a.csv").write_bytes("\r\n".join(",".join(cells) for cells in lines).encode("gb18030"))
    answer = run(
        capsys,
        "enrol",
        "import",
        str(tmp_path / "a.csv"),
        "--institution",
        str(world.institution.id),
        "--json",
    )
    assert (answer.code, answer.data["accepted"]) == (0, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--institution", "999"), "没有代码或编号为“999”的机构。请核对机构代码，例如 101。\n"),
        (
            ("--institution", "101", "--sitting", "2026-11-21"),
            "2026-11-21 没有考期。请给出开设了考期的考试日。\n",
        ),
        (
            ("--institution", "101", "--offering", "钳工"),
            "正在报名的科目里没有“钳工”。请写科目的 uuid 或完整名称，必要时加 --sitting 考试日。\n",
        ),
        (
            ("--institution", "101", "--zip", "/no/a.zip"),
            "读不到文件 /no/a.zip：没有这个文件。请检查路径。\n",
        ),
    ],
)
def test_what_cannot_be_used_is_said(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "a.xlsx").write_bytes(book([line(1)], headings=HEADINGS))
    answer = run(capsys, "enrol", "import", str(tmp_path / "a.xlsx"), *words, "--json")
    assert (answer.code, answer.out, answer.err) == (2, "", sentence)


def test_rows_that_do_not_say_which_offering(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path
) -> None:
    row = line(1)
    row[4] = row[5] = None
    (tmp_path / "a.xlsx").write_bytes(book([row], headings=HEADINGS))
    words = ("enrol", "import", str(tmp_path / "a.xlsx"), "--institution", "101")
    answer = run(capsys, *words, "--json")
    assert answer.code == 1
    assert "对应不止一个正在报名的科目" in answer.data["rejected"][0]["reason"]

    kept = [place for place in range(len(HEADINGS)) if place not in (4, 5)]
    (tmp_path / "a.xlsx").write_bytes(
        book([[row[place] for place in kept]], headings=[HEADINGS[place] for place in kept])
    )
    answer = run(capsys, *words, "--json")
    assert (answer.code, answer.err.startswith("表格里没有申报项目")) == (2, True)
    answer = run(capsys, *words, "--offering", world.association.title, "--json")
    assert (answer.code, answer.data["accepted"]) == (0, 1)


def test_an_unusable_archive_is_two(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, made: Cohort
) -> None:
    made.files["../../etc/x.jpg"] = b"x"
    for more in ((), ("--dry-run",)):
        answer = imported(capsys, tmp_path, made, *more)
        assert (answer.code, answer.out) == (2, "")
        assert "指向压缩包以外的位置" in answer.err
    assert Application.objects.count() == 0


def test_an_institution_without_an_account(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, made: Cohort
) -> None:
    revoke_role(by=world[Role.ADMINISTRATOR], account=world[Role.INSTITUTION], role=Role.INSTITUTION)
    answer = imported(capsys, tmp_path, made)
    assert (answer.code, "还没有账号" in answer.err) == (2, True)
