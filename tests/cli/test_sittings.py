from pathlib import Path

import pytest
from django.db import OperationalError

from tests.cli.answers import run
from zhiheng.cli import backend
from zhiheng.people.actions import create_account
from zhiheng.people.models import Account, Role
from zhiheng.plumbing import places
from zhiheng.sittings.models import HolidayNotice


@pytest.fixture(autouse=True)
def _no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhiheng.cli.sittings.has_database", lambda: False)


def account() -> Account:
    return create_account(
        by="test",
        username="office",
        password="a-long-enough-secret",
        display_name="测试管理员",
        roles=[Role.ADMINISTRATOR],
    )


def test_a_year(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "sittings", "plan", "--rules", "ccia-002", "--year", "2026", "--json")
    assert (answer.code, answer.err, len(answer.data)) == (0, "", 12)
    assert answer.data[1] == {
        "date": "2026-02-28",
        "flags": ["workday"],
        "enrolment_closes": "2026-02-21",
        "review_due": "2026-02-24",
        "cram_opens": "2026-02-21",
        "mock_from": "2026-02-25",
        "mock_until": "2026-02-26",
        "tickets_from": "2026-02-25",
        "result_due": "2026-03-20",
        "certificate_due_if_approved_on_result_due": "2026-05-20",
        "query_opens": "2026-05-27",
        "makeup_closes": "2026-02-25",
        "provisional": [],
    }
    assert answer.data[10]["provisional"] == ["certificate_due_if_approved_on_result_due", "query_opens"]


def test_one_date_and_the_alias_of_a_rule_set(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "sittings", "plan", "--rules", "000", "--date", "2026-02-28", "--json")
    (row,) = answer.data
    assert (row["certificate_due_if_approved_on_result_due"], row["query_opens"]) == (
        "2026-06-03",
        "2026-06-03",
    )


def test_a_day_that_is_not_the_last_saturday_is_planned_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "sittings", "plan", "--rules", "004", "--date", "2026-11-21", "--json")
    assert (answer.code, answer.data[0]["enrolment_closes"]) == (0, "2026-11-14")
    assert answer.err == "2026-11-21 不是当月最后一个周六（2026-11-28），仍按这一天推算。\n"


def test_a_year_without_a_published_calendar_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "sittings", "plan", "--rules", "002", "--year", "2027", "--json")
    assert answer.err == "2027 年的放假安排尚未公布或未收录，节假日标记与工作日推算均为暂定。\n"
    assert answer.data[5]["provisional"] == [
        "review_due",
        "result_due",
        "certificate_due_if_approved_on_result_due",
        "query_opens",
        "makeup_closes",
    ]


def test_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "sittings", "plan", "--rules", "002", "--date", "2026-09-26")
    lines = answer.out.splitlines()
    assert lines[:2] == ["考期 2026-09-26（节假日）", "  2026-09-19  报名截止"]
    assert lines[7:9] == ["  2026-10-22  成绩公布", "  2026-12-17  证书颁发（成绩如期批准）"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rules", "003", "--year", "2026"], "没有规则集“003”"),
        (["--rules", "002"], "--year 与 --date 须给出一个"),
        (["--rules", "002", "--year", "2026", "--date", "2026-11-28"], "--year 与 --date 须给出一个"),
        (["--rules", "002", "--year", "今年"], "年份“今年”不是整数"),
        (["--rules", "002", "--year", "1899"], "年份 1899 不在可排考期的范围内"),
        (["--rules", "002", "--date", "2026-11-31"], "“2026-11-31”不是一个日期"),
    ],
)
def test_unusable_input(capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    answer = run(capsys, "sittings", "plan", *words, "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(said)


@pytest.mark.django_db
def test_imported_notices_are_read_where_there_is_a_database(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhiheng.cli.sittings.has_database", lambda: True)
    before = run(capsys, "sittings", "plan", "--rules", "ccia-002", "--date", "2027-01-30", "--json")
    assert before.data[0]["provisional"] != []

    off = [f"2027-{month}" for month in ("01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "04-05")]
    HolidayNotice.objects.create(
        year=2027, number="测试", off_days=off, makeup=["2027-02-20"], sha256="", imported_by=account()
    )
    after = run(capsys, "sittings", "plan", "--rules", "ccia-002", "--date", "2027-01-30", "--json")
    assert (after.err, after.data[0]["provisional"]) == ("", [])
    assert after.data[0]["result_due"] == "2027-02-25"  # 02-20 is worked, 02-05 to 02-11 are not


@pytest.mark.django_db
def test_a_database_without_tables_is_answered_from_the_published_calendar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_table() -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr("zhiheng.cli.sittings.has_database", lambda: True)
    monkeypatch.setattr("zhiheng.sittings.queries.working_calendar", no_table)
    answer = run(capsys, "sittings", "plan", "--rules", "000", "--date", "2026-02-28", "--json")
    assert (answer.code, answer.err) == (0, "数据库里还没有放假安排，按随附的日历推算。\n")


def test_a_database_is_looked_for_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("ZHIHENG_VAR", str(tmp_path))
    monkeypatch.setattr(places, "ROOT", tmp_path)
    assert not backend.has_database()
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "zhiheng.sqlite3").touch()
    assert backend.has_database()
    monkeypatch.setenv("ZHIHENG_VAR", str(tmp_path / "elsewhere"))
    assert not backend.has_database()
    monkeypatch.setenv("DATABASE_URL", "postgres://db/x")
    assert backend.has_database()
